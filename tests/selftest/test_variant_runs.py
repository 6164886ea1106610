"""A variant's process that works, warns, fails, crashes, hangs or is interrupted; and what the command makes of it."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest

from pi_engine.cli.main import run
from pi_engine.errors import CapacityError, UsageError
from pi_engine.runtime.progress import silent
from pi_engine.selftest import variant_runs as running
from pi_engine.selftest import variants as listing
from pi_engine.selftest.parts import PARTS
from pi_engine.selftest.trial import Case
from pi_engine.selftest.variants import Variant
from tests.command import run_code
from tests.project.json_schema import require_valid

PRODUCTS = next(part for part in PARTS if part.name == "products")
SMALL = Case(PRODUCTS, 500, 7)
GMP = Variant("gmp", "GMP alone", environment={"PI_ENGINE_TRANSFORM": "0"})
FAKE = """
import json, os, signal, sys, time
def send(**fields):
    print(json.dumps(fields), flush=True)
def failure(repeatable):
    return {"case": "products:500:7", "kind": "wrong", "message": "a product disagrees", "repeatable": repeatable}
def tally(*failures):
    send(tally={"part": "products", "cases": 3, "seconds": 0.5, "failures": list(failures)})
"""


def fake(monkeypatch, code):
    """The child runs this code instead."""
    monkeypatch.setattr(running, "command_of", lambda *arguments: [sys.executable, "-c", FAKE + code, *arguments])


def of(variant=GMP, *, cases=(SMALL,), progress=silent, said=None):
    return running.run_variant(variant, 1, 2, cases, progress=progress, warn=[].append if said is None else said.append)


def is_gone(process):
    """Whether there is no such process any more."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return False
    return True


def test_a_process_runs_the_cases_in_its_environment():
    reports = []
    found = of(progress=lambda *report: reports.append(report))
    assert [(tally.part, tally.cases, tally.failures) for tally in found.tallies] == [(PRODUCTS, 1, [])]
    assert found.ended == "" and reports == [("self-test", 0, 1)]


def test_what_cannot_be_run_is_refused_as_without_variants():
    transforms = next(part for part in PARTS if part.name == "transforms")
    with pytest.raises(UsageError, match="gmp: this processor, or PI_ENGINE_TRANSFORM=0"):
        of(cases=[Case(transforms, 9000, 1)])


def test_failures_and_warnings_are_handed_on(monkeypatch):
    fake(monkeypatch, "send(said='pi-engine: a folder'); tally(failure(True), failure(False)); send(end=True)")
    said = []
    found = of(said=said)
    assert said == ["pi-engine: a folder"]
    assert [(x.case, x.kind, x.repeatable) for x in found.failures] == [(SMALL, "wrong", True), (SMALL, "wrong", False)]


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("tally(); os.kill(os.getpid(), signal.SIGILL)", "crashed (SIGILL)"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed (SIGSEGV)"),
        ("raise ValueError('of a kind')", "ended with exit code 1 (ValueError: of a kind)"),
        ("print('{\"tal', end='', flush=True)", "ended with exit code 0"),
    ],
)
def test_a_process_that_ends_without_an_answer(monkeypatch, code, ended):
    fake(monkeypatch, code)
    assert of().ended == ended


def test_a_process_that_is_killed_lacks_memory(monkeypatch):
    fake(monkeypatch, "os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(CapacityError, match="most likely because memory ran out"):
        of()


def test_a_process_that_hangs_is_ended(monkeypatch):
    fake(
        monkeypatch,
        "send(progress=['pid', os.getpid(), 0]); signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1e6)",
    )
    seen = []

    def once_heard(_phase, process, _total):
        seen.append(process)
        monkeypatch.setattr(running, "SILENT_SECONDS", 0.1)

    assert of(progress=once_heard).ended == "said nothing for 0.1 s, and was ended"
    assert is_gone(*seen)


def test_a_process_that_hangs_with_its_output_closed_is_ended(monkeypatch):
    fake(monkeypatch, "os.close(1); time.sleep(1e6)")
    monkeypatch.setattr(running, "ENDING_SECONDS", 0.1)
    assert of().ended == "closed its output and went on, and was ended"


def test_an_interrupt_ends_the_process(monkeypatch):
    fake(monkeypatch, "send(progress=['pid', os.getpid(), 0]); time.sleep(1e6)")
    seen = []

    def interrupted(_phase, process, _total):
        seen.append(process)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of(progress=interrupted)
    assert is_gone(*seen)


def test_the_process_ends_when_its_parent_is_killed():
    """Its standard input tells it."""
    code = """
import subprocess, sys
waits = "import pi_engine.selftest.variant_child as child, threading, time; "
waits += "threading.Thread(target=child._end_with_parent, daemon=True).start(); print('ready', flush=True); time.sleep(1e6)"
child = subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
child.stdin.close()
print(child.wait())
"""
    assert run_code(code).stdout == "1\n"


def in_variants(monkeypatch, *names):
    made = [Variant(name, f"kernels {name}", environment={"NUMBA_CPU_NAME": name}) for name in names]
    monkeypatch.setattr(listing, "variants", lambda _threads: made)


def test_the_command_names_each_variant_and_what_repeats_a_fault(monkeypatch, capsys):
    in_variants(monkeypatch, "old", "new")
    fake(monkeypatch, "tally(*[failure(True)] * (os.environ['NUMBA_CPU_NAME'] == 'old')); send(end=True)")
    assert run(["selftest", "--variants", "--seed", "5"]) == 3
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("kernels old: 3 cases, 1 WRONG, ")
    assert lines[1] == (
        "a product disagrees (wrong, again when repeated): NUMBA_CPU_NAME=old pi-engine selftest --case products:500:7"
    )
    assert lines[2].startswith("kernels new: 3 cases, all agreed, ")
    assert lines[3].startswith("6 cases in ") and lines[3].endswith("seed 5") and len(lines) == 4
    first, last = said.err.splitlines()
    assert "2 variants" in first and "about two minutes" in first
    assert "faults in products (old): run 'pi-engine selftest --minutes 60'" in last


def test_a_crash_does_not_keep_the_next_variant_from_its_run(monkeypatch, capsys):
    in_variants(monkeypatch, "old", "new")
    crash = "os.kill(os.getpid(), signal.SIGILL) if os.environ['NUMBA_CPU_NAME'] == 'old' else None"
    fake(monkeypatch, f"{crash}; tally(failure(False)); send(end=True)")
    assert run(["selftest", "--variants", "--seed", "5", "--threads", "2", "--json"]) == 3
    said = capsys.readouterr()
    old, new = json.loads(said.out)["variants"]
    assert (old["ended"], old["cases"], new["ended"], new["cases"], new["failures"]) == (
        "crashed (SIGILL)",
        0,
        None,
        3,
        1,
    )
    assert old["command"] == "NUMBA_CPU_NAME=old pi-engine selftest --seed 5 --threads 2"
    assert "the process (old), products (new)" in said.err
    require_valid("selftest", json.loads(said.out))


def test_an_interrupt_says_how_many_variants_were_run(monkeypatch, capsys):
    in_variants(monkeypatch, "old", "new")
    right = running.run_variant
    fake(monkeypatch, "tally(); send(end=True)")

    def interrupted(variant, *arguments, **options):
        if variant.name == "new":
            raise KeyboardInterrupt
        return right(variant, *arguments, **options)

    monkeypatch.setattr(running, "run_variant", interrupted)
    assert run(["selftest", "--variants", "-q"]) == 130
    assert capsys.readouterr().err == "pi-engine: interrupted: 1 of 2 variants, 0 with faults\n"


def test_quiet_leaves_the_line_before_out(monkeypatch, capsys):
    in_variants(monkeypatch, "old")
    fake(monkeypatch, "send(said='x'); tally(); send(end=True)")
    assert run(["selftest", "--variants", "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_its_process(tmp_path):
    hook = """
import os, sys
import pi_engine.selftest.variant_runs as running, pi_engine.selftest.variants as listing
listing.variants = lambda threads: [listing.Variant("old", "old")]
code = "import os, sys, time; sys.stderr.close(); open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(1e6)"
running.command_of = lambda *_: [sys.executable, "-c", code, os.environ["PID_PIPE"]]
from pi_engine.cli.entry import main
sys.argv = ["pi-engine", "selftest", "--variants", "-q"]
main()
"""
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    command = subprocess.Popen(
        [sys.executable, "-c", hook], env={**os.environ, "PID_PIPE": str(pipe)}, stderr=subprocess.PIPE, text=True
    )
    process = int(pipe.read_text())
    command.send_signal(signal.SIGINT)
    assert "interrupted" in command.communicate()[1]
    assert command.returncode == 130
    assert is_gone(process)
