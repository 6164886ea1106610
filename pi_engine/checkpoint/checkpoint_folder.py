"""The files of a checkpoint by their names, and how they are taken away.

    checkpoint-a.json, checkpoint-b.json    the manifests; one is the previous
    checkpoint.lock                         the lock of the run that uses it
    KEY.0123abcd.limbs                      a record; no two files ever have the same name
    NAME.bad                                one of these that was damaged, set aside
    .NAME.0123456789abcdef.partial          one of these that a killed run has not finished

Only regular files of these names belong to it; whatever else lies in the folder stays.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.folder_faults import opening
from pi_engine.checkpoint.folder_lock import FolderLock
from pi_engine.checkpoint.record_header import KEY
from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_folder, is_there
from pi_engine.runtime.system.file_calls import names_open_files

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFESTS = ("checkpoint-a.json", "checkpoint-b.json")
LOCK = "checkpoint.lock"
BAD = ".bad"

_RECORD = rf"{KEY.pattern}\.[0-9a-f]{{8}}\.limbs"
_MANIFEST = r"checkpoint-[ab]\.json"
_IS_RECORD = re.compile(_RECORD)
_IS_UNFINISHED = re.compile(rf"\.({_RECORD}|{_MANIFEST})\.[0-9a-f]{{16}}\.(partial|old)")
_IS_BAD = re.compile(rf"({_RECORD}|{_MANIFEST})\.bad")


class FolderFile(NamedTuple):
    """A file of a checkpoint.

    Attributes:
        path: where it is.
        size: in bytes.
        kind: "manifest", "lock", "record", "bad" or "unfinished".
    """

    path: Path
    size: int
    kind: str


class Removed(NamedTuple):
    """What was taken away: files, their bytes in all, and whether the folder went with them."""

    files: int
    size: int
    folder: bool


def named_folder(folder: str | Path) -> Path:
    """The folder of that name.

    Raises:
        UsageError: the name is empty, too long, or none that a file can have.
    """
    if not str(folder) or "\0" in str(folder):
        raise UsageError("the name of the folder is empty: give one" if not str(folder) else "a name has no zero byte")
    place = Path(folder)
    try:
        is_there(place)
    except (OSError, RuntimeError) as error:  # Python 3.11 and 3.12 report a loop of links as a RuntimeError
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{folder} cannot be a checkpoint: {reason}; name another folder") from error
    return place


def make_folder(folder: Path) -> bool:
    """Make the folder, if it is missing; says whether it was.

    Raises:
        UsageError: something else has its name, or the folder that it is to be in is missing.
        OSError: the system refuses.
    """
    try:
        if is_folder(folder):
            return False
        folder.mkdir()
    except FileNotFoundError:
        raise UsageError(f"the folder {folder.parent} does not exist: make it first") from None
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{folder} is not a folder: choose another name") from None
    return True


def has_manifest(folder: Path) -> bool:
    """Whether something has the name of a manifest, damaged or not."""
    return any(os.path.lexists(folder / name) for name in MANIFESTS)


def require_none(folder: Path) -> None:
    """See that the folder holds no checkpoint.

    Raises:
        UsageError: it holds one.
    """
    if has_manifest(folder):
        raise UsageError(
            f"{folder} holds a checkpoint: go on with it by --resume, remove it with 'pi-engine checkpoint clean', or "
            "use another folder"
        )


def record_path(folder: Path, key: str) -> Path:
    """A new name for a record's file."""
    return folder / f"{key}.{secrets.token_hex(4)}.limbs"


def checkpoint_files(folder: Path) -> Iterator[FolderFile]:
    """The files of the checkpoint in a folder, in the order of their names.

    Raises:
        OSError: the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        kind = _kind(name)
        if kind is None:
            continue
        with contextlib.suppress(FileNotFoundError):  # it has just been taken away
            status = (folder / name).lstat()
            if stat.S_ISREG(status.st_mode):
                yield FolderFile(folder / name, status.st_size, kind)


def _kind(name: str) -> str | None:
    if name in MANIFESTS:
        return "manifest"
    if name == LOCK:
        return "lock"
    for kind, pattern in (("record", _IS_RECORD), ("bad", _IS_BAD), ("unfinished", _IS_UNFINISHED)):
        if pattern.fullmatch(name):
            return kind
    return None


def set_aside(path: Path) -> str:
    """Give a damaged file another name, so that nobody takes it for a good one; says in words what became of it."""
    aside = path.with_name(path.name + BAD)
    try:
        path.replace(aside)
    except FileNotFoundError:
        return "it is gone"
    except OSError as error:
        return f"it could not be set aside: {error.strerror or error}"
    return f"it is set aside as {aside.name}"


def require_checkpoint(name: str | Path) -> Path:
    """The folder, which holds a checkpoint, damaged or not.

    Raises:
        UsageError: it does not.
        OutputError: it cannot be read.
    """
    folder = named_folder(name)
    if not is_folder(folder):
        raise UsageError(f"{folder} is {'not a folder' if is_there(folder) else 'missing'}: name a checkpoint's folder")
    with opening(folder):
        if any(file.kind == "manifest" or _is_bad_manifest(file) for file in checkpoint_files(folder)):
            return folder
    raise UsageError(f"{folder} holds no checkpoint: name the folder that a run had as --checkpoint")


def _is_bad_manifest(file: FolderFile) -> bool:
    return file.kind == "bad" and file.path.name.removesuffix(BAD) in MANIFESTS


def clean_folder(name: str | Path) -> Removed:
    """Take the checkpoint in a folder away, and the folder too where nothing else is in it.

    Raises:
        UsageError: it holds none.
        LockedError: a run uses it.
        OutputError: the system refuses; what is left can be cleaned again.
    """
    folder = require_checkpoint(name)
    with opening(folder):
        lock = FolderLock(folder / LOCK)
        try:
            return remove_files(folder, lock, folder_too=True)
        finally:
            lock.release()


def remove_files(folder: Path, lock: FolderLock, *, folder_too: bool) -> Removed:
    """Take away the files of a checkpoint whose lock the caller has.

    The manifests go after the records and before the lock: so what is left where this ends early still is a checkpoint.

    Raises:
        OSError: the system refuses.
    """
    last = {"manifest": 1, "lock": 2}
    files = sorted(checkpoint_files(folder), key=lambda file: 1 if _is_bad_manifest(file) else last.get(file.kind, 0))
    for file in files:
        if file.kind == "lock" and not names_open_files():
            lock.release()
        file.path.unlink(missing_ok=True)
    if folder_too:
        try:
            folder.rmdir()
        except OSError:  # something else is in it, or it is a link to a folder
            folder_too = False
    kept = [file for file in files if file.kind != "lock"]
    return Removed(len(kept), sum(file.size for file in kept), folder_too)
