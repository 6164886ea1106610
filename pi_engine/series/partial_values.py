"""What a series gives for π after 1, 2, 3, … terms, in fixed point: how it converges, term by term.

The n-th value is the closed form at Σ cᵢ·S_n,i, n terms of every component. x_fixed(f) means ⌊x·2^f⌋; each term is rounded
down from one that was, so after n terms a sum is wrong by less than n·(A + 1) units, A the size of a's values among them: GUARD bits
are for that, for as many terms as anyone will look at.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gmpy2 import const_pi, isqrt, mpz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.series.closed_form import ClosedForm
    from pi_engine.series.hypergeometric import HypergeometricSeries
    from pi_engine.series.rows import PiSeries

GUARD = 128
"""Bits beyond those that the last value has right."""

_LOG2_10 = math.log2(10)


def digits_after_terms(series: PiSeries, count: int) -> list[float]:
    """−log₁₀|πₙ − π| for n = 1 … `count`: the decimal digits that n terms of every component give.

    π itself is MPFR's, which comes from no series. A value that is not a number, because the sum has the wrong sign yet,
    gives none: −∞.
    """
    bits = math.ceil(count * series.digits_per_term * _LOG2_10) + GUARD + _largest_coefficient_bits(series)
    pi = _pi_fixed(bits)
    sums = [_partial_sums(component.sum, count, bits) for component in series.components]
    found = []
    for values in zip(*sums, strict=True):
        total = mpz(0)
        for component, value in zip(series.components, values, strict=True):
            total += value * component.coefficient.numerator // component.coefficient.denominator
        found.append(_digits(abs(_pi_from_sum(series.closed_form, total, bits) - pi), bits) if total > 0 else -math.inf)
    return found


def _partial_sums(series: HypergeometricSeries, count: int, bits: int) -> Iterator[mpz]:
    """S_1, S_2, …, S_count, fixed(bits)."""
    ratio, total = mpz(1) << bits, mpz(0)
    for k in range(count):
        if k:
            ratio = ratio * series.p(k) // series.q(k)
        total += ratio * series.a(k)
        yield total


def _pi_from_sum(form: ClosedForm, total: mpz, bits: int) -> mpz:
    """The closed form at S = total·2^−bits, fixed(bits)."""
    root = isqrt(mpz(form.radicand) << 2 * bits)  # fixed(bits)
    if form.direct:
        value = form.numerator * root * total // form.denominator >> bits
    else:
        value = (form.numerator * root << bits) // (form.denominator * total)
    return value if form.power == 1 else isqrt(value << bits)


def _largest_coefficient_bits(series: PiSeries) -> int:
    """Bits of the largest a(0), numerator and coefficient: by so many may units of a sum weigh in π."""
    form = series.closed_form
    sizes = [abs(x).bit_length() for part in series.components for x in part.sum.a.coefficients]
    sizes += [part.coefficient.numerator.bit_length() for part in series.components]
    return max(sizes) + form.numerator.bit_length() + form.denominator.bit_length() + form.radicand.bit_length()


def _pi_fixed(bits: int) -> mpz:
    mantissa, exponent = const_pi(bits + 8).as_mantissa_exp()
    shift = bits + int(exponent)
    return mantissa << shift if shift >= 0 else mantissa >> -shift


def _digits(error: mpz, bits: int) -> float:
    """−log₁₀(error·2^−bits)."""
    if not error:
        return bits / _LOG2_10
    shift = max(0, error.bit_length() - 64)
    return (bits - shift - math.log2(int(error >> shift))) / _LOG2_10
