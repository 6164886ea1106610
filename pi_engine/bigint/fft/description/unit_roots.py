"""Roots of unity e(t) = exp(2πit), correctly rounded, many at once.

Seeds e(j/256), e(j/2^16), e(j/2^24) for j < 256 and e(j/r) for odd r come from MPFR. A root is a product of at most four of them,
in sums of two doubles, whose error is below 2^−98: what is rounded to a double in the end is off by at most half an ulp and 2^−44 of one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import gmpy2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG = 24
_SPLITTER = 2.0**27 + 1
_SEED_PRECISION = 140

Doubles: TypeAlias = "NDArray[np.float64]"
Pair: TypeAlias = "tuple[Doubles, Doubles]"
"""A number as the sum of two doubles, the first of them that number rounded; arrays of them."""


def _pair(x: gmpy2.mpfr) -> tuple[float, float]:
    high = float(x)
    return high, float(x - high)


def _seeds(numerators: range, denominator: int) -> NDArray[np.float64]:
    """Float64[4][n]: real parts and imaginary parts of e(j/denominator), as pairs."""
    with gmpy2.context(precision=_SEED_PRECISION):
        turn = 2 * gmpy2.const_pi()
        rows = []
        for j in numerators:
            angle = turn * j / denominator
            rows.append((*_pair(gmpy2.cos(angle)), *_pair(gmpy2.sin(angle))))
            for part, quarters in ((0, (1, 3)), (2, (0, 2))):  # a rounded angle leaves no exact zero
                if any(4 * j == q * denominator for q in quarters):
                    rows[-1] = (0.0, 0.0, *rows[-1][2:]) if part == 0 else (*rows[-1][:2], 0.0, 0.0)
    return np.array(rows).T.copy()


@cache
def _power_of_two_seeds(level: int) -> NDArray[np.float64]:
    return _seeds(range(256), 256 ** (level + 1))


@cache
def _odd_seeds(r: int) -> NDArray[np.float64]:
    return _seeds(range(r), r)


def _two_product(x: Doubles, y: Doubles) -> Pair:
    """x·y without error (Dekker)."""
    product = x * y
    big = _SPLITTER * x
    x_high = big - (big - x)
    x_low = x - x_high
    big = _SPLITTER * y
    y_high = big - (big - y)
    y_low = y - y_high
    return product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _two_sum(x: Doubles, y: Doubles) -> Pair:
    total = x + y
    other = total - x
    return total, (x - (total - other)) + (y - other)


def _times(x: Pair, y: Pair) -> Pair:
    high, low = _two_product(x[0], y[0])
    return high, low + (x[0] * y[1] + x[1] * y[0])


def _plus(x: Pair, y: Pair) -> Pair:
    high, low = _two_sum(x[0], y[0])
    return _two_sum(high, low + (x[1] + y[1]))


def _product(x: tuple[Pair, Pair], y: tuple[Pair, Pair]) -> tuple[Pair, Pair]:
    minus = _times(x[1], y[1])
    real = _plus(_times(x[0], y[0]), (-minus[0], -minus[1]))
    return real, _plus(_times(x[0], y[1]), _times(x[1], y[0]))


def _chosen(seeds: NDArray[np.float64], which: NDArray[np.int64]) -> tuple[Pair, Pair]:
    a, b, c, d = seeds[:, which]
    return (a, b), (c, d)


def unit_roots(numerators: NDArray[np.int64], denominator: int) -> NDArray[np.float64]:
    """The real and the imaginary parts of e(numerator/denominator), float64[2][…]; the denominator is an odd number times 2^k, k ≤ 24."""
    r = denominator
    while r % 2 == 0:
        r //= 2
    power = denominator // r
    if power > 1 << _LOG:
        raise ValueError(f"no seeds for a root of unity of order {denominator}")
    # n/(r·power) = v/power + u/r up to an integer
    v = numerators * pow(r, -1, power) % power if power > 1 else 0 * numerators
    v = v * ((1 << _LOG) // power)
    root = _chosen(_power_of_two_seeds(0), v >> 16)
    for level, shift in ((1, 8), (2, 0)):
        if power > 256**level:
            root = _product(root, _chosen(_power_of_two_seeds(level), v >> shift & 255))
    if r > 1:
        root = _product(root, _chosen(_odd_seeds(r), numerators * pow(power, -1, r) % r))
    return np.array([part[0] + part[1] for part in root])


@cache
def first_twiddles(radix: int) -> list[tuple[float, float]]:
    """w, …, w^(radix − 1) of the first step, which splits x^M − i: w = e(1/(4·radix))."""
    real, imaginary = unit_roots(np.arange(1, radix), 4 * radix).tolist()
    return list(zip(real, imaginary, strict=True))
