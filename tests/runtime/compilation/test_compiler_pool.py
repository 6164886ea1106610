"""Kernels are compiled in processes of their own; where that cannot be, in this one, and nothing is left behind."""

import os
import queue
import select
import subprocess
import sys

import pytest

from pi_engine.runtime.compilation import compiler_pool
from pi_engine.runtime.compilation.compiler_pool import compiling_seconds, process_count
from pi_engine.runtime.compilation.object_code import StoredKernel
from tests.runtime.compilation.test_object_code import files, logged, run

slow = pytest.mark.slow

KERNELS = """
import subprocess, sys
from pi_engine.bigint.mpn.gmp_symbols import register
from pi_engine.runtime.compilation.object_code import StoredKernel
from pi_engine.runtime.compilation.preparation import make_ready
poly = StoredKernel("stored_of", "poly", seconds=5)
square = StoredKernel("stored_of", "square", register, "pi_engine_mpn_")
failing = StoredKernel("stored_of", "failing")
def report(phase, done, total): print(phase, done, total)
"""
READY = (
    "make_ready([poly, square, failing], report); print(poly(1, 2), poly.origin, square.origin, 'numba' in sys.modules)"
)
STEPS = "\n".join(f"compilation {i} 3" for i in range(4))


@slow
def test_a_script_without_a_guard_has_them_compiled_elsewhere(tmp_path):
    assert run(KERNELS + READY, tmp_path) == f"{STEPS}\n5 compiled compiled False"
    assert len(files(tmp_path)) == 3
    assert run(KERNELS + READY, tmp_path) == "5 stored stored False"


@slow
def test_without_a_folder_they_are_handed_over_all_the_same(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    said = logged(KERNELS + READY, tmp_path)
    assert "\n".join(said[:-2]) == f"{STEPS}\n5 compiled compiled False"
    assert said[-2].startswith("pi-engine: compiling 3 kernels for this machine, once: ")
    assert said[-1].startswith("pi-engine: compiled, but not stored for other processes: poly, square, failing: ")


NO_PROCESS = """
def refused(*a, **k): raise BlockingIOError(11, "no more processes")
subprocess.Popen = refused
"""
DIES = """
import os, signal, sys
if any(word.endswith("compiler_process") for word in sys.orig_argv):
    os.kill(os.getpid(), signal.SIGKILL)
"""
OTHER_CODE = """
from pi_engine.runtime.compilation import compiler_pool
compiler_pool.machine_code_key = lambda: "another processor"
"""


@slow
@pytest.mark.parametrize("what", ["no process can be started", "each is killed", "each is of another version"])
def test_otherwise_this_process_compiles_them(tmp_path, what):
    before = {"no process can be started": NO_PROCESS, "each is of another version": OTHER_CODE}.get(what, "")
    if what == "each is killed":
        (tmp_path / "sitecustomize.py").write_text(DIES)
    assert run(KERNELS + before + READY, tmp_path) == f"{STEPS}\n5 compiled compiled True"
    assert len(files(tmp_path)) == 3


@slow
def test_what_no_other_process_can_use_is_compiled_here_too(tmp_path):
    code = "f = StoredKernel('stored_of', 'allocating')\nmake_ready([poly, f], report); print(f(7), f.origin, f.not_stored)"
    *steps, last = run(KERNELS + code, tmp_path).splitlines()
    assert steps == [f"compilation {i} 2" for i in range(3)]
    assert last.startswith("7.0 compiled the code refers to NRT_") and len(files(tmp_path)) == 1


INTERRUPTED = """
started, start = [], subprocess.Popen
subprocess.Popen = lambda *a, **k: started.append(start(*a, **k)) or started[-1]
def report(phase, done, total):
    if done: raise KeyboardInterrupt
try: make_ready([poly, square, failing], report)
except KeyboardInterrupt: print(len(started) > 0, all(process.returncode is not None for process in started))
"""


@slow
def test_an_interrupt_ends_all_processes(tmp_path):
    assert run(KERNELS + INTERRUPTED, tmp_path) == "True True"
    assert len(files(tmp_path)) == 1
    assert {path.name for path in files(tmp_path)[0].parent.iterdir()} == {
        files(tmp_path)[0].name,
        "pi-engine-kernels",
    }


WAITING = """
import queue, sys
from pi_engine.runtime.compilation.compiler_pool import _Process
answers = queue.SimpleQueue()
process = _Process(answers)
answers.get()
print(process._process.pid, flush=True)
answers.get()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system cannot wait for a process that is no child")
def test_they_end_with_the_process_that_has_started_them():
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE) as parent:
        handle = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    ended.poll()  # for ever, if it did not end
    os.close(handle)


def kernels(*seconds):
    return [StoredKernel("nowhere", f"kernel{i}", seconds=x) for i, x in enumerate(seconds)]


@pytest.fixture
def roomy(monkeypatch):
    monkeypatch.setattr(compiler_pool, "available_threads", lambda: 8)
    monkeypatch.setattr(compiler_pool, "memory_limit", lambda: 1 << 36)
    monkeypatch.setattr(compiler_pool, "allocated_memory", lambda: 100 << 20)


def test_one_process_a_core_and_no_more_than_kernels(roomy, monkeypatch):
    assert [process_count(kernels(*[9] * n)) for n in (1, 2, 8, 20)] == [1, 2, 8, 8]
    monkeypatch.setattr(compiler_pool, "available_threads", lambda: 2)
    assert process_count(kernels(9, 9, 9)) == 2


def test_no_more_than_the_user_allows(roomy):
    assert [process_count(kernels(*[9] * 8), threads=n) for n in (1, 3, None)] == [1, 3, 8]


def test_no_more_than_memory_allows(roomy, monkeypatch):
    each, own = compiler_pool.PROCESS_BYTES, 100 << 20
    room = [process_count(kernels(*[9] * 8), own + n * each - 1) for n in (0, 1, 2, 3)]
    assert room == [0, 0, 1, 2]
    monkeypatch.setattr(compiler_pool, "memory_limit", lambda: own + 4 * each)
    assert process_count(kernels(*[9] * 8), 1 << 36) == process_count(kernels(*[9] * 8)) == 4


def test_small_work_is_done_here(roomy):
    assert process_count(kernels(0.5, 0.5)) == 0 and compiling_seconds(kernels(0.5, 0.25), 0) == 0.75
    assert compiling_seconds(kernels(20, 10), 2) < compiling_seconds(kernels(20, 10), 1)


def test_a_program_that_holds_python_starts_none_of_itself(roomy, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert process_count(kernels(9, 9)) == 0
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "")
    assert process_count(kernels(9, 9)) == 0


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"7",
        b'{"symbol": "f", "signature": "g", "code": "\xc3\xa4"}',
        b'{"symbol": "f"}',
        b'"key"',
    ],
)
@pytest.mark.parametrize("task", [None, "a kernel"])
def test_a_line_that_is_no_answer_is_none(line, task):
    process = object.__new__(compiler_pool._Process)
    process.task, process.failed = task, False
    assert process.answer(line) is None
    assert process.failed == (task is None or not line)


def test_a_line_that_is_one(monkeypatch):
    process = object.__new__(compiler_pool._Process)
    process.task, process.failed = "a kernel", False
    code = process.answer(b'{"symbol": "f", "signature": "g", "code": "AAEC"}')
    assert (code.symbol, code.signature, code.code, process.failed) == ("f", "g", b"\0\1\2", False)


@pytest.mark.skipif(not hasattr(os, "getpgid"), reason="this system has no groups of processes")
def test_a_terminals_interrupt_reaches_this_process_alone():
    """It would end the others before this one knows why."""
    process = compiler_pool._Process(queue.SimpleQueue())
    try:
        assert os.getpgid(process._process.pid) == process._process.pid != os.getpgrp()
    finally:
        process.end()
    assert process._process.returncode is not None
