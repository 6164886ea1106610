"""The oracles: right to the last unit of their bound, and with not a step too many or too few."""

import pytest

import pi_engine
from pi_engine.engine.checks import iterations
from pi_engine.engine.checks.iterations import ERROR_UNITS, borwein_quartic, gauss_legendre
from pi_engine.radix import digit_text, scale
from tests.conftest import MULTIPLIER, exact_pi

both = pytest.mark.parametrize("oracle", [gauss_legendre, borwein_quartic])


def error(oracle, bits):
    found = oracle(bits)
    assert (found.bits, found.error) == (bits, ERROR_UNITS)
    return found.mantissa - exact_pi(bits)


@both
def test_the_error_is_within_its_bound(oracle, rng):
    for bits in [*range(1, 600), *(rng.randrange(600, 100_000) for _ in range(int(10 * MULTIPLIER)))]:
        assert abs(error(oracle, bits)) < ERROR_UNITS, bits


@both
def test_a_step_less_would_not_do(oracle, monkeypatch):
    """With the iteration's error believed to be half of what it is, or a quarter, digits are wrong."""
    monkeypatch.setattr(
        iterations, "_HALF_TURN_BITS", iterations._HALF_TURN_BITS * (2 if oracle is gauss_legendre else 4)
    )
    assert sum(abs(error(oracle, bits)) >= ERROR_UNITS for bits in range(100, 2000, 50)) > 30


@both
def test_the_engine_agrees(oracle, million):
    scaled = scale(oracle(33_300), 10_000, 10)
    assert digit_text(scaled.value, 10) == million.text().replace(".", "")[:10_001]
    assert pi_engine.compute(10_000, series="bbp").value == scaled.value
