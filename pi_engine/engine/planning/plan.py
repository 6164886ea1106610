"""What a computation will do and need, decided before it starts."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bigint.buffers.limb_limit import LIMB_BITS, MAX_LIMBS
from pi_engine.engine.planning import footprint
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.radix import fraction_bits
from pi_engine.runtime.limits.memory import kernel_bytes
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

_RESULT_BYTES = 1 << 10
"""The head of the text, and the checks."""


class Plan(NamedTuple):
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
        confirmation: the plan of the run that confirms this one; None if none does.
        scratch: whether numbers wait on disk, and large products are made there.
        scratch_bytes: what is there at once, at most.
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
    scratch: bool = False
    scratch_bytes: int = 0

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
    scratch: bool = False,
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
    if scratch:
        numbers = min(numbers, footprint.scratch_numbers_bytes(bits))
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
            get(second), digits, base,
            guard_bits=guard_bits, threads=threads, compiled=compiled, backend=backend, scratch=scratch,
        )  # fmt: skip
        numbers = max(numbers, confirmation.numbers_bytes + (_RESULT_BYTES if scratch else kept_bytes(digits)))
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
        scratch=scratch,
        scratch_bytes=_scratch_bytes(digits, bits, confirmation) if scratch else 0,
    )


def _scratch_bytes(digits: int, bits: int, confirmation: Plan | None) -> int:
    """What a run has on disk at once; the one that confirms it finds its digits there."""
    own = footprint.scratch_disk_bytes(bits)
    return own if confirmation is None else max(own, confirmation.scratch_bytes + digits)


def kept_bytes(digits: int) -> int:
    """What a run leaves to the one that confirms it: its text, and what is known of it."""
    return digits + _RESULT_BYTES


def _largest_integer_bits(series: PiSeries, terms: tuple[int, ...], bits: int) -> float:
    """Bits of the largest integer, or more.

    It is the root's radicand, 2w + 64 bits, the fraction times 5^N, below 2w, or one of the last merge, a little more than T.
    """
    return max(footprint.largest_root_bits(series, terms) * 1.01, 3.0 * bits) + 128


def possible_plans(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    check: str = "fast",
    backend: Backend = BACKEND,
    scratch: bool = False,
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
        other = plan_by(compiled=not preferred.compiled)
        compiled = preferred if preferred.compiled else other
        if not compiled.compiled:
            return
        if scratch and _can_use_scratch(compiled):
            yield plan_by(compiled=True, scratch=True)
        yield other


def _can_use_scratch(plan: Plan) -> bool:
    """Whether large products may be made on disk: in this run, and in the one that confirms it, if there is one."""
    runs = [plan] if plan.confirmation is None else [plan, plan.confirmation]
    return all(footprint.can_use_scratch(run.series, run.terms, run.fraction_bits) for run in runs)
