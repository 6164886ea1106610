"""To how many digits the sum of a series is π, beside an iteration that knows no series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.hand_over import HandOver
from pi_engine.bigint.tracked import Tracked
from pi_engine.series.combination import Combination
from pi_engine.series.evaluation import pi_fraction, root_of_radicand
from pi_engine.series.tail import all_terms
from pi_engine.series.truncation import GUARD
from pi_engine.splitting import split
from pi_engine.verify.iterations import gauss_legendre

if TYPE_CHECKING:
    from pi_engine.series import PiSeries

GUARD_BITS = 16


def agreeing_digits(series: PiSeries, digits: int) -> int:
    """The largest n ≤ `digits` with |value − π| < 10^−n for the value that follows from the sum; −1 if none.

    The two are compared within their error bounds; the time of two computations on one thread.
    """
    bits = int(digits * 3.3219280948873626) + GUARD_BITS
    total = None
    components = series.components
    combines = len(components) > 1 or components[0].coefficient != 1
    combination = Combination(series, bits) if combines else None
    for component, terms in zip(components, all_terms(series, bits + GUARD), strict=True):
        total = split(component.sum, terms)
        if combination is not None:
            combination.add(component.coefficient, total.Q, total.T)
    assert total is not None
    sums = total if combination is None else combination
    pair = HandOver(Tracked.of(sums.Q), Tracked.of(sums.T))
    form = series.closed_form
    found, expected = pi_fraction(form, pair, root_of_radicand(form, bits), bits), gauss_legendre(bits)
    distance = abs(found.mantissa - expected.mantissa) + found.error + expected.error
    return _places(distance, bits, digits)


def _places(distance: mpz, bits: int, digits: int) -> int:
    """The largest n ≤ digits with distance/2^bits < 10^−n, or −1."""
    low, high = -1, digits + 1
    while high - low > 1:
        middle = (low + high) // 2
        if distance * mpz(10) ** middle < mpz(1) << bits:
            low = middle
        else:
            high = middle
    return low
