"""The integers j of the imaginary quadratic orders of class number 1."""

from __future__ import annotations

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
