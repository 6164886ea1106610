"""The class number of an imaginary quadratic discriminant, by counting reduced forms."""

from __future__ import annotations

from math import gcd, isqrt

LARGEST_COUNTED = 10**7
"""Counting takes time proportional to D; a second up to here."""


def class_number(D: int) -> int:
    """h(−D): primitive forms ax² + bxy + cy² with b² − 4ac = −D, |b| ≤ a ≤ c, and b ≥ 0 where |b| = a or a = c.

    Gauss, Disquisitiones arithmeticae, 1801: every class has exactly one such form. D > 0 and D ≡ 0 or 3 modulo 4;
    D/5 steps.
    """
    count = 0
    for b in range(D % 2, isqrt(D // 3) + 1, 2):
        product = (b * b + D) // 4
        for a in range(max(b, 1), isqrt(product) + 1):
            c, rest = divmod(product, a)
            if rest == 0 and gcd(a, b, c) == 1:
                count += 1 if b in (0, a) or a == c else 2
    return count
