"""What a failing disk means for a checkpoint: its last generation stays good, and the error says how to go on."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError, OutputError, PiEngineError
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.presence import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDIES = {
    errno.EROFS: "make the file system writable",
    errno.EACCES: "make the folder writable",
    errno.EPERM: "make the folder writable",
    errno.EIO: "check the disk, or copy the folder to another",
}


@contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Within it, what the system refuses is an error of this package that says what is left, and how to go on.

    Raises:
        CapacityError: the disk or the quota is full.
        OutputError: anything else.
    """
    try:
        yield
    except (OSError, PiEngineError) as error:
        refused = _refused(error)
        if refused is None:
            if isinstance(error, OutputError):
                raise OutputError(
                    f"{error}; the last state of the checkpoint is kept: go on with --resume after that"
                ) from error
            raise
        if not is_folder(folder):
            raise vanished(folder) from error
        raise output_error(
            refused,
            f"the checkpoint in {folder} could not be written: {refused.strerror or refused}; its last state is kept: "
            f"{_remedy(refused, 'fix that')}, then go on with --resume",
        ) from error


@contextmanager
def opening(folder: Path) -> Iterator[None]:
    """Within it, what the system refuses is an error of this package that says what cannot be used.

    Raises:
        CapacityError, OutputError: as `keeping`.
    """
    try:
        yield
    except (OSError, PiEngineError) as error:
        refused = _refused(error)
        if refused is None:
            raise
        raise output_error(
            refused,
            f"the checkpoint folder {folder} cannot be used: {refused.strerror or refused}; "
            f"{_remedy(refused, 'choose another')}",
        ) from error


def _refused(error: OSError | PiEngineError) -> OSError | None:
    """What the system has answered, if that is what went wrong."""
    if isinstance(error, OSError):
        return error
    return error.__cause__ if isinstance(error.__cause__, OSError) else None


def _remedy(refused: OSError, otherwise: str) -> str:
    return (
        "make room on its disk"
        if refused.errno in CapacityError.errnos
        else _REMEDIES.get(refused.errno or 0, otherwise)
    )


def is_unreadable(error: Exception) -> bool:
    """Whether the device cannot read a place of a file: another place, or another file, may be good."""
    refused = _refused(error) if isinstance(error, (OSError, PiEngineError)) else None
    return refused is not None and refused.errno == errno.EIO


def vanished(folder: Path) -> OutputError:
    """The folder that a run uses is gone, or another one has its place."""
    return OutputError(
        f"the checkpoint folder {folder} was removed or replaced while it was in use: put it back and go on with "
        "--resume, or start again with another folder"
    )


def unreadable(path: Path, error: Exception) -> PiEngineError:
    """A file cannot be read, for a reason that is not the file's."""
    reason = (error.strerror or error) if isinstance(error, OSError) else error
    return PiEngineError(f"{path} could not be read: {reason}; fix that, then go on with --resume")
