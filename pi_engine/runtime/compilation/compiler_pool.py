"""Kernels are compiled in several processes at once, which do nothing else.

LLVM optimizes one function on one core, and Numba has one lock for a process. So the processes are not threads, and not
copies of this one: `compiler_process` is started anew, by the interpreter's own command line, and runs no code of the user's. Whatever
this process is, a script without a guard of `__main__`, a notebook, a daemon of `multiprocessing`, nothing of it is run again.

A process compiles what it is given and hands the machine code over by a pipe; this one writes it to the cache. So a process may be
killed at any moment, and is, where this one is interrupted: nothing half written remains. If this one is killed, its
pipes are closed, and the others end.

A kernel for which no process has found machine code is left to the caller.
"""

from __future__ import annotations

import base64
import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections import deque
from typing import IO, TYPE_CHECKING, Any

from pi_engine.runtime.child_process import command_of
from pi_engine.runtime.compilation.kernel_folder import machine_code_key
from pi_engine.runtime.compilation.stored_code import ObjectCode
from pi_engine.runtime.limits.memory import allocated_memory, memory_limit
from pi_engine.runtime.thread_count import available_threads

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pi_engine.runtime.compilation.object_code import StoredKernel

PROCESS_BYTES = 400 << 20
"""What a process that compiles takes at most; one that compiled all kernels took 324 MiB."""

START_SECONDS = 1.5
"""From here on work is worth a process: it takes as long to start Python, Numba and LLVM there."""

_ALONE, _REPEATED = 0.4, 0.2
"""What processes need of the seconds that `StoredKernel.seconds` says: a part is shared out among them, and a part each has to do again,
because the kernels call the same routines. All 44 kernels take 58 s of processor time in one process, 84 s in two, and 136 s in the
process that uses them (Zen 3); `StoredKernel.seconds` add up to 109."""

_OWN_GROUP = None if sys.platform == "win32" else 0
"""A terminal's Ctrl-C is for this process, which ends those that it has started."""

_CHILD = "pi_engine.runtime.compilation.compiler_process"


def process_count(kernels: Sequence[StoredKernel], memory: int | None = None, threads: int | None = None) -> int:
    """How many processes compile these: one a core, as far as there is memory; 0 where this one does it sooner, or can start none.

    Args:
        kernels: those that are missing.
        memory: how many bytes all may take, with this process; None for all that there is.
        threads: how many cores the user allows; None for all that this process may use.
    """
    if not sys.executable or getattr(sys, "frozen", False):  # the executable is another program, which holds Python
        return 0
    if sum(kernel.seconds for kernel in kernels) < START_SECONDS:
        return 0
    limit = memory_limit() if memory is None else min(memory, memory_limit())
    room = (limit - allocated_memory()) // PROCESS_BYTES
    return max(0, min(len(kernels), available_threads() if threads is None else threads, room))


def compiling_seconds(kernels: Sequence[StoredKernel], processes: int) -> float:
    """About how long it takes to compile these in a given number of processes; in this one, if there are none."""
    total = sum(kernel.seconds for kernel in kernels)
    return START_SECONDS + total * (_ALONE / processes + _REPEATED) if processes else total


def compile_elsewhere(kernels: Sequence[StoredKernel], processes: int) -> Generator[tuple[StoredKernel, ObjectCode]]:
    """The machine code of kernels as processes have compiled it, those that take longest first.

    Kernels that no process could compile are left out. All processes have ended when the iterator has, or has been closed.
    """
    waiting = deque(sorted(kernels, key=lambda kernel: -kernel.seconds))
    answers: queue.SimpleQueue[tuple[_Process, bytes]] = queue.SimpleQueue()
    running: list[_Process] = []
    try:
        with contextlib.suppress(OSError):  # no more processes are allowed: those that are there do the work
            while len(running) < processes:
                running.append(_Process(answers))
        while running:
            process, line = answers.get()
            if process not in running:  # the last line of one that was ended
                continue
            kernel, found = process.task, process.answer(line)
            if found is not None and kernel is not None:
                yield kernel, found
            if process.failed or not process.begin(waiting):
                running.remove(process)
                process.end()
    finally:
        for process in running:
            process.end()


class _Process:
    """A process that compiles, and the kernel that it has in hand.

    Attributes:
        task: the kernel, None before the first.
        failed: whether it has ended, or is useless.
    """

    def __init__(self, answers: queue.SimpleQueue[tuple[_Process, bytes]]) -> None:
        """Start it; its lines come as answers, and b"" when it has ended.

        Raises:
            OSError: the system refuses.
        """
        self.task: StoredKernel | None = None
        self.failed = False
        self._process = subprocess.Popen(  # noqa: S603 (this interpreter)
            command_of(_CHILD),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=_OWN_GROUP,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, answers), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[bytes], answers: queue.SimpleQueue[tuple[_Process, bytes]]) -> None:
        for line in stream:
            answers.put((self, line))
        answers.put((self, b""))

    def begin(self, waiting: deque[StoredKernel]) -> bool:
        """Give it the next kernel; whether there was one, and it has taken it."""
        if not waiting or self._process.stdin is None:
            return False
        self.task = waiting.popleft()
        fields = {"module": self.task.module, "name": self.task.name, "prefix": self.task.prefix}
        try:
            self._process.stdin.write(json.dumps(fields).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def answer(self, line: bytes) -> ObjectCode | None:
        """The machine code that a line hands over, or None; a process that has ended, or whose code is not for this one, has failed."""
        fields = _parsed(line)
        try:
            if self.task is not None:
                return ObjectCode(
                    fields["symbol"], fields["signature"], base64.b64decode(fields["code"], validate=True)
                )
            self.failed = fields["key"] != machine_code_key()
        except (KeyError, TypeError, ValueError):
            self.failed = not line or self.task is None
        return None

    def end(self) -> None:
        """End it now."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what it was not able to take
                if stream is not None:
                    stream.close()


def _parsed(line: bytes) -> Any:
    """What a line says; a line that was cut off says nothing."""
    try:
        return json.loads(line)
    except ValueError:
        return None
