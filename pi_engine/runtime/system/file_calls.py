"""Calls on open files that not every system has, each with what stands in for it.

They raise what the system answers, OSError, and leave it to their callers what that means.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from threading import Lock
from typing import TYPE_CHECKING

from pi_engine.runtime.system import open_flags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SEEKING = Lock()
"""Where a file is read at a place by moving there first, and several threads read it."""

_LOCKED_BYTE = 0x7FFFFFFE
"""Windows locks bytes of a file and then lets no other process read them: this one lies after the end of what we lock."""

_NAME_BYTES = 255


def names_open_files() -> bool:
    """Whether an open file can be renamed and removed. Windows refuses both."""
    return sys.platform != "win32"


def read_into(descriptor: int, target: memoryview, place: int) -> int:
    """Read bytes from a place of a file; returns how many, 0 at its end."""
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [target], place)
    with _moved(descriptor, place):
        found = os.read(descriptor, len(target))
    target[: len(found)] = found
    return len(found)


def read_piece(descriptor: int, length: int, place: int) -> bytes:
    """At most `length` bytes from a place of a file."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, place)
    piece = bytearray(length)
    return bytes(piece[: read_into(descriptor, memoryview(piece), place)])


def write_from(descriptor: int, piece: bytes | memoryview, place: int) -> int:
    """Write bytes to a place of a file; returns how many were taken."""
    if hasattr(os, "pwrite"):
        return os.pwrite(descriptor, piece, place)
    with _moved(descriptor, place):
        return os.write(descriptor, piece)


@contextlib.contextmanager
def _moved(descriptor: int, place: int) -> Iterator[None]:
    """Within, the file's position is at `place`; no other thread moves it."""
    with _SEEKING:
        here = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, place, os.SEEK_SET)
        try:
            yield
        finally:
            os.lseek(descriptor, here, os.SEEK_SET)


def allocate(descriptor: int, size: int) -> None:
    """Take `size` bytes of the disk for an empty file. macOS and Windows only give the file its length."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.ftruncate(descriptor, size)


def sync_content(descriptor: int) -> None:
    """Have the content of a file reach the device; its times may be left behind."""
    (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(descriptor)


def can_forget_pages() -> bool:
    """Whether the system takes advice about its page cache: Linux does."""
    return hasattr(os, "posix_fadvise")


def forget_pages(descriptor: int, place: int = 0, length: int = 0) -> None:
    """Take what has reached the device out of the page cache; all of the file from `place` on where `length` is 0."""
    if can_forget_pages():
        os.posix_fadvise(descriptor, place, length, os.POSIX_FADV_DONTNEED)


def open_folder(folder: Path) -> int | None:
    """A descriptor of a folder, by which it is synced and locked; None on Windows, which has none."""
    return None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)


def open_passing(path: Path) -> int:
    """A new file, open for reading and writing, that is gone when it is closed, however the process ends.

    Raises:
        FileExistsError: there is something of that name.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | open_flags.CLOSE_ON_EXEC | open_flags.AS_BYTES
    descriptor = os.open(path, flags | open_flags.GONE_WHEN_CLOSED, 0o600)
    if names_open_files():
        path.unlink()
    return descriptor


def longest_name(folder: Path) -> int:
    """How many bytes a file's name may have there."""
    if not hasattr(os, "pathconf"):
        return _NAME_BYTES
    try:
        return min(os.pathconf(folder, "PC_NAME_MAX"), _NAME_BYTES)
    except (OSError, ValueError):
        return _NAME_BYTES


def lock(descriptor: int, *, shared: bool = False) -> None:
    """Lock an open file for this process, until it is closed. It does not wait.

    Raises:
        BlockingIOError: another process has it.
        OSError: the file system has no locks.
    """
    try:
        import fcntl
    except ImportError:
        _lock_byte(descriptor)
    else:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _lock_byte(descriptor: int) -> None:
    """Windows: one byte, for this process alone, so that `shared` is not to be had."""
    try:
        import msvcrt
    except ImportError:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP)) from None
    with _moved(descriptor, _LOCKED_BYTE):
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # mypy reads this for Linux
        except OSError as error:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK)) from error
