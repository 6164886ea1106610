"""What a series gives for π after 1, 2, 3, … terms: how it converges, term by term.

The n-th value is the closed form at Σ cᵢ·S_n,i, n terms of every component. `partial_values` has its decimal digits, from integers
alone, so that they are truncated and never rounded.

`digits_after_terms` measures its error in fixed point. x_fixed(f) means ⌊x·2^f⌋; each term is rounded down from one that was, so
after n terms a sum is wrong by less than n·(A + 1) units, A the size of a's values among them: GUARD bits are for that, for as many
terms as anyone will look at.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import const_pi, iroot, isqrt, mpz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.series.model.closed_form import ClosedForm
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.pi_series import PiSeries

GUARD = 128
"""Bits beyond those that the last value has right."""

_LOG2_10 = math.log2(10)

_SHOWN_BEYOND = 4
_FEWEST_SHOWN = 10
"""Decimals of a value: this many beyond those that can agree with π, and at least this many."""


class PartialValue(NamedTuple):
    """π by n terms.

    Attributes:
        terms: n, of every component.
        text: the value, truncated, like `3.1415927300`; None where it is not a real number, as it has no root or no inverse.
        agreeing: characters of `text` that it has in common with π from its start: 0, or 2 for `3.`, 3 for `3.1` and so on.
        digits: −log₁₀ of its distance from π; −∞ where the sum has the wrong sign yet.
    """

    terms: int
    text: str | None
    agreeing: int
    digits: float

    @property
    def digits_agreeing(self) -> int:
        """Digits after the point that agree with π."""
        return max(0, self.agreeing - 2)


def digits_after_terms(series: PiSeries, count: int) -> list[float]:
    """−log₁₀|πₙ − π| for n = 1 … `count`: the decimal digits that n terms of every component give.

    π itself is MPFR's, which comes from no series. A value that is not a number, because the sum has the wrong sign yet,
    gives none: −∞.
    """
    gained = count * series.digits_per_term * _LOG2_10 + float(series.order or 0) * math.log2(count)
    bits = math.ceil(gained) + GUARD + _largest_coefficient_bits(series)
    pi = _pi_fixed(bits)
    sums = [_partial_sums(component.sum, count, bits) for component in series.components]
    found = []
    for values in zip(*sums, strict=True):
        total = mpz(0)
        for component, value in zip(series.components, values, strict=True):
            total += value * component.coefficient.numerator // component.coefficient.denominator
        found.append(_digits(abs(_pi_from_sum(series.closed_form, total, bits) - pi), bits) if total > 0 else -math.inf)
    return found


def partial_values(series: PiSeries, count: int) -> list[PartialValue]:
    """What n = 1 … `count` terms give, to the digits that agree with π and a few more."""
    reached = digits_after_terms(series, count)
    decimals = [max(_FEWEST_SHOWN, math.floor(d) + _SHOWN_BEYOND) if d > 0 else _FEWEST_SHOWN for d in reached]
    most = max(decimals)
    bits = math.ceil(most * _LOG2_10) + GUARD
    pi = _with_point(_pi_fixed(bits) * mpz(10) ** most >> bits, most)
    found = []
    sums = [_exact_sums(component.sum, count) for component in series.components]
    for n, fractions in enumerate(zip(*sums, strict=True)):
        above, below = mpz(0), mpz(1)
        for component, (T, Q) in zip(series.components, fractions, strict=True):
            c, d = component.coefficient.as_integer_ratio()
            above, below = above * d * Q + c * T * below, below * d * Q
        if below < 0:
            above, below = -above, -below
        text = _value_text(series.closed_form, above, below, decimals[n])
        found.append(PartialValue(n + 1, text, _common_start(text or "", pi), reached[n]))
    return found


def _exact_sums(series: HypergeometricSeries, count: int) -> Iterator[tuple[mpz, mpz]]:
    """(T, Q) with S_n = T/Q, for n = 1 … `count`."""
    P, Q, T = mpz(1), mpz(1), mpz(series.a(0))
    yield T, Q
    for k in range(1, count):
        q = series.q(k)
        P, Q, T = P * series.p(k), Q * q, T * q
        T += series.a(k) * P
        yield T, Q


def _value_text(form: ClosedForm, above: mpz, below: mpz, decimals: int) -> str | None:
    """The closed form at S = above/below, below > 0, truncated to a given number of decimals; None if there is none."""
    if (not form.direct and not above) or (form.power == 2 and above < 0):
        return None
    sign, above = ("−" if above < 0 else ""), abs(above)
    above, below = (above, below) if form.direct else (below, above)
    above, below, index = form.numerator * above, form.denominator * below, form.power
    if form.radicand > 1:
        above, below, index = form.radicand * above**2, below**2, 2 * index
    # ⌊(10^decimals·value)^index⌋, whose root has the same floor
    scaled = above * mpz(10) ** (index * decimals) // below
    return sign + _with_point(scaled if index == 1 else iroot(scaled, index)[0], decimals)


def _with_point(scaled: mpz, decimals: int) -> str:
    digits = scaled.digits().rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def _common_start(text: str, pi: str) -> int:
    """Characters that agree from the start on; none before the whole integer part does."""
    if not text.startswith("3."):
        return 0
    return next((i for i, (x, y) in enumerate(zip(text, pi, strict=False)) if x != y), min(len(text), len(pi)))


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
    """Bits of the largest a(0), numerator and coefficient: by a given number of may units of a sum weigh in π."""
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
