"""Roots of unity e(t) = exp(2πit) from MPFR: the few that all others are made of (`root_tables`), and those of first steps."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import gmpy2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER_LOG = 24
"""Orders of roots are 2^k times an odd number, k up to this."""

HALF_LOG = ORDER_LOG // 2
_PRECISION = 140


def _parts(numerator: int, denominator: int) -> tuple[gmpy2.mpfr, gmpy2.mpfr]:
    """Real and imaginary part of e(numerator/denominator); quarter turns exactly."""
    with gmpy2.context(precision=_PRECISION):
        angle = 2 * gmpy2.const_pi() * numerator / denominator
        real, imaginary = gmpy2.cos(angle), gmpy2.sin(angle)
        quarters = 4 * numerator % denominator == 0
        return (gmpy2.rint(real), gmpy2.rint(imaginary)) if quarters else (real, imaginary)


def _four_doubles(numerator: int, denominator: int) -> list[float]:
    """Both parts of e(numerator/denominator), each as a double and what it leaves, rounded to another."""
    doubles = []
    for part in _parts(numerator, denominator):
        high = float(part)
        with gmpy2.context(precision=_PRECISION):
            doubles += [high, float(part - high)]
    return doubles


def binary_seeds() -> NDArray[np.float64]:
    """Float64[2][HALF_LOG][4]: e(2^k/2^HALF_LOG), and e(2^k/2^ORDER_LOG), for 0 ≤ k < HALF_LOG."""
    return np.array([[_four_doubles(1 << k, 1 << log) for k in range(HALF_LOG)] for log in (HALF_LOG, ORDER_LOG)])


def odd_seeds(order: int) -> NDArray[np.float64]:
    """Float64[order][4]: e(j/order)."""
    return np.array([_four_doubles(j, order) for j in range(order)])


@cache
def first_twiddles(radix: int) -> list[tuple[float, float]]:
    """w, …, w^(radix − 1) of the first step, which splits x^M − i: w = e(1/(4·radix))."""
    return [(float(real), float(imaginary)) for real, imaginary in (_parts(j, 4 * radix) for j in range(1, radix))]
