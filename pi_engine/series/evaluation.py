"""From the root of the tree to π as a binary fraction with a proven error bound.

With w fraction bits, X is an integer for which |π·2^w − X| < ERROR_UNITS. The error has four parts, in units
of 2^−w; S is the sum of the series, Sₙ = T/Q its partial sum, and π = (c/d)·√r/S.

1. The tail: |S − Sₙ| ≤ 2^−(w+GUARD)·S moves 1/S by a relative 2^−(w+GUARD)·(1 + 2^−w), so π by less than 0.02.
2. Q and T are cut to w + GUARD or more leading bits, each by a relative 2^−(w+GUARD−1) at most: 0.08 together.
3. The root: R = ⌊√r·2^w⌋ is short by less than 1, relative to √r·2^w: π by less than π/√r ≤ π (by 0 for r = 1).
4. The quotient is rounded down: less than 1.

Products of these relative errors are below 2^−w. The sum is less than 4.3 < ERROR_UNITS.

Long fractions need neither √r nor Q/T: `bigint.root_quotient` makes their product directly. In place of 2 and 3 stands
its error, below π·2^−22 even by what its checks alone prove; "root" is the part of it that needs no sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import mpz

from pi_engine.bigint.division import divide, isqrt
from pi_engine.errors import VerificationError
from pi_engine.runtime.threads import available_threads

if TYPE_CHECKING:
    from pi_engine.bigint.square_root import InverseRoot
    from pi_engine.series.hypergeometric import ClosedForm

GUARD = 8
"""Bits by which the tail and the cut of Q and T stay below the last bit of the fraction."""

ERROR_UNITS = 8


LARGEST_WORD = 2**32
"""The radicands for which the bounds of `bigint.root_quotient` hold."""

FUSED_FROM_BITS = 200_000
"""From here on the product √r·Q/T is made as one, with the engine's transforms; see benchmarks/bench_newton.py."""


class BinaryFraction(NamedTuple):
    """A real number v as an integer: |v·2^bits − mantissa| < error."""

    mantissa: mpz
    bits: int
    error: int


def root_of_radicand(
    form: ClosedForm, bits: int, *, check: bool = True, threads: int | None = None, fast: bool = False
) -> mpz | InverseRoot:
    """R = ⌊√radicand·2^bits⌋, or with `fast`, for long fractions, what `pi_fraction` needs instead of it."""
    if fast and bits >= FUSED_FROM_BITS and form.radicand <= LARGEST_WORD:
        from pi_engine.bigint.root_quotient import half_root

        return half_root(form.radicand, bits, check=check, threads=threads or available_threads())
    return isqrt(mpz(form.radicand) << (2 * bits), check=check, threads=threads, newton=fast)


def pi_fraction(
    form: ClosedForm,
    Q: mpz,
    T: mpz,
    root: mpz | InverseRoot,
    bits: int,
    *,
    check: bool = True,
    threads: int | None = None,
    fast: bool = False,
) -> BinaryFraction:
    """π from the sum T/Q, whose tail is at most 2^−(bits+GUARD) of it, and from `root` to `bits` bits.

    Raises:
        VerificationError: T/Q is not positive, or the quotient's identity does not hold.
    """
    if (Q < 0) != (T < 0) or not T:
        raise VerificationError("the series does not sum to a positive number: it is no series for π")
    if isinstance(root, tuple):
        from pi_engine.bigint.root_quotient import root_times_quotient

        factors = (form.numerator, form.denominator)
        threads = threads or available_threads()
        mantissa = root_times_quotient(root, factors, abs(Q), abs(T), bits, check=check, threads=threads)
        return BinaryFraction(mantissa, bits, ERROR_UNITS)
    excess = max(0, min(Q.bit_length(), T.bit_length()) - (bits + GUARD))
    numerator = root * form.numerator * (abs(Q) >> excess)
    denominator = (abs(T) >> excess) * form.denominator
    mantissa = divide(numerator, denominator, check=check, threads=threads, newton=fast)
    return BinaryFraction(mantissa, bits, ERROR_UNITS)
