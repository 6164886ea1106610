"""`verify` of several files: a line and a JSON object each, in their order, and the exit code of the worst."""

import json
import os
import signal
import subprocess
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from pi_engine.cli.commands import verify
from pi_engine.cli.main import run
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.files.verify import verify_file
from tests.backends import pretend
from tests.command import COMMAND, commands, pi
from tests.project.json_schema import require_valid

FIFTY = "3.14159265358979323846264338327950288419716939937510"
CONTENTS = {
    "ok.txt": FIFTY,
    "wrong.txt": FIFTY[:20] + "00" + FIFTY[22:],
    "junk.txt": "junk",
    "long.txt": FIFTY + "58209749445923078164062862089986280348253421170679",
}
CODES = {"ok.txt": 0, "wrong.txt": 3, "junk.txt": 5, "missing.txt": 2, "folder": 2, "": 2}
"""File → the exit code of it alone."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in CONTENTS.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.fixture
def failing(monkeypatch):
    """A function that has the verification of some files raise an error."""

    def arrange(errors):
        def verify_or_fail(file, *arguments, **options):
            if file in errors:
                raise errors[file]
            return verify_file(file, *arguments, **options)

        monkeypatch.setattr("pi_engine.files.verify.verify_file", verify_or_fail)

    return arrange


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["ok.txt"], 0),
        (["ok.txt", "ok.txt"], 0),
        (["missing.txt", "ok.txt"], 2),
        (["folder", "ok.txt", "", "junk.txt"], 5),
        (["junk.txt", "wrong.txt", "missing.txt", "ok.txt"], 3),
        (["wrong.txt", "junk.txt", "ok.txt"], 3),
    ],
)
@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_each_file_has_its_line_and_the_worst_decides(folder, capsys, files, code, quiet):
    assert run(["verify", *files, *quiet]) == code
    said = capsys.readouterr()
    judged = [file for file in files if CODES[file] != 2]
    assert [line.split(":")[0] for line in said.out.splitlines()] == judged
    assert said.err.count("\n") == len(files) - len(judged)
    assert all(line.startswith("pi-engine: error: ") for line in said.err.splitlines())


def test_json_has_a_line_for_each_file(folder, capsys):
    files = ["ok.txt", "missing.txt", "wrong.txt", "folder", "", "junk.txt"]
    assert run(["verify", *files, "--json"]) == 3
    said = capsys.readouterr()
    objects = [json.loads(line) for line in said.out.splitlines()]
    assert [found["file"] for found in objects] == files
    for found in objects:
        require_valid("error" if "error" in found else "verify", found)
        alone = run(["verify", found["file"], "--json"])
        (again,) = capsys.readouterr().out.splitlines()
        assert alone == CODES[found["file"]]
        assert json.loads(again).keys() == found.keys()
        assert "error" not in found or found["error"]["code"] == alone
    errors = [f"pi-engine: error: {found['error']['message']}" for found in objects if "error" in found]
    assert said.err.splitlines() == errors


def test_the_order_of_exit_codes(folder, capsys, failing):
    """What is wrong with a file stands before what kept one from being judged, and that before what is not proved."""
    order = (3, 5, 2, 1, 4, 6, 0)
    assert order == verify._WORST_FIRST
    failing(
        {"capacity": CapacityError("too large"), "failed": PiEngineError("failed"), "bug": ZeroDivisionError("bug")}
    )
    codes = {
        "ok.txt": 0,
        "wrong.txt": 3,
        "junk.txt": 5,
        "missing.txt": 2,
        "long.txt": 6,
        "capacity": 4,
        "failed": 1,
        "bug": 1,
    }
    for first, second in combinations(codes, 2):
        assert run(["verify", first, second, "--method", "known"]) == min(codes[first], codes[second], key=order.index)
    capsys.readouterr()


def test_an_error_names_its_file(folder, capsys, failing):
    """Also where its own message does not, and whatever it is."""
    failing(
        {
            "wrong.txt": CapacityError("not enough memory"),
            "junk.txt": ZeroDivisionError("bug"),
            "long.txt": MemoryError(),
        }
    )
    assert run(["verify", "wrong.txt", "junk.txt", "long.txt", "missing.txt", "ok.txt", "--json"]) == 2
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0] == "pi-engine: error: wrong.txt: not enough memory"
    assert lines[1].startswith("pi-engine: error: junk.txt: ZeroDivisionError: bug (a bug")
    assert lines[2].startswith("pi-engine: error: long.txt: out of memory: ")
    assert lines[3].startswith("pi-engine: error: missing.txt cannot be read: ")
    assert [json.loads(line)["file"] for line in said.out.splitlines()][-1] == "ok.txt"
    assert run(["verify", "junk.txt"]) == 1
    assert capsys.readouterr().err.startswith("pi-engine: error: ZeroDivisionError")


def test_debug_shows_the_traceback_of_a_file(folder, capsys):
    assert run(["verify", "missing.txt", "ok.txt", "--debug"]) == 2
    said = capsys.readouterr()
    assert "Traceback" in said.err and said.out.startswith("ok.txt: ok: ")


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_an_interrupt_ends_at_once(folder, capsys, failing, as_json):
    failing({"wrong.txt": KeyboardInterrupt()})
    assert run(["verify", "ok.txt", "wrong.txt", "junk.txt", *as_json]) == 130
    said = capsys.readouterr()
    assert said.err == "pi-engine: interrupted\n"
    first, *rest = said.out.splitlines()
    assert "ok.txt" in first
    assert [json.loads(line) for line in rest] == [
        {"schema": 1, "error": {"code": 130, "message": "interrupted"}}
    ] * len(as_json)


def test_an_interrupt_that_python_has_discarded_ends_it_too(folder, capsys, failing, monkeypatch):
    """Of which the library's own error may be a consequence."""
    monkeypatch.setattr("pi_engine.cli.process.interrupts._discarded", [KeyboardInterrupt()])
    failing({"wrong.txt": RuntimeError("LLVM's callback has not done its work")})
    assert run(["verify", "ok.txt", "wrong.txt", "junk.txt"]) == 130
    said = capsys.readouterr()
    assert said.err == "pi-engine: interrupted\n" and said.out.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, 4)])
def test_a_signal_between_files(folder, number, code):
    """The second file is a pipe, whose opening tells that the first one is done; SIGKILL is for the process that does the work."""
    os.mkfifo("pipe")
    command = [*COMMAND, "verify", "ok.txt", "pipe", "junk.txt", "--json"]
    ignored = signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # a run of the tests in the background ignores it, and so would the command
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, ignored)
    with Path("pipe").open("wb"):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        target = process.pid
        if number == signal.SIGKILL:
            if not children.exists():
                process.kill()
                pytest.skip("this system does not tell which processes have been started")
            target = int(children.read_text().split()[0])
        os.kill(target, number)
        out, err = process.communicate()
    first, last = map(json.loads, out.splitlines())
    assert process.returncode == code
    assert (first["file"], last["error"]["code"]) == ("ok.txt", code)
    assert err.count("\n") == 1


def test_standard_input_among_files(folder):
    answer = pi("verify", "wrong.txt", "-", "ok.txt", input=FIFTY)
    assert answer.returncode == 3
    assert [line.split(":")[:2] for line in answer.stdout.splitlines()] == [
        ["wrong.txt", " wrong"],
        ["-", " ok"],
        ["ok.txt", " ok"],
    ]
    twice = pi("verify", "-", "ok.txt", "-", input=FIFTY)
    assert (twice.returncode, twice.stdout) == (2, "") and "give '-' only once" in twice.stderr
    closed = subprocess.run(f"{' '.join(COMMAND)} verify - ok.txt <&-", shell=True, capture_output=True, text=True)
    assert closed.returncode == 2
    assert closed.stderr == "pi-engine: error: standard input is closed: send it digits, or name a file\n"
    assert closed.stdout.startswith("ok.txt: ok: ")


def test_options_go_for_every_file(folder, capsys):
    assert run(["verify", "ok.txt", "long.txt", "--digits", "100", "--method", "recompute"]) == 5
    assert [line.split(":")[1] for line in capsys.readouterr().out.splitlines()] == [" truncated", " ok"]


def test_each_certificate_is_beside_its_file(folder, capsys):
    for name in ("one.txt", "two.txt"):
        assert run(["compute", "100", "-o", name, "--proof"]) == 0
    (folder / "two.txt.proof.json").write_text("{}")
    capsys.readouterr()
    assert run(["verify", "one.txt", "two.txt", "ok.txt", "--proof", "--json"]) == 5
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "certificate is this file's" in found[0]["proved"]
    assert [(row["file"], row["error"]["code"]) for row in found[1:]] == [("two.txt", 5), ("ok.txt", 2)]
    for arguments in (["--digits", "5"], ["--base", "10"], ["--method", "known"], ["-"]):
        assert run(["verify", "one.txt", *arguments, "--proof"]) == 2
        assert "give the names of files alone" in capsys.readouterr().err


def test_what_stdout_does_not_take_ends_the_command(folder):
    for arguments in (["ok.txt", "ok.txt"], ["missing.txt", "ok.txt", "--json"], ["ok.txt", "missing.txt", "--json"]):
        with Path("/dev/full").open("w") as full:
            answer = pi("verify", *arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        assert answer.returncode == 4
        assert answer.stderr.splitlines()[-1].startswith("pi-engine: error: standard output could not be written: ")
    closed, write_end = os.pipe()
    os.close(closed)
    answer = pi("verify", "ok.txt", "wrong.txt", capture_output=False, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert (answer.returncode, answer.stderr) == (1, "")


def test_notes_end_the_line(folder, capsys, monkeypatch):
    """So that nothing is assumed without being said, with --quiet too."""
    found = verify_file("ok.txt")
    object.__setattr__(found, "notes", ("the file has no point", "a header\n was left out"))
    monkeypatch.setattr("pi_engine.files.verify.verify_file", lambda *arguments, **options: found)
    assert run(["verify", "ok.txt", "-q"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("; note: the file has no point; note: a header\\n was left out\n")
    assert (said.out.count("\n"), said.err) == (1, "")
    assert run(["verify", "ok.txt", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes"] == ["the file has no point", "a header\\n was left out"]


@pytest.mark.parametrize("method", ["recompute", "residues"])
def test_a_long_computation_without_kernels_is_told_how_to_be_faster(folder, capsys, monkeypatch, method):
    pretend(monkeypatch, pays=False, usable=True, kernels="to be compiled")
    monkeypatch.setattr(BACKEND, "kernels", list)
    found = replace(verify_file("ok.txt"), method=method, digits=10**7, digits_compared=10**7)
    monkeypatch.setattr("pi_engine.files.verify.verify_file", lambda *arguments, **options: found)
    assert run(["verify", "ok.txt"]) == 0
    assert ("this run took the plain path" in capsys.readouterr().err) == (method == "recompute")
    assert run(["verify", "ok.txt", "-q"]) == 0
    assert not capsys.readouterr().err


def test_completion_offers_files_again_and_again():
    command = dict(commands())["verify"]
    (files,) = [param for param in command.params if param.name == "files"]
    assert (files.nargs, files.required) == (-1, True)
    for words, count in (("pi-engine verify a", 2), ("pi-engine verify one.txt two.txt a", 4)):
        asked = {"_PI_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        assert pi(env={**os.environ, **asked}).stdout == "file,a\n"
