"""`stats` on files of all kinds and on π: tables for people, for programs, and for JSON; and what it refuses."""

import gzip
import json

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.statistics.summary import statistics_of
from tests.command import pi, pi_on_terminal
from tests.homes import environment_of

SIZE = 12_000


@pytest.fixture(scope="module")
def digits():
    return pi_engine.compute(SIZE).fraction_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def answer(capsys):
    def answer(*arguments, code=0):
        assert run(["stats", *arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return answer


def without_name(found):
    return {field: value for field, value in found.items() if field not in ("file", "seconds")}


@pytest.mark.parametrize("name", ["pi.txt", "pi.txt.gz", "pi.ycd", "rows.txt"])
def test_every_format_gives_the_same_answer(folder, answer, digits, name):
    if name.endswith(".gz"):
        (folder / name).write_bytes(gzip.compress(f"3.{digits}".encode()))
    elif name == "rows.txt":
        (folder / name).write_text("\n".join(["3.", *(digits[i : i + 70] for i in range(0, SIZE, 70))]))
    else:
        pi_engine.compute(SIZE).write(name)
    expected = statistics_of([digits.encode()])
    for options in ([], ["--threads", "3"]):
        found = answer(name, *options)
        assert (found["file"], found["digits"], found["position"], found["base"]) == (name, SIZE, 1, 10)
        assert found["counts"] == [digits.count(x) for x in "0123456789"]
        assert found["chi_square"] == pytest.approx(expected.chi_square)
        assert [row["p_value"] for row in found["tests"]] == pytest.approx([x.p_value for x in expected.tests])
        assert found["conclusion"] == expected.conclusion
        assert [row["count"] for row in found["hands"]][:2] == pytest.approx([2400 * 0.3024, 2400 * 0.504], rel=0.1)
        assert 0 < found["seconds"]["total"] < 600


def test_pi_and_a_file_of_it_have_the_same_answer(folder, answer, digits):
    (folder / "pi.txt").write_text(f"3.{digits}")
    found = answer("--digits", str(SIZE), "--no-cache")
    assert found["file"] is None
    assert without_name(found) == without_name(answer("pi.txt"))


@pytest.mark.parametrize(("first", "last"), [(1, SIZE), (2, 60), (777, 12_000), (5000, 5000), (6001, 11_999)])
def test_a_range_is_what_a_slice_of_it_is(folder, answer, digits, first, last):
    pi_engine.compute(SIZE).write("pi.ycd")
    (folder / "part.txt").write_text(digits[first - 1 : last])
    found = answer("pi.ycd", "--range", f"{first}-{last}")
    assert found["position"] == first
    assert found["counts"] == [digits[first - 1 : last].count(x) for x in "0123456789"]
    expected = statistics_of([digits[first - 1 : last].encode()])
    assert [row["statistic"] for row in found["tests"]] == [x.statistic for x in expected.tests]


def test_hexadecimal_digits(answer):
    found = answer("--digits", "2000", "--base", "16", "--no-cache", "--kgrams", "1")
    assert (found["base"], len(found["counts"]), sum(found["counts"])) == (16, 16, 2000)
    assert (found["max_entropy_bits"], len(found["kgrams"])) == (4, 1)


def test_a_pipe_gets_tables_with_tabs(folder, capsys, digits):
    (folder / "pi.txt").write_text(f"3.{digits}")
    assert run(["stats", "pi.txt"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    summary, counts, kgrams, tests, entropies = said.out.split("\n\n")
    assert summary.splitlines()[0] == "digits\tpi.txt, positions 1 to 12_000, base 10"
    assert counts.splitlines()[0] == "digit\tcount\tpercent\tdeviation (σ)"
    assert [line.split("\t")[:2] for line in counts.splitlines()[1:]] == [
        [x, str(digits.count(x))] for x in "0123456789"
    ]
    assert [line.split("\t")[1] for line in kgrams.splitlines()[1:]] == [str(10**k) for k in range(1, 7)]
    assert {line.count("\t") for line in tests.splitlines()} == {6}
    assert tests.splitlines()[-1].startswith("maximum entropy\t")
    assert "needs 98_304 digits\tdo blocks of 6 digits repeat as often as expected?" in tests
    assert len(entropies.splitlines()) == 4


@pytest.mark.parametrize("columns", [80, 130])
def test_tables_fit_the_terminal(folder, digits, columns):
    (folder / "pi.txt").write_text(f"3.{digits}")
    code, shown, _ = pi_on_terminal("stats", "pi.txt", columns=columns)
    assert code == 0
    assert max(map(len, shown.splitlines())) <= columns
    assert "too narrow" not in shown
    assert ("do 3 digits help to predict the next one?" in shown) == (columns == 130)
    assert "blocks of 6" in shown and "12_000" in shown and "known digits" in shown


def test_unusual_digits_are_no_error(folder, capsys):
    (folder / "sevenths.txt").write_text("0." + "142857" * 1000)
    assert run(["stats", "sevenths.txt"]) == 0
    assert "tests are unusual (too uneven: digits, serial" in capsys.readouterr().out


def test_too_few_digits_are_counted_and_said(folder, capsys, answer):
    (folder / "few.txt").write_text("3.14159")
    assert run(["stats", "few.txt"]) == 0
    said = capsys.readouterr()
    assert said.err == "pi-engine: 5 digits are too few for any test: the first one needs 50\n"
    assert "\n1\t2\t40.00000\t" in said.out
    found = answer("few.txt")
    assert (found["chi_square"], found["p_value"], found["chance"], found["digits"]) == (None, None, None, 5)


def test_a_long_run_is_named(folder, answer, capsys):
    (folder / "ones.txt").write_text("3." + "1" * 700)
    assert answer("ones.txt")["longest_run"] == 511
    assert run(["stats", "ones.txt"]) == 0
    assert "longest run\t511 digits or more\n" in capsys.readouterr().out


def test_standard_input(digits):
    done = pi("stats", "-", "--json", input=f"3.{digits}")
    assert (done.returncode, json.loads(done.stdout)["counts"][3]) == (0, digits.count("3"))
    done = pi("stats", "-", "--range", f"2-{SIZE + 1}", input=f"3.{digits}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "position 12_001 is after the end" in done.stderr


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("", 5, "the file is empty"),
        ("hello world", 5, "no digits in its first 11 bytes"),
        ("3.", 2, "has no digits after the point"),
        ("3.1415926535x8979", 5, "x"),
    ],
)
def test_files_that_are_not_digits(folder, capsys, content, code, message):
    (folder / "bad.txt").write_text(content)
    assert run(["stats", "bad.txt"]) == code
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("pi-engine: error: ") and message in said.err


def test_without_scipy_one_line_says_what_to_install(tmp_path):
    (tmp_path / "scipy").mkdir()
    (tmp_path / "scipy" / "__init__.py").write_text("raise ImportError('not here')")
    environment = environment_of(tmp_path)
    environment["PYTHONPATH"] = f"{tmp_path}:{environment['PYTHONPATH']}"
    done = pi("stats", "--digits", "1000", env=environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("pi-engine: error: the tests need SciPy, which is not installed: run ")
