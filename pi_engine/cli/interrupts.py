"""Signals that end the process become exceptions, so that temporaries are removed on the way out, and none is lost.

Python discards what a destructor or a callback from C raises, and a signal's exception may come up in one: while kernels are
being compiled about every eighth does, in LLVM's callbacks. It is raised again a moment later.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import FrameType

_MOMENT = 0.01
"""Seconds until a discarded exception is raised again: longer than most destructors, too short to be noticed."""

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
    """Make SIGINT raise KeyboardInterrupt and the others `Terminated`, as far as they are among the numbers, for good.

    Where one was discarded, an error that leaves this context before it is raised again gives way to it.
    """
    if not numbers:
        yield
        return
    for number in numbers:
        signal.signal(number, _raise)
    sys.unraisablehook = _hear
    try:
        yield
    except Exception as error:  # LLVM's callback has not done its work, say
        if _discarded:
            raise _discarded[-1] from error
        raise
    finally:
        _raise_after(0)


def _raise(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 (the signature of a handler)
    _raised.append(KeyboardInterrupt() if number == signal.SIGINT else Terminated(number))
    raise _raised[-1]


def _hear(unraisable: sys.UnraisableHookArgs) -> None:
    error = unraisable.exc_value
    if error in _raised:
        _discarded.append(error)
        _raise_after(_MOMENT)
    elif not _raised:  # else it is a signal's doing: an object that was never made whole is freed, say
        sys.__unraisablehook__(unraisable)


def _raise_again(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    raise _discarded[-1]


def _raise_after(seconds: float) -> None:
    """Raise after so many seconds what was discarded; after 0 never.

    It is by a timer's signal, not from a thread, because that also wakes a main thread that waits for others. It must not come
    once Python has begun to shut down, where it handles no signal and this one ends the process.
    """
    if sys.platform != "win32":  # where a discarded interrupt has to be given once more
        if seconds:
            signal.signal(signal.SIGALRM, _raise_again)
        signal.setitimer(signal.ITIMER_REAL, seconds)
