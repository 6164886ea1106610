"""What tests of runs on disk share: digits that were made in memory, and a folder that everything goes to."""

import pytest

import pi_engine
from tests.backends import pretend
from tests.scratch_spaces import always_by_disk

DIGITS = 70_000


@pytest.fixture(scope="module")
def in_memory():
    return pi_engine.compute(DIGITS)


@pytest.fixture(scope="module")
def expected(in_memory):
    return in_memory.text()


@pytest.fixture(scope="module", params=[DIGITS, DIGITS + 1, DIGITS + 15])
def hexadecimal(request):
    return pi_engine.compute(request.param, base=16)


@pytest.fixture
def disk(monkeypatch, tmp_path):
    """A folder that everything goes to."""
    pretend(monkeypatch, pays=True)
    always_by_disk(monkeypatch)
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder
