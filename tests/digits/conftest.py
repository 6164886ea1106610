"""Digits for the tests of readers and writers."""

import pytest

import pi_engine
from tests.digits.digit_files import BASES, COUNT


@pytest.fixture(scope="session")
def texts():
    """The first 5000 digits in each base."""
    return {base: pi_engine.compute(5000, base=base).text() for base in BASES}


@pytest.fixture(scope="session")
def results():
    return {base: pi_engine.compute(COUNT, base=base) for base in (10, 16)}
