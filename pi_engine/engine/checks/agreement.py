"""The digits to which the sum of a series is π, by an iteration that knows no series; and series that are derived and so verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.checks.iterations import gauss_legendre
from pi_engine.engine.evaluation.combination import Combination
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.errors import UsageError, VerificationError
from pi_engine.runtime.display import counted
from pi_engine.runtime.integers import as_int
from pi_engine.series.lookup import derived
from pi_engine.series.model.tail import all_terms
from pi_engine.series.model.truncation import GUARD
from pi_engine.series.modular_forms.derivation import derivation_of
from pi_engine.splitting.split import split

if TYPE_CHECKING:
    from typing import SupportsIndex

    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.series.modular_forms.derivation import Derivation

GUARD_BITS = 16

MOST_DIGITS = 10**6
"""Digits to which `derive` verifies a sum; `compute` goes further."""


def derive(D: SupportsIndex, *, digits: SupportsIndex = 1000) -> Derivation:
    """Derive the series of the discriminant −D, and sum it to `digits` digits of π to see that it is one.

    Raises:
        TypeError: D, or the number of digits, is not an integer.
        UsageError: there is no rational series; the message says why, with the class number.
        VerificationError: the sum is not π.
    """
    D, digits = as_int(D, "D"), as_int(digits, "digits")
    if not 1 <= digits <= MOST_DIGITS:
        raise UsageError(f"the number of digits to verify must be between 1 and {MOST_DIGITS}")
    series = derived(D)
    agreeing = agreeing_digits(series, digits)
    if agreeing < digits:
        raise VerificationError(
            f"D = {D}: the sum of the derived series agrees with π to {counted(agreeing, 'digit')} only"
        )
    return derivation_of(D, series, agreeing)


def agreeing_digits(series: PiSeries, digits: int) -> int:
    """The largest n ≤ `digits` with |value − π| < 10^−n for the value that follows from the sum; −1 if none.

    The two are compared within their error bounds; the time of two computations on one thread.
    """
    bits = int(digits * 3.3219280948873626) + GUARD_BITS
    parts = list(zip(series.components, all_terms(series, bits + GUARD), strict=True))
    if len(parts) > 1 or parts[0][0].coefficient != 1:
        combination = Combination(series, bits)
        for component, terms in parts:
            part = split(component.sum, terms)
            combination.add(component.coefficient, part.Q, part.T)
        pair = HandOver(combination.Q, combination.T)
    else:
        component, terms = parts[0]
        whole = split(component.sum, terms)
        pair = HandOver(Tracked.of(whole.Q), Tracked.of(whole.T))
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
