"""The digits that the tests of `verify` damage, and where they write them."""

from functools import partial

import pytest

import pi_engine
from tests.digits.digit_files import written
from tests.files.verified_files import COUNT


@pytest.fixture(scope="session")
def texts():
    return {base: pi_engine.compute(COUNT + 100, base=base).text()[: COUNT + 2] for base in (10, 16)}


@pytest.fixture
def place(tmp_path):
    """Write a file and return its path."""
    return partial(written, tmp_path)
