"""Rational numbers recognised from their first bits, by continued fractions."""

from __future__ import annotations

from fractions import Fraction


def recognise_fraction(x: Fraction, bits: int) -> Fraction | None:
    """The fraction p/q with |x − p/q| < 2^−bits and q < 2^(bits/2 − 1), or None if there is none; 0 < x.

    There is at most one: two different ones are at least 1/(q·q′) > 2^(2 − bits) apart. If there is one it is a
    convergent of x, as |x − p/q| < 1/(2q²) (Legendre).
    """
    limit = 1 << (bits // 2 - 1)
    p, p_before, q, q_before = 1, 0, 0, 1
    rest = x
    while True:
        whole = rest.numerator // rest.denominator
        p, p_before = whole * p + p_before, p
        q, q_before = whole * q + q_before, q
        if q >= limit:
            return None
        if abs(x - Fraction(p, q)) * (1 << bits) < 1:
            return Fraction(p, q)
        rest = 1 / (rest - whole)
