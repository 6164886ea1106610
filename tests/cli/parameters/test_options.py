"""Options that mean the same in every command: they are described alike, and --quiet leaves nothing but errors on stderr."""

import re

import pytest

import pi_engine
from pi_engine.cli.main import run
from tests.checkpoint.stores import make_checkpoint
from tests.command import commands, pi_on_terminal
from tests.conftest import part_of
from tests.homes import command as command_at
from tests.homes import environment_of

DIGITS = "14159265358979323846264338327950288419716939937510"

SHARED = ("--quiet", "--json", "--format", "--block-size", "--check", "--force", "--memory")
"""What is said of them is said in all commands; of --series, --threads, --base and --digits some commands ask for something else."""

ASKED = {
    "compute": [["50"], ["50", "-o", "new.txt", "--force"], ["50", "--json"], ["50", "--dry-run"]],
    "estimate": [["1e6"]],
    "verify": [["fifty.txt"]],
    "convert": [["fifty.txt", "new.ycd", "--force"], ["fifty.txt", "new.gz", "--force", "--json"]],
    "series list": [[]],
    "series show": [["machin"], ["ramanujan", "--terms", "3"]],
    "series derive": [["163"]],
    "convergence": [["--series", "bbp", "--digits", "0"], ["--series", "bbp", "--plot", "new.svg", "--force"]],
    "near-integer": [["--digits", "5"]],
    "identities": [["euler", "--digits", "5"]],
    "checkpoint show": [["kept"]],
    "checkpoint clean": [],  # a second time there is nothing to remove
    "hex": [["5"]],
    "view": [["fifty.txt"], ["--digits", "20"]],
    "find": [["fifty.txt", "26535"], ["--digits", "50", "--coverage", "1"], ["fifty.txt", "--length", "2", "--json"]],
    "report": [
        ["--digits", "9", "--size", "9", "-o", "new.html", "--force"],
        ["--digits", "9", "--size", "9", "--json"],
    ],
    "stats": [["fifty.txt"]],
    "plot": [
        ["runs", "fifty.txt", "-o", "new.svg", "--force"],
        ["walk", "--digits", "50", "-o", "new.svg", "--force", "--json"],
    ],
    "serve": [],  # it goes on until it is stopped: tests/cli/commands/explore/test_serve.py
    "bench": [["--digits", "100", "--rounds", "1"]],
    "tune": [],  # in a home of its own, below
    "selftest": [["--case", "products:200:1"]],
    "info": [[]],
    "completion": [["fish"]],
}
TALKATIVE = ["compute", "convert", "convergence", "find", "plot", "report"]
"""The commands that say something on stderr, when all goes well and there is no terminal."""


@pytest.fixture
def folder(tmp_path, monkeypatch, rng):
    monkeypatch.chdir(tmp_path)
    make_checkpoint(tmp_path / "kept", rng)
    (tmp_path / "fifty.txt").write_text(f"3.{DIGITS}")
    return tmp_path


def test_every_command_is_asked():
    assert set(ASKED) == {name for name, _ in commands()}


@pytest.mark.parametrize("name", ASKED)
def test_every_command_can_be_quiet(name):
    command = dict(commands())[name]
    (quiet,) = [x for x in command.params if "--quiet" in x.opts]
    assert set(quiet.opts) == {"-q", "--quiet"}


@pytest.mark.parametrize("option", SHARED)
def test_an_option_is_described_alike_wherever_it_is(option):
    found = [x.to_info_dict() for _, command in commands() for x in command.params if option in x.opts]
    assert len(found) > 1
    assert all(x == found[0] for x in found)


@pytest.mark.parametrize(
    ("name", "arguments"),
    part_of([(name, arguments) for name, lists in ASKED.items() for arguments in lists], 1 / 4, "quiet"),
)
def test_quiet_leaves_the_result_alone(folder, capsys, name, arguments):
    assert run([*name.split(), *arguments, "-q"]) == 0
    quiet = capsys.readouterr()
    assert quiet.err == ""
    assert run([*name.split(), *arguments]) == 0
    usual = capsys.readouterr()
    assert re.sub(r"\d\S*", "", quiet.out) == re.sub(r"\d\S*", "", usual.out)  # but for seconds
    assert bool(usual.err) == (name in TALKATIVE and "--dry-run" not in arguments)


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_what_is_not_proved_is_a_result_and_no_error(folder, capsys, as_json):
    (folder / "long.txt").write_text(pi_engine.compute(3000).text())
    for quiet, lines in (([], 1), (["-q"], 0)):
        assert run(["verify", "long.txt", "--method", "known", *quiet, *as_json]) == 6
        said = capsys.readouterr()
        assert "unproved" in said.out and said.err.count("\n") == lines


@pytest.mark.parametrize("arguments", [["series", "list"], ["series", "show", "ramanujan", "--terms", "3"]])
def test_a_terminal_that_is_too_narrow_is_told_unless_quiet(arguments):
    for quiet, expected in (([], 1), (["-q"], 0)):
        _, shown, _ = pi_on_terminal(*arguments, *quiet, columns=44)
        assert shown.count("too narrow") == expected


def test_quiet_goes_for_other_packages_too(tmp_path):
    """Where matplotlib finds no folder for its cache it says so, in lines of its own."""
    (tmp_path / "matplotlib").write_text("no folder")
    environment = environment_of(tmp_path) | {"MPLCONFIGDIR": str(tmp_path / "matplotlib")}
    arguments = ["--series", "bbp", "--digits", "0", "--plot", str(tmp_path / "new.svg"), "--force"]
    assert "atplotlib" in command_at(environment, "convergence", *arguments).stderr
    quiet = command_at(environment, "convergence", *arguments, "-q")
    assert (quiet.returncode, quiet.stderr) == (0, "")


def test_to_clear_is_quiet(tmp_path):
    answer = command_at(environment_of(tmp_path), "tune", "--clear", "-q")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "nothing was stored, and nothing has been removed\n"


def test_quiet_does_not_silence_errors(capsys):
    assert run(["compute", "x", "-q"]) == 2
    assert capsys.readouterr().err.startswith("pi-engine: error: ")
