"""The digits that the tests of `verify` damage, and where they write them."""

from functools import partial

import pytest

import pi_engine
from tests.digits.digit_files import BINARY, binary_text, written
from tests.files.verified_files import COUNT


@pytest.fixture(scope="session")
def texts():
    return {base: pi_engine.compute(COUNT + 100, base=base).text()[: COUNT + 2] for base in (10, 16)}


@pytest.fixture
def place(tmp_path):
    """Write a file and return its path."""
    return partial(written, tmp_path)


@pytest.fixture(scope="session")
def pis():
    """Longer than any file below, by MPFR."""
    return {base: binary_text(base, 101_000) for base in BINARY}


@pytest.fixture
def some(pis):
    """The text to `count` digits."""
    return lambda base, count: pis[base][: len(pis[base]) - 101_000 + count] if count else pis[base].split(".")[0]
