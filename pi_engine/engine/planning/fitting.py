"""Which plan fits in memory, and the message if none does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.plan import GMP_BITS, GUARD_BITS, MOST_DIGITS, Plan, possible_plans
from pi_engine.errors import CapacityError
from pi_engine.runtime.display import counted
from pi_engine.runtime.limits import address_space, memory
from pi_engine.runtime.limits.memory import format_bytes, kernel_bytes
from pi_engine.runtime.limits.memory_errors import at_most, largest_that_fits, not_enough_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.engine.planning.backend import Backend
    from pi_engine.series.model.pi_series import PiSeries

_OTHER_PROCESS = 4 << 20
"""By how much the address space may differ between the process that names the largest N that fits and the one that is
then given it, at the same place: modules already imported, and where the allocators' arenas fell. Below 1 MiB was seen."""


def make_plan_within(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    limit: int | None = None,
    check: str = "fast",
    backend: Backend = BACKEND,
    scratch: bool = False,
) -> Plan:
    """The fastest plan that fits in `limit` bytes, in what this process may use, and in GMP's integers.

    scratch: whether there is a folder for what does not fit.

    GMP ends the process where memory runs out, so refusing before the start is the only defence.

    Raises:
        CapacityError: none fits; the message says what the one would need that needs least, and the largest number of
            digits that would fit.
        UsageError: the series converges too slowly for any number of digits.
    """
    series.require_computable(digits, base)
    limit = usable_memory(limit)
    for plan in possible_plans(
        series, digits, base, guard_bits=guard_bits, threads=threads, check=check, backend=backend, scratch=scratch
    ):
        if fits(plan, limit):
            return plan
    raise refusal(series, digits, base, threads=threads, limit=limit, check=check, backend=backend, scratch=scratch)


def usable_memory(limit: int | None = None) -> int:
    """Bytes that a computation may take: `limit`, and no more than this process may use."""
    machine = memory.memory_limit()
    return machine if limit is None else min(limit, machine)


def fits(plan: Plan, limit: int, *, spare: int = 0) -> bool:
    """Whether the plan stays within `limit` bytes, the process's address space less `spare` bytes, and GMP's integers."""
    space = memory.process_memory_limit()
    return (
        plan.memory_bytes <= limit
        and (space is None or plan.address_bytes + spare <= space)
        and plan.integer_bits <= GMP_BITS
    )


def _fits_once_compiled(plan: Plan, limit: int) -> bool:
    """Whether it is only the compiler that does not fit."""
    saved = kernel_bytes(stored=False) - kernel_bytes(stored=True)
    space = plan.address_bytes - address_space.COMPILER
    return plan.compiles and fits(plan._replace(memory_bytes=plan.memory_bytes - saved, address_bytes=space), limit)


def most_digits(
    series: PiSeries,
    base: int,
    *,
    threads: int = 1,
    limit: int,
    check: str = "fast",
    backend: Backend = BACKEND,
    scratch: bool = False,
) -> int:
    """The largest N that fits by any path, to two leading digits, here and in another process; −1 if there is none."""
    return largest_that_fits(
        lambda digits: any(
            fits(plan, limit, spare=_OTHER_PROCESS)
            for plan in possible_plans(
                series, digits, base, threads=threads, check=check, backend=backend, scratch=scratch
            )
        )
    )


def _what_helps(plans: Iterable[Plan], on_disk: Iterable[Plan], digits: int, limit: int) -> str:
    """That compiled kernels, or the disk, would let N digits fit; empty where neither would."""
    where = (
        "" if memory.process_memory_limit() is None else " in a shell without ulimit"
    )  # compiling takes a gigabyte of addresses
    tune = f"after 'pi-engine tune'{where}, which compiles the kernels once"
    if any(_fits_once_compiled(plan, limit) for plan in plans):
        return f"; {tune}, {digits:_} would too"
    for plan in on_disk:
        if plan.scratch and (fits(plan, limit) or _fits_once_compiled(plan, limit)):
            once = "" if fits(plan, limit) else f", {tune}"
            return (
                f"; with --scratch DIR {digits:_} would too, with {format_bytes(plan.scratch_bytes)} of its disk{once}"
            )
    return ""


def refusal(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    threads: int,
    limit: int,
    check: str = "fast",
    backend: Backend = BACKEND,
    scratch: bool = False,
) -> CapacityError:
    """What to say of N digits for which no plan fits."""
    asked = partial(possible_plans, series, digits, base, threads=threads, check=check, backend=backend)
    remedy = at_most(
        most_digits(series, base, threads=threads, limit=limit, check=check, backend=backend, scratch=scratch)
    )
    plans = list(asked(scratch=scratch))
    space = memory.process_memory_limit()
    only_space = space is not None and any(
        plan.memory_bytes <= limit and plan.integer_bits <= GMP_BITS for plan in plans
    )
    if only_space and threads > 1:
        remedy = f"{remedy}, and more with fewer threads"
    helps = _what_helps(plans, [] if scratch else asked(scratch=True), digits, limit)
    if helps or only_space or not scratch:
        remedy += helps
    elif not backend.usable():
        remedy = f"{remedy}; only runs with compiled kernels can use the disk, and kernels cannot be loaded here"
    elif not any(plan.scratch for plan in plans):
        remedy = f"{remedy}; only long sums of a single series, like chudnovsky, can use the disk"
    if space is not None and only_space:
        need = min(plan.address_bytes for plan in plans)
        return not_enough_memory(counted(digits, "digit"), need, space, remedy, kind=" of address space (ulimit)")
    if any(plan.integer_bits <= GMP_BITS for plan in plans):
        return not_enough_memory(counted(digits, "digit"), min(plan.memory_bytes for plan in plans), limit, remedy)
    count = f"{digits:_} digits" if plans else f"more than {MOST_DIGITS:_} digits"
    most = most_digits(series, base, threads=threads, limit=1 << 100, check=check, backend=backend)
    return CapacityError(
        f"{count} are too many for any machine: GMP's integers end at 2^31 − 1 limbs, enough for {most:_} digits; "
        f"here {format_bytes(limit)} may be used, and {remedy}"
    )
