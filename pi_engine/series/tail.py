"""How many terms make the rest of a series small enough: a proven bound on its tail.

Write ρ = lim |p(k)/q(k)| = u/v in lowest terms. `growth_exponent` finds the least c ≥ 0 with

    v·|p(j)|·j^c ≤ u·|q(j)|·(j+1)^c   for all j ≥ 1,                                         (1)

hence ∏_{j=1}^{k} |p(j)/q(j)| ≤ ρ^k·∏ ((j+1)/j)^c = ρ^k·(k+1)^c. With |a(k)| ≤ A·(k+1)^d, A the sum of the
absolute coefficients of a and d its degree, the tail after n terms is

    |S − S_n| ≤ A·Σ_{k≥n} (k+1)^e·ρ^k,   e = c + d,                                          (2)

whose consecutive terms have a ratio of at most r = ((n+2)/(n+1))^e·ρ, so that for r < 1

    |S − S_n| ≤ A·(n+1)^e·ρ^n / (1 − r).                                                     (3)

(1) is an inequality between polynomials. It is proved by substituting j = x + 1: a polynomial whose
coefficients in x are all non-negative is non-negative for x ≥ 0. For Chudnovsky's and Ramanujan's series
c = 0: their term ratios are ρ·∏(1 − βᵢ/k) with 0 < βᵢ < 1.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.series.polynomial import difference, product, shifted

if TYPE_CHECKING:
    from pi_engine.series.hypergeometric import HypergeometricSeries
    from pi_engine.series.polynomial import Coefficients

_LARGEST_EXPONENT = 16
"""Term ratios of degree d with zeros of moderate size need c ≈ the sum of those zeros; 16 is generous."""

_ROUNDING_BITS = 2
"""Slack for (3) in double precision: its logarithms are below 2^45 in size, each is right to 2^−52 relative,
and there are five of them, so the sum is off by less than 2^−4 bits."""


@lru_cache(maxsize=64)
def growth_exponent(series: HypergeometricSeries) -> int:
    """The least c for which (1) is proved.

    Raises:
        UsageError: p or q changes its sign on j ≥ 1, or no c up to 16 serves.
    """
    p, q = (_absolute(series, f.coefficients) for f in (series.p, series.q))
    u, v = series.ratio.as_integer_ratio()
    for c in range(_LARGEST_EXPONENT + 1):
        left, right = product((v,), p), product((u,), q)
        for _ in range(c):
            left, right = product(left, (0, 1)), product(right, (1, 1))
        if all(x >= 0 for x in shifted(difference(right, left))):
            return c
    raise UsageError(f"series {series.name}: its term ratio p(k)/q(k) approaches its limit too slowly to bound")


def _absolute(series: HypergeometricSeries, f: Coefficients) -> Coefficients:
    """±f with the sign that makes it positive on j ≥ 1, proved by its coefficients in x = j − 1."""
    positive = f if f[-1] > 0 else difference((), f)
    at_one_and_above = shifted(positive)
    if at_one_and_above[0] == 0 or min(at_one_and_above) < 0:
        raise UsageError(f"series {series.name}: p(k) and q(k) must not vanish or change sign for k ≥ 1")
    return positive


def tail_bits(series: HypergeometricSeries, terms: int) -> float:
    """A lower bound of −log₂(|S − S_n|/S) for n = terms ≥ 1, from (3); −∞ where (3) does not hold yet."""
    return math.log2(series.closed_form.sum_value) - log_tail(series, terms) - _ROUNDING_BITS


def log_tail(series: HypergeometricSeries, terms: int) -> float:
    """log₂ of the right side of (3); ∞ where it does not hold yet."""
    e = growth_exponent(series) + series.a.degree
    rate = series.bits_per_term
    r = 2.0 ** (e * math.log2((terms + 2) / (terms + 1)) - rate)
    if r >= 1:
        return math.inf
    A = sum(abs(c) for c in series.a.coefficients)
    return math.log2(A) + e * math.log2(terms + 1) - terms * rate - math.log2(1 - r)


def terms_needed(series: HypergeometricSeries, bits: int) -> int:
    """The least n, by the bound above, with |S − S_n| ≤ 2^(−bits)·S."""
    low, high = 0, 1
    while tail_bits(series, high) < bits:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if tail_bits(series, middle) < bits:
            low = middle
        else:
            high = middle
    return high
