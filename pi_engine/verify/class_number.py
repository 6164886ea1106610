"""Class numbers of imaginary quadratic orders, and the integers j where that number is 1."""

from __future__ import annotations

from math import gcd, isqrt

RATIONAL_J = {
    3: 0,
    4: 12**3,
    7: -(15**3),
    8: 20**3,
    11: -(32**3),
    12: 2 * 30**3,
    16: 66**3,
    19: -(96**3),
    27: -3 * 160**3,
    28: 255**3,
    43: -(960**3),
    67: -(5280**3),
    163: -(640320**3),
}
"""|discriminant| → j, for the thirteen orders of class number 1. Source: Cox, Primes of the form x² + ny², (12.20)."""


def discriminant_of(d: int) -> int:
    """|discriminant| of the order whose j belongs to e^(π√d): d where −d is one, else 4d."""
    return d if d % 4 in (0, 3) else 4 * d


def class_number(discriminant: int) -> int:
    """h(−discriminant), by counting the reduced primitive forms a·x² + b·x·y + c·y²: |b| ≤ a ≤ c, b² − 4ac = −discriminant.

    O(discriminant) steps of which few are made: a second for 10^8.
    """
    count = 0
    for b in range(discriminant % 2, isqrt(discriminant // 3) + 1, 2):
        product = (b * b + discriminant) // 4
        for a in range(max(b, 1), isqrt(product) + 1):
            if product % a == 0 and gcd(a, b, product // a) == 1:
                count += 1 if b in (0, a) or a * a == product else 2
    return count
