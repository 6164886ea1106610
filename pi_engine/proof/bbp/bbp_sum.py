"""16^n·π by a BBP formula: its fraction, in units of 2^-96 and with a bound on its error, and its integer modulo primes.

Terms with 2^e, e ≥ 0, are modular powers: nearly all of them in `bbp_kernel`, the last few, which do not fill its vectors,
and all of them where there are few, in Python. Terms with e < 0 are plain fractions, each cut off; those below 2^-96 are left
out, and their sum is less than a unit a summand. Time grows as n·log n, memory does not.

A term 2^e/m is the integer (2^e − r)/m and the fraction r/m, r = 2^e modulo m. Modulo a prime p that does not divide m the integer is
known from 2^e modulo p and r. So one evaluation gives the sum of all integers modulo p together with that of all fractions, without
that integer: 16^n·π as an integer that is known modulo p, and a fraction that is known to about 2^-70.
"""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, wait
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import gmpy2

from pi_engine.errors import VerificationError
from pi_engine.proof.bbp.kernels import bbp_layout as at
from pi_engine.runtime.compilation.kernel_set import KernelSet, KernelUse
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pi_engine.proof.bbp.bbp_formulas import BBPFormula, Summand
    from pi_engine.runtime.progress import Progress

_ONE = 1 << at.FRACTION_BITS
PIECE = at.TERMS_IN_FLIGHT << 17
"""Terms a call of the kernel: a tenth of a second, within which an interrupt is heard."""
KERNEL_FROM = 2_000
"""Offsets below which Python takes no time worth a kernel."""
ELSEWHERE_FROM = 1_000_000
"""Offsets below which an evaluation is over before others have been asked: a tenth of a second by the kernel."""
_PYTHON_SECONDS = 1e-5
"""Seconds that Python takes for a fraction, and for the integer modulo a prime, by the offset."""

PHASE = "BBP"
KERNELS = KernelSet("pi_engine.proof.bbp.bbp_kernels:BBP_KERNELS")
RESIDUE_KERNELS = KernelSet("pi_engine.proof.bbp.bbp_kernels:RESIDUE_KERNELS")
"""For evaluations without primes, and with them."""


class Fraction(NamedTuple):
    """`units`/2^96 modulo 1, wrong by at most `error` units."""

    units: int
    error: int


class WholeAndFraction(NamedTuple):
    """A real number: an integer that is known modulo primes, and a fraction.

    Attributes:
        residues: of the integer, modulo each prime.
        units: of 2^-96: the fraction, from 0 to 1.
        error: the fraction is wrong by at most this many units; so it may be a little below 0, or above 1.
    """

    residues: tuple[int, ...]
    units: int
    error: int


class TermSum(NamedTuple):
    """Terms added up: the fractions in units of 2^-96, not modulo 1, and the integers modulo each prime."""

    units: int
    residues: tuple[int, ...]


class TermRange(NamedTuple):
    """first ≤ k < last of a summand, for the kernel: whole vectors; `exponent` is that of 2 at k = 0."""

    summand: Summand
    exponent: int
    first: int
    last: int


class Summation(Protocol):
    """What adds up the kernel's terms, where that is not this process."""

    def __call__(
        self, formula: BBPFormula, ranges: Sequence[TermRange], primes: Sequence[int], progress: Progress
    ) -> Iterator[TermSum]:
        """Sums that together are those of all ranges, each with its summand's sign, as they come."""


def python_seconds(offset: float, primes: int = 0) -> float:
    """What Python takes for an evaluation, with the integer modulo a given number of primes."""
    return _PYTHON_SECONDS * (1 + primes) * offset


def kernel_pays(offset: int, evaluations: int, primes: int = 0) -> bool:
    """Whether to use the kernel for a given number of evaluations at about this offset. If so, it is loaded or compiled now."""
    kernels = RESIDUE_KERNELS if primes else KERNELS
    return offset >= KERNEL_FROM and kernels.pays_for(python_seconds(offset, primes) * evaluations)


def prepare(offset: int, evaluations: int, elsewhere: Summation | None) -> None:
    """Load or compile the kernel if it will be used here for a given number of evaluations."""
    if elsewhere is None or offset < ELSEWHERE_FROM:
        kernel_pays(offset, evaluations)


def kernel_compiles(offset: int, evaluations: int) -> bool:
    """Whether `kernel_pays` would compile it."""
    return offset >= KERNEL_FROM and KERNELS.would_compile(python_seconds(offset) * evaluations)


def kernel_use(offset: int, evaluations: int) -> KernelUse:
    """What `kernel_pays` would load and compile."""
    if offset < KERNEL_FROM:
        return KernelUse(load=False, compile=False)
    return KERNELS.use(python_seconds(offset) * evaluations)


def random_primes(count: int) -> tuple[int, ...]:
    """Different primes between 2^48 and 2^49, each as likely as any other, from the system's randomness."""
    found: list[int] = []
    while len(found) < count:
        candidate = int.from_bytes(os.urandom(6), "little") | 1 << (at.PRIME_BITS - 1)
        if gmpy2.is_prime(candidate, 40) and candidate not in found:
            found.append(candidate)
    return tuple(found)


def fraction_at(
    formula: BBPFormula,
    offset: int,
    threads: int,
    progress: Progress = silent,
    *,
    elsewhere: Summation | None = None,
) -> Fraction:
    """The fractional part of 16^offset·π.

    Raises:
        VerificationError: a denominator would pass what the kernel's bounds allow; callers limit `offset`.
    """
    value = whole_and_fraction(formula, offset, (), threads, progress, elsewhere=elsewhere)
    return Fraction(value.units, value.error)


def whole_and_fraction(
    formula: BBPFormula,
    offset: int,
    primes: Sequence[int],
    threads: int,
    progress: Progress = silent,
    *,
    elsewhere: Summation | None = None,
) -> WholeAndFraction:
    """16^offset·π, its integer modulo each prime.

    Args:
        formula: by which.
        offset: n ≥ 0.
        primes: between 2^48 and 2^49.
        threads: how many to use.
        progress: called as (phase, done, total).
        elsewhere: what adds up the terms from `ELSEWHERE_FROM` on; by default threads of this process.

    Raises:
        VerificationError: a denominator would pass what the kernel's bounds allow; callers limit `offset`.
    """
    if offset < ELSEWHERE_FROM:
        elsewhere = None
    with_kernel = elsewhere is not None or kernel_pays(offset, 1, len(primes))
    units, error, ranges = 0, 0, []
    residues = [0] * len(primes)
    for i, summand in enumerate(formula.summands):
        exponent = 4 * offset + summand.shift
        count = max(0, exponent // formula.step + 1)
        if summand.a * (count + at.TERMS_IN_FLIGHT) + summand.b >= at.MODULUS_LIMIT:
            raise VerificationError("the position is beyond the bounds of the modular arithmetic")
        whole = count - count % at.TERMS_IN_FLIGHT if with_kernel else 0
        if whole:
            ranges.append(TermRange(summand, exponent, 0, whole))
        else:
            progress(PHASE, i, len(formula.summands))
        exact, few = _sum_exactly(formula, summand, exponent, whole, primes)
        units += summand.sign * exact.units
        residues = [x + summand.sign * y for x, y in zip(residues, exact.residues, strict=True)]
        error += few + 1 + -(-whole * at.TERM_ERROR_SIXTEENTHS // 16)
    summed = partial(sum_in_threads, threads=threads) if elsewhere is None else elsewhere
    for part in summed(formula, ranges, primes, progress=progress):
        units += part.units
        residues = [x + y for x, y in zip(residues, part.residues, strict=True)]
    whole, fraction = divmod(units, _ONE)
    return WholeAndFraction(tuple((x + whole) % p for x, p in zip(residues, primes, strict=True)), fraction, error)


def _sum_exactly(
    formula: BBPFormula, summand: Summand, exponent: int, first: int, primes: Sequence[int]
) -> tuple[TermSum, int]:
    """The terms from k = first on, each cut off to a unit, and how many they are."""
    units, residues, k = 0, [0] * len(primes), first
    while True:
        e = exponent - formula.step * k
        m = summand.a * k + summand.b
        sign = -1 if formula.alternating and k % 2 else 1
        if e >= 0:
            r = pow(2, e, m)
            units += sign * ((r << at.FRACTION_BITS) // m)
            for i, p in enumerate(primes):
                residues[i] += sign * (pow(2, e, p) - r) * pow(m, -1, p) % p
        elif e > -at.FRACTION_BITS:
            units += sign * ((1 << (at.FRACTION_BITS + e)) // m)
        else:
            return TermSum(units, tuple(residues)), k - first
        k += 1


def sum_in_threads(
    formula: BBPFormula,
    ranges: Sequence[TermRange],
    primes: Sequence[int],
    progress: Progress,
    *,
    threads: int,
) -> Iterator[TermSum]:
    """The kernel's sums of pieces of these ranges, as they come; the kernel is loaded."""
    terms = sum(whole.last - whole.first for whole in ranges)
    if not terms:
        return
    from pi_engine.bigint.buffers.workers import executor

    pieces = (piece for whole in ranges for piece in cut(whole, PIECE))
    pool, done = executor(threads), 0
    # A few pieces ahead, not all: there are very many of them at a far position.
    pending = {pool.submit(_kernel_sum, formula, piece, primes): piece for piece in islice(pieces, 2 * threads)}
    try:
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                piece = pending.pop(future)
                following = next(pieces, None)
                if following is not None:
                    pending[pool.submit(_kernel_sum, formula, following, primes)] = following
                done += piece.last - piece.first
                progress(PHASE, done, terms)
                yield future.result()
    finally:
        for future in pending:
            future.cancel()


def cut(whole: TermRange, terms: int) -> Iterator[TermRange]:
    """The range in pieces of a given number of terms, the last one with what is left."""
    for first in range(whole.first, whole.last, terms):
        yield whole._replace(first=first, last=min(first + terms, whole.last))


def _kernel_sum(formula: BBPFormula, piece: TermRange, primes: Sequence[int]) -> TermSum:
    from pi_engine.proof.bbp.kernel_sum import scratch_for, sum_terms

    summand, flight = piece.summand, at.TERMS_IN_FLIGHT
    scratch, terms = scratch_for(formula, summand, len(primes)), range(piece.first, piece.last)
    first = piece.exponent - formula.step * piece.first
    for i, p in enumerate(primes):
        place = scratch[at.SCRATCH + at.EACH_PRIME * i :]
        place[at.PRIME : at.PRIME + at.VECTOR] = p
        place[at.ONE_OVER_PRIME : at.ONE_OVER_PRIME + at.VECTOR] = 1.0 / p
        following = pow(2, -formula.step * flight, p)
        place[at.STEP_POWER : at.STEP_POWER + at.VECTOR] = _centred(following, p)
        powers = [_centred(pow(2, first - formula.step * k, p), p) for k in range(flight)]
        place[at.RUNNING : at.RUNNING + flight] = powers
        place[at.DENOMINATOR : at.DENOMINATOR + flight] = 1.0
    whole, high, low = sum_terms(formula, summand, piece.exponent, terms, scratch, len(primes))
    residues = []
    for i, p in enumerate(primes):
        place = scratch[at.SCRATCH + at.EACH_PRIME * i :]
        numerators = place[at.NUMERATOR : at.NUMERATOR + flight].tolist()
        denominators = place[at.DENOMINATOR : at.DENOMINATOR + flight].tolist()
        total = 0
        for k, (numerator, denominator) in enumerate(zip(numerators, denominators, strict=True)):
            sign = -1 if formula.alternating and k % 2 else 1
            total += sign * int(numerator) * pow(int(denominator), -1, p)
        residues.append(summand.sign * total % p)
    return TermSum(summand.sign * ((whole << at.FRACTION_BITS) + (high << 48) + low), tuple(residues))


def _centred(x: int, p: int) -> int:
    """The residue x of p, from −p/2 to p/2."""
    return x - p if 2 * x > p else x
