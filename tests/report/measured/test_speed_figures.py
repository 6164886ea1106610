"""Sizes fit the time, and what is no file of figures is refused in a line."""

import json

import pytest

from pi_engine.errors import CapacityError, UsageError
from pi_engine.report.measured import speed_figures
from pi_engine.report.measured.speed_figures import CANDIDATES, SpeedRow, measure_speed, read_bench
from tests.report.bench_answer import BENCH


def test_figures_of_a_file(bench_file):
    found = read_bench(str(bench_file))
    assert [row.digits for row in found.rows] == [10**4, 10**5, 10**6]
    assert found.source == str(bench_file) and found.processor == "a <machine>"
    assert found.rows[0].seconds["total"] == pytest.approx(3e-3)
    assert found.rows[0].peak_memory_bytes is None


def changed(**fields):
    return {**BENCH, "rows": [{**BENCH["rows"][0], **fields}]}


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "{}", "3", "null", '"x"', '{"rows": []}', '{"rows": 5, "machine": {"processor": "x"}}', "[" * 100_000, "\udcff",
        json.dumps({**BENCH, "rows": []}), json.dumps({**BENCH, "machine": {"processor": 5}}), json.dumps({**BENCH, "machine": None}),
        *map(json.dumps, [
            changed(digits="many"), changed(digits=0), changed(digits=True), changed(digits=1.5), changed(seconds=[]),
            changed(seconds={}), changed(seconds={"total": "x"}), changed(seconds={"total": 0}), changed(seconds={"total": -1}),
            changed(seconds={"total": 1, "sum": -1}), changed(peak_memory_bytes="x"), changed(threads=None), changed(rounds=-1),
            changed(seconds={"total": float("nan")}), changed(seconds={"total": float("inf")}),
            changed(peak_memory_bytes=float("inf")),
        ]),
    ],
)  # fmt: skip
def test_what_is_no_file_of_figures_is_refused(tmp_path, content):
    path = tmp_path / "bench.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"bench.json is not (JSON|what)") as refused:
        read_bench(str(path))
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"missing.json cannot be read: No such file"):
        read_bench(str(tmp_path / "missing.json"))
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_bench(str(tmp_path))
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(UsageError, match="is not JSON"):
        read_bench(str(tmp_path / "large"))


@pytest.fixture
def timed(monkeypatch):
    """A machine on which a digit takes a microsecond, and nothing is run."""
    runs = []

    def measured(size, threads, rounds, progress):
        runs.append((size, rounds))
        return SpeedRow(size, threads, rounds, {"total": size * 1e-6}, None)

    monkeypatch.setattr(speed_figures, "_measured", measured)
    monkeypatch.setattr(speed_figures, "_cost", lambda size, threads: 0.5 + size * 1e-6)
    return runs


def test_sizes_fit_the_time(timed):
    found = measure_speed(seconds=20)
    assert timed == [(1000, 3), (10_000, 3), (100_000, 3), (10**6, 3), (3 * 10**6, 1)]
    assert found.stopped_before == 10**7
    timed.clear()
    assert measure_speed(seconds=0).stopped_before == 10_000
    assert timed == [(1000, 1)]


def test_a_slow_machine_ends_early(timed, monkeypatch):
    moments = iter(range(0, 1000, 9))
    monkeypatch.setattr(speed_figures.time, "perf_counter", lambda: next(moments))
    found = measure_speed(seconds=20)
    assert 1 <= len(timed) < 5 and found.stopped_before == CANDIDATES[len(timed)]


def test_sizes_that_are_named_are_measured(timed):
    found = measure_speed([500, 100, 500], seconds=0)
    assert timed == [(100, 3), (500, 3)] and found.stopped_before is None
    with pytest.raises(UsageError, match="nothing to time at 0 digits"):
        measure_speed([0])
    with pytest.raises(CapacityError):
        measure_speed([10**15])


def test_a_measurement_has_all_phases():
    (row,) = measure_speed([100], threads=1).rows
    assert set(row.seconds) >= {"sum", "root", "division", "conversion", "total"}
    assert row.threads == 1 and row.rounds == 3 and row.peak_memory_bytes > 0
