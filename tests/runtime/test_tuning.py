"""Thresholds: stored, found again, ignored when stale; and crossovers of functions whose cost is known."""

import dataclasses
import json
import os

import pytest

from pi_engine.runtime import tuning
from pi_engine.runtime.storage.trusted_files import UntrustedError
from pi_engine.runtime.tuning import Thresholds
from tests.command import run_code


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "tuning.json"


def test_defaults_without_a_file(path):
    assert tuning.load(path) == Thresholds() and tuning.stored(path) is None


def test_round_trip(path):
    mine = Thresholds(multiply=12345)
    assert tuning.save(mine, path) == path
    assert tuning.stored(path) == mine == tuning.load(path)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    record = json.loads(path.read_text())
    assert record["machine"]["count"] >= 1 and "gmpy2" in record["versions"]


@pytest.mark.parametrize(
    ("place", "value"), [("schema", 2), ("machine", {"cpu": "another", "count": 1}), ("versions", {})]
)
def test_what_is_stale_is_ignored(path, place, value, said):
    tuning.save(Thresholds(multiply=12345), path)
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, place: value}))
    assert tuning.load(path) == Thresholds() and said() == []


LONG = ("1" + "0" * 400, "1" + "0" * 9000, "-1" + "0" * 400)
BITS = ("0", "-1", "1", "999", "10000001", *LONG, "NaN", "Infinity", "1e5", "20000.0")


@pytest.mark.parametrize("name", ["multiply", "square"])
@pytest.mark.parametrize("bits", [*BITS, '"many"', "true", "null", "[]", "{}", "[" * 3000 + "]" * 3000])
def test_crossovers_that_nobody_has_measured_are_not_used_and_told(path, name, bits, said):
    tuning.save(Thresholds(multiply=12345), path)
    record = json.loads(path.read_text())
    record["thresholds"][name] = "here"
    path.write_text(json.dumps(record).replace('"here"', bits))
    assert tuning.load(path) == Thresholds()
    assert said() == [
        f"pi-engine: the crossovers that 'pi-engine tune' has stored are not used: {path} is damaged; run 'pi-engine tune' again"
    ]


@pytest.mark.parametrize("bits", ["many", True, [], {}, 1.5e6, -1])
def test_nor_are_those_that_may_be_missing(path, bits, said):
    tuning.save(Thresholds(merge=600_000), path)
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "thresholds": {**record["thresholds"], "merge": bits}}))
    assert tuning.load(path) == Thresholds() and len(said()) == 1
    path.write_text(json.dumps({**record, "thresholds": {**record["thresholds"], "merge": None}}))
    assert tuning.load(path) == Thresholds() and len(said()) == 1  # it was not measured, and nothing is said


@pytest.mark.parametrize("text", ['{"unknown": 5000}', "[]", "null", "7", '{"multiply": 1, "multiply": 2}'])
def test_other_fields_neither(path, text, said):
    tuning.save(Thresholds(multiply=12345), path)
    record = json.loads(path.read_text())
    record["thresholds"] = "here"
    path.write_text(json.dumps(record).replace('"here"', text))
    assert tuning.load(path) == Thresholds() and len(said()) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00", "[" * 10_000, "[" * 100_000, "\xff", '{"schema": 1}'])
def test_a_damaged_file_is_not_used_and_told(path, text, said):
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    assert tuning.load(path) == Thresholds()
    assert len(said()) == 1 and str(path) in said()[0] and "tune" in said()[0]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners and modes on this system")
def test_files_that_others_may_have_written_are_not_used(path, said):
    tuning.save(Thresholds(multiply=12345), path)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.chmod(0o777)
    assert tuning.load(path) == Thresholds() and str(path.parent) in said()[-1]
    with pytest.raises(UntrustedError):
        tuning.save(Thresholds(), path)
    path.parent.chmod(0o700)
    path.chmod(0o666)
    assert tuning.load(path) == Thresholds() and str(path) in said()[-1]
    path.chmod(0o600)
    assert tuning.load(path).multiply == 12345
    path.unlink()
    path.parent.chmod(0o777)
    count = len(said())
    assert tuning.load(path) == Thresholds() and len(said()) == count  # nothing is stored, so nothing is said
    path.parent.chmod(0o700)
    os.mkfifo(path)
    assert tuning.load(path) == Thresholds() and "is not a regular file" in said()[-1]


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    tuning.save(Thresholds(multiply=12345), path)
    monkeypatch.setattr(tuning.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        tuning.save(Thresholds(), path)
    assert tuning.load(path).multiply == 12345 and len(list(path.parent.iterdir())) == 1


def test_a_file_of_an_earlier_form_is_measured_again_without_a_word(path, said):
    tuning.save(Thresholds(multiply=12345), path)
    record = json.loads(path.read_text())
    record["schema"], record["thresholds"]["batch"] = 1, 30_000
    path.write_text(json.dumps(record))
    assert tuning.load(path) == Thresholds() and said() == []


def test_thresholds_refuse_nonsense():
    for bad in (0, -5, 2**50, 1.5, "7"):
        with pytest.raises(ValueError, match="threshold square"):
            Thresholds(square=bad)


@pytest.fixture
def model(monkeypatch):
    """Callables that cost what a formula says: the clock is a counter that they push on."""
    clock = [0.0]
    monkeypatch.setattr(tuning.time, "perf_counter", lambda: clock[0])

    def costs(formula):
        def work():
            clock[0] += formula

        return work

    return lambda size: (costs(1e-12 * size**1.5), costs(1e-9 * size + 1e-6))


def test_crossover_of_known_costs(model):
    exact = next(n for n in range(1000, 10**7, 100) if 1e-12 * n**1.5 > 1e-9 * n + 1e-6)
    assert abs(tuning.crossover(model, 1000, 10**8) / exact - 1) < 0.05
    assert tuning.crossover(model, 1000, 2000) == 2000
    assert tuning.crossover(model, 2 * exact, 8 * exact) == 2 * exact
    with pytest.raises(ValueError, match="no sizes"):
        tuning.crossover(model, 10, 10)


def test_measure_keeps_what_it_does_not_measure(model):
    steps = []
    found = tuning.measure({"square": model, "merge": model}, lambda *step: steps.append(step))
    assert 900_000 < found.square <= 1_000_000 and 900_000 < found.merge < 1_100_000
    assert dataclasses.replace(found, square=Thresholds().square, merge=None) == Thresholds()
    assert steps == [(1, 2), (2, 2)]


def test_every_threshold_has_a_range():
    """And what is measured is within it, so that it is used."""
    assert [field.name for field in dataclasses.fields(Thresholds)] == list(tuning.RANGES)
    assert all(64 <= least < most < 2**40 for least, most in tuning.RANGES.values())


@pytest.mark.parametrize("name", tuning.RANGES)
def test_the_ends_of_a_range_are_used_and_nothing_beyond(path, name, said):
    least, most = tuning.RANGES[name]
    for bits, counts in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        tuning.save(Thresholds(**{name: bits}), path)
        assert tuning.load(path) == (Thresholds(**{name: bits}) if counts else Thresholds())
    assert len(said()) == 2


def test_does_not_import_numba():
    code = "import sys, pi_engine.runtime.tuning as t; t.load(); print('numba' in sys.modules or 'llvmlite' in sys.modules)"
    assert run_code(code).stdout == "False\n"
