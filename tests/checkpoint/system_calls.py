"""The system calls of a store, counted, and made to fail or to be the last ones of a process."""

import errno
import fcntl
import io
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

WRITING = {"open", "mkdir", "fsync", "link", "replace", "fallocate", "write", "truncate", "make"}
"""Calls that a disk without room, or one that takes no more, refuses."""

OTHERS = {"unlink", "preadv", "fadvise", "flock", "scandir"}
ALL = WRITING | OTHERS

_PLACES = {
    "open": (os, "open"), "mkdir": (os, "mkdir"), "link": (os, "link"), "replace": (os, "replace"), "unlink": (os, "unlink"),
    "preadv": (os, "preadv"), "scandir": (os, "scandir"), "flock": (fcntl, "flock"),
    "fallocate": (os, "posix_fallocate"), "fadvise": (os, "posix_fadvise"),
}  # fmt: skip


class Killed(BaseException):
    """The process has ended here, as far as the test is concerned."""


class Calls:
    """What has been called so far, by name; `before(name)` may raise, and gives what a write takes at most.

    Attributes:
        names: of all calls in their order.
    """

    def __init__(self, before=None):
        self.names, self._before = [], before

    def __call__(self, name):
        self.names.append(name)
        return self._before(self, name) if self._before is not None else None


class _File(io.FileIO):
    """A file whose writes are counted, too."""

    calls = None

    def write(self, piece):
        most = self.calls("write")
        return super().write(piece if most is None else memoryview(piece)[:most])

    def truncate(self, size=None):
        self.calls("truncate")
        return super().truncate(size)


@contextmanager
def counted(before=None, *, synced=False):
    """Count the calls of the block, none of which waits for the disk, unless `synced`, nor for a while.

    before: takes the calls so far, this one included, and the name; see `Calls`.
    """
    calls = Calls(before)

    def counting(name, real):
        def call(*arguments, **options):
            calls(name)
            return real(*arguments, **options)

        return call

    def open_path(path, mode="r", buffering=-1, *arguments, **options):
        if buffering:
            return real_open(path, mode, buffering, *arguments, **options)
        calls("make")
        file = _File(path, mode.replace("b", ""))
        file.calls = calls
        opened.append(file)
        return file

    opened, real_open, real_sync = [], Path.open, os.fsync

    def sync(descriptor):
        calls("fsync")
        if synced:
            real_sync(descriptor)

    patches = [
        mock.patch.object(place, name, counting(label, getattr(place, name)))
        for label, (place, name) in _PLACES.items()
        if hasattr(place, name)
    ]
    patches += [
        mock.patch.object(os, "fsync", sync), mock.patch.object(Path, "open", open_path), mock.patch.object(time, "sleep"),
    ]  # fmt: skip
    for patch in patches:
        patch.start()
    try:
        yield calls
    finally:
        for patch in reversed(patches):
            patch.stop()
        for file in opened:  # where the process is thought to have ended
            file.close()


def failing(number, at, *, lasting, names=WRITING):
    """Call `at` (counted from 1, of those with these names) fails, and with `lasting` all that come after it."""
    seen = 0

    def before(_calls, name):
        nonlocal seen
        if name not in names:
            return
        seen += 1
        if seen == at or (lasting and seen > at):
            raise OSError(number, os.strerror(number))

    return before


def short_writes(at, *, full):
    """Write `at` takes a part only; with `full` the next ones find no room."""
    seen = 0

    def before(_calls, name):
        nonlocal seen
        if name != "write":
            return None
        seen += 1
        if seen > at and full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return 7 if seen == at else None

    return before


def ending(at):
    """From call `at` on nothing happens any more, as if the process had ended before it."""

    def before(calls, _name):
        if len(calls.names) >= at:
            raise Killed

    return before


def killing(at, say):
    """The process is killed before call `at`, whose name it says first."""

    def before(calls, name):
        if len(calls.names) == at:
            say(name)
            os.kill(os.getpid(), signal.SIGKILL)

    return before
