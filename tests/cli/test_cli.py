"""The command line: what it prints, where, with which exit code."""

import json
import operator
import os
import re
import shutil
import subprocess
import sys

import click
import pytest

import pi_engine
from pi_engine.cli.main import COMMANDS, SECTIONS, run
from tests.command import COMMAND, pi

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
        "peak_memory_bytes", "mapped_memory_bytes", "checks", "output", "versions",
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
    environment = {
        **os.environ,
        "_PI_ENGINE_COMPLETE": "bash_complete",
        "COMP_WORDS": "pi-engine co",
        "COMP_CWORD": "1",
    }
    answer = subprocess.run(
        COMMAND,
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
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


def test_help_shows_commands_in_sections(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out.split("  -h, --help")[1].splitlines()[1:]
    assert [line.split()[0] for line in shown if line.startswith("  ")] == list(COMMANDS)
    assert [line for line in shown if line and line[0] != " "] == [f"{title}:" for title in SECTIONS.values()]


def test_help_fits_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    commands = [[], *([name] for name in COMMANDS), ["series", "list"], ["series", "show"], ["series", "derive"]]
    for arguments in commands:
        assert run([*arguments, "--help"]) == 0
        assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 80


@pytest.mark.slow
def test_a_line_says_how_to_be_faster_where_it_would_be(tmp_path):
    """With nothing compiled yet, at the start, and only where it matters."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    for options, hinted in ((["1e6"], False), (["5e6"], True), (["5e6", "-q"], False)):
        answer = pi("compute", *options, "--json", env=environment)
        assert ("'pi-engine tune', once (one to two minutes)" in answer.stderr.split("\n")[0]) == hinted
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
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stderr.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_large():
    code = "import sys, pi_engine; print([m for m in ('gmpy2', 'numba', 'numpy', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
    assert {"compute", "series", "PiEngineError"} <= set(dir(pi_engine))
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        operator.attrgetter("pie")(pi_engine)


# ---------------------------------------------------------------- bad input: one line, the right code


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compute", "-5"], 2, "the number of digits must not be negative"),
        (["hex", "-5"], 2, "the position must not be negative"),
        (["hex", "-5", "--count", "3"], 2, "the position must not be negative"),
        (["hex", "5", "--count", "-3"], 2, "the number of digits must not be negative"),
        (["near-integer", "-163"], 2, "D must not be negative"),
        (["hex", "5", "--cuont", "3"], 2, "--cuont"),
        (["compute", "abc"], 2, "'abc' is not a count"),
        (["compute", "1.5"], 2, "not a whole number"),
        (["compute", ""], 2, "not a count"),
        (["compute"], 2, "Missing argument"),
        (["compute", "5", "6"], 2, "unexpected extra argument"),
        (["compute", "1e400"], 4, "digits would fit|at most"),
        (["compute", "1e5000"], 2, "too large"),
        (["compute", "1e13"], 4, "at most"),
        (["compute", "1e9", "--memory", "1GB"], 4, "at most"),
        (["compute", "10", "--memory", "1k"], 4, "not even one would fit"),
        (["compute", "5", "--memory", "lots"], 2, "not a size"),
        (["compute", "5", "--memory", "20"], 2, "with its unit, like 8GiB"),
        (["compute", "5", "--group", "x"], 2, "'x' is not a whole number"),
        (["compute", "5", "--columns", "0"], 2, "'--columns': it must be 1 or more"),
        (["series", "show", "leibniz", "--terms", "1001"], 2, "'--terms': it must be from 1 to 1000"),
        (["convert", "--block-size"], 2, "(see pi-engine convert --help)"),
        (["compute", "5", "--series", "nilakantha"], 2, "unknown series 'nilakantha': 'pi-engine series list'"),
        (["compute", "5", "--series", "leibniz"], 2, "5 digits would take about 10.5 terms; choose another series"),
        (["compute", "5", "--base", "7"], 2, "'7' is not one of"),
        (["compute", "5", "--threads", "0"], 2, "threads"),
        (["compute", "5", "--check", "most"], 2, "'most' is not one of"),
        (["compute", "5", "--treads", "2"], 2, "No such option"),
        (["compute", "5", "-o", "missing/pi.txt"], 2, "does not exist"),
        (["compute", "5", "-o", "."], 2, "is a folder"),
        (["compute", "5", "-o", "pi.ycd"], 2, "fewer than 50 digits"),
        (["compute", "99", "-o", "pi.ycd", "--block-size", "49"], 2, "no blocks of fewer than 50"),
        (["compute", "5", "-o", "pi.txt.bz2"], 2, "bzip2 cannot be written"),
        (["compute", "5", "-o", "pi.txt", "--block-size", "100"], 2, "only the ycd format"),
        (["compute", "99", "-o", "pi.ycd", "--block-size", "0"], 2, "no blocks of fewer than 50 digits"),
        (["compute", "5", "--format", "gz"], 2, "name one with '-o FILE'"),
        (["compute", "5", "-o", "pi", "--format", "zip"], 2, "'zip' is not one of"),
        (["compute", "5", "-o", "x" * 300], 2, "File name too long"),
        (["series", "show", "chudnovky"], 2, "did you mean chudnovsky"),
        (["compute", "5", "-o", ""], 2, "is empty"),
        (["compute", "5", "-o", "/dev/null/x"], 2, "not a folder|Not a directory"),
        (["compute", "-1e6"], 2, "the number of digits must not be negative"),
        (["compute", "1e400", "-o", "pi.txt"], 4, "at most"),
        (["series", "shew"], 2, "no such command 'shew': did you mean 'show'\\?"),
        (["series", "frobnicate"], 2, r"no such command 'frobnicate' \(see pi-engine series --help\)"),
        (["comptue"], 2, "no such command 'comptue': did you mean 'compute'\\?"),
        (["comptue", "100"], 2, "no such command 'comptue': did you mean 'compute'\\?"),
        (["Comp"], 2, "did you mean 'compute' or 'completion'\\?"),
        (["1e6"], 2, "no such command '1e6': did you mean 'compute 1e6'\\?"),
        ([""], 2, r"no such command '' \(see pi-engine --help\)"),
        (["identities", "eulr"], 2, "there is no identity 'eulr': did you mean euler\\?"),
        (["completion", "tcsh"], 2, "'tcsh' is not one of"),
        (["frobnicate"], 2, r"no such command 'frobnicate' \(see pi-engine --help\)"),
        (["--frobnicate"], 2, "No such option"),
    ],
)
def test_bad_input(capsys, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pi-engine: error: ")
    assert captured.err.count("\n") == 1
    assert click.unstyle(captured.err) == captured.err
    assert re.search(message, captured.err)
    assert list(tmp_path.iterdir()) == []
