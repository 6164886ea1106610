"""The j-invariant at τ = i·y, y > 0, and at (1 + i·y)/2, from the nome t = e^(−πy), through theta functions.

With θ₃ = Σ t^(n²) and θ₂ = Σ t^((n+1/2)²) over all integers n, write v = θ₃² and u = θ₂²/(4√t) = (Σ t^(n(n+1)), n ≥ 0)²,
both near 1. The duplication formulas take them from the nome t² to t:

    u(t) = √(u(t²)·v(t²)),     v(t) = v(t²) + 4·t·u(t²),

sums and roots of positive numbers only. So the sparse series, O(√N) terms at t, is summed at t^(2^K), where eight terms
do, and K duplications follow, some four products each: 2 or 3 s at 10^7 digits where the series at t needs 1500 products.
Then θ₄⁴ = θ₃⁴ − θ₂⁴, and Weber's function f = t^(−1/24)·∏ (1 + t^(2n−1)), as its 24th power x, is

    x = 16·θ₃⁸/(θ₂⁴θ₄⁴) = v⁴/(t·u²·(v² − 16·t·u²)),
    j(i·y) = (x − 16)³/x,     j((1 + i·y)/2) = −(x − 256)³/x².

Sources: Borwein and Borwein, Pi and the AGM (1987), sections 2.1 and 4.5; Cox, Primes of the form x² + ny², section 12.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from gmpy2 import mpz

from pi_engine.bigint.division import divide, isqrt
from pi_engine.bigint.product import multiply

LARGEST_NOME = 0.012
"""The bounds below hold for nomes up to here; e^(−π√2) = 0.01176."""

SERIES_TERMS = 8
"""Terms that cost about what a duplication does, which saves a factor √2 of them."""

ERROR_UNITS = 2**16
"""The relative error of t·x, in units of 2^−bits: see `weber_power`."""


class ThetaSquares(NamedTuple):
    """u and v as integers, times 2^bits."""

    u: mpz
    v: mpz


def theta_squares(t: mpz, bits: int, threads: int) -> ThetaSquares:
    """The squares u and v at the nome t/2^bits ≤ LARGEST_NOME, each within 500 units, of 2^−bits, for t within 2 units.

    The powers t^(2^i) are within 2 units as t is, because 2·0.012·2 + 1 < 2. If u and v are within e at t², then
      v + 4·t·u:  e·(1 + 4t) + 4·u·2 + 1 for the cut, u < 1.001,      so e·(1 + 4t) + 9.1;
      √(u·v):     e/2·(√(v/u) + √(u/v)) + 1, v/u < 1 + 4.1·t,          so e·(1 + 2t) + 1.
    ∏ (1 + 4·t^(2^i)) < 1.05, so K duplications lead from e to less than 1.05·(e + 9.1·K), and K < 36: the series
    begins at eight terms, and GMP ends at 2^37 bits. At t^(2^K) each term is within 2 units, as t is; nine of them,
    doubled in θ₃, are within 36, their square within 2·1.03·36 + 2 < 80 = e.
    """
    powers = [t]
    while _series_terms(powers[-1], bits) > SERIES_TERMS:
        powers.append(_times(powers[-1], powers[-1], bits, threads))
    u, v = _series(powers[-1], bits, threads)
    for power in reversed(powers[:-1]):
        u, v = (
            isqrt(multiply(u, v, threads=threads), threads=threads),
            v + (_times(power, u, bits, threads) << 2),
        )
    return ThetaSquares(u, v)


def weber_power(t: mpz, bits: int, threads: int) -> mpz:
    """t·x·2^bits, about 2^bits, for the nome t/2^bits; t within 2 units, the result within ERROR_UNITS.

    t·x = v⁴/(u²·(v² − 16·t·u²)), v < 1.05, 1 ≤ u < 1.001, and v² − 16·t·u² = θ₄⁴ > 0.9. Relative to it, u and v are
    wrong by less than 501 units and θ₄⁴ by 2·1.05·501 + 16·(2·1.01 + 0.012·2·501) + 3 < 1300, which 0.9 makes 1450:
    4·501 + 2·501 + 1450 and some cuts, less than 4500.
    """
    u, v = theta_squares(t, bits, threads)
    u2, v2 = (_times(y, y, bits, threads) for y in (u, v))
    theta4 = v2 - (_times(t, u2, bits, threads) << 4)
    denominator = _times(u2, theta4, bits, threads)
    return divide(multiply(v2, v2, threads=threads), denominator, threads=threads)


def _series_terms(t: mpz, bits: int) -> int:
    """The least number n, nearly, with t^(n²) < 2^−bits, t < 2^(length − bits)."""
    zeros = bits - t.bit_length()
    return math.isqrt(bits // zeros) + 1 if zeros > 0 else bits


def _series(t: mpz, bits: int, threads: int) -> ThetaSquares:
    """The squares u and v from their series; with g = t^i: t^(i²) = t^((i−1)i)·g, t^(i(i+1)) = t^(i²)·g."""
    squares = pronics = pronic = mpz(1) << bits
    g = t
    while True:
        square = _times(pronic, g, bits, threads)
        if not square:
            return ThetaSquares(_times(pronics, pronics, bits, threads), _times(squares, squares, bits, threads))
        pronic = _times(square, g, bits, threads)
        squares += square << 1
        pronics += pronic
        g = _times(g, t, bits, threads)


def _times(a: mpz, b: mpz, bits: int, threads: int) -> mpz:
    """a·b/2^bits, too small by less than 1.001.

    Low bits of factors that matter only below the last bit of a short product are left out: with s bits of the product
    a factor is cut to s + 12, so that each cut is worth less than 2^−11 units.
    """
    length = a.bit_length() + b.bit_length() - bits
    if length < 0:
        return mpz(0)
    cut_a, cut_b = (max(y.bit_length() - length - 12, 0) for y in (a, b))
    if a is b:
        high = a >> cut_a
        return multiply(high, high, threads=threads) >> (bits - 2 * cut_a)
    return multiply(a >> cut_a, b >> cut_b, threads=threads) >> (bits - cut_a - cut_b)
