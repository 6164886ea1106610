"""j and s₂ at the point of a discriminant, from the Eisenstein series, as numbers of many bits.

With q = e^(2πiτ), τ = (1 + √−D)/2 for odd D and √−D/2 for even D, q is real: ∓e^(−π√D). From

    E₂ = 1 − 24·Σ n·qⁿ/(1 − qⁿ),  E₄ = 1 + 240·Σ n³·qⁿ/(1 − qⁿ),  E₆ = 1 − 504·Σ n⁵·qⁿ/(1 − qⁿ),  Δ = q·∏ (1 − qⁿ)²⁴

follow j = E₄³/Δ and s₂ = (E₄/E₆)·(E₂ − 3/(π·Im τ)), Im τ = √D/2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import gmpy2

if TYPE_CHECKING:
    from gmpy2 import mpfr


class ModularValues(NamedTuple):
    """j(τ) and s₂(τ)."""

    j: mpfr
    s2: mpfr


def modular_values(D: int, bits: int) -> ModularValues:
    """J and s₂ for D ≥ 7, each right to about `bits` bits; bits/(4.5·√D) terms.

    Nothing cancels: |q| < 2.5·10^−4, so that E₂, E₄ and E₆ differ from 1 by less than 0.13.
    """
    with gmpy2.context(precision=bits + 32):
        pi = gmpy2.const_pi()
        root = gmpy2.sqrt(gmpy2.mpfr(D))
        q = gmpy2.exp(-pi * root)
        if D % 2:
            q = -q
        sums = [gmpy2.mpfr(0)] * 3
        power, delta, n = q, q, 1
        while abs(power) > gmpy2.mpfr(2) ** (-bits - 64):
            term = power / (1 - power)
            sums = [s + gmpy2.mpfr(n) ** e * term for s, e in zip(sums, (1, 3, 5), strict=True)]
            delta = delta * (1 - power) ** 24
            power, n = power * q, n + 1
        E2, E4, E6 = 1 - 24 * sums[0], 1 + 240 * sums[1], 1 - 504 * sums[2]
        return ModularValues(E4**3 / delta, E4 / E6 * (E2 - 6 / (pi * root)))
