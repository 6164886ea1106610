"""Signals that end the process become exceptions, so that temporaries are removed on the way out, and Python loses none.

Python discards what a destructor or a callback from C raises, and a signal's exception may come up in one: while kernels are
being compiled about every eighth does, in LLVM's callbacks. It is raised again a moment later.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.runtime.storage import watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import FrameType

_MOMENT = 0.01
"""Seconds until a discarded exception is raised again: longer than most destructors, too short to be noticed."""

AGAIN_SECONDS = 0.3
"""From here on a signal is a second one: `timeout` and some shells send the first twice, and so does a parent that passes it on."""

_finishing: list[Callable[[BaseException], None]] = []
_asked_at: list[float] = []
"""Whom to ask for the end; when that was done."""

_raised: list[BaseException] = []
_discarded: list[BaseException] = []
"""The exceptions of all signals so far, and those of them that Python has discarded."""


class Terminated(BaseException):
    """A signal other than SIGINT that ends the process."""

    def __init__(self, number: int) -> None:
        """Remember the signal's number."""
        super().__init__(number)
        self.number = number


@contextmanager
def raising(numbers: Collection[int]) -> Iterator[None]:
    """Make SIGINT raise KeyboardInterrupt and the others `Terminated` within, as far as they are among the numbers.

    After it they end the process as they are: there is nothing left to be removed, and as Python shuts down it discards
    exceptions. But after one that was heard the others are ignored: the process is about to say so and to end, and Ctrl-C
    comes twice, from the terminal and from the parent. Where one was discarded,
    an error that leaves this context before it is raised again gives way to it.
    """
    if not numbers:
        yield
        return
    before = len(_raised)
    for number in numbers:
        signal.signal(number, _hear_signal)
    sys.unraisablehook = _hear_discarded
    try:
        yield
    except Exception as error:  # LLVM's callback has not done its work, say
        if _discarded:
            raise _discarded[-1] from error
        raise
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL if len(_raised) == before else signal.SIG_IGN)
        sys.unraisablehook = sys.__unraisablehook__
        _raise_after(0)


@contextmanager
def finishing(ask: Callable[[BaseException], None]) -> Iterator[Callable[[], None]]:
    """Within, the first signal is not an exception: `ask` is called with it, and raises it when the step in hand is finished.

    A second one, a moment later, is an exception as usual; the parent, if there is one, kills this process then. What this
    yields ends that early, when no step follows that could be finished.
    """

    def over() -> None:
        _finishing.clear()
        watcher.tell(watcher.FINISHES)

    watcher.tell(watcher.FINISHES, b"1")
    _finishing[:] = [ask]
    try:
        yield over
    finally:
        over()


def _is_asked() -> bool:
    """Whether a signal has been passed to whoever finishes the step in hand."""
    if not _finishing:
        return False
    now = time.monotonic()
    if not _asked_at:
        _asked_at.append(now)
        _finishing[0](KeyboardInterrupt())
    return now <= _asked_at[0] + AGAIN_SECONDS


def raise_discarded() -> None:
    """Raise the interrupt that Python has discarded, if there is one. Whoever goes on after an error asks: the error may be its doing."""
    if _discarded:
        raise _discarded[-1]


def _hear_signal(number: int, frame: FrameType | None) -> None:
    if _is_asked():
        return
    if _raised and _raised[-1] not in _discarded:  # Ctrl-C reaches the parent too, which passes it on
        return
    _raised.append(KeyboardInterrupt() if number == signal.SIGINT else Terminated(number))
    _raise(_raised[-1], frame)


def _hear_alarm(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the signature of a handler)
    if sys.exc_info()[1] is None:
        _raise(_discarded[-1], frame)
    else:  # an error is on its way, perhaps of the same cause: let it remove its temporaries
        _raise_after(_MOMENT)


def _hear_discarded(unraisable: sys.UnraisableHookArgs) -> None:
    error = unraisable.exc_value
    if error in _raised:
        _discarded.append(error)
        _raise_after(_MOMENT)
    elif not _raised:  # else it is a signal's doing: an object that was never made whole is freed, say
        sys.__unraisablehook__(unraisable)


def _raise(error: BaseException, frame: FrameType | None) -> None:
    while frame is not None:
        if (
            frame.f_code is _hear_discarded.__code__
        ):  # what a hook raises is discarded for good: a second signal, at once
            _discarded.append(error)
            _raise_after(_MOMENT)
            return
        frame = frame.f_back
    _raise_after(0)  # one is enough, and another would break off the removing of temporaries
    raise error


def _raise_after(seconds: float) -> None:
    """Raise after a given number of seconds what was discarded; after 0 never.

    It is by a timer's signal, not from a thread, because that also wakes a main thread that waits for others. It must not come
    once Python has begun to shut down, where it handles no signal and this one would end the process.
    """
    if sys.platform != "win32":  # where a discarded interrupt has to be given once more
        if seconds:
            signal.signal(signal.SIGALRM, _hear_alarm)
        signal.setitimer(signal.ITIMER_REAL, seconds)
