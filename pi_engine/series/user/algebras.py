"""What expressions stand for: polynomials in k, and values of π by S."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pi_engine.errors import UsageError
from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.polynomial import Coefficients, IntegerPolynomial, difference

MOST_BITS = 16_000
"""Of a coefficient: 4800 digits."""

LARGEST_DEGREE = 100


def _checked(polynomial: IntegerPolynomial) -> IntegerPolynomial:
    """The polynomial, if it is small enough to work with; it is asked for after every step, so that none gets far."""
    degree = sum(len(factor) - 1 for factor in polynomial.factors)
    if degree > LARGEST_DEGREE:
        raise UsageError(f"a polynomial of degree {degree}, more than {LARGEST_DEGREE}")
    bits = polynomial.constant.bit_length() + sum(max(map(abs, f)).bit_length() for f in polynomial.factors)
    if bits > MOST_BITS:
        raise UsageError("a coefficient of more than 4800 digits")
    return polynomial


class PolynomialAlgebra:
    """Polynomials in k over the integers, kept as products where they are written as products."""

    def number(self, n: int) -> IntegerPolynomial:
        return _checked(IntegerPolynomial(n))

    def name(self, text: str) -> IntegerPolynomial:
        if text != "k":
            raise UsageError(f"unknown name {text!r}: the variable of a polynomial is k")
        return IntegerPolynomial(1, ((0, 1),))

    def plus(self, x: IntegerPolynomial, y: IntegerPolynomial) -> IntegerPolynomial:
        minus_y = tuple(-c for c in y.coefficients)
        return of_coefficients(difference(x.coefficients, minus_y))

    def times(self, x: IntegerPolynomial, y: IntegerPolynomial) -> IntegerPolynomial:
        return _checked(IntegerPolynomial(x.constant * y.constant, x.factors + y.factors))

    def over(self, x: IntegerPolynomial, y: IntegerPolynomial) -> IntegerPolynomial:
        if y.degree > 0:
            raise UsageError("a polynomial is not divided by another")
        divisor = y.leading
        if not divisor:
            raise UsageError("division by zero")
        if x.constant % divisor == 0:
            return IntegerPolynomial(x.constant // divisor, x.factors)
        if any(c % divisor for c in x.coefficients):
            raise UsageError("the division leaves coefficients that are not integers")
        return of_coefficients(tuple(c // divisor for c in x.coefficients))

    def to_the(self, x: IntegerPolynomial, n: int) -> IntegerPolynomial:
        if x.constant.bit_length() * n > 2 * MOST_BITS or len(x.factors) * n > LARGEST_DEGREE:
            raise UsageError("the power is too large")
        return _checked(IntegerPolynomial(x.constant**n, x.factors * n))

    def root(self, x: IntegerPolynomial) -> IntegerPolynomial:  # noqa: ARG002
        raise UsageError("a polynomial has no roots in it")


def of_coefficients(coefficients: Coefficients) -> IntegerPolynomial:
    """A polynomial that is not a product."""
    coefficients = difference(coefficients, ())
    if len(coefficients) < 2:
        return _checked(IntegerPolynomial(sum(coefficients)))
    return _checked(IntegerPolynomial(1, (coefficients,)))


class Radical(NamedTuple):
    """(factor·√radicand·S^exponent)^(1/power), power 1 or 2."""

    factor: Fraction
    radicand: int
    exponent: int
    power: int

    def squared(self) -> Radical:
        """This number squared, as one with power 2."""
        if self.power == 2:
            return self
        return Radical(self.factor * abs(self.factor) * self.radicand, 1, 2 * self.exponent, 2)


@dataclass(frozen=True)
class RadicalAlgebra:
    """Products, quotients and roots of rational numbers and of the sum S."""

    def number(self, n: int) -> Radical:
        return self._checked(Radical(Fraction(n), 1, 0, 1))

    def name(self, text: str) -> Radical:
        if text != "S":
            raise UsageError(f"unknown name {text!r}: the sum of the series is S")
        return Radical(Fraction(1), 1, 1, 1)

    def plus(self, x: Radical, y: Radical) -> Radical:
        if x[1:] != (1, 0, 1) or y[1:] != (1, 0, 1):
            raise UsageError("only numbers can be added: π is a product of numbers, of roots, and of S or 1/S")
        return self._checked(Radical(x.factor + y.factor, 1, 0, 1))

    def times(self, x: Radical, y: Radical) -> Radical:
        if x.power != y.power:
            x, y = x.squared(), y.squared()
        return self._checked(Radical(x.factor * y.factor, x.radicand * y.radicand, x.exponent + y.exponent, x.power))

    def over(self, x: Radical, y: Radical) -> Radical:
        if not y.factor:
            raise UsageError("division by zero")
        inverse = Radical(1 / (y.factor * y.radicand), y.radicand, -y.exponent, y.power)
        return self.times(x, inverse)

    def to_the(self, x: Radical, n: int) -> Radical:
        if (x.factor.numerator.bit_length() + x.factor.denominator.bit_length()) * n > 2 * MOST_BITS:
            raise UsageError("the power is too large")
        if abs(x.exponent) * n > 2 or (x.radicand > 1 and n > 64):
            raise UsageError("the power is too large")
        value = Radical(x.factor**n, x.radicand**n, x.exponent * n, x.power)
        return self._checked(value if n else Radical(Fraction(1), 1, 0, 1))

    def root(self, x: Radical) -> Radical:
        if x.power == 2:
            raise UsageError("a root of a root of S is not supported")
        if x.factor < 0:
            raise UsageError("the root of a negative number")
        if x.radicand == 1 and x.exponent == 0:
            n, d = x.factor.as_integer_ratio()
            return self._checked(Radical(Fraction(1, d), n * d, 0, 1))
        return x._replace(power=2)

    def _checked(self, x: Radical) -> Radical:
        sizes = x.factor.numerator, x.factor.denominator, x.radicand
        if max(size.bit_length() for size in sizes) > MOST_BITS:
            raise UsageError("a number of more than 4800 digits")
        root = round(x.radicand**0.5) if x.radicand < 2**50 else 0
        return x._replace(factor=x.factor * root, radicand=1) if root * root == x.radicand and root > 1 else x


def closed_form(value: Radical) -> ClosedForm:
    """The closed form π = value.

    Raises:
        UsageError: it is not positive, or S does not stand in it once, above or below.
    """
    if value.power == 2 and abs(value.exponent) == 2 and value.radicand == 1:
        n, d = value.factor.as_integer_ratio()  # √(x·S²), as √2·S is when it met another root
        value = Radical(Fraction(1, d), n * d, value.exponent // 2, 1)
    if abs(value.exponent) != 1:
        raise UsageError("S must occur in the formula once, as a factor or a divisor")
    if value.factor <= 0:
        raise UsageError("π is positive, and so must be the factor of S")
    n, d = value.factor.as_integer_ratio()
    return ClosedForm(n, value.radicand, d, direct=value.exponent == 1, power=value.power)
