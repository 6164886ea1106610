"""Under --json a caller gets one JSON object on stdout, whatever happens: the result, or else the error."""

import json
import os
import signal
import subprocess

import pytest

from pi_engine.cli.main import run
from pi_engine.cli.process.interrupts import Terminated
from tests.command import COMMAND, pi


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["compute", "abc"], 2, "'abc' is not a count"),
        (["compute"], 2, "Missing argument"),
        (["compute", "5", "--base", "7"], 2, "'7' is not one of"),
        (["compute", "5", "--frobnicate"], 2, "No such option"),
        (["compute", "5", "-o", "-"], 2, "choose one"),
        (["compute", "5", "--series", "wallis"], 2, "unknown series"),
        (["compute", "50", "--columns", "5"], 2, "leave them out with --json"),
        (["convergence", "--csv"], 2, "choose one"),
        (["compute", "1e13"], 4, "at most"),
        (["convert", "missing.txt", "pi.ycd"], 2, "No such file"),
        (["verify", "missing.txt"], 2, "No such file"),
        (["series", "shew"], 2, "no such command"),
        (["frobnicate"], 2, "no such command"),
        ([], 2, "No such option"),
    ],
)
def test_an_error_is_an_object_and_a_line(capsys, tmp_path, monkeypatch, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    assert run([*arguments, "--json"]) == code
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert captured.out.count("\n") == 1
    assert answer.pop("file", None) == ("missing.txt" if arguments[:1] == ["verify"] else None)
    assert list(answer) == ["schema", "error"]
    assert answer["schema"] == 1
    assert answer["error"] == {"code": code, "message": answer["error"]["message"]}
    assert says in answer["error"]["message"]
    assert captured.err == f"pi-engine: error: {answer['error']['message']}\n"


def test_without_json_stdout_stays_empty(capsys):
    for arguments in (["compute", "abc"], ["compute", "5", "--", "--json"]):
        assert run(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1


@pytest.mark.parametrize("options", [[], ["--json"], ["--json", "-q"]])
def test_a_bug_is_a_line_and_an_object(capsys, monkeypatch, options):
    monkeypatch.setattr("pi_engine.engine.compute.compute", lambda *a, **k: 1 // 0)
    assert run(["compute", "5", *options]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "ZeroDivisionError" in said.err
    if options:
        error = json.loads(said.out)["error"]
        assert error["code"] == 1 and "ZeroDivisionError" in error["message"]


@pytest.mark.parametrize(
    ("interrupt", "code", "message"),
    [(KeyboardInterrupt(), 130, "interrupted"), (Terminated(signal.SIGTERM), 143, "terminated")],
)
def test_an_interrupt_is_an_object(capsys, monkeypatch, interrupt, code, message):
    def interrupted(*arguments, **options):
        raise interrupt

    monkeypatch.setattr("pi_engine.engine.compute.compute", interrupted)
    assert run(["compute", "5", "--json"]) == code
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"] == {"code": code, "message": message}
    assert captured.err == f"pi-engine: {message}\n"


def test_streams_that_cannot_be_written():
    """The exit code says what is wrong, where neither the object nor the line can."""
    closed, write_end = os.pipe()
    os.close(closed)
    try:
        answer = pi("compute", "x", "--json", capture_output=False, stdout=write_end, stderr=subprocess.PIPE)
    finally:
        os.close(write_end)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    for redirections in (">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"):
        command = f"{' '.join(COMMAND)} compute x --json {redirections}"
        answer = subprocess.run(command, shell=True, capture_output=True, text=True)
        assert answer.returncode == 2, redirections
        assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_debug_adds_a_traceback_to_stderr_only(debug, as_json):
    answer = pi("compute", "5", "--series", "leibniz", *as_json, *debug)
    assert answer.returncode == 2 and ("Traceback" in answer.stderr) == bool(debug)
    assert not as_json or json.loads(answer.stdout)["error"]["code"] == 2
