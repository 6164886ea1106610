"""What a process tells the one that watches over it, so that nothing is left behind even where it is killed.

A message is one line of bytes that ends with a zero byte: its kind, then what it is about.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TEMPORARY, DONE, SET, BAR, ANSWERED, SCREEN, FINISHES, FAREWELL = b"+", b"-", b"s", b"b", b"a", b"t", b"f", b"w"
"""A temporary file will be made; it is not temporary any more; a set of files will be written, about its target, "/" and the name
of its temporary; a progress bar is drawn; stdout has its JSON object; the whole screen of the terminal is taken, about "1", or
given back, about nothing; after the first signal the step in hand is finished, about "1", or not any more, about nothing; a line
that is to be said if this process is killed and cannot say it."""

END = b"\0"

_watcher: list[int] = []
"""The descriptor that messages go to, if somebody watches."""


def report_to(descriptor: int) -> None:
    """Send messages there from now on."""
    _watcher[:] = [descriptor]


def tell(kind: bytes, about: bytes = b"") -> None:
    """Send a message, if somebody watches."""
    for descriptor in _watcher:
        with contextlib.suppress(OSError):  # the watcher is gone
            os.write(descriptor, kind + about + END)


def begin_temporary(path: str | Path) -> None:
    """From here on the file `path` is to be removed if this process is killed; it need not be there yet."""
    tell(TEMPORARY, os.fsencode(Path(path).absolute()))


def end_temporary(path: str | Path) -> None:
    """Report that a temporary is no more."""
    tell(DONE, os.fsencode(Path(path).absolute()))


def begin_set(target: Path, temporary: Path) -> None:
    """From here on a folder is written, `temporary`, that will be called `target`; if this process is killed, it is to be settled."""
    tell(SET, os.fsencode(target.absolute() / temporary.name))
