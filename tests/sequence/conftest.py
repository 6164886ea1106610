"""Files of each kind with the same digits."""

import gzip

import pytest

import pi_engine
from pi_engine.sequence.digit_store import DigitStore


@pytest.fixture(scope="session")
def ninety(million):
    """90 000 digits of π."""
    return million.text()[: 2 + 90_000]


@pytest.fixture(scope="session")
def files(ninety, tmp_path_factory):
    """A file of each kind with the digits, by name."""
    folder = tmp_path_factory.mktemp("files")
    result = pi_engine.compute(90_000)
    result.write(folder / "pi.ycd")
    result.write(folder / "set.ycd", block_size=10_007)
    result.write(folder / "many.ycd", block_size=1009)
    (folder / "pi.txt").write_text(ninety)
    digits = ninety[2:]
    (folder / "lines.txt").write_text("3.\n" + "".join(f"{digits[i : i + 50]}\n" for i in range(0, len(digits), 50)))
    (folder / "pi.gz").write_bytes(gzip.compress(ninety.encode(), 1))
    (folder / "wide.txt").write_bytes(ninety.encode("utf-16"))
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PI_ENGINE_DIGIT_STORE", raising=False)
    return tmp_path


@pytest.fixture
def store(home):
    """The store of digits in it."""
    return DigitStore()
