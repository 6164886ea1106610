"""A command works in a child process; its parent hears signals at once, whatever the child is doing.

Python handles a signal between two of its own steps. A product of long numbers, a compiled kernel and a pass of LLVM take seconds
in which there is no such moment. So the parent only waits. It passes a signal on to the child, which removes its temporaries and
ends as soon as Python hears it. A child that has not ended GRACE_SECONDS later is killed; the parent then removes the temporaries
that the child has reported, restores the terminal, and gives the answer that the child would have given.
A child that keeps a checkpoint finishes the step in hand first: it is killed only at a second signal.

If the parent is killed, Linux sends the child SIGTERM.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.cli.process.interrupts import AGAIN_SECONDS, Terminated
from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.runtime.limits.memory import process_memory_limit
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.runtime.storage import watcher
from pi_engine.runtime.system.process_facts import can_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import NoReturn

GRACE_SECONDS = 0.4
"""How long a child may take to end by itself after a signal."""

KILLED_SECONDS = 0.2
"""How long a killed child is waited for: its memory may take longer to go, and it writes nothing any more."""

_LEAVING = b"\x1b[?1049l\x1b[?2004l\x1b[?7h\x1b[0m\x1b[?25h\r"
"""Leave the alternate screen; pasting, wrapping, colours and the cursor as they are usual."""

_ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGPIPE", "SIGXCPU")
"""What may end a child without a fault of its own: the parent ends by the same signal."""


def work_in_child(signals: Collection[int], answer: Callable[[BaseException, bool], int]) -> None:
    """Return in a child process, which does the work. The parent stays here until the child has ended, then ends as it did.

    Args:
        signals: those that end the command.
        answer: called in the parent where the child can give no answer any more, with the error, and whether stdout has its JSON
            object; returns the exit code.
    """
    if not can_fork():
        return  # there Python alone hears signals
    parent = os.getpid()
    woken, waking = os.pipe()
    for descriptor in (woken, waking):
        os.set_blocking(descriptor, False)
    heard: list[int] = []
    before = {number: signal.getsignal(number) for number in (*signals, signal.SIGCHLD)}
    for number in before:
        signal.signal(number, lambda number, _frame: heard.append(number))
    previous = signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    messages, telling = os.pipe()
    lifeline, held = os.pipe()
    child: int | None
    try:
        child = os.fork()
    except OSError:  # no more processes are allowed: this one does the work, and Python alone hears signals
        child = None
    if child:
        os.close(telling)
        os.close(lifeline)
        _Parent(child, woken, messages, heard, answer).wait()
    signal.set_wakeup_fd(previous)
    for number, handler in before.items():
        signal.signal(number, handler)
    for descriptor in (woken, waking, messages, held):
        os.close(descriptor)
    if child is None:
        os.close(telling)
        os.close(lifeline)
        return
    watcher.report_to(telling)
    _end_with(parent, lifeline)


def _end_with(parent: int, lifeline: int) -> None:
    """Be sent SIGTERM when the parent, which holds the pipe's other end, is gone."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


class _Parent:
    """What waits for the child."""

    def __init__(
        self, child: int, woken: int, messages: int, heard: list[int], answer: Callable[[BaseException, bool], int]
    ) -> None:
        """Wait for the process `child`; `woken` can be read after a signal, and `heard` names it."""
        self.child, self.woken, self.messages, self.heard, self.answer = child, woken, messages, heard, answer
        self.poll = select.poll()
        self.poll.register(woken, select.POLLIN)
        self.poll.register(messages, select.POLLIN)
        self.unread = b""
        self.temporaries: dict[bytes, None] = {}
        self.sets: dict[bytes, None] = {}
        self.farewell = b""
        self.has_bar = self.has_object = self.has_screen = self.finishes = False
        self.terminal = _terminal_modes()

    def wait(self) -> NoReturn:
        """Until the child has ended; then end."""
        asked: int | None = None
        deadline = heard_at = math.inf
        while True:
            status = self.ended()
            if status is not None:
                self.end(status, asked)
            while self.heard:  # one by one: a signal may come at any instant, and none is lost
                number = self.heard.pop(0)
                if number == signal.SIGCHLD:
                    continue
                now = time.monotonic()
                if asked is None:
                    asked, heard_at = number, now
                    deadline = math.inf if self.finishes else now + GRACE_SECONDS
                elif self.finishes and now > heard_at + AGAIN_SECONDS:
                    deadline = now
                self.send(number)
            if asked is not None and time.monotonic() >= deadline:
                self.kill(asked)
            self.listen(deadline)

    def ended(self) -> int | None:
        """The child's exit code, or the negative number of the signal that has ended it; None while it works."""
        found, status = os.waitpid(self.child, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None

    def send(self, number: int) -> None:
        """Send the child a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, number)

    def listen(self, deadline: float) -> bool:
        """Until there is a signal or a message, or until the deadline; take messages in, and return whether there was one."""
        received = False
        left = None if deadline == math.inf else max(0.0, 1000 * (deadline - time.monotonic()))
        for descriptor, _event in self.poll.poll(left):
            try:
                piece = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                continue
            if descriptor == self.woken:
                continue
            received = True
            if not piece:  # the child has closed its end
                self.poll.unregister(descriptor)
            *lines, self.unread = (self.unread + piece).split(watcher.END)
            for line in lines:
                self.take_in(line[:1], line[1:])
        return received

    def take_in(self, kind: bytes, about: bytes) -> None:
        """Remember what the child has reported."""
        if kind == watcher.TEMPORARY:
            self.temporaries[about] = None
        elif kind == watcher.DONE:
            self.temporaries.pop(about, None)
        elif kind == watcher.SET:
            self.sets[about] = None
        elif kind == watcher.BAR:
            self.has_bar = True
        elif kind == watcher.SCREEN:
            self.has_screen = bool(about)
        elif kind == watcher.FINISHES:
            self.finishes = bool(about)
        elif kind == watcher.ANSWERED:
            self.has_object = True
        elif kind == watcher.FAREWELL:
            self.farewell = about

    def kill(self, asked: int) -> NoReturn:
        """End the child, and answer for it."""
        self.send(signal.SIGKILL)
        deadline = time.monotonic() + KILLED_SECONDS
        while self.ended() is None and time.monotonic() < deadline:
            self.listen(deadline)
        self.end(-signal.SIGKILL, asked)

    def end(self, status: int, asked: int | None) -> NoReturn:
        """End as the child has: with its exit code, or in its place where it could not answer."""
        if status >= 0:
            os._exit(status)
        while self.listen(0.0):
            pass
        self.tidy(unwanted=asked is not None)
        number = -status
        if asked is not None:
            error: BaseException = KeyboardInterrupt() if asked == signal.SIGINT else Terminated(asked)
        elif number in {getattr(signal, name) for name in _ENDING_SIGNALS}:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            os._exit(128 + number)
        else:
            error = _fault(number)
        os._exit(self.answer(error, self.has_object))

    def tidy(self, *, unwanted: bool) -> None:
        """Remove what the child has left behind, give the terminal its cursor back, and say what the child had to say.

        With `unwanted` a set of files goes even if it is whole: a signal has broken the run off.
        """
        for path in map(Path, map(os.fsdecode, self.temporaries)):
            with contextlib.suppress(OSError):
                path.unlink()
        for path in map(Path, map(os.fsdecode, self.sets)):
            from pi_engine.digits.ycd.pending_set import recover

            with contextlib.suppress(OSError):
                recover(path.parent, abandoned=path.parent.with_name(path.name) if unwanted else None)
        if self.has_screen:
            self._leave_screen()
        if self.has_bar and sys.stderr is not None and sys.stderr.isatty():
            with contextlib.suppress(OSError):
                sys.stderr.write("\r\x1b[2K\x1b[?25h")
                sys.stderr.flush()
        if self.farewell and sys.stderr is not None:
            with contextlib.suppress(OSError):
                sys.stderr.write(os.fsdecode(self.farewell) + "\n")
                sys.stderr.flush()

    def _leave_screen(self) -> None:
        """Give the terminal its screen, its keys and its cursor back."""
        with contextlib.suppress(OSError):
            os.write(1, _LEAVING)
        if self.terminal is not None:
            import termios

            descriptor, modes = self.terminal
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(descriptor, termios.TCSANOW, modes)


def _terminal_modes() -> tuple[int, list[Any]] | None:
    """The modes of the terminal on stdout, and its descriptor; None without one."""
    if not os.isatty(1):
        return None
    import termios

    try:
        return 1, termios.tcgetattr(1)
    except termios.error:
        return None


def _fault(number: int) -> PiEngineError:
    """What a child that a signal has ended unasked makes known."""
    if number == signal.SIGKILL:
        return CapacityError(
            "the computation was killed, most likely because memory ran out: compute fewer digits, close other programs, "
            "or say with --memory how much it may take"
        )
    if (
        number == signal.SIGABRT and process_memory_limit() is not None
    ):  # so GMP and LLVM end where they find no address space
        return CapacityError("out of memory: raise the limit with ulimit -v, or compute fewer digits")
    name: Any = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    return PiEngineError(f"the computation crashed ({name}): {RUN_AGAIN}, and report it")
