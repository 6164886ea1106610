"""More of what goes to disk: hexadecimal digits, full checks, checkpoints."""

import contextlib
import itertools
from collections import Counter

import pytest

import pi_engine
from pi_engine.bigint.scratch.stored_limbs import LimbWriter
from pi_engine.engine.conversion.text_of_words import TextOfWords
from pi_engine.engine.planning import confirmation_method
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.errors import VerificationError
from tests.bigint.scratch.conftest import DIGITS


def test_hexadecimal_digits_are_the_same(hexadecimal, disk, tmp_path):
    expected, digits = hexadecimal, hexadecimal.digits
    result = pi_engine.compute(digits, base=16, scratch=disk, threads=2)
    assert result.scratch.bytes_written > 20 * digits
    assert result.text() == expected.text()
    assert (result.hash, result.value) == (expected.hash, expected.value)
    assert result[-20:] == expected[-20:]
    assert list(result.words) == list(expected.words)
    assert [check.name for check in result.checks] == [check.name for check in expected.checks]
    for name in ("pi.txt", "pi.ycd"):
        result.write(tmp_path / name)
        assert pi_engine.open(tmp_path / name, base=16).text() == expected.text()[2:]
    assert pi_engine.compute(digits, base=16, scratch=disk, check="none").hash == expected.hash
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("by", ["near-integer", "other series"])
def test_a_full_check_by_way_of_the_disk(disk, expected, monkeypatch, by):
    monkeypatch.setattr(confirmation_method, "J_INVARIANT_DIGITS", DIGITS if by == "near-integer" else 1000)
    result = pi_engine.compute(DIGITS, scratch=disk, check="full")
    assert result.text() == expected
    assert {check.name: check.status for check in result.checks if check.name in ("BBP", by)} == {
        "BBP": "passed",
        by: "passed",
    }
    assert result.scratch.bytes_written > (40 if by == "other series" else 20) * DIGITS


def test_a_full_check_of_hexadecimal_digits(hexadecimal, disk):
    result = pi_engine.compute(hexadecimal.digits, base=16, scratch=disk, check="full")
    assert result.text() == hexadecimal.text()
    assert [check.name for check in result.checks][-1] == "other series"


def test_a_wrong_digit_is_seen_by_the_other_series(disk, monkeypatch):
    monkeypatch.setattr(confirmation_method, "J_INVARIANT_DIGITS", 1000)
    real = TextOfWords.__eq__
    monkeypatch.setattr(TextOfWords, "__eq__", lambda self, other: real(self, str(other)[:-1] + "x"))
    with pytest.raises(VerificationError, match="the series chudnovsky and ramanujan have different digits"):
        pi_engine.compute(DIGITS, scratch=disk, check="full")


def test_a_series_of_no_catalogue_by_way_of_the_disk(disk, expected):
    result = pi_engine.compute(DIGITS, series="derived:67", scratch=disk)
    assert result.text() == expected
    assert {"reference", "other series"} <= {check.name for check in result.checks}


class EndedError(Exception):
    pass


def test_a_checkpoint_of_a_run_by_way_of_the_disk(disk, expected, tmp_path, monkeypatch):
    """Ended after every third step, it goes on with records that are written from the disk and read to it."""
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    real, steps, kinds = RunCheckpoint.step_done, itertools.count(1), Counter()
    put = LimbWriter.put

    def step_done(kept):
        real(kept)
        if next(steps) % 3 == 0:
            raise EndedError

    def load_record(kept, key, *more):
        kinds[key.split("-")[1]] += 1
        return load(kept, key, *more)

    load = RunCheckpoint.load_record
    monkeypatch.setattr(RunCheckpoint, "step_done", step_done)
    monkeypatch.setattr(RunCheckpoint, "load_record", load_record)
    monkeypatch.setattr(LimbWriter, "put", lambda self, limbs: (kinds.update(["put"]), put(self, limbs))[1])
    runs = 0
    while True:
        runs += 1
        with contextlib.suppress(EndedError):
            result = pi_engine.compute(DIGITS, checkpoint=tmp_path / "kept", scratch=disk, resume=runs > 1)
            break
    assert runs > 4
    assert kinds["node"] > 4
    assert kinds["put"] > 20
    assert result.text() == expected
    assert result.repairs == []
    assert list(disk.iterdir()) == []
