"""The lock of a folder: one process has it, and it goes with that process, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import stat
import time
from typing import TYPE_CHECKING

from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.runtime.storage.temporaries import is_at
from pi_engine.runtime.system import file_calls, open_flags

if TYPE_CHECKING:
    from pathlib import Path

_TAKEN = {errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN}
_PAUSES = (0.01, 0.03, 0.1)
"""Seconds before the lock is tried again: somebody may only be looking who has it (`holder`)."""

_OWNER = re.compile(rb"process (\d{1,10}) on ([\x21-\x7e]{1,255})\n")
_MOST_OWNER = 300


class LockedError(UsageError):
    """Another process has the lock; the message names it."""


class FolderLock:
    """The lock, held from here until `release`, or until the process ends.

    Where the file system has no locks, it goes without: `is_real` says so.
    """

    def __init__(self, path: Path) -> None:
        """Take it.

        Raises:
            LockedError: another process has it.
            CorruptFileError: what has the name of the lock is not a regular file.
            OSError: it cannot be made.
        """
        self.path, self.is_real = path, True
        while True:
            self._descriptor = _open(path, os.O_RDWR | os.O_CREAT)
            try:
                self._lock()
                if is_at(self._descriptor, path):  # or somebody has taken it away meanwhile
                    self._sign()
                    return
            except BaseException:
                os.close(self._descriptor)
                raise
            os.close(self._descriptor)

    def _lock(self) -> None:
        for pause in (*_PAUSES, None):
            try:
                file_calls.lock(self._descriptor)
            except OSError as error:
                if error.errno not in _TAKEN:
                    self.is_real = False
                    return
                if pause is None:
                    owner = _owner(self._descriptor) or "another process"
                    raise LockedError(
                        f"{self.path.parent} is in use by {owner}: wait until it has ended, or use another folder"
                    ) from None
                time.sleep(pause)
            else:
                return

    def _sign(self) -> None:
        """Say whose it is, for those who are refused; it is not worth an error."""
        host = socket.gethostname().encode("ascii", "replace") or b"?"
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            file_calls.write_from(self._descriptor, b"process %d on %s\n" % (os.getpid(), host), 0)

    @property
    def is_there(self) -> bool:
        """Whether the folder still has the lock that was taken: if not, it was removed, or is another one."""
        return is_at(self._descriptor, self.path)

    def release(self) -> None:
        """Give it back; it may be given back already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def holder(path: Path) -> str | None:
    """Who has the lock, in words; None if nobody has it.

    Raises:
        CorruptFileError: what has the name of the lock is not a regular file.
        OSError: it cannot be opened.
    """
    try:
        descriptor = _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        file_calls.lock(descriptor, shared=True)
    except OSError as error:
        return (_owner(descriptor) or "another process") if error.errno in _TAKEN else None
    else:
        return None
    finally:
        os.close(descriptor)


def _open(path: Path, access: int) -> int:
    try:
        descriptor = os.open(path, access | open_flags.REGULAR, 0o666)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
            raise CorruptFileError(f"{path} is not a regular file: remove it") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CorruptFileError(f"{path} is not a regular file: remove it")
    return descriptor


def _owner(descriptor: int) -> str | None:
    with contextlib.suppress(OSError):
        match = _OWNER.fullmatch(file_calls.read_piece(descriptor, _MOST_OWNER, 0))
        if match is not None:
            return match[0].decode().strip()
    return None
