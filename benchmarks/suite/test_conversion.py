"""Integers to decimal text and back: `pi_engine.radix.to_text` and `pi_engine.radix.from_text`, and GMP's beside them."""

import gmpy2
import pytest

from benchmarks.conftest import short
from pi_engine import radix

pytestmark = pytest.mark.sizes("digits", 10**4, 10**5, 10**6, more=[10**7])


@pytest.fixture(scope="module")
def number(digits, compiled):
    """An integer of so many digits; the kernels are there before it is converted."""
    lowest = gmpy2.mpz(10) ** (digits - 1)
    return lowest + gmpy2.mpz_random(gmpy2.random_state(digits), 9 * lowest)


@pytest.fixture(scope="module")
def text(number):
    return number.digits()


def to_text(digits):
    return f"integer to text, {short(digits)} digits"


def from_text(digits):
    return f"text to integer, {short(digits)} digits"


@pytest.mark.threads
def test_to_text(timed, digits, number, text, threads):
    timed(lambda: radix.to_text(number, threads=threads), lambda found: found == text, group=to_text(digits))


def test_gmp_to_text(timed, digits, number):
    timed(number.digits, lambda found: len(found) == digits and gmpy2.mpz(found) == number, group=to_text(digits))


@pytest.mark.threads
def test_from_text(timed, digits, number, text, threads):
    timed(lambda: radix.from_text(text, threads=threads), lambda found: found == number, group=from_text(digits))


def test_gmp_from_text(timed, digits, number, text):
    timed(lambda: gmpy2.mpz(text), lambda found: found == number, group=from_text(digits))
