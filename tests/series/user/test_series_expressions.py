"""Polynomials and closed forms as users write them."""

import re
from fractions import Fraction

import pytest

from pi_engine import UsageError
from pi_engine.series import ClosedForm, IntegerPolynomial, catalogue
from pi_engine.series.user.algebras import PolynomialAlgebra, RadicalAlgebra, closed_form
from pi_engine.series.user.expression import read


def polynomial(text):
    return read(text, PolynomialAlgebra())


def form(text):
    return closed_form(read(text, RadicalAlgebra()))


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("0", ()),
        ("5", (5,)),
        ("-5", (-5,)),
        ("k", (0, 1)),
        ("-k + 1", (1, -1)),
        ("24k^3 - 5", (-5, 0, 0, 24)),
        ("24 k**3 − 5", (-5, 0, 0, 24)),
        ("(k+1)^3", (1, 3, 3, 1)),
        ("(k+1)³", (1, 3, 3, 1)),
        ("2(k+1)(k-1)", (-2, 0, 2)),
        ("k*k·k×k", (0, 0, 0, 0, 1)),
        ("640320^3/24 k^3", (0, 0, 0, 10939058860032000)),
        ("(6k + 3)/3", (1, 2)),
        ("-(2k-1)^2", (-1, 4, -4)),
        ("k^0", (1,)),
        ("+k - 3", (-3, 1)),
        ("((((k))))", (0, 1)),
        ("10k^12", (0,) * 12 + (10,)),
        ("1 - k^10 + k¹⁰", (1,)),
    ],
)
def test_polynomials(text, coefficients):
    assert polynomial(text).coefficients == coefficients


def test_products_stay_factored():
    assert polynomial("-(6k-5)(2k-1)(6k-1)") == IntegerPolynomial(-1, ((-5, 6), (-1, 2), (-1, 6)))


def test_what_is_shown_can_be_read():
    for row in catalogue():
        for part in row.components:
            for f in (part.sum.p, part.sum.q, part.sum.a):
                assert polynomial(str(f)).coefficients == f.coefficients
        assert form(row.closed_form.value("S")) == row.closed_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4S", ClosedForm(4, 1, 1, direct=True)),
        ("S*4/3", ClosedForm(4, 1, 3, direct=True)),
        ("426880*sqrt(10005)/S", ClosedForm(426880, 10005, 1)),
        ("426880·√10005 / S", ClosedForm(426880, 10005, 1)),
        ("1/(4S sqrt(2))", ClosedForm(1, 2, 8)),
        ("sqrt(128/S)", ClosedForm(128, 1, 1, power=2)),
        ("2 sqrt(2 S)", ClosedForm(8, 1, 1, direct=True, power=2)),
        ("sqrt(3)/sqrt(S)", ClosedForm(3, 1, 1, power=2)),
        ("sqrt(5 sqrt(7)/S)", ClosedForm(5, 7, 1, power=2)),
        ("sqrt(1/2) S", ClosedForm(1, 2, 2, direct=True)),
        ("sqrt(16) S", ClosedForm(4, 1, 1, direct=True)),
        ("sqrt(2)sqrt(2)/S", ClosedForm(2, 1, 1)),
        ("sqrt(4/9)^3 S", ClosedForm(8, 1, 27, direct=True)),
        ("(1/2 + 1/3) S", ClosedForm(5, 1, 6, direct=True)),
        ("-(1-3) S", ClosedForm(2, 1, 1, direct=True)),
        ("S^2/S", ClosedForm(1, 1, 1, direct=True)),
    ],
)
def test_closed_forms(text, expected):
    assert form(text) == expected


def test_random_closed_forms(rng):
    for _ in range(300):
        n, d, r = (rng.randrange(1, 10**6) for _ in range(3))
        for text, direct in ((f"{n} sqrt({r})/({d} S)", False), (f"S/{d}*sqrt({r})*{n}", True)):
            found = form(text)
            assert found.direct == direct
            squared = Fraction(found.numerator**2 * found.radicand, found.denominator**2)
            assert squared == Fraction(n * n * r, d * d)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: the expression ends too early"),
        ("  ", "column 1: the expression ends too early"),
        ("k +", "column 4: the expression ends too early"),
        ("(k", "column 3: expected ')'"),
        ("k)", "column 2: unexpected ')'"),
        ("2x + 1", "column 2: unknown name 'x'"),
        ("k.real", "column 2: unexpected '.'"),
        ("1.5k", "column 2: unexpected '.'"),
        ("__import__('os')", "column 12: unexpected"),
        ("k^-1", "column 3: an exponent is a whole number"),
        ("k^k", "an exponent is a whole number"),
        ("k^10001", "the exponent is larger"),
        ("k^101", "the power is too large"),
        ("9^9^9^9", "unexpected '^'"),
        ("9^10000", "the power is too large"),
        ("k/k", "column 2: a polynomial is not divided"),
        ("(k+1)/2", "not integers"),
        ("k/0", "division by zero"),
        ("sqrt(k)", "no roots"),
        ("k k^60 k^60", "degree"),
        ("(" * 99 + "k" + ")" * 99, "too many parentheses"),
        ("1" * 4001, "more than 4000 digits"),
        ("1" * 3999 + "*" + "1" * 3999, "4800 digits"),
        ("k" * 20_001, "longer than"),
        ("k ** ** 2", "whole number"),
        ("k; k", "column 2: unexpected ';'"),
        ("k\u0000", "column 2: unexpected"),
        ("kk", "unknown name 'kk'"),
    ],
)
def test_what_is_no_polynomial(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        polynomial(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4", "S must occur in the formula once"),
        ("S^2", "S must occur in the formula once"),
        ("S^3", "power is too large"),
        ("S + 1", "only numbers can be added"),
        ("-4 S", "positive"),
        ("0 S", "positive"),
        ("S/0", "division by zero"),
        ("sqrt(-2) S", "negative"),
        ("sqrt(sqrt(S))", "a root of a root"),
        ("4k", "unknown name 'k': the sum of the series is S"),
        ("exec S", "unknown name 'exec'"),
        ("(9^9999)S", "too large"),
        ("sqrt(2)^100 S", "too large"),
    ],
)
def test_what_is_no_closed_form(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        form(text)
