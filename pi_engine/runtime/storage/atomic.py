"""Files that appear whole or not at all, of any content; and what could not be written, refused before any work is done."""

from __future__ import annotations

import io
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pi_engine.errors import CapacityError, UsageError
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.pending_file import PendingFile, exists
from pi_engine.runtime.storage.presence import is_folder, is_there
from pi_engine.runtime.storage.temporaries import clear_leftover_files
from pi_engine.runtime.system.process_facts import user_number

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
        if is_folder(target):
            raise UsageError(f"{path} is a folder: give the name of a file")
        if is_special(target):
            return
        folder = target.resolve().parent
        if not is_folder(folder):
            wrong = "is not a folder: choose another" if is_there(folder) else "does not exist: make it first"
            raise UsageError(f"the folder {folder} {wrong}")
        if is_there(target) and not overwrite:
            raise UsageError(exists(path))
        if is_there(target) and not _may_be_replaced(target, folder):
            raise UsageError(
                f"{path} belongs to somebody else, and its folder lets only the owner replace it: choose another name"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"the folder {folder} may not be written to: choose another")
        import shutil  # with its archives it takes some milliseconds

        free = shutil.disk_usage(folder).free
    except (OSError, RuntimeError) as error:  # Python 3.11 and 3.12 report a loop of links as a RuntimeError
        raise UsageError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    if free < size:
        raise CapacityError(
            f"not enough disk space: {path} needs {size:_} byte{'' if size == 1 else 's'}, and {free:_} are free; "
            "make room, or choose another folder"
        )


def _may_be_replaced(target: Path, folder: Path) -> bool:
    """Whether this user may rename something to a name that exists: in a folder like /tmp only an owner may."""
    shared, user = folder.stat(), user_number()
    return (
        user is None or not shared.st_mode & stat.S_ISVTX or user in {0, shared.st_uid, target.resolve().stat().st_uid}
    )


@contextmanager
def atomic_writer(path: str | Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A binary file, open for writing and reading, that becomes `path` when the block ends without an error.

    Whatever ends the block early, an interrupt too, leaves neither a file nor a temporary. A symbolic link is
    followed. What is not a regular file (a device, a pipe) is written to as it is, and cannot be read back.

    Raises:
        UsageError: the file exists by now and `overwrite` is false.
        OutputError, CapacityError: the system refuses to write, or the disk is full.
    """
    target = Path(path)
    pending: PendingFile | None = None
    try:
        if is_special(target):
            with target.open("wb") as stream:
                yield stream
            return
        target = target.resolve()
        clear_leftover_files(target)
        with PendingFile(target, overwrite=overwrite) as pending:
            buffered = io.BufferedRandom(pending.stream)
            yield buffered
            buffered.seek(0, os.SEEK_END)
            pending.finish()
            pending.publish()
    except BrokenPipeError:
        raise
    except OSError as error:
        left = "" if pending is None else f"; {pending.outcome}"
        raise output_error(error, f"{path} could not be written: {error.strerror or error}{left}") from error


def is_special(path: Path) -> bool:
    """Whether `path` exists and is a device, a pipe or a socket."""
    try:
        mode = path.stat().st_mode
    except (OSError, RuntimeError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
