"""Products and squares of integers: `pi_engine.bigint.multiply`, and GMP's beside it."""

import gmpy2
import pytest

from benchmarks.conftest import short
from benchmarks.suite.right_digits import is_product
from pi_engine.bigint import multiply

pytestmark = pytest.mark.sizes("bits", 10**3, 10**4, 10**5, 10**6, 10**7, 10**8)


@pytest.fixture(scope="module")
def factors(bits, compiled):
    state = gmpy2.random_state(bits)
    return tuple(gmpy2.mpz_urandomb(state, bits) | (gmpy2.mpz(1) << (bits - 1)) for _ in range(2))


def product(bits):
    return f"product of 2 × {short(bits)} bits"


def square(bits):
    return f"square of {short(bits)} bits"


@pytest.mark.threads
def test_multiply(timed, bits, factors, threads):
    a, b = factors
    timed(lambda: multiply(a, b, threads=threads), lambda found: is_product(found, a, b), group=product(bits))


def test_gmp(timed, bits, factors):
    a, b = factors
    timed(lambda: a * b, lambda found: is_product(found, a, b), group=product(bits))


@pytest.mark.threads
def test_multiply_by_itself(timed, bits, factors, threads):
    a, _ = factors
    timed(lambda: multiply(a, a, threads=threads), lambda found: is_product(found, a, a), group=square(bits))


def test_gmp_square(timed, bits, factors):
    a, _ = factors
    timed(lambda: a * a, lambda found: is_product(found, a, a), group=square(bits))
