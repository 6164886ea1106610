"""Temporaries of a target: hidden, beside it, named after it, and locked by the process that writes them.

    .NAME.0123456789abcdef.partial    a file or a set that is being written
    .NAME.0123456789abcdef.old        a set that another one has taken the place of

The lock goes with its process, however that ends. So a temporary without one is a leftover: the next run of the same target removes
it, or names it where it may hold digits.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from pi_engine.runtime.system import file_calls, open_flags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL, OLD = "partial", "old"
_ENDING = len(".0123456789abcdef.partial")
_TAIL = 8

_MOST_NAMES = 4000
"""Names of a folder that are compared with a missing one."""


def temporary_path(target: Path) -> Path:
    """A new name beside `target`, for what is being written."""
    return target.with_name(f"{_prefix(target)}{os.urandom(8).hex()}.{PARTIAL}")


def aside_path(temporary: Path) -> Path:
    """The name for what the temporary takes the place of."""
    return temporary.with_suffix(f".{OLD}")


def _prefix(target: Path) -> str:
    """What the names of a target's temporaries begin with: the target's name, cut where that would be too long."""
    name = os.fsencode(target.name)
    most = file_calls.longest_name(target.parent) - len(".") - _ENDING
    if len(name) > most:
        import hashlib  # not for other names: OpenSSL takes some milliseconds to load

        digest = hashlib.sha256(name).hexdigest()[:8].encode()
        name = name[: most - len(digest) - 1].decode("utf-8", "ignore").encode() + b"~" + digest
    return f".{os.fsdecode(name)}."


def is_locked(descriptor: int, path: Path) -> bool:
    """Lock a new temporary for this process; False if another run took it for a leftover before and has removed it.

    Where the file system has no locks, it goes without.
    """
    _lock(descriptor)
    return is_at(descriptor, path)


def require_locked(descriptor: int, path: Path) -> None:
    """Lock a temporary that cannot be made anew for this process.

    Raises:
        FileNotFoundError: another run has removed it.
    """
    if not is_locked(descriptor, path):
        raise FileNotFoundError(errno.ENOENT, "another run took it for a leftover: try again", str(path))


def _lock(descriptor: int) -> bool:
    try:
        file_calls.lock(descriptor)
    except OSError:
        return False
    return True


def is_at(descriptor: int, path: Path) -> bool:
    """Whether the path still leads to what is open here."""
    try:
        found = path.lstat()
    except OSError:
        return False
    own = os.fstat(descriptor)
    return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)


def temporaries(target: Path) -> list[Path]:
    """All temporaries of a target, in use or not."""
    pattern = re.compile(re.escape(_prefix(target)) + rf"[0-9a-f]{{16}}\.({PARTIAL}|{OLD})")
    try:
        names = sorted(os.listdir(target.parent))  # noqa: PTH208 (names are what is asked for)
    except OSError:
        return []
    return [target.with_name(name) for name in names if pattern.fullmatch(name)]


def leftovers(target: Path) -> Iterator[Path]:
    """The temporaries of a target that no process is writing; each is locked while the caller has it.

    On a file system without locks a leftover cannot be distinguished from one in use, and none is given.
    """
    for path in temporaries(target):
        try:
            access = os.O_RDWR if stat.S_ISREG(path.lstat().st_mode) else os.O_RDONLY  # NFS locks what may be written
            descriptor = os.open(path, access | open_flags.NO_FOLLOW | open_flags.NO_WAIT)
        except OSError:
            continue
        try:
            if _lock(descriptor) and is_at(descriptor, path):
                yield path
        finally:
            os.close(descriptor)


def clear_leftover_files(target: Path) -> None:
    """Remove the temporary files of a target that killed runs have left, and name those that may hold digits."""
    for path in leftovers(target):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            continue
        if is_unfinished(path):
            path.unlink(missing_ok=True)
        else:
            name_leftover(path, target)


def is_unfinished(path: Path) -> bool:
    """Whether a temporary file was not written to its end: it has reserved zeros there, or nothing."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL))
        return not any(stream.read(_TAIL))


def name_leftover(path: Path, target: Path) -> None:
    """Say that a leftover was found, which only its owner can judge."""
    import logging

    logging.getLogger("pi_engine").warning(
        "pi-engine: %s is left of an earlier run that was killed while it wrote %s: see whether it is whole ('pi-engine verify' does "
        "for digits), and rename it or remove it",
        path,
        target.name,
    )


def hint(path: Path) -> str:
    """What to say of a file that is missing: which temporaries of it are there, or what has nearly its name."""
    if re.match(r"(?:https?|ftp|s3):/", str(path)):  # a path has no two slashes
        return ": this is an address, and nothing is downloaded: fetch the file first"
    found = [str(path.with_name(left.name)) for left in temporaries(path)]
    if found:
        return f", but a run that is not finished or was killed has left {' and '.join(found)}: verify what is there, and rename it"
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(path.name, _names(path.parent), n=1, cutoff=0.75)
    return f": did you mean {path.with_name(near[0])}?" if near else ": check its name and folder"


def _names(folder: Path) -> list[str]:
    """Of what is in a folder, at most `_MOST_NAMES`; none where it cannot be read."""
    try:
        return [entry.name for _, entry in zip(range(_MOST_NAMES), folder.iterdir(), strict=False)]
    except OSError:
        return []
