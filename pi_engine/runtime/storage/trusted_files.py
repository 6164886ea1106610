"""Folders and files that only this user and root can have written: how caches are read and written.

Machine code out of a file does whatever it was written to do. So it is read only where another user had no hand in it, by the
rule that ssh has for its keys: every folder on the way belongs to this user or to root, and nobody else may write to it. A folder
with the sticky bit, such as /tmp, may be on the way, because what lies in it can be replaced by its owner alone, who is checked in
turn. Symbolic links are followed by hand, under the same rule. What has passed cannot be exchanged by others
afterwards: to do so they would have to write to one of these folders.

A file is opened without following a link and without waiting for a writer, its owner and mode are those of the open file, and it is
read once: what is checked is what is used. Where the system has no owners and modes of this kind (Windows), folders are not checked: a
user's cache is closed to others there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from pi_engine.errors import PiEngineError
from pi_engine.runtime.storage import watcher
from pi_engine.runtime.storage.presence import is_there
from pi_engine.runtime.system import open_flags
from pi_engine.runtime.system.process_facts import user_number

_MOST_LINKS = 40
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_HAS_OWNERS = user_number() is not None
_OPENING = os.O_RDONLY | open_flags.REGULAR


class UntrustedError(PiEngineError):
    """A file or folder that others may have written, or that is not what it should be; the message says what to do."""


def require_trusted(folder: Path) -> None:
    """See that only this user and root can change what lies in the folder, as far as it exists.

    Raises:
        UntrustedError: others can.
        OSError: a folder on the way cannot be looked at.
    """
    if not _HAS_OWNERS:
        return
    pending = list(reversed(Path(os.path.abspath(folder)).parts[1:]))  # noqa: PTH100 (resolve() would follow links)
    place, links = Path("/"), 0
    status = os.lstat(place)
    _require_folder(place, status, sticky=bool(pending))
    while pending:
        part = pending.pop()
        if part == "..":  # of a link: the folders up to here are no links
            place = place.parent
            continue
        try:
            status = os.lstat(place / part)
        except FileNotFoundError:
            return
        if not stat.S_ISLNK(status.st_mode):
            place /= part
            _require_folder(place, status, sticky=bool(pending))
            continue
        links += 1
        _require_owner(place / part, status)
        if links > _MOST_LINKS:
            raise UntrustedError(f"{folder} has too many symbolic links on the way: name the folder itself")
        target = (place / part).readlink()
        place = Path("/") if target.is_absolute() else place
        pending += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _require_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in {0, user_number()}:
        raise UntrustedError(f"{path} belongs to another user (number {status.st_uid}): use a folder of your own")


def _require_folder(path: Path, status: os.stat_result, *, sticky: bool) -> None:
    """A folder that others cannot write to; or, if `sticky`, where they cannot replace what is not theirs."""
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    _require_owner(path, status)
    if status.st_mode & _OTHERS_WRITE and not (sticky and status.st_mode & stat.S_ISVTX):
        raise UntrustedError(
            f"other users can write to {path}: close it to them with 'chmod go-w', or use another folder"
        )


def is_own_file(status: os.stat_result) -> bool:
    """Whether a file is this user's or root's, and others cannot write to it."""
    return not _HAS_OWNERS or (status.st_uid in {0, user_number()} and not status.st_mode & _OTHERS_WRITE)


def make_trusted(folder: Path) -> None:
    """Make the folder, and those above it that are missing, for this user alone.

    Raises:
        UntrustedError: others can change what lies in it.
        OSError: it cannot be made.
    """
    require_trusted(folder)
    missing = []
    place = folder.absolute()
    while not is_there(place):
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
    require_trusted(folder)


def read_trusted(path: Path, most: int) -> bytes:
    """The content of a file in a trusted folder, read once.

    Raises:
        FileNotFoundError: there is none.
        UntrustedError: it is not a regular file, others may have written it, or it has more than `most` bytes.
        OSError: it cannot be read.
    """
    try:
        descriptor = os.open(path, _OPENING)
    except FileNotFoundError:
        if path.is_symlink():
            raise UntrustedError(f"{path} is a symbolic link") from None
        raise
    except OSError as error:
        if path.is_symlink():
            raise UntrustedError(f"{path} is a symbolic link") from None
        raise UntrustedError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UntrustedError(f"{path} is not a regular file")
        if _HAS_OWNERS:
            _require_owner_of_file(path, status)
        if status.st_size > most:
            raise UntrustedError(f"{path} is too large: {status.st_size:_} bytes")
        pieces, left = [], status.st_size + 1  # not `most`: a read allocates what it is asked for
        while left > 0 and (piece := os.read(descriptor, left)):
            pieces.append(piece)
            left -= len(piece)
        if not left:
            raise UntrustedError(f"{path} has grown while it was read")
    finally:
        os.close(descriptor)
    return b"".join(pieces)


def write_trusted(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file atomically, for this user alone.

    Args:
        path: the file, in a folder that exists.
        content: what it holds then.
        durable: whether it is to be on the disk before it has its name.

    Raises:
        OSError: the system refuses; the file is as it was.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    watcher.begin_temporary(temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    finally:
        watcher.end_temporary(temporary)


def _require_owner_of_file(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in {0, user_number()}:
        raise UntrustedError(f"{path} belongs to another user (number {status.st_uid})")
    if status.st_mode & _OTHERS_WRITE:
        raise UntrustedError(f"other users can write to {path}")
