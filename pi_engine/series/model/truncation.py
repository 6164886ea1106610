"""How many leading bits of a node's P, Q and T a sum of w bits needs.

Let a node N be the terms l ≤ k < h, and R those from h to the end, n, so that

    S_n = S_l + (P_l/Q_l)·[T_N/Q_N + (P_N/Q_N)·(T_R/Q_R)],

P_l/Q_l the product of the ratios before l. N's numbers lose low bits, the same number of them, so that what is left of Q_N
is at least 2^b; each is off by less than one unit of what is left. Then T_N/Q_N and P_N/Q_N are off by at most (1 +
|T_N/Q_N|)·2^−b and (1 + |P_N/Q_N|)·2^−b, and the sum by at most 2^−b times

    |P_l/Q_l| + |S_h − S_l| + |P_l/Q_l|·|T_R/Q_R| + |S_n − S_h|.

With the names of `tail`, B(l) the right side of (3), A ≥ 1 and e = c + d, for h ≥ max(l, 1):
  |S_h − S_l| and |S_n − S_h| are at most B(l);
  |P_l/Q_l| ≤ ρ^(l−1)·l^c ≤ B(l)/ρ, for l = 0 too, where it is 1;
  |T_R/Q_R| ≤ A·Σ_{i≥1} (h+i)^d·ρ^i·((h+i)/h)^c, whose terms have a ratio of at most r, so it is at most
    A·(h+1)^d·2^c·ρ/(1 − r), and with |P_l/Q_l| from above that is at most 2^c·(n+1)^d·B(l).
Together less than 2^m·B(l), m = 2 + log₂(1/ρ) + c + d·log₂(n+1). −log₂ of B(l), weighed with the component's coefficient and
relative to the sum of the whole series, is at least t(l) = `tail_bits`. Hence with

    b(l) = w + GUARD + ⌈log₂ of the number of components⌉ + STEPS + m − t(l)

a node's cut costs at most a relative 2^−(w+GUARD+STEPS) of the sum, divided by the number of components. Trees have fewer
than 2^(STEPS−3) nodes, and a node of numbers that have been cut before is within the same bounds, except for the products of
such errors: together less than 2^−(w+GUARD+2) of the sum.

Common factors. Let P and Q of every node of some levels be divided by the level's divisor, except for the Q of the first
node, and Γ be the product of the divisors (`splitting.records.common_factors`). Then T_N/Q_N and T_R/Q_R are Γ times what they
were, and P_l/Q_l is 1/Γ times that; all products above stay, but |P_l/Q_l|, which becomes less. For l = 0, though, P_l/Q_l is
1 as before, and T_N/Q_N too: |T_R/Q_R| alone is Γ times as large. So a node with l = 0 that has a P needs log₂ Γ bits more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.errors import MiscalculationError
from pi_engine.series.model.tail import growth_exponent, tail_bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.series.model.pi_series import PiSeries

GUARD = 8
"""Bits by which the tail, and what is cut off Q and T, stay below the last bit of the fraction."""

STEPS = 48
"""Enough for 2^45 cuts."""

LEAST_BITS = 64
"""Where the tail is nearly nothing, a word is kept all the same."""


def needed_bits(series: PiSeries, bits: int, terms: int, component: int = 0) -> Callable[[int], float]:
    """b(l) as a function of l ≥ 0, for a result of `bits` bits from a given number of terms; ∞ where the tail has no bound yet."""
    summed = series.components[component].sum
    margin = 2 + summed.bits_per_term + growth_exponent(summed) + summed.a.degree * math.log2(terms + 1)
    wanted = bits + GUARD + (len(series.components) - 1).bit_length() + STEPS + margin

    bound = tail_bound(series, component)

    def needed(first: int) -> float:
        return max(wanted - bound.bits(first), LEAST_BITS)

    return needed


def require_precision(series: PiSeries, bits: int, error: float, component: int = 0) -> None:
    """Compare what the cuts of a component's tree have done, log₂ of the error of its T/Q, with what they may.

    Raises:
        VerificationError: together they are more than a relative 2^−(w+GUARD+2) of the sum, divided by the components.
    """
    coefficient = series.components[component].coefficient
    weight = math.log2(abs(coefficient.numerator)) - math.log2(coefficient.denominator)
    allowed = -(bits + GUARD + 2 + (len(series.components) - 1).bit_length())
    if error + weight - series.closed_form.log2_sum > allowed:
        raise MiscalculationError(
            f"the sum of the series {series.name} has lost more low bits than it may: this is a fault of the program, "
            "please report it"
        )
