"""The command as a process: pipes, signals, terminals, tracebacks."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.runtime.storage import atomic
from tests.command import COMMAND, pi, run_code


def test_a_closed_pipe_ends_quietly():
    with subprocess.Popen([*COMMAND, "compute", "1e6"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.read(10) == b"3.14159265"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_a_full_or_closed_stdout():
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run([*COMMAND, "compute", "5"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (answer.returncode, answer.stderr.count("\n")) == (4, 1)
    answer = subprocess.run(f"{sys.executable} -m pi_engine compute 5 >&-", shell=True, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "closed" in answer.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("compute", "200000", "-o", "-"), ("convert", "pi.txt", "-")])
def test_a_stdout_that_takes_a_part_is_no_success(tmp_path, arguments, unbuffered):
    """Python itself loses the rest under PYTHONUNBUFFERED, and says nothing."""
    assert pi("compute", "200000", "-q", "-o", str(tmp_path / "pi.txt")).returncode == 0
    limited = f"ulimit -f 64; exec {shlex.join([*COMMAND, *arguments])} > part"
    environment = {**os.environ, "PYTHONPATH": str(Path(pi_engine.__file__).parents[1]), "PYTHONUNBUFFERED": unbuffered}
    answer = subprocess.run(
        limited, shell=True, capture_output=True, text=True, cwd=tmp_path, env=environment, executable="/bin/bash"
    )
    assert answer.returncode != 0
    assert (answer.stderr.count("\n"), (tmp_path / "part").stat().st_size) == (1, 64 * 1024)


def test_closed_standard_descriptors_are_not_those_of_files():
    """Else a library in C that writes to stderr would write into a file of digits."""
    script = (
        "import os, sys; from pi_engine.cli import entry, main; "
        "main.run = lambda *_, **__: os._exit(os.open(os.devnull, os.O_RDONLY)); entry.main()"
    )
    command = f"exec {shlex.join([sys.executable, '-c', script])} <&- 2>&-"
    assert subprocess.run(command, shell=True, check=False).returncode > 2


def test_a_closed_stdin_is_one_line():
    answer = subprocess.run(f"{shlex.join(COMMAND)} verify - <&-", shell=True, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert "standard input is closed" in answer.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8:strict"])
def test_any_encoding_of_the_terminal(encoding, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    odd = os.fsencode(tmp_path) + b"/\xff.txt"
    for arguments in (["--help"], ["series", "list"], ["series", "show", "chudnovsky", "--json"],
                      ["compute", "5", "--json", "-o", odd]):  # fmt: skip
        answer = pi(*arguments, env=environment, text=False)
        assert answer.returncode == 0, answer.stderr


def test_a_loop_of_links_is_one_line(tmp_path, capsys):
    (tmp_path / "loop").symlink_to("loop")
    assert run(["compute", "5", "-o", str(tmp_path / "loop")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_modules_of_the_current_folder_are_not_imported(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    answer = subprocess.run([sys.executable, "-P", *COMMAND[1:], "compute", "5", "--json"], cwd=tmp_path)
    assert answer.returncode == 0


INTERRUPTED_AT_WORK = """
import sys, time
from pi_engine.engine import compute as engine
from pi_engine.cli.process import interrupts
from pi_engine.cli.entry import main

def compute(*arguments, progress, **options):
    def report(*step):
        if not said:
            said.append(True)
            print("at work", flush=True)
        while not interrupts._raised:
            time.sleep(0.01)
        progress(*step)

    said = []
    return original(*arguments, progress=report, **options)

original, engine.compute = engine.compute, compute
sys.argv = ["pi-engine", *sys.argv[1:]]
main()
"""
"""The command, with threads that wait in the middle of the sum until a signal has been heard."""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "terminated")],
)
def test_an_interrupt_is_one_line_and_leaves_nothing(tmp_path, number, code, word, threads):
    command = [sys.executable, "-c", INTERRUPTED_AT_WORK, "compute", "1e6", "-q", "--threads", threads]
    with subprocess.Popen(
        [*command, "-o", str(tmp_path / "pi.txt")],
        env={**os.environ, "PI_ENGINE_TRANSFORM": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "at work\n"
        process.send_signal(number)
        assert process.stderr.read() == f"pi-engine: {word}\n"
        assert process.wait() == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_early_interrupt_is_no_traceback():
    """While modules are still being imported, at any moment of it.

    Python, as it starts, may lose an interrupt; then the digits must have somewhere to go.
    """
    for delay in (0.02, 0.04, 0.06, 0.08, 0.1, 0.12):
        with subprocess.Popen(
            [*COMMAND, "compute", "5e6", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            time.sleep(delay)  # whatever moment it meets, what follows must hold
            process.send_signal(signal.SIGINT)
            errors = process.stderr.read()
            code = process.wait()
        if b"Traceback" in errors:  # Python itself was interrupted before it came to us
            assert os.fsencode(Path(pi_engine.__file__).parent) not in errors, errors
        elif errors:
            assert (code, errors) == (130, b"pi-engine: interrupted\n")
        else:  # nothing to be removed yet, or lost
            assert code in (130, -signal.SIGINT, 0)


def test_an_interrupt_before_main_is_no_traceback():
    """The moment that the test above meets once in a thousand runs: while the console script itself is imported."""
    interrupted = """
import runpy, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "pi_engine.cli.entry":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
runpy.run_module("pi_engine", run_name="__main__")
"""
    answer = run_code(interrupted)
    assert (answer.returncode, answer.stdout, answer.stderr) == (130, "", "")


def in_a_destructor(happens, then):
    """What `compute 10` answers if something happens in a destructor, whose exceptions Python discards, and then more."""
    script = f"""
import atexit, signal, sys, time
from pi_engine.engine import compute as engine
from pi_engine.cli.process import interrupts
from pi_engine.cli.entry import main

def now(*names):
    numbers = [getattr(signal, name) for name in names]
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    for number in numbers:
        signal.raise_signal(number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)

class Freed:
    def __del__(self):
        {happens}

class HalfMade:
    def __del__(self):
        raise AttributeError("in the wake")

def compute(*arguments, **options):
    Freed()
    HalfMade()
    {then}
    return original(*arguments, **options)

original, engine.compute = engine.compute, compute
sys.argv = ["pi-engine", "compute", "10", "-q"]
try:
    main()
finally:
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0), "the timer runs"
"""
    process = run_code(script)
    return process.returncode, process.stdout, process.stderr


@pytest.mark.parametrize("then", ["time.sleep(30)", "1 / 0"])
@pytest.mark.parametrize(("name", "code", "word"), [("SIGINT", 130, "interrupted"), ("SIGTERM", 143, "terminated")])
def test_a_signal_in_a_destructor_is_not_lost(name, code, word, then):
    """Signals arrive in LLVM's callbacks, while kernels are compiled; and Numba then finds that nothing was."""
    assert in_a_destructor(f"now('{name}')", then) == (code, "", f"pi-engine: {word}\n")


def test_two_signals_at_once_are_not_lost():
    code, digits, errors = in_a_destructor("now('SIGHUP', 'SIGTERM')", "time.sleep(30)")
    assert code in {129, 143}
    assert (digits, errors) == ("", "pi-engine: terminated\n")


@pytest.mark.parametrize("before", ["now('SIGTERM')", "1 / 0"])
def test_what_tidies_up_is_not_broken_off(before):
    """Neither after a second signal nor after an error that came of the first; the timer is short enough to come meanwhile."""
    then = f"""
    try:
        {before}
    finally:
        time.sleep(0.1)
        print("tidy", flush=True)
"""
    assert in_a_destructor("now('SIGTERM')", then) == (143, "tidy\n", "pi-engine: terminated\n")


def test_what_a_destructor_tidies_up_is_not_broken_off():
    """After a second signal, in a destructor that runs while no error is being handled: that of a loop's iterator.

    The timer for the first signal must not run any more; one that does comes at once.
    """
    then = """
    class Rows:
        def __iter__(self):
            return self

        def __next__(self):
            return 1

        def __del__(self):
            if signal.getitimer(signal.ITIMER_REAL) != (0, 0):
                signal.raise_signal(signal.SIGALRM)
            print("tidy", flush=True)

    for _ in Rows():
        now("SIGTERM")
"""
    late = "interrupts._MOMENT = 60; now('SIGHUP')"
    assert in_a_destructor(late, then) == (143, "tidy\n", "pi-engine: terminated\n")


def test_a_signal_lost_in_the_last_moment_does_no_harm():
    """The timer that was to raise it again is stopped: it would end the process."""
    late = in_a_destructor("interrupts._MOMENT = 60; now('SIGTERM')", "pass")
    assert late == (0, "3.1415926535\n", "")


def test_a_signal_as_python_shuts_down_ends_it():
    at_exit = in_a_destructor("atexit.register(now, 'SIGTERM')", "pass")
    assert at_exit[:2] == (-signal.SIGTERM, "3.1415926535\n")


def test_other_errors_in_destructors_are_reported():
    code, _, errors = in_a_destructor("1 / 0", "pass")
    assert code == 0
    assert "ZeroDivisionError" in errors
    assert "AttributeError: in the wake" in errors


def test_an_interrupt_while_writing_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        with atomic.atomic_writer(tmp_path / "pi.txt", overwrite=False) as stream:
            stream.write(b"3.14")
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
