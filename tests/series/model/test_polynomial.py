"""Polynomials: their values, one by one, in tables and by differences, and what is done with their coefficients."""

import itertools
import math

import pytest

from pi_engine.series import IntegerPolynomial
from pi_engine.series.model.polynomial import difference, product, taylor_shift


def test_polynomials_evaluate_as_their_factors(rng):
    for degree in range(7):
        factors = tuple((rng.randrange(-9, 9), rng.randrange(1, 9)) for _ in range(degree))
        polynomial = IntegerPolynomial(rng.randrange(1, 100), factors)
        assert polynomial.degree == degree
        for k in (-3, 0, 1, 2, 10**9):
            expected = polynomial.constant * math.prod(c0 + c1 * k for c0, c1 in factors)
            assert [polynomial(k)] == polynomial.table(k, k + 1) == [expected]
            following = [polynomial(k + i) for i in range(12)]
            assert list(itertools.islice(polynomial.values(k), 12)) == polynomial.table(k, k + 12) == following
    assert IntegerPolynomial(7, ((0, 1),) * 3)(5) == 875
    assert IntegerPolynomial(0, ((0, 1),)).degree == -1
    assert IntegerPolynomial(0)(4) == 0
    assert list(itertools.islice(IntegerPolynomial(0).values(4), 3)) == [0, 0, 0]


@pytest.mark.parametrize("factors", [(), ((),), ((4, 0), (1, -2)), ((1, 2, 3), (0, -5)), ((0, 1),) * 3])
@pytest.mark.parametrize("constant", [-2, 0, 7])
def test_a_table_is_its_values(constant, factors):
    """Also where a factor is no progression, or one that falls."""
    f = IntegerPolynomial(constant, factors)
    for first, end in ((0, 0), (0, 1), (3, 40), (10**12, 10**12 + 3)):
        assert f.table(first, end) == [f(k) for k in range(first, end)]


def test_polynomial_arithmetic():
    assert product((1, 2), (3, 4)) == (3, 10, 8)
    assert product((), (1,)) == ()
    assert difference((1, 2, 3), (0, 2, 3)) == (1,)
    assert taylor_shift((5, -2, 3)) == (6, 4, 3)  # 3(k+1)² − 2(k+1) + 5
    assert taylor_shift(()) == ()
