"""π by two iterations that are not series, as oracles: they share nothing with the engine but GMP.

Both work on integers x ≈ v·2^f with f = w + g bits. The last g absorb the rounding. They return X with
|π·2^w − X| < ERROR_UNITS.

*Gauss–Legendre* (Salamin 1976, Brent 1976): a₀ = 1, b₀ = 1/√2, t₀ = 1/4, and then aₙ₊₁ = (aₙ + bₙ)/2, bₙ₊₁ = √(aₙbₙ),
tₙ₊₁ = tₙ − 2ⁿ(aₙ − aₙ₊₁)², pₙ = (aₙ + bₙ)²/(4tₙ) with 0 < π − pₙ < π²·2^(n+4)·e^(−π·2^(n+1)). In units of 2^−f a and b
are wrong by less than 2n + 2: a step takes the mean of two errors, arithmetic or with weights whose sum is at most 1.03
in the first step and below 1.0001 afterwards, and rounds by less than 1. Σ 2ⁿ(aₙ − aₙ₊₁) < 0.2, so t is wrong by less
than 2·0.2·2·(2n + 2) + n + 1 < 3n + 3, and p, with a > 0.84 and t > 0.22, by less than
π·(2·(2n + 2)/0.84 + (3n + 3)/0.22) + 2 < 62·(n + 1): g = 16 bits are enough up to n = 60.

*Borwein's quartic* (J. M. and P. B. Borwein, Pi and the AGM, 1987): y₀ = √2 − 1, α₀ = 6 − 4√2, and then with
r = (1 − yₙ⁴)^(1/4) yₙ₊₁ = (1 − r)/(1 + r), αₙ₊₁ = (1 + yₙ₊₁)⁴·αₙ − 2^(2n+3)·yₙ₊₁·(1 + yₙ₊₁ + yₙ₊₁²), with
0 < αₙ − 1/π < 16·4ⁿ·e^(−2π·4ⁿ). An error of y shrinks in a step (by y³/2 < 0.04) and a step adds less than 8 units;
in α it counts 2^(2n+3)·2 times, so that α is wrong by less than 2^(2n+10) units and 1/α by less than 2^(2n+14):
g = 2n + 20.
"""

from __future__ import annotations

from gmpy2 import isqrt, mpz

from pi_engine.bigint.binary_fraction import BinaryFraction

ERROR_UNITS = 2
"""The iteration's own error is below 1/4, the rounding below 1/4, the last shift below 1."""

_HALF_TURN_BITS = 4.53
"""π·log₂ e, rounded down."""


def gauss_legendre(bits: int) -> BinaryFraction:
    """π to `bits` bits by the arithmetic-geometric mean; n = log₂(bits) steps of a product, a square and a root."""
    n = 1
    while _HALF_TURN_BITS * 2 ** (n + 1) < bits + n + 10:
        n += 1
    f = bits + 16
    one = mpz(1) << f
    a, b, t = one, isqrt(one << (f - 1)), one >> 2
    for i in range(n):
        mean = (a + b) >> 1
        t -= ((a - mean) * (a - mean)) >> (f - i)
        a, b = mean, isqrt(a * b)
    return BinaryFraction(((a + b) * (a + b) // (4 * t)) >> 16, bits, ERROR_UNITS)


def borwein_quartic(bits: int) -> BinaryFraction:
    """π to `bits` bits by the quartic iteration; n = log₄(bits) steps of two roots, a quotient and some products."""
    n = 1
    while 2 * _HALF_TURN_BITS * 4**n < bits + 2 * n + 12:
        n += 1
    guard = 2 * n + 20
    f = bits + guard
    one = mpz(1) << f
    root_of_two = isqrt(one << (f + 1))
    y, alpha = root_of_two - one, 6 * one - 4 * root_of_two
    for i in range(n):
        square = (y * y) >> f
        fourth_root = isqrt(isqrt((one - ((square * square) >> f)) << f) << f)
        y = ((one - fourth_root) << f) // (one + fourth_root)
        factor = ((one + y) * (one + y)) >> f
        square = (y * y) >> f
        alpha = ((((factor * factor) >> f) * alpha) >> f) - ((y * (one + y + square)) >> (f - 2 * i - 3))
    return BinaryFraction(((one << f) // alpha) >> guard, bits, ERROR_UNITS)
