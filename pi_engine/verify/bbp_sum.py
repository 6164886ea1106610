"""The fraction of 16^n·π by a BBP formula, as an integer in units of 2^-96, with a bound on its error.

Terms with 2^e, e ≥ 0, are modular powers: nearly all of them in `bbp_kernel`, the last few, which do not fill its vectors,
and all of them where there are few, in Python. Terms with e < 0 are plain fractions, each cut off; those below 2^-96 are left
out, and their sum is less than a unit a component. Time grows as n·log n, memory does not.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import VerificationError
from pi_engine.runtime.kernel_set import KernelSet, KernelUse
from pi_engine.runtime.progress import silent
from pi_engine.verify.bbp_layout import (
    FRACTION_BITS,
    MODULUS_LIMIT,
    TERM_ERROR_SIXTEENTHS,
    TERMS_IN_FLIGHT,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.runtime.progress import Progress
    from pi_engine.verify.bbp_formulas import BBPFormula, Component

_ONE = 1 << FRACTION_BITS
_PIECE = TERMS_IN_FLIGHT << 18
"""Terms a call of the kernel: a tenth of a second, within which an interrupt is heard."""
KERNEL_FROM = 2_000
"""Offsets below which Python takes no time worth a kernel."""
_PYTHON_SECONDS = 1e-5
"""Seconds that Python takes for a fraction, by its offset."""

PHASE = "BBP"
KERNELS = KernelSet("pi_engine.verify.bbp_kernels:BBP_KERNELS")


class Fraction(NamedTuple):
    """`units`/2^96 modulo 1, wrong by at most `error` units."""

    units: int
    error: int


class _Piece(NamedTuple):
    """first ≤ k < last of a component, for the kernel."""

    component: Component
    first: int
    last: int


def kernel_pays(offset: int, evaluations: int) -> bool:
    """Whether to use the kernel for so many fractions at about this offset. If so, it is loaded or compiled now."""
    return offset >= KERNEL_FROM and KERNELS.pays_for(_PYTHON_SECONDS * offset * evaluations)


def kernel_compiles(offset: int, evaluations: int) -> bool:
    """Whether `kernel_pays` would compile it."""
    return offset >= KERNEL_FROM and KERNELS.would_compile(_PYTHON_SECONDS * offset * evaluations)


def kernel_use(offset: int, evaluations: int) -> KernelUse:
    """What `kernel_pays` would load and compile."""
    if offset < KERNEL_FROM:
        return KernelUse(load=False, compile=False)
    return KERNELS.use(_PYTHON_SECONDS * offset * evaluations)


def fraction_at(formula: BBPFormula, offset: int, threads: int, progress: Progress = silent) -> Fraction:
    """The fractional part of 16^offset·π.

    Raises:
        VerificationError: a denominator would pass what the kernel's bounds allow; callers limit `offset`.
    """
    with_kernel = kernel_pays(offset, 1)
    total, error, ranges = 0, 0, []
    for i, component in enumerate(formula.components):
        exponent = 4 * offset + component.shift
        count = max(0, exponent // formula.step + 1)
        if component.a * (count + TERMS_IN_FLIGHT) + component.b >= MODULUS_LIMIT:
            raise VerificationError("the position is beyond the bounds of the modular arithmetic")
        whole = count - count % TERMS_IN_FLIGHT if with_kernel else 0
        ranges.append(range(whole))
        if not whole:
            progress(PHASE, i, len(formula.components))
        sums, terms = _sum_exactly(formula, component, exponent, whole)
        total += component.sign * sums
        error += terms + 1 + -(-whole * TERM_ERROR_SIXTEENTHS // 16)
    total += sum(_sum_in_threads(formula, offset, ranges, threads, progress))
    return Fraction(total % _ONE, error)


def _sum_exactly(formula: BBPFormula, component: Component, exponent: int, first: int) -> tuple[int, int]:
    """The terms from k = first on, each cut off to a unit, and how many they are."""
    total, k = 0, first
    while True:
        e = exponent - formula.step * k
        m = component.a * k + component.b
        if e >= 0:
            term = (pow(2, e, m) << FRACTION_BITS) // m
        elif e > -FRACTION_BITS:
            term = (1 << (FRACTION_BITS + e)) // m
        else:
            return total, k - first
        total += -term if formula.alternating and k % 2 else term
        k += 1


def _sum_in_threads(
    formula: BBPFormula, offset: int, ranges: list[range], threads: int, progress: Progress
) -> Iterator[int]:
    """The kernel's sum of each piece, with the component's sign; `ranges` are the whole ones, a component each."""
    pieces = (
        _Piece(component, first, min(first + _PIECE, whole.stop))
        for component, whole in zip(formula.components, ranges, strict=True)
        for first in whole[::_PIECE]
    )
    terms, done = sum(map(len, ranges)), 0
    if not terms:
        return
    from pi_engine.bigint.threads import executor

    def work(piece: _Piece) -> int:
        return piece.component.sign * _kernel_sum(formula, 4 * offset + piece.component.shift, piece)

    pool = executor(threads)
    # A few pieces ahead, not all: there are 3·10^5 of them at position 10^12.
    pending = {pool.submit(work, piece): piece for piece in islice(pieces, 2 * threads)}
    try:
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                piece = pending.pop(future)
                pending.update((pool.submit(work, following), following) for following in islice(pieces, 1))
                done += piece.last - piece.first
                progress(PHASE, done, terms)
                yield future.result()
    finally:
        for future in pending:
            future.cancel()


def _kernel_sum(formula: BBPFormula, exponent: int, piece: _Piece) -> int:
    from pi_engine.verify.bbp_kernels import BBP_KERNEL, scratch_for, sum_terms

    component, terms = piece.component, range(piece.first, piece.last)
    scratch = scratch_for(formula, component)
    high, low, _ = sum_terms(BBP_KERNEL, formula, component, exponent, terms, scratch=scratch)
    return (high << 48) + low
