"""Files that appear whole or not at all: a temporary in the same folder, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pi_engine.errors import CapacityError, OutputError, UsageError
from pi_engine.runtime import watcher

if TYPE_CHECKING:
    from collections.abc import Iterator


def require_writable(path: str | Path, *, size: int, overwrite: bool) -> None:
    """Refuse, before any work is done, a file that could not be written in the end.

    Args:
        path: the file to be.
        size: bytes it will have.
        overwrite: whether it may replace an existing one.

    Raises:
        UsageError: the folder is missing or closed to us, or the file exists.
        CapacityError: the disk has less than `size` bytes free.
    """
    if not str(path):
        raise UsageError("the name of the file is empty: give one")
    target = Path(path)
    try:
        if target.is_dir():
            raise UsageError(f"{path} is a folder: give the name of a file")
        if _is_special(target):
            return
        folder = target.resolve().parent
        if not folder.is_dir():
            wrong = "is not a folder: choose another" if folder.exists() else "does not exist: make it first"
            raise UsageError(f"the folder {folder} {wrong}")
        if target.exists() and not overwrite:
            raise UsageError(_exists(path))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"the folder {folder} may not be written to: choose another")
        free = shutil.disk_usage(folder).free
    except (OSError, RuntimeError) as error:  # Python 3.11 and 3.12 report a loop of links as a RuntimeError
        raise UsageError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    if free < size:
        raise CapacityError(
            f"not enough disk space: {path} needs {size:_} bytes, and {free:_} are free; make room, or choose another folder"
        )


def _exists(path: str | Path) -> str:
    return f"{path} exists: give overwrite=True to replace it, or choose another name"


@contextmanager
def atomic_writer(path: str | Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A binary file, open for writing and reading, that becomes `path` when the block ends without an error.

    Whatever ends the block early, an interrupt too, leaves neither a file nor a temporary. A symbolic link is
    followed. What is no regular file (a device, a pipe) is written to as it is, and cannot be read back.

    Raises:
        UsageError: the file exists by now and `overwrite` is false.
        OutputError, CapacityError: the system refuses to write, or the disk is full.
    """
    target = Path(path)
    try:
        if _is_special(target):
            with target.open("wb") as stream:
                yield stream
            return
        target = target.resolve()
        temporary = target.with_name(f".{secrets.token_hex(8)}.partial")
        watcher.begin_temporary(temporary)
        try:
            with temporary.open("xb+") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _publish(temporary, target, overwrite=overwrite)
        finally:
            temporary.unlink(missing_ok=True)
            watcher.end_temporary(temporary)
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"{path} could not be written: {error.strerror or error}; no file was left"
        raise (CapacityError if error.errno in CapacityError.errnos else OutputError)(message) from error
    _sync_folder(target)


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give the finished temporary its name; without `overwrite`, never in the place of another file."""
    if overwrite:
        _keep_mode(temporary, target)
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise UsageError(_exists(target)) from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise UsageError(_exists(target)) from None
        temporary.rename(target)


def _sync_folder(target: Path) -> None:
    """Make the new name last; some folders cannot be synced, or not be opened for it, and that is no failure."""
    try:
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF}:
            message = f"{target} is written, but its folder could not be synced: {error.strerror or error}"
            raise OutputError(message) from error


def _keep_mode(temporary: Path, target: Path) -> None:
    """A file that is replaced keeps its permissions."""
    with contextlib.suppress(OSError):
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))


def _is_special(path: Path) -> bool:
    """Whether `path` exists and is a device, a pipe or a socket."""
    return path.exists() and not path.is_file() and not path.is_dir()
