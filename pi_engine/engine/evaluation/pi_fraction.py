"""From the sum of a series to π as a binary fraction with a proven error bound.

With w fraction bits, X is an integer for which |π·2^w − X| < ERROR_UNITS. The error has five parts, in units of 2^−w;
S is the sum of the series, S′ = T/Q what was summed of it, and v = (c/d)·√r·S^±1 is π, or π² where the series gives that.

1. The tail: |S − S′| ≤ 2^−(w+GUARD)·S, twice that where S′ was put together from components (`combination`), and a
   quarter of it for low bits that the tree has cut off (`truncation`), move S^±1 by a relative 2.25·2^−(w+GUARD) at
   most, and products of these, so v by less than π²·2^−6.8 < 0.09.
2. Q and T are cut to w + GUARD or more leading bits, each by a relative 2^−(w+GUARD−1) at most: 0.16 together.
3. The root: R = ⌊√r·2^w⌋ is short by less than 1, relative to √r·2^w: v by less than v/√r ≤ π² (by 0 for r = 1).
4. The quotient is rounded down: less than 1.
5. v = π²: X = ⌊√(Y·2^w)⌋ for Y ≈ v·2^w. An error of ε units of v is one of ε/(π + X/2^w) of π, less than ε/6, and
   rounding down one of less than 1.

Products of these relative errors are below 2^−w. For π the sum is less than π + 1 + 0.3 < ERROR_UNITS; for π² it is
less than 11.2, which is less than 2.9 for π. All of it presumes that the series is one for π; that is for others to
check.

Long fractions need neither √r nor Q/T: `bigint.root_quotient` makes their product directly. In place of 2 and 3 stands
its error, below v·2^−22 even by what its checks alone prove; "root" is the part of it that needs no sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import bit_scan1

from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.division import tracked_divide, tracked_isqrt
from pi_engine.bigint.product import thresholds
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.errors import VerificationError
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series.model.truncation import GUARD

if TYPE_CHECKING:
    from gmpy2 import mpz

    from pi_engine.bigint.square_root import InverseRoot
    from pi_engine.series.model.closed_form import ClosedForm

ERROR_UNITS = 8

WORTH_A_COPY_BITS = 1024
"""Fewer low bits than these are left where they are: what the tree has cut already is not copied once more."""

LARGEST_WORD = 2**32
"""The radicands for which the bounds of `bigint.root_quotient` hold."""

FUSED_FROM_BITS = 100_000
"""From here on the product √r·Q/T is made as one, with the engine's transforms, if `tune` has not measured that."""


def leading_bits(Q: Tracked, T: Tracked, bits: int, threads: int = 1) -> tuple[Tracked, Tracked]:
    """Q and T without the low bits that `pi_fraction` would not look at: both cut at the same place.

    It cuts to `bits` + GUARD bits, or `root_times_quotient` to 128·h < `bits` + 192. Cutting twice is cutting once.
    """
    excess = min(Q.bits, T.bits) - (bits + 192)
    if excess < WORTH_A_COPY_BITS:
        return Q, T
    return Q.cut(excess, threads), T.cut(excess, threads)


def fused_from_bits() -> int:
    """Bits of a fraction from which √r·Q/T is made as one product; with a scratch space whatever was measured, as it must be then."""
    return FUSED_FROM_BITS if scratch_space() is not None else thresholds().fused or FUSED_FROM_BITS


def root_of_radicand(
    form: ClosedForm,
    bits: int,
    *,
    check: bool = True,
    threads: int | None = None,
    compiled: bool = False,
    fused_from: int | None = None,
) -> Tracked | InverseRoot | None:
    """R = ⌊√radicand·2^bits⌋, or with `compiled`, for long fractions, what `pi_fraction` needs instead; None for √1.

    fused_from: what counts as long, in bits, instead of what is measured.
    """
    if form.radicand == 1:
        return None
    if compiled and bits >= (fused_from_bits() if fused_from is None else fused_from) and form.radicand <= LARGEST_WORD:
        from pi_engine.bigint.root_quotient import half_root

        return half_root(form.radicand, bits, check=check, threads=threads or available_threads())
    radicand = Tracked.power_of_two(2 * bits, check=check) * form.radicand
    return tracked_isqrt(radicand, threads or available_threads(), compiled=compiled)


def pi_fraction(
    form: ClosedForm,
    sums: HandOver[Tracked] | HandOver[mpz],
    root: Tracked | InverseRoot | None,
    bits: int,
    *,
    check: bool = True,
    threads: int | None = None,
    compiled: bool = False,
) -> BinaryFraction:
    """π to `bits` bits, from T/Q, which is S except for the first part of the error above, and from `root`.

    sums: Q and T, whose memory is freed as soon as they are used. Everything is checked with the residues that they
    and the root have; with `check` those of an mpz are found first.

    Raises:
        VerificationError: T/Q is not positive, or the identity of a quotient or root does not hold.
    """
    threads = threads or available_threads()
    Q, T = (Tracked.of(sums.take(), check=check, threads=threads) for _ in range(2))
    if (Q.value < 0) != (T.value < 0) or not T.value:
        raise VerificationError("the series does not sum to a positive number: it is not a series for π")
    operands = HandOver(*(x.magnitude() for x in ((T, Q) if form.direct else (Q, T))))
    del Q, T
    if isinstance(root, tuple):
        from pi_engine.bigint.root_quotient import root_times_quotient

        mantissa = root_times_quotient(root, (form.numerator, form.denominator), operands, bits, threads)
    else:
        above, below = operands.take(), operands.take()
        excess = max(0, min(above.bits, below.bits) - (bits + GUARD))
        numerator = above.cut(excess, threads) * form.numerator
        numerator = numerator << bits if root is None else root * numerator
        denominator = below.cut(excess, threads) * form.denominator
        twos = bit_scan1(denominator.value) or 0  # all but a word of it, where the sum was put together from components
        if twos >= bits:
            numerator, denominator = numerator.cut(twos, threads), denominator.cut(twos, threads)
        mantissa = tracked_divide(numerator, denominator, threads, compiled=compiled)
    if form.power == 2:
        mantissa = tracked_isqrt(mantissa << bits, threads, compiled=compiled)
    return BinaryFraction(mantissa.value, bits, ERROR_UNITS, mantissa.residues)
