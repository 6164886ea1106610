"""Reading, writing and verifying files of π's digits, as text, compressed, and as .ycd."""

import pytest

import pi_engine
from benchmarks.conftest import short
from pi_engine.digits.block_hash import BlockHashes
from pi_engine.digits.reader import DigitFile

pytestmark = pytest.mark.sizes("digits", 10**5, 10**6, more=[10**7])
SUFFIXES = ("txt", "ycd", "txt.gz", "txt.zst", "txt.xz")


@pytest.fixture(scope="module")
def result(digits, compiled):
    return pi_engine.compute(digits)


@pytest.fixture(scope="module")
def file(result, suffix, tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / f"pi.{suffix}"
    result.write(path)
    return path


def digits_read(path):
    with DigitFile(path) as file:
        return sum(block.digits for block in file.blocks())


def hash_read(path):
    with DigitFile(path) as file:
        hashes = BlockHashes(10, 3, (2**61 - 1,))
        for block in file.blocks():
            hashes.update(block)
        return hashes.values[0]


@pytest.mark.parametrize("suffix", SUFFIXES, scope="module")
def test_read(timed, digits, result, file):
    timed(
        lambda: digits_read(file),
        lambda count: count == digits and hash_read(file) == result.hash,
        group=f"reading {short(digits)} digits",
    )


@pytest.mark.parametrize("suffix", SUFFIXES, scope="module")
def test_write(timed, digits, result, tmp_path, suffix):
    path = tmp_path / f"pi.{suffix}"
    timed(
        lambda: result.write(path, overwrite=True),
        lambda checks: [check.status for check in checks] == ["passed"] and hash_read(path) == result.hash,
        group=f"writing {short(digits)} digits, and reading them back",
    )


@pytest.mark.parametrize(
    ("method", "suffix"),
    [("known", "txt"), ("residues", "txt"), *(("recompute", suffix) for suffix in SUFFIXES)],
    scope="module",
)
def test_verify(timed, digits, file, method):
    statuses = {"ok", "unproved"} if method == "known" else {"ok"}  # the hash of some files is known
    timed(
        lambda: pi_engine.verify_file(file, method=method),
        lambda found: found.status in statuses and found.first_wrong is None and found.digits == digits,
        group=f"verifying {short(digits)} digits",
    )
