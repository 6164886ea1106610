import csv
import io
import itertools
import json
import math
import os
import xml.etree.ElementTree as ET

import pytest

from pi_engine import series
from pi_engine.convergence.measure import REFERENCE, WELL_KNOWN, fitted_digits_per_term, measure_convergence
from pi_engine.convergence.plot import draw
from pi_engine.errors import UsageError
from pi_engine.series.model.partial_values import digits_after_terms
from tests.command import pi, pi_on_terminal

ROWS = series.catalogue()
EVERY_ROW = [*ROWS, *series.lessons()]


def run(*arguments, **options):
    return pi("convergence", *arguments, **options)


def test_ramanujans_first_term_gives_seven_digits_and_each_next_one_eight_more():
    reached = digits_after_terms(series.get("ramanujan"), 6)
    assert 7 <= reached[0] < 8  # 3.1415927…
    assert all(7.9 < after - before < 8.1 for before, after in itertools.pairwise(reached))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_measured_rate_is_the_predicted_one(row):
    measured = fitted_digits_per_term(digits_after_terms(row, 40))
    assert measured == pytest.approx(row.digits_per_term, rel=0.01)


def test_the_fit_sees_through_a_power_of_n():
    assert fitted_digits_per_term([3 * n - 2.5 * math.log10(n) + 7 for n in range(1, 30)]) == pytest.approx(3)
    assert fitted_digits_per_term([-math.inf, *(3.0 * n for n in range(2, 30))]) == pytest.approx(3)


def test_times_are_relative_to_the_reference():
    names = ["ramanujan", "machin"]
    found = measure_convergence(names, terms=3, digits=[500, 2000], rounds=1)
    assert [x.series.name for x in found] == names  # the reference is measured, but was not asked for
    for x in found:
        assert set(x.seconds) == set(x.terms) == {500, 2000} and min(x.seconds.values()) > 0
        assert x.relative_time > 0
        assert x.relative_cost == pytest.approx(x.series.cost / series.get(REFERENCE).cost)
        least = sum(2000 / part.sum.digits_per_term for part in x.series.components)
        assert least * 0.95 < x.terms[2000] < least + 30 * len(x.series.components)


def test_the_reference_beside_itself():
    (x,) = measure_convergence([REFERENCE], digits=[1000])
    assert x.relative_time == 1 and x.relative_cost == 1


@pytest.mark.parametrize("arguments", [{"terms": 0}, {"digits": [0]}, {"rounds": 0}, {"names": ["chudnovski"]}])
def test_arguments_that_are_refused(arguments):
    with pytest.raises(UsageError):
        measure_convergence(**arguments)


def test_json_has_the_fields_of_the_contract():
    done = run(
        "--series", "ramanujan", "--series", "gosper", "--digits", "1e3", "--rounds", "1", "--terms", "4", "--json"
    )
    answer = json.loads(done.stdout)
    assert answer["schema"] == 1
    first, second = answer["series"]
    assert set(first) == {
        "name", "digits_after_terms", "digits_per_term_predicted", "digits_per_term_measured", "cost", "relative_cost",
        "terms", "seconds", "relative_time",
    }  # fmt: skip
    assert len(first["digits_after_terms"]) == 4 and set(first["seconds"]) == set(first["terms"]) == {"1000"}
    assert second["digits_after_terms"][0] is None  # not a number: the first sums of Gosper's are too far off


def test_csv_has_a_line_for_each_series_and_number_of_terms():
    done = run("--series", "bbp", "--series", "gosper", "--terms", "3", "--csv")
    assert done.stdout.splitlines() == [
        "series,terms,digits,digits_per_term",
        "bbp,1,2.08,1.2041", "bbp,2,3.77,1.2041", "bbp,3,5.28,1.2041",
        "gosper,1,0.00,1.1303", "gosper,2,0.00,1.1303", "gosper,3,0.62,1.1303",
    ]  # fmt: skip
    done = run("--series", "leibniz", "--series", "bbp", "--digits", "300", "--rounds", "1", "--terms", "1", "--csv")
    first, second = csv.DictReader(io.StringIO(done.stdout))
    assert first["seconds_at_300_digits"] == "" and float(second["seconds_at_300_digits"]) > 0


def test_table_without_times():
    done = run("--series", "bbp", "--series", "euler", "--digits", "0", "--terms", "3")
    table = done.stdout.splitlines()
    assert table[0].split("\t") == [
        "series",
        "1 term",
        "2 terms",
        "3 terms",
        "digits per term",
        "measured",
        "relative cost",
    ]
    assert table[1].split("\t")[:5] == ["bbp", "2.08", "3.77", "5.28", "1.2041"]
    assert table[2].split("\t")[:3] == ["euler", "0.00", "0.32"]  # 2 is no digit of π
    assert "multiple of Chudnovsky's" in done.stderr
    assert run("--series", "bbp", "--digits", "0", "--quiet").stderr == ""


def test_the_default_is_eight_series_from_slow_to_fast():
    found = json.loads(run("--digits", "300", "--rounds", "1", "--json").stdout)["series"]
    assert [x["name"] for x in found] == list(WELL_KNOWN) and len(found) == 8
    rates = [x["digits_per_term_predicted"] for x in found]
    assert rates == sorted(rates) and rates[0] == 0 and rates[-1] > 14


@pytest.mark.parametrize("arguments", [["--rounds", "1"], ["--digits", "0"], ["--all", "--digits", "0"]])
def test_the_table_fits_80_columns(arguments):
    """On a terminal of 80 columns, with all of its columns."""
    code, shown, _ = pi_on_terminal("convergence", *arguments)
    assert code == 0 and "too narrow" not in shown and "multiple of Chudnovsky's" in " ".join(shown.split())
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("chudnovsky ") for line in lines) == 1


def test_all_takes_the_catalogue_and_the_lessons():
    done = run("--all", "--digits", "0", "--terms", "1", "--json")
    assert [x["name"] for x in json.loads(done.stdout)["series"]] == [row.name for row in EVERY_ROW]


def test_a_series_too_slow_to_compute_with_has_digits_but_no_time():
    (x,) = measure_convergence(["gregory"], terms=1000, digits=[100], rounds=1)
    assert x.series.name == "leibniz" and not x.seconds and not x.terms
    assert x.relative_time is None and x.relative_cost is None
    assert [x.digits_after_terms[10**n - 1] for n in (1, 2, 3)] == pytest.approx([1, 2, 3], abs=2e-3)  # error 1/n
    (row,) = json.loads(run("--series", "leibniz", "--digits", "100", "--json").stdout)["series"]
    assert row["cost"] is row["relative_cost"] is row["relative_time"] is None and row["seconds"] == {}


@pytest.mark.slow
def test_plot_has_two_panels_and_a_name_for_every_line(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "pi.svg"
    done = run(
        "--series", "ramanujan", "--series", "machin", "--digits", "500", "--rounds", "1", "--plot", str(picture), "-q"
    )
    assert done.returncode == 0, done.stderr
    text = "".join(ET.parse(picture).getroot().itertext())
    for said in (
        "Digits of π gained",
        "Time of the sum to 500 digits",
        "digits of π that are right",
        "seconds of the sum",
    ):
        assert said in text
    assert text.count("ramanujan") == text.count("machin") == 2
    again = run("--series", "machin", "--digits", "0", "--plot", str(picture))
    assert again.returncode == 2 and "exists" in again.stderr
    assert run("--series", "machin", "--digits", "0", "--plot", str(picture), "--force", "-q").returncode == 0
    assert "Time of the sum" not in "".join(ET.parse(picture).getroot().itertext())


def test_plot_has_no_times_unless_they_are_asked_for(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "pi.svg"
    assert run("--series", "machin", "--plot", str(picture), "-q").returncode == 0
    text = "".join(ET.parse(picture).getroot().itertext())
    assert "Digits of π gained" in text and "Time of the sum" not in text


def test_plot_as_png():
    pytest.importorskip("matplotlib")
    assert draw(measure_convergence(["bbp"], terms=2), "png").startswith(b"\x89PNG")


def test_plot_without_matplotlib_says_how_to_get_it(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    places = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = run("--plot", str(tmp_path / "x.svg"), env={**os.environ, "PYTHONPATH": places})
    assert done.returncode == 1 and "pip install" in done.stderr and len(done.stderr.splitlines()) == 1
