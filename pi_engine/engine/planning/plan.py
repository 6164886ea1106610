"""What a computation will do and need, decided before it starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.limb_limit import LIMB_BITS, MAX_LIMBS
from pi_engine.engine.planning import footprint
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.errors import CapacityError
from pi_engine.radix import fraction_bits
from pi_engine.runtime.display import counted
from pi_engine.runtime.limits import address_space, memory
from pi_engine.runtime.limits.memory import format_bytes, kernel_bytes
from pi_engine.runtime.limits.memory_errors import at_most, largest_that_fits, not_enough_memory
from pi_engine.series.lookup import get
from pi_engine.series.model.tail import all_terms
from pi_engine.series.model.truncation import GUARD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from pi_engine.engine.planning.backend import Backend
    from pi_engine.series.model.pi_series import PiSeries

GUARD_BITS = 64
"""The first attempt leaves the last digit open with a probability of 2^−60."""

GMP_BITS = LIMB_BITS * MAX_LIMBS

MOST_DIGITS = 10**15
"""Beyond the integers of GMP by far, and within what double precision can plan."""

_OTHER_PROCESS = 4 << 20
"""By how much the address space may differ between the process that names the largest N that fits and the one that is
then given it, at the same place: modules already imported, and where the allocators' arenas fell. Below 1 MiB was seen."""

_RESULT_BYTES = 1 << 10
"""The head of the text, and the checks."""


@dataclass(frozen=True)
class Plan:
    """The parameters of one attempt at N digits.

    Attributes:
        series: what is summed.
        digits: N, the digits after the point.
        base: 10 or 16.
        guard_bits: bits of the fraction beyond those that N digits hold.
        fraction_bits: w, bits of the binary fraction.
        terms: of each component.
        numbers_bytes: an upper bound of what its numbers and digits take at once, those of the confirmation included.
        memory_bytes: an upper bound of what the whole process takes at once, see `runtime.limits.memory.peak_memory`.
        address_bytes: of address space, touched or not, as `ulimit -v` and `-d` count it, at most.
        integer_bits: of the largest integer, or more.
        checkpoint_bytes: of disk that a checkpoint takes at once, at most.
        compiled: whether to take the compiled path; the plain one otherwise.
        kernels: where those of the compiled path are, as this is planned; "not used" on the plain path.
        compiles: whether kernels are to be compiled, by the run or by its checks.
        confirmation: the plan of the run that confirms this one; None where none does.
    """

    series: PiSeries
    digits: int
    base: int
    guard_bits: int
    fraction_bits: int
    terms: tuple[int, ...]
    numbers_bytes: int
    memory_bytes: int
    address_bytes: int
    integer_bits: float
    checkpoint_bytes: int
    compiled: bool
    kernels: Literal["loaded", "stored", "to be compiled", "not used"]
    compiles: bool
    confirmation: Plan | None = None

    @property
    def path(self) -> Literal["compiled", "plain"]:
        """The path's name."""
        return "compiled" if self.compiled else "plain"

    @property
    def combines(self) -> bool:
        """Whether the sum is put together from several, or from one with a coefficient."""
        return footprint.combines(self.series)


def make_plan(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    compiled: bool | None = None,
    check: str = "fast",
    backend: Backend = BACKEND,
) -> Plan:
    """Terms and precision for ⌊π·base^digits⌋, on the path that `compiled` names, or else on the one that `backend` does.

    Memory and integers are also those of the checks, and of the run that confirms this one, `confirmation_method.second_series`.

    Raises:
        UsageError: the series converges too slowly for any number of digits.
    """
    from pi_engine.engine.planning.confirmation_method import confirmation_bytes, kernels_of_checks, second_series

    series.require_computable(digits, base)
    bits = fraction_bits(digits, base, guard_bits)
    compiled = backend.pays(int(bits * math.log10(2))) if compiled is None else compiled
    state = backend.state() if compiled else "not used"
    terms = all_terms(series, bits + GUARD)
    numbers = footprint.numbers_bytes(series, terms, bits, compiled=compiled)
    integer = _largest_integer_bits(series, terms, bits)
    confirmation = None
    kernels, compiler = compiled, state == "to be compiled"
    if check == "full":
        used = kernels_of_checks(digits, base, bits)
        kernels, compiler = kernels or used.load, compiler or used.compile
        numbers = max(numbers, confirmation_bytes(digits, base))
    second = second_series(series, digits, base, check)
    if second is not None:
        confirmation = make_plan(
            get(second), digits, base, guard_bits=guard_bits, threads=threads, compiled=compiled, backend=backend
        )
        numbers = max(numbers, confirmation.numbers_bytes + kept_bytes(digits))
        integer = max(integer, confirmation.integer_bits)
    workers = footprint.workers(threads, max(terms), compiled=compiled, evaluates=check == "full" and kernels)
    own = footprint.process_bytes(workers) + (kernel_bytes(stored=not compiler) if kernels else 0)
    space = footprint.address_bytes(numbers, workers, compiled=compiled, kernels=kernels, compiler=compiler)
    return Plan(
        series=series,
        digits=digits,
        base=base,
        guard_bits=guard_bits,
        fraction_bits=bits,
        terms=terms,
        numbers_bytes=numbers,
        memory_bytes=own + numbers,
        address_bytes=space,
        integer_bits=integer,
        checkpoint_bytes=footprint.checkpoint_bytes(series, terms, bits, compiled=compiled),
        compiled=compiled,
        kernels=state,
        compiles=compiler,
        confirmation=confirmation,
    )


def kept_bytes(digits: int) -> int:
    """What a run leaves to the one that confirms it: its text, and what is known of it."""
    return digits + _RESULT_BYTES


def _largest_integer_bits(series: PiSeries, terms: tuple[int, ...], bits: int) -> float:
    """Bits of the largest integer, or more.

    It is the root's radicand, 2w + 64 bits, the fraction times 5^N, below 2w, or one of the last merge, a little more than T.
    """
    return max(footprint.largest_root_bits(series, terms) * 1.01, 3.0 * bits) + 128


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
) -> Plan:
    """The fastest plan that fits in `limit` bytes, in what this process may use, and in GMP's integers.

    GMP ends the process where memory runs out, so refusing before the start is the only defence.

    Raises:
        CapacityError: none fits; the message says what the one would need that needs least, and the largest number of
            digits that would fit.
        UsageError: the series converges too slowly for any number of digits.
    """
    series.require_computable(digits, base)
    limit = usable_memory(limit)
    plans = possible_plans(series, digits, base, guard_bits=guard_bits, threads=threads, check=check, backend=backend)
    for plan in plans:
        if fits(plan, limit):
            return plan
    raise refusal(series, digits, base, threads=threads, limit=limit, check=check, backend=backend)


def usable_memory(limit: int | None = None) -> int:
    """Bytes that a computation may take: `limit`, and no more than this process may use."""
    machine = memory.memory_limit()
    return machine if limit is None else min(limit, machine)


def possible_plans(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    check: str = "fast",
    backend: Backend = BACKEND,
) -> Iterator[Plan]:
    """A plan by each path that can run here, the one first that is finished first; none beyond `MOST_DIGITS`."""
    if digits > MOST_DIGITS:
        return
    plan_by = partial(
        make_plan, series, digits, base, guard_bits=guard_bits, threads=threads, check=check, backend=backend
    )
    preferred = plan_by()
    yield preferred
    if preferred.compiled or backend.usable():  # asked for only where it matters: it imports LLVM
        yield plan_by(compiled=not preferred.compiled)


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
    return plan.compiles and fits(replace(plan, memory_bytes=plan.memory_bytes - saved, address_bytes=space), limit)


def most_digits(
    series: PiSeries, base: int, *, threads: int = 1, limit: int, check: str = "fast", backend: Backend = BACKEND
) -> int:
    """The largest N that fits by any path, to two leading digits, here and in another process; −1 if there is none."""
    return largest_that_fits(
        lambda digits: any(
            fits(plan, limit, spare=_OTHER_PROCESS)
            for plan in possible_plans(series, digits, base, threads=threads, check=check, backend=backend)
        )
    )


def refusal(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    threads: int,
    limit: int,
    check: str = "fast",
    backend: Backend = BACKEND,
) -> CapacityError:
    """What to say of N digits for which no plan fits."""
    remedy = at_most(most_digits(series, base, threads=threads, limit=limit, check=check, backend=backend))
    plans = list(possible_plans(series, digits, base, threads=threads, check=check, backend=backend))
    space = memory.process_memory_limit()
    if space is not None and any(plan.memory_bytes <= limit and plan.integer_bits <= GMP_BITS for plan in plans):
        need, remedy = min(plan.address_bytes for plan in plans), f"{remedy}, and more with fewer threads"
        return not_enough_memory(counted(digits, "digit"), need, space, remedy, kind=" of address space (ulimit)")
    if any(_fits_once_compiled(plan, limit) for plan in plans):
        remedy = f"{remedy}; after 'pi-engine tune', which compiles the kernels once, {digits:_} would too"
    if any(plan.integer_bits <= GMP_BITS for plan in plans):
        return not_enough_memory(counted(digits, "digit"), min(plan.memory_bytes for plan in plans), limit, remedy)
    count = f"{digits:_} digits" if plans else f"more than {MOST_DIGITS:_} digits"
    most = most_digits(series, base, threads=threads, limit=1 << 100, check=check, backend=backend)
    return CapacityError(
        f"{count} are too many for any machine: GMP's integers end at 2^31 − 1 limbs, enough for {most:_} digits; "
        f"here {format_bytes(limit)} may be used, and {remedy}"
    )
