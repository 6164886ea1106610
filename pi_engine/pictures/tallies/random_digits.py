"""What independent digits, each value with probability p = 1/base, would give: the laws that the pictures compare with."""

from __future__ import annotations

import math

_DECIMALS = 20
"""Of what is found by mpmath, whose precision may be any when this is called."""


def share_deviation(base: int, n: float) -> float:
    """The standard deviation of a digit's share among n digits: √(p(1−p)/n), of a binomial distribution."""
    return math.sqrt((base - 1) / n) / base


def pair_deviation(base: int, digits: int, *, equal: bool) -> float:
    """The standard deviation of the count of a pair among N digits, pairs overlapping; `equal`: both digits are the same.

    The count is a sum over m = N − 1 places of indicators of probability p², variance p²(1 − p²). Those of places further apart than
    1 are independent. Two pairs at neighbouring places, whose middle digit is shared, are both "ij" never if i ≠ j, and with
    probability p³ if i = j. So the variance is m·p²(1 − p²) + 2(m − 1)(c − p⁴) with c = 0 or p³.
    """
    p, m = 1 / base, digits - 1
    both = p**3 if equal else 0.0
    return math.sqrt(m * p**2 * (1 - p**2) + 2 * (m - 1) * (both - p**4))


def expected_runs(base: int, digits: int, length: int) -> float:
    """The expected number of runs of exactly this length among N digits.

    A run of length L < N stands at one of the two ends, with one other digit beside it, or at one of N − L − 1 places with
    two: (2(1−p) + (N−L−1)(1−p)²)·p^(L−1). All N digits are one run with probability p^(N−1).
    """
    p = 1 / base
    if length >= digits:
        return p ** (digits - 1) if length == digits else 0.0
    return (2 * (1 - p) + (digits - length - 1) * (1 - p) ** 2) * p ** (length - 1)


def run_deviation(base: int, digits: int, length: int) -> float:
    """The standard deviation of that number, except for what the two ends of the digits change.

    Whether a digit differs from the one before is independent of all others, and has probability q = 1 − p. A run of length L begins
    at a place with probability e = q²·p^(L−1): there is a change, none at the next L − 1 places, and one after them. Two that begin k
    places apart exclude each other if k < L, share a change if k = L, so both have probability e²/q, and are independent if
    k > L. So the variance is N·(e − e² − 2(L−1)e² + 2(e²/q − e²)) = N·e·(1 − (2L+1)e + 2e/q).
    """
    p = 1 / base
    q = 1 - p
    e = q * q * p ** (length - 1)
    return math.sqrt(digits * e * (1 - (2 * length + 1) * e + 2 * e / q))


def chi_square_upper(x: float, freedom: int) -> float:
    """The probability that χ² of a given number of degrees of freedom is at least x: Γ(k/2, x/2)/Γ(k/2)."""
    from mpmath import mp

    with mp.workdps(_DECIMALS):
        return float(mp.gammainc(freedom / 2, x / 2, mp.inf, regularized=True))


def chi_square_quantile(probability: float, freedom: int) -> float:
    """Where the distribution of χ² reaches this probability, to ten digits, by bisection."""
    low, high = 0.0, freedom + 40 * math.sqrt(freedom) + 40
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        if 1 - chi_square_upper(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return high
