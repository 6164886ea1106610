"""Every kind of error, in every command: the exit code, one line on stderr, and one object under --json."""

import errno
import json
import os
import signal
import subprocess
from pathlib import Path

import click
import pytest

from pi_engine.cli.main import run
from pi_engine.cli.output.error_answer import explain
from pi_engine.cli.process.interrupts import Terminated
from pi_engine.errors import CapacityError, CorruptFileError, OutputError, PiEngineError, UsageError, VerificationError
from tests.checkpoint.stores import make_checkpoint
from tests.command import COMMAND, commands, pi
from tests.project.json_schema import require_valid

ERRORS = [
    (PiEngineError("it failed"), 1),
    (OutputError("pi.txt could not be written"), 1),
    (UsageError("digits must not be negative"), 2),
    (click.UsageError("--a and --b contradict each other"), 2),
    (click.BadParameter("it is\n\tno count"), 2),
    (click.FileError("pi.txt", hint="none"), 1),
    (VerificationError("a digit is wrong"), 3),
    (CapacityError("not enough memory"), 4),
    (MemoryError(), 4),
    (OSError(errno.ENOMEM, "Cannot allocate memory"), 4),
    (OSError(errno.ENOSPC, "No space left on device", "pi.txt"), 4),
    (CorruptFileError("pi.txt: the file is empty"), 5),
    (OSError(errno.EIO, "Input/output error", "a\nb\x1b[31m\udcff.txt"), 1),
    (UsageError("a\nb\x1b[31m\udcff.txt cannot be read"), 2),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), 1),
    (ImportError("no module\nnamed so"), 1),
    (RuntimeError("can't start new thread"), 1),
    (ZeroDivisionError("division by zero"), 1),
    (RecursionError(), 1),
    (KeyboardInterrupt(), 130),
    (click.Abort(), 130),
    (Terminated(signal.SIGTERM), 143),
    (Terminated(signal.SIGHUP), 129),
]
ARGUMENTS = {
    "compute": ["5"],
    "estimate": ["5"],
    "verify": ["pi.txt"],
    "convert": ["pi.txt", "pi.ycd"],
    "checkpoint show": ["kept"],
    "checkpoint clean": ["kept"],
    "series show": ["machin"],
    "series derive": ["163"],
    "hex": ["5"],
    "plot": ["walk", "-o", "pi.svg"],
    "completion": ["bash"],
}
"""What commands cannot do without, by the command's words."""
NAMES = [name for name, _ in commands()]
WITH_JSON = [name for name in NAMES if name != "completion"]


@pytest.mark.parametrize("name", WITH_JSON)
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_an_error_of_any_kind_in_any_command(capsys, monkeypatch, name, as_json):
    command = dict(commands())[name]
    for error, code in ERRORS:

        def fail(*arguments, error=error, **options):
            raise error

        monkeypatch.setattr(command, "callback", fail)
        assert run([*name.split(), *ARGUMENTS.get(name, []), *as_json]) == code, error
        said = capsys.readouterr()
        assert said.err.startswith("pi-engine: ") and said.err.endswith("\n"), error
        assert said.err[:-1].isprintable(), error
        if not as_json:
            assert said.out == ""
            continue
        assert said.out.count("\n") == 1
        found = json.loads(said.out)
        require_valid("error", found)
        assert found["error"]["code"] == code
        assert said.err.removeprefix("pi-engine: ").removeprefix("error: ") == f"{found['error']['message']}\n"


@pytest.mark.parametrize("name", ["", "series", "checkpoint", *NAMES])
@pytest.mark.parametrize(
    "wrong",
    [["--frobnicate"], ["--frobnicate\n\x1b[31m\udcff"], ["too", "many", "words", "for any", "command", "\x1b"]],
)
def test_a_wrong_command_line_of_any_command(capsys, name, wrong):
    if name in ("verify", "identities") and wrong[0] == "too":
        wrong = ["--method"]  # they take any number of names
    assert run([*name.split(), *wrong, "--json"]) == 2
    said = capsys.readouterr()
    found = json.loads(said.out)
    require_valid("error", found)
    assert said.err == f"pi-engine: error: {found['error']['message']}\n"
    assert said.err[:-1].isprintable()
    assert run([*name.split(), *wrong]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err[:-1].isprintable()


@pytest.mark.parametrize("name", [*ARGUMENTS, "series nothing", "nothing"])
def test_what_is_missing_or_not_there(capsys, name):
    assert run([*name.split(), "--json"]) == 2
    said = capsys.readouterr()
    require_valid("error", json.loads(said.out))
    assert said.err.count("\n") == 1


def test_a_command_that_cannot_be_imported(capsys, monkeypatch):
    """A broken installation."""

    def import_module(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr("pi_engine.cli.main.import_module", import_module)
    assert run(["hex", "5", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["code"] == 1
    assert "ModuleNotFoundError" in said.err and said.err.count("\n") == 1


def test_no_more_files_may_be_opened():
    """From the first pipe on: a result or an object, and no traceback. With a lower limit Python itself does not begin."""
    for most in range(6, 11):
        line = f"ulimit -n {most}; exec {' '.join(COMMAND)} hex 5 --json"
        answer = subprocess.run(line, shell=True, capture_output=True, text=True)
        assert ("error" in json.loads(answer.stdout)) == (answer.returncode != 0), most
        assert "Traceback" not in answer.stderr


def test_a_home_that_cannot_be_used(tmp_path):
    """Files and bytes that make no sense, where settings and kernels are looked for."""
    (tmp_path / "file").write_bytes(b"\xff\x00")
    place = str(tmp_path / "file")
    broken = {"HOME": place, "XDG_CACHE_HOME": place, "XDG_CONFIG_HOME": place, "NUMBA_CACHE_DIR": place}
    answer = pi("compute", "100", "--json", env={**os.environ, **broken, "COLUMNS": "-1", "TERM": "\x1b"})
    assert answer.returncode == 0 and json.loads(answer.stdout)["digits"] == 100
    answer = pi("compute", "x", "--json", env={**os.environ, **broken})
    assert answer.returncode == 2 and "error" in json.loads(answer.stdout)


def test_the_names_of_files_are_shown_without_control_characters(capsys, tmp_path, monkeypatch):
    """A name can be read in the message, and is exact in the fields of JSON."""
    monkeypatch.chdir(tmp_path)
    name = "π a\n\tb\x1b[31m\u202e\udcff.txt"
    shown = r"π a\n\tb\x1b[31m\u202e\xff.txt"
    assert explain(UsageError(f"{name} exists")) == (2, f"error: {shown} exists")
    assert run(["compute", "5", "-o", name]) == 0
    assert capsys.readouterr().err.endswith(f"written to {shown}\n")
    assert run(["verify", name, f"{name}2"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith(f"{shown}: ok: 5 digits ")
    assert said.err.startswith(f"pi-engine: error: {shown}2 cannot be read: ")
    assert run(["verify", name, "--json"]) == 0
    assert os.fsencode(json.loads(capsys.readouterr().out)["file"]) == os.fsencode(name)
    assert run(["convert", name, f"{name}3", "--json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert Path(answer["output"]).read_text() == "3.14159" and answer["source"] == name
    assert f"written to {shown}3, " in said.err
    for arguments in (
        ["convert", f"{name}4", "x.txt"],
        ["compute", "5", "-o", name],
        ["compute", "5", "-o", f"{name}/5"],
    ):
        assert run(arguments) == 2
        said = capsys.readouterr().err
        assert said[:-1].isprintable() and r"\x1b[31m\u202e\xff.txt" in said
    Path(name).write_text("3.14160")
    assert run(["verify", name]) == 3
    assert capsys.readouterr().out.startswith(f"{shown}: wrong: ")


@pytest.mark.parametrize("name", ["", "  ", "x" * 300, "/dev/null/x", ".", "/", "../..", "\x1b", "x/" * 3000])
def test_odd_names_of_files_are_refused_in_one_line(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "5.txt").write_text("3.14159")
    for arguments in (["verify", name], ["verify", name, "--proof"], ["convert", name, "y.txt"]):
        assert run(arguments) == 2, arguments
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1
    if not name or "/" in name or len(name) > 255:
        for arguments in (
            ["convert", "5.txt", name],
            ["compute", "5", "-o", name],
            ["compute", "5", "-o", name, "--proof"],
        ):
            assert run(arguments) == 2, arguments
            said = capsys.readouterr()
            assert said.out == "" and said.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["5.txt"]


FULL = {
    **{name: words for name, words in ARGUMENTS.items() if name not in {"plot", "report", "serve"}},
    "convert": ["pi.txt", "-"],
    "series list": [],
    "convergence": ["--series", "bbp", "--digits", "0"],
    "near-integer": ["--digits", "5"],
    "identities": ["euler", "--digits", "5"],
    "info": [],
    "": [],
    "view": ["pi.txt"],
    "find": ["pi.txt", "15"],
    "stats": ["pi.txt"],
    "--help": [],
    "--version": [],
    "series": [],
    "checkpoint": [],
    "compute --dry-run": ["5"],
    "verify --help": [],
}


@pytest.mark.slow
def test_a_stdout_that_is_full_or_closed(tmp_path, rng):
    """Of any command that prints: one line, and 4 or 1; those left out print as they do, and take their time."""
    (tmp_path / "pi.txt").write_text("3.14159")
    make_checkpoint(tmp_path / "kept", rng)
    assert set(NAMES) - set(FULL) == {"bench", "plot", "report", "selftest", "serve", "tune"}
    for name, arguments in FULL.items():
        for as_json in ([], ["--json"]) if name in ("compute", "verify", "series list") else ([],):
            words = [*name.split(), *arguments, *as_json]
            with Path("/dev/full").open("w") as full:
                answer = pi(*words, capture_output=False, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path)
            assert answer.returncode == 4, words
            assert (
                answer.stderr == "pi-engine: error: standard output could not be written: No space left on device\n"
            ), words
    for words in ("", "--help", "compute 5", "convert pi.txt -", "verify pi.txt", "series list --json"):
        answer = subprocess.run(
            f"{' '.join(COMMAND)} {words} >&-", shell=True, capture_output=True, text=True, cwd=tmp_path
        )
        assert answer.returncode == 1
        assert answer.stderr == "pi-engine: error: standard output is closed: open it, or send it to /dev/null\n"
    asked = {"_PI_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": "pi-engine co", "COMP_CWORD": "1"}
    with Path("/dev/full").open("w") as full:
        answer = pi(capture_output=False, stdout=full, stderr=subprocess.PIPE, env={**os.environ, **asked})
    assert answer.returncode == 4
    assert answer.stderr == "pi-engine: error: standard output could not be written: No space left on device\n"
