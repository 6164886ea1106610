"""How many terms make the rest of a series small enough: a proven bound on its tail.

Write ρ = lim |p(k)/q(k)| = u/v in lowest terms. `growth_exponent` finds the least c ≥ 0 with

    v·|p(j)|·j^c ≤ u·|q(j)|·(j+1)^c   for all j ≥ 1,                                         (1)

hence ∏_{j=1}^{k} |p(j)/q(j)| ≤ ρ^k·∏ ((j+1)/j)^c = ρ^k·(k+1)^c. With |a(k)| ≤ A·(k+1)^d, A the sum of the
absolute coefficients of a and d its degree, the tail after n terms is

    |S − S_n| ≤ A·Σ_{k≥n} (k+1)^e·ρ^k,   e = c + d,                                          (2)

whose consecutive terms have a ratio of at most r = ((n+2)/(n+1))^e·ρ, so that for r < 1

    |S − S_n| ≤ A·(n+1)^e·ρ^n / (1 − r).                                                     (3)

(1) is an inequality between polynomials. It is proved by substituting j = x + 1: a polynomial whose
coefficients in x are all non-negative is non-negative for x ≥ 0. For the Ramanujan–Sato series c = 0: their term
ratios are ρ·∏(1 − βᵢ/k) with 0 < βᵢ < 1.

Where S = Σ cᵢ·Sᵢ has several components, each is asked for a tail that is small compared with S, not with its own sum.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import UsageError
from pi_engine.series.model.polynomial import difference, product, taylor_shift

if TYPE_CHECKING:
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.series.model.polynomial import Coefficients

_LARGEST_EXPONENT = 16
"""Term ratios of degree d with zeros of moderate size need c ≈ the sum of those zeros; 16 is generous."""

_ROUNDING_BITS = 2
"""Slack for (3) in double precision. n·log₂(1/ρ) is below 2^39, as GMP's integers have fewer bits; log₂(1/ρ) is right to
2^−51 of itself and 2^−52 besides, and at least 2^−10, so this product is off by less than 2^39·(2^−51 + 2^−42) < 1/7
bits. The other logarithms are below 2^16 in size and off by less than 2^−35 each."""


_LARGEST_TERMS = 1 << 62
"""More are never asked for: a plan of this many is refused for its memory."""


@lru_cache(maxsize=512)
def growth_exponent(summed: HypergeometricSeries) -> int:
    """The least c for which (1) is proved.

    Raises:
        UsageError: p or q changes its sign on j ≥ 1, or no c up to 16 serves.
    """
    p, q = (_absolute(name, f.coefficients) for name, f in (("p", summed.p), ("q", summed.q)))
    u, v = summed.ratio.as_integer_ratio()
    for c in range(_LARGEST_EXPONENT + 1):
        left, right = product((v,), p), product((u,), q)
        for _ in range(c):
            left, right = product(left, (0, 1)), product(right, (1, 1))
        if all(x >= 0 for x in taylor_shift(difference(right, left))):
            return c
    raise UsageError(
        "the term ratio p(k)/q(k) approaches its limit too slowly to bound the tail; choose another series"
    )


def _absolute(name: str, f: Coefficients) -> Coefficients:
    """±f with the sign that makes it positive on j ≥ 1, proved by its coefficients in x = j − 1."""
    positive = f if f[-1] > 0 else difference((), f)
    at_one_and_above = taylor_shift(positive)
    if at_one_and_above[0] == 0 or min(at_one_and_above) < 0:
        raise UsageError(
            f"{name}(k) must not vanish or change sign for k ≥ 1; {name}(k + 1) must have coefficients of one sign, and a "
            "constant one that is not 0; let the sum begin at a later term"
        )
    return positive


class TailBound(NamedTuple):
    """The bound (3) as a function of n.

    Attributes:
        weight: what the bound is weighed with, in bits.
        log_a: log₂ A.
        e: of (2).
        rate: log₂(1/ρ).
    """

    weight: float
    log_a: float
    e: int
    rate: float

    def bits(self, terms: int) -> float:
        """−log₂ of the right side of (3) for n = terms, and `weight` more; −∞ where (3) does not hold yet.

        Where (3) holds it grows with n: a term more adds −log₂ r to it, and what 1 − r has grown by.
        """
        r = 2.0 ** (self.e * math.log2((terms + 2) / (terms + 1)) - self.rate)
        if r >= 1:
            return -math.inf
        return self.weight - self.log_a - self.e * math.log2(terms + 1) + terms * self.rate + math.log2(1 - r)


def _bound_of(summed: HypergeometricSeries, weight: float) -> TailBound:
    e = growth_exponent(summed) + summed.a.degree
    total = sum(abs(c) for c in summed.a.coefficients)
    return TailBound(weight, math.log2(total), e, summed.bits_per_term)


@lru_cache(maxsize=512)
def tail_bound(series: PiSeries, component: int = 0) -> TailBound:
    """What `tail_bits` knows of a component, found once: (3) weighed with log₂(S/|c|), less `_ROUNDING_BITS`.

    Raises:
        UsageError: as `growth_exponent`.
    """
    coefficient, summed, _ = series.components[component]
    weight = math.log2(abs(coefficient.numerator)) - math.log2(coefficient.denominator)
    return _bound_of(summed, series.closed_form.log2_sum - weight - _ROUNDING_BITS)


def log_tail(summed: HypergeometricSeries, terms: int) -> float:
    """log₂ of the right side of (3); ∞ where it does not hold yet."""
    return -_bound_of(summed, 0.0).bits(terms)


def tail_bits(series: PiSeries, terms: int, component: int = 0) -> float:
    """A lower bound of −log₂(|c|·|S′ − S′_n|/S) for n = terms ≥ 0, from (3); −∞ where (3) does not hold yet.

    S is the sum of the series, S′ that of the component, and c its coefficient.
    """
    return tail_bound(series, component).bits(terms)


def terms_needed(series: PiSeries, bits: int, component: int = 0) -> int:
    """The least n ≥ 1, by the bound above, with |c|·|S′ − S′_n| ≤ 2^(−bits)·S.

    The bound is never above `weight` − log₂ A + n·log₂(1/ρ), and little below it: the search begins where that reaches `bits`.
    """
    bound = tail_bound(series, component)
    start = (bits - bound.weight + bound.log_a) / bound.rate
    low, step = min(max(0, math.floor(start) - 1), _LARGEST_TERMS), 1
    if low and bound.bits(low) >= bits:
        low = 0  # rounding: never seen
    high = low + step
    while bound.bits(high) < bits and high < _LARGEST_TERMS:
        low, step = high, 2 * step
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if bound.bits(middle) < bits:
            low = middle
        else:
            high = middle
    return high


def all_terms(series: PiSeries, bits: int) -> tuple[int, ...]:
    """Terms of each component, so that their tails together are below 2^(−bits)·S."""
    count = len(series.components)
    return tuple(terms_needed(series, bits + (count - 1).bit_length(), i) for i in range(count))
