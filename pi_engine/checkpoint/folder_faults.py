"""What a failing disk means for a checkpoint: its last generation stays good, and the error says how to go on."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError, OutputError
from pi_engine.runtime.storage.durable import output_error

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
    except CapacityError:
        raise
    except OutputError as error:
        raise OutputError(
            f"{error}; the last state of the checkpoint is kept: go on with --resume after that"
        ) from error
    except OSError as error:
        if not folder.is_dir():
            raise vanished(folder) from error
        full = error.errno in CapacityError.errnos
        remedy = "make room on its disk" if full else _REMEDIES.get(error.errno or 0, "see to it")
        raise output_error(
            error,
            f"the checkpoint in {folder} could not be written: {error.strerror or error}; its last state is kept: "
            f"{remedy}, then go on with --resume",
        ) from error


@contextmanager
def opening(folder: Path) -> Iterator[None]:
    """Within it, what the system refuses is an error of this package that says what cannot be used.

    Raises:
        CapacityError, OutputError: as `keeping`.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in CapacityError.errnos
        remedy = "make room on its disk" if full else _REMEDIES.get(error.errno or 0, "choose another")
        reason = error.strerror or error
        raise output_error(error, f"the checkpoint folder {folder} cannot be used: {reason}; {remedy}") from error


def vanished(folder: Path) -> OutputError:
    """The folder that a run uses is gone, or another one has its place."""
    return OutputError(
        f"the checkpoint folder {folder} was removed or replaced while it was in use: put it back and go on with "
        "--resume, or start again with another folder"
    )
