"""Signals are heard wherever the work is, also where Python would not hear them, and nothing is left behind."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from pi_engine.cli.main import COMMANDS, INSTANT, run
from pi_engine.cli.process.supervision import _Parent
from tests.command import everything_on, pi, run_code

DEAF = """
import ctypes, os, signal, sys
from pi_engine.runtime import progress

def deaf():
    print("at work", flush=True)
    {happens}

def phase(clock, name, original=progress.PhaseClock.phase):
    if name == {phase!r}:
        deaf()
    return original(clock, name)

progress.PhaseClock.phase = phase
{more}
sys.argv = ["pi-engine", *sys.argv[1:]]
from pi_engine.cli.entry import main
main()
"""
SLEEP = "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); ctypes.PyDLL(None).sleep(3600)"
"""A call that holds the interpreter's lock, as GMP's conversion to text does: no handler of Python runs until it returns.

Signals are blocked, since one would end a sleep.
"""
HEARING = "signal.pause()"


def at_work(phase, *arguments, happens=SLEEP, more="", **options):
    """The process, as soon as it has come to the phase."""
    script = DEAF.format(happens=happens, phase=phase, more=more)
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PI_ENGINE_TRANSFORM": "0"},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options},
    )
    assert process.stdout.readline() == "at work\n"
    return process


def answer(process):
    """Exit code, the rest of stdout, and stderr; stdout ends with the last process that has it."""
    with process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("phase", ["sum", "root", "division", "BBP", "conversion", "check", "confirmation", "write"])
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "terminated")],
)
def test_a_phase_that_never_returns_to_python(tmp_path, phase, number, code, word):
    process = at_work(phase, "compute", "1e4", "-q", "--check", "full", "-o", str(tmp_path / "pi.txt"))
    process.send_signal(number)
    assert answer(process) == (code, "", f"pi-engine: {word}\n")
    assert list(tmp_path.iterdir()) == []


def test_no_signal_is_lost_while_another_is_passed_on():
    class Parent(_Parent):
        def send(self, number):
            sent.append(number)
            if number == signal.SIGINT:
                self.heard.append(signal.SIGHUP)  # at this very instant

        def ended(self):
            return 0 if signal.SIGHUP in sent else None

        def listen(self, deadline):
            assert self.heard or signal.SIGHUP in sent
            return False

        def end(self, status, asked):
            raise SystemExit

    sent = []
    woken, waking = os.pipe()
    with pytest.raises(SystemExit):
        Parent(0, woken, woken, [signal.SIGCHLD, signal.SIGINT], run).wait()
    assert sent == [signal.SIGINT, signal.SIGHUP]
    for descriptor in (woken, waking):
        os.close(descriptor)


LONG = ["compute 5", "verify pi.txt", "convert pi.txt pi.ycd", "hex 5", "series list", "convergence", "near-integer", "identities",
        "bench", "tune", "selftest", "view pi.txt", "find pi.txt 5", "stats pi.txt", "plot raster pi.txt", "report -o report.html",
        "serve pi.txt", "checkpoint show kept"]  # fmt: skip


def test_every_command_that_may_take_long_is_tested():
    assert {line.split()[0] for line in LONG} == COMMANDS.keys() - INSTANT


@pytest.mark.parametrize("line", LONG)
def test_every_command_hears_signals(line):
    more = """
import click

def invoke(self, context):
    deaf()

click.Command.invoke = invoke
"""
    process = at_work("none", *line.split(), more=more)
    process.send_signal(signal.SIGINT)
    assert answer(process) == (130, "", "pi-engine: interrupted\n")


WHILE_WRITING = """
from pi_engine.{module} import {name}

def interrupted(*_arguments, **_options):
    deaf()

{name}.publish = interrupted
"""


@pytest.mark.parametrize(
    ("module", "name", "options"),
    [
        ("runtime.storage.pending_file", "PendingFile", []),
        ("digits.ycd.pending_set", "PendingSet", ["--format", "ycd", "--block-size", "1e5"]),
    ],
)
@pytest.mark.parametrize("happens", [SLEEP, HEARING])
def test_a_file_that_is_being_written_is_removed(tmp_path, module, name, options, happens):
    """By the child where it hears the signal, by its parent where it does not; a set is whole at that moment."""
    more = WHILE_WRITING.format(module=module, name=name)
    target = tmp_path / "pi"
    process = at_work("none", "compute", "1e5", "-q", "-o", str(target), *options, more=more, happens=happens)
    assert [path.suffix for path in tmp_path.iterdir()] == [".partial"]
    process.send_signal(signal.SIGINT)
    assert answer(process) == (130, "", "pi-engine: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_json_has_one_object():
    process = at_work("root", "compute", "1e4", "--json")
    process.send_signal(signal.SIGTERM)
    code, out, err = answer(process)
    assert (code, err) == (143, "pi-engine: terminated\n")
    assert json.loads(out) == {"schema": 1, "error": {"code": 143, "message": "terminated"}}


def test_an_object_that_is_written_gets_no_second_one():
    """What comes after the JSON object never ends."""
    more = """
from pi_engine.cli.commands.compute import report as compute_report

def closing_line(*_arguments, **_options):
    deaf()

compute_report.closing_line = closing_line
"""
    script = DEAF.format(happens=SLEEP, phase="none", more=more)
    with subprocess.Popen(
        [sys.executable, "-c", script, "compute", "1000", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        out = ""
        while not out.endswith("at work\n"):
            out += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert json.loads((out + rest).replace("at work\n", ""))["digits"] == 1000


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("SIGSEGV", 1, "crashed (SIGSEGV)"),
        ("SIGBUS", 1, "crashed (SIGBUS)"),
        ("SIGABRT", 1, "crashed (SIGABRT)"),
        ("SIGKILL", 4, "memory ran out"),
    ],
)
def test_a_crash_is_one_line(tmp_path, number, code, words):
    process = at_work(
        "sum", "compute", "1e4", "-q", "-o", str(tmp_path / "pi.txt"), happens=f"os.kill(os.getpid(), signal.{number})"
    )
    found, out, err = answer(process)
    assert (found, out, err.count("\n")) == (code, "", 1)
    assert words in err
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_comes_twice_is_one_line():
    """From the terminal and from the parent, which passes it on; the second may come as the first has been answered."""
    more = """
from pi_engine.cli import main as command

def say(text, original=command.say):
    original(text)
    os.kill(os.getpid(), signal.SIGTERM)

command.say = say
"""
    process = at_work("sum", "compute", "1e4", "-q", happens="os.kill(os.getpid(), signal.SIGTERM)", more=more)
    assert answer(process) == (143, "", "pi-engine: terminated\n")


def test_gmp_that_finds_no_address_space_is_out_of_memory(tmp_path):
    """GMP aborts; a limit far beyond what the run takes stands for one that is too small."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"
    process = at_work("sum", "compute", "1e4", "-q", happens="os.kill(os.getpid(), signal.SIGABRT)", more=limit)
    message = "pi-engine: error: out of memory: raise the limit with ulimit -v, or compute fewer digits\n"
    assert answer(process) == (4, "", message)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell a child that its parent is gone")
def test_the_work_ends_with_the_process_that_was_started(tmp_path):
    process = at_work(
        "sum", "compute", "1e4", "-q", "-o", str(tmp_path / "pi.txt"), happens="__import__('time').sleep(3600)"
    )
    process.kill()
    code, out, err = answer(process)  # returns when the child, too, has closed its end of the pipes
    assert (code, out, err) == (-signal.SIGKILL, "", "pi-engine: terminated\n")
    assert list(tmp_path.iterdir()) == []


def test_the_terminal_gets_its_cursor_back():
    script = DEAF.format(
        happens=f"__import__('time').sleep(3); {SLEEP}", phase="root", more=""
    )  # the bar is drawn after a second
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script, "compute", "1e4"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end, env={**os.environ, "TERM": "xterm"},
    ) as process:  # fmt: skip
        os.close(end)
        shown = b""
        while b"\x1b[?25l" not in shown:
            shown += os.read(terminal, 1 << 16)
        process.send_signal(signal.SIGINT)
        shown = shown.decode() + everything_on(terminal)
        assert process.wait() == 130
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert shown.endswith("pi-engine: interrupted\n")


def test_exit_codes_and_streams_are_those_of_the_work():
    done = pi("compute", "5")
    assert (done.returncode, done.stdout) == (0, "3.14159\n")
    assert pi("compute", "-5").returncode == 2


def test_without_another_process_the_work_is_done_all_the_same():
    script = DEAF.format(
        happens="pass",
        phase="none",
        more="import errno\ndef fork():\n    raise OSError(errno.EAGAIN, 'no')\nos.fork = fork",
    )
    done = run_code(script, "compute", "5")
    assert (done.returncode, done.stdout) == (0, "3.14159\n")
