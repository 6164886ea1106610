"""`compute --checkpoint`: real processes that are killed at any moment, or asked to end, and go on to the same digits."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from tests.command import pi, pi_on_terminal
from tests.conftest import MULTIPLIER, _seed

DIGITS = 150_000
KEEPING = """
import sys
from pi_engine.engine.resumption import writing_share
writing_share.SHARE = 1e12
from pi_engine.cli.entry import main
sys.argv = ["pi-engine", *sys.argv[1:]]
main()
"""
"""The command, with every record worth its time."""

SLOW = KEEPING.replace(
    "from pi_engine.cli.entry",
    """
import time
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
original = RunCheckpoint.keep_sum
def keep_sum(self, *arguments, **options):
    print("at work", flush=True)
    while not self.stopping:
        time.sleep(0.01)
    time.sleep(PAUSE)
    original(self, *arguments, **options)
RunCheckpoint.keep_sum = keep_sum
from pi_engine.cli.entry""",
)
"""The command, which waits before it keeps its sum until it is asked to end, and PAUSE seconds more."""


@pytest.fixture
def started():
    """Start the command in a folder; what still works at the end of a test is killed."""
    processes = []

    def start(code, folder, *options):
        home = {name: str(folder) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, "compute", str(DIGITS), "-o", "pi.txt", "--force", "--checkpoint", "kept", *options],
            cwd=folder, env={**os.environ, **home}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture(scope="module")
def expected():
    return pi_engine.compute(DIGITS).text()


def test_a_killed_run_goes_on(tmp_path, started, expected):
    rng = random.Random(_seed())
    for turn in range(int(2 * MULTIPLIER)):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for attempt in range(40):  # each has more time, so that a slow machine comes to an end, too
            there = any((folder / "kept").glob("*.json"))  # else it was killed before there was a manifest
            process = started(KEEPING, folder, *(["--resume"] if there else []))
            try:
                process.wait(rng.uniform(0.2, 0.6) * (1 + attempt / 4))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # the child that works, too
            _, said = process.communicate()
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, said
        assert (folder / "pi.txt").read_text().rstrip("\n") == expected
        assert [path.name for path in folder.iterdir() if path.name in {"kept", "pi.txt"}] == ["pi.txt"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_finishes_the_step_in_hand(tmp_path, started, expected, number):
    process = started(SLOW.replace("PAUSE", "0.8"), tmp_path)
    assert process.stdout.readline() == "at work\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 130
    command = "pi-engine compute 150000 --output pi.txt --force --checkpoint kept --resume"
    assert said.splitlines()[-2:] == [
        f"pi-engine: what is finished is kept; go on with: {command}",
        "pi-engine: interrupted",
    ]
    assert [path.name for path in (tmp_path / "kept").glob("*sum-0*")]
    answer = started(KEEPING, tmp_path, "--resume", "--json")
    found = json.loads(answer.communicate()[0])
    assert found["checkpoint"]["records_loaded"] == 1
    assert found["checkpoint"]["notes"] == []
    assert (tmp_path / "pi.txt").read_text().rstrip("\n") == expected
    assert not (tmp_path / "kept").exists()


def test_the_second_signal_ends_the_run_at_once(tmp_path, started):
    process = started(SLOW.replace("PAUSE", "60"), tmp_path)
    assert process.stdout.readline() == "at work\n"
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.endswith("pi-engine: interrupted\n")
    assert not (tmp_path / "pi.txt").exists()


CONVERTING = KEEPING.replace(
    "from pi_engine.cli.entry",
    """
import ctypes, time
from pi_engine.engine import compute
original = compute.convert_fraction
def convert_fraction(*arguments, **options):
    print("at work", flush=True)
    HAPPENS
    return original(*arguments, **options)
compute.convert_fraction = convert_fraction
from pi_engine.cli.entry""",
)
"""The command, to which something happens as the conversion begins."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, 4)])
@pytest.mark.parametrize("happens", ["time.sleep(600)", "ctypes.PyDLL(None).sleep(600)"])
def test_an_interrupt_of_the_conversion(tmp_path, started, expected, number, code, happens):
    """It ends the run at once, also where Python cannot hear it, or the system kills the process; the fraction is kept."""
    process = started(CONVERTING.replace("HAPPENS", happens), tmp_path)
    assert process.stdout.readline() == "at work\n"
    if number == signal.SIGKILL:  # the child that works, and not its parent
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(child), number)
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=100)
    assert process.returncode == code
    command = "pi-engine compute 150000 --output pi.txt --force --checkpoint kept --resume"
    assert said.splitlines()[0] == f"pi-engine: what is finished is kept; go on with: {command}"
    assert len(said.splitlines()) == 2
    assert not (tmp_path / "pi.txt").exists()
    found = json.loads(started(KEEPING, tmp_path, "--resume", "--json").communicate()[0])
    assert found["checkpoint"]["records_loaded"] == 1
    assert found["checkpoint"]["notes"] == []
    assert (tmp_path / "pi.txt").read_text().rstrip("\n") == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "--resume goes on with a checkpoint: name its folder with --checkpoint DIR"),
        (["--checkpoint", "missing", "--resume"], "missing"),
        (["--checkpoint", "missing/kept"], "does not exist: make it first"),
        (["--checkpoint", ""], "the name of the folder is empty: give one"),
        (["--checkpoint", "file"], "file is not a folder: choose another name"),
        (["--checkpoint", "other"], "other holds a checkpoint: go on with it by --resume"),
        (["--checkpoint", "other", "--resume"], "with digits 7, and this one has 60"),
    ],
)
def test_bad_input_is_one_line(tmp_path, monkeypatch, capsys, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.series import get

    RunCheckpoint.open("other", 7, 10, get("chudnovsky"), check=True, resume=False).store.close()
    assert run(["compute", "60", *options]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_json_says_what_the_checkpoint_did(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["compute", "60", "--checkpoint", "kept", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)["checkpoint"]
    assert found == {
        "folder": "kept", "records_loaded": 0, "records_kept": 0, "bytes_written": 0, "seconds": 0.0, "notes": [],
    }  # fmt: skip
    assert run(["compute", "60", "--json"]) == 0
    assert "checkpoint" not in json.loads(capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []


def test_after_a_preview_the_checkpoint_stays(tmp_path, monkeypatch):
    """Who resumes a long run in a terminal and forgets -o has the digits all the same."""
    monkeypatch.chdir(tmp_path)
    code, shown, _ = pi_on_terminal("compute", "20000", "--checkpoint", "kept")
    flat = " ".join(shown.split())
    assert code == 0 and "19" in flat and (tmp_path / "kept").is_dir()
    assert "the checkpoint is kept; pi-engine compute 20000 --checkpoint kept --resume -o FILE writes them" in flat
    answer = pi("compute", "20000", "--checkpoint", "kept", "--resume", "-o", "pi.txt")
    assert answer.returncode == 0 and not (tmp_path / "kept").exists()
    assert len((tmp_path / "pi.txt").read_text()) == 20_002
    assert pi_on_terminal("compute", "20000", "--checkpoint", "kept", "--all")[0] == 0
    assert not (tmp_path / "kept").exists()
