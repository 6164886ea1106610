"""The command line: what it prints, where, with which exit code."""

import json
import operator
import os
import re
import shutil

import pytest

import pi_engine
from pi_engine.cli.main import COMMANDS, SECTIONS, run
from tests.command import commands, pi, run_code
from tests.homes import environment_of

# ---------------------------------------------------------------- results


def test_digits_go_to_stdout_and_one_line_to_stderr(capsys):
    assert run(["compute", "5"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "3.14159\n"
    assert re.fullmatch(r"5 digits in \d[\d.e-]* s, checked\n", captured.err)


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["0"], "3\n"),
        (["1"], "3.1\n"),
        (["2e1"], "3.14159265358979323846\n"),
        (["10", "--base", "16"], "3.243F6A8885\n"),
        (["5", "-o", "-"], "3.14159"),
        (["10", "--series", "Ramanujan", "--threads", "3", "--check", "none"], "3.1415926535\n"),
    ],
)
def test_compute_prints(capsys, arguments, output):
    assert run(["compute", *arguments, "--quiet"]) == 0
    assert capsys.readouterr() == (output, "")


def test_a_file_holds_the_digits_and_no_line_break(tmp_path, million, capsys):
    target = tmp_path / "pi.txt"
    assert run(["compute", "1e6", "-o", str(target), "--json", "-q"]) == 0
    assert target.read_text() == million.text()
    result = json.loads(capsys.readouterr().out)
    assert result["hash"] == "404089929205932130"
    assert result["output"] == str(target)
    assert [check["name"] for check in result["checks"]][-1] == "file"
    assert set(result["seconds"]) == {"sum", "check", "root", "division", "conversion", "write", "total"}


def test_json_has_the_fields_of_the_contract(capsys):
    assert run(["compute", "100", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert list(result) == [
        "schema", "digits", "base", "series", "threads", "path", "kernels", "value_start", "value_end", "hash", "seconds",
        "processor_seconds", "peak_memory_bytes", "mapped_memory_bytes", "checks", "repairs", "output", "versions",
    ]  # fmt: skip
    assert result["schema"] == 1
    assert result["value_start"] == "14159265358979323846264338327950288419716939937510"
    assert result["value_end"] == "58209749445923078164062862089986280348253421170679"
    assert result["output"] is None
    assert (result["path"], result["kernels"]) == ("plain", "not used")
    assert all(set(check) == {"name", "status", "detail"} for check in result["checks"])
    assert int(result["hash"]) == pi_engine.compute(100).value % (2**61 - 1)


def test_series_list_and_show(capsys):
    assert run(["series", "list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["name", *(row.name for row in pi_engine.series.catalogue())]
    assert run(["series", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["series"]
    assert len(rows) >= 25
    assert {frozenset(row) for row in rows} == {
        frozenset({"name", "title", "family", "digits_per_term", "cost", "source"})
    }
    assert run(["series", "show", "chudnovsky"]) == 0
    shown = capsys.readouterr().out
    assert "426880·√10005·Q / T" in shown
    assert "−(6k − 5)(2k − 1)(6k − 1)" in shown
    assert run(["series", "show", "ramanujan", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["q"], shown["level"], shown["discriminant"]) == ("3073907232 k³", 2, -232)
    assert run(["series", "show", "machin"]) == 0
    shown = capsys.readouterr().out
    for text in ("arctan(1/239): c = −239/57122", "28561 (2k + 1)", "4·S", "cost\t1.5929"):
        assert text in shown
    assert run(["series", "show", "machin", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [part["coefficient"] for part in shown["components"]] == ["10/13", "-239/57122"]
    assert "p" not in shown


def test_info(capsys):
    assert run(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["versions"]["pi_engine"] == pi_engine.__version__
    assert 0 < facts["memory_limit_bytes"] <= facts["physical_memory_bytes"]
    assert facts["threads"] >= 1
    assert run(["info"]) == 0
    assert "memory limit" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(capsys, shell):
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("click asks the installed bash for its version")
    assert run(["completion", shell]) == 0
    assert "_PI_ENGINE_COMPLETE" in capsys.readouterr().out


def test_completion_completes():
    asked = {"_PI_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": "pi-engine co", "COMP_CWORD": "1"}
    answer = pi(env={**os.environ, **asked})
    assert answer.stdout.split() == [f"plain,{name}" for name in ("compute", "convert", "convergence", "completion")]


def test_help_and_version(capsys):
    for arguments in ([], ["-h"], ["--help"]):
        assert run(arguments) == 0
        assert "compute" in capsys.readouterr().out
    assert run(["series"]) == 0
    assert "show" in capsys.readouterr().out
    for name in COMMANDS:
        assert run([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: pi-engine {name}")
    assert run(["--version"]) == 0
    assert pi_engine.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_no_mark_of_click_is_seen_in_a_help(name, capsys):
    """A raw docstring would show the mark for lines that are kept."""
    assert run([name, "--help"]) == 0
    assert "\\b" not in capsys.readouterr().out


def test_help_shows_commands_in_sections(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out.split("  -h, --help")[1].splitlines()[1:]
    assert [line.split()[0] for line in shown if line.startswith("  ")] == list(COMMANDS)
    assert [line for line in shown if line and line[0] != " "] == [f"{title}:" for title in SECTIONS.values()]


def test_help_fits_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("", "series", *dict(commands())):
        assert run([*name.split(), "--help"]) == 0
        assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 80


@pytest.mark.slow
def test_a_line_says_how_to_be_faster_where_it_would_be(tmp_path):
    """With nothing compiled yet, at the start, and only where it matters."""
    environment = environment_of(tmp_path)
    for options, hinted in ((["1e6"], False), (["5e6"], True), (["5e6", "-q"], False)):
        answer = pi("compute", *options, "--json", env=environment)
        assert ("'pi-engine tune', once (about a minute)" in answer.stderr.split("\n")[0]) == hinted
        assert answer.stderr.count("tune") == hinted


# ---------------------------------------------------------------- small jobs stay instant


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["numba", "numpy", "rich", "psutil", "platformdirs", "gmpy2", "concurrent.futures"]),
        (["compute", "1000"], ["numba", "llvmlite", "numpy", "rich", "psutil", "platformdirs"]),
        (["series", "list"], ["numba", "numpy", "rich", "psutil"]),
    ],
)
def test_small_jobs_import_only_what_they_need(arguments, absent):
    code = (
        f"import sys; from pi_engine.cli.main import run; run({arguments!r}); "
        f"print([name for name in {absent!r} if name in sys.modules], file=sys.stderr)"
    )
    assert run_code(code).stderr.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_large():
    code = "import sys, pi_engine; print([m for m in ('gmpy2', 'numba', 'numpy', 'rich') if m in sys.modules])"
    assert run_code(code).stdout == "[]\n"
    assert {"compute", "series", "PiEngineError"} <= set(dir(pi_engine))
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        operator.attrgetter("pie")(pi_engine)
