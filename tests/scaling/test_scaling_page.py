"""docs/scaling.md, its figures and its picture, and the command that makes them."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from pi_engine.runtime.versions import processor_count


def test_the_figures_are_those_of_the_model_as_it_is(scaling, rng):
    """The file has every row; a few of them, cheap ones, are made again."""
    rows = scaling.rows.read_rows()
    assert rows["machine"] == {name: getattr(scaling.machine.REFERENCE, name) for name in rows["machine"]}
    lifts = len(scaling.lifts.Lift)
    assert len(rows["model"]) == len(scaling.rows.DIGITS) * len(scaling.rows.NETWORKS) * (
        1 + lifts * (len(scaling.rows.WORKERS) - 1)
    )
    for row in rng.sample([row for row in rows["model"] if row["workers"] <= 8], 12):
        lift = scaling.lifts.Lift(row["lift"])
        assert scaling.rows.model_row(row["digits"], row["workers"], row["network_gbit"], lift) == row
    for row in rng.sample([row for row in rows["simulation"] if row["workers"] <= 8], 2):
        assert scaling.rows.simulated_row(row["digits"], row["workers"]) == row


def test_the_page_has_every_table(scaling, checkout):
    page = (checkout / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- (scaling-\w+) -->", page)) == set(scaling.page_tables.SECTIONS)


def test_the_picture_shows_what_the_figures_say(scaling):
    root = ET.fromstring(scaling.page_picture.picture())
    lines = root.findall("{*}polyline")
    assert [len(line.get("points").split()) for line in lines] == [len(scaling.rows.WORKERS)] * 8
    assert len(root.findall("{*}circle")) == sum(
        row["digits"] != 10**11 for row in scaling.rows.read_rows()["simulation"]
    )
    left, top = (float(x) for x in lines[0].get("points").split()[0].split(","))
    assert all(float(p.split(",")[0]) >= left and float(p.split(",")[1]) <= top for p in lines[0].get("points").split())


def test_measured_rows_stand_beside_the_model(scaling, tmp_path, monkeypatch):
    """One worker of the machine of the constants, measured to take what the forecast says."""
    file = tmp_path / "measured.json"
    monkeypatch.setattr(scaling.measured, "FILE", file)
    assert "Not measured yet" in scaling.page_tables.measured_table()
    row = {
        "digits": 10**8, "workers": 1, "sum_seconds": 14.3, "total_seconds": 18.5, "worker_seconds": 13.0,
        "longest_worker_seconds": 13.0, "bytes_moved": 123456789,
    }  # fmt: skip
    file.write_text(json.dumps({"machine": {"processor": "x", "processors": 2, "factor": 1.0}, "rows": [row]}))
    cells = scaling.page_tables.measured_table().splitlines()[-1].strip("| ").split(" | ")
    assert cells[:3] == ["10⁸", "1", "14.3"]
    assert float(cells[3]) == pytest.approx(14.3, rel=0.1)
    assert cells[-1] == "123"


def test_runs_that_are_measured_again_take_the_place_of_their_rows(scaling, tmp_path, monkeypatch):
    """The runs themselves are replaced: what they take is nothing that a test may depend on."""
    asked = []

    def run(digits, workers):
        asked.append((digits, workers))
        seconds = float(len(asked))
        return {
            "sum_seconds": seconds,
            "total_seconds": seconds,
            "worker_seconds": seconds,
            "longest_worker_seconds": seconds,
            "bytes_moved": 5,
        }

    monkeypatch.setattr(scaling.measured, "FILE", tmp_path / "measured.json")
    monkeypatch.setattr(scaling.measured, "_run", run)
    scaling.measured.measure([10**7])
    assert asked == [(10**7, 1), (10**7, 2)] * 3
    assert [row["sum_seconds"] for row in scaling.measured.read_measured()["rows"]] == [3.0, 4.0]
    scaling.measured.measure([10**8, 10**7])
    rows = scaling.measured.read_measured()["rows"]
    assert [(row["digits"], row["workers"], row["sum_seconds"]) for row in rows] == [
        (10**7, 1, 15.0), (10**7, 2, 16.0), (10**8, 1, 9.0), (10**8, 2, 10.0),
    ]  # fmt: skip
    assert scaling.page_tables.measured_table().count("\n") == 5
    assert f"{processor_count()} processors" in scaling.page_tables.measured_machine()


def test_the_command_prints_what_is_predicted(checkout, capsys):
    from scripts.scaling.__main__ import main

    assert main(["predict", "1e9", "--workers", "4", "--threads", "2", "--price", "0.5", "--simulate"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"\d s in all; [\d.,]+ s on one worker, 2\.\d+ times as long", printed)
    assert re.search(r"worker-hours: 0\.0\d+, at 0\.5 each 0\.0\d", printed)
    assert "simulated: " in printed


@pytest.mark.parametrize(
    "arguments", [["predict", "1e9", "--workers", "0"], ["predict", "-5"], ["predict", "1e9", "--disk", "0"], []]
)
def test_the_command_refuses_what_is_nothing(checkout, arguments, capsys):
    from scripts.scaling.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
