"""The scratch space of the run that this thread is in; apart from it, so that a run without one loads nothing for it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_folder, is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

_SPACE: ContextVar[ScratchSpace | None] = ContextVar("scratch space", default=None)


def scratch_path(folder: str | os.PathLike[str]) -> Path:
    """The folder of that name, which is there or can be made.

    Raises:
        UsageError: the name is empty, it is a file, the folder above it is not there, or nothing can be written there.
    """
    if not str(folder):
        raise UsageError("the name of the scratch folder is empty: give one")
    path = Path(folder)
    if not is_folder(path):
        if is_there(path):
            raise UsageError(f"the scratch folder {path} is a file: name a folder")
        if not is_folder(path.absolute().parent):
            raise UsageError(f"the scratch folder {path} cannot be made: there is no folder {path.absolute().parent}")
    above = path if is_folder(path) else path.absolute().parent
    if not os.access(above, os.W_OK | os.X_OK):  # a disk that is read-only says so too
        raise UsageError(f"the scratch folder {path} cannot be used: {above} may not be written to; choose another")
    return path


def scratch_space() -> ScratchSpace | None:
    """That of the run, or None where all of it fits in memory."""
    return _SPACE.get()


@contextmanager
def within(space: ScratchSpace | None) -> Iterator[ScratchSpace | None]:
    """Run with this scratch space, in the thread that calls."""
    token = _SPACE.set(space)
    try:
        yield space
    finally:
        _SPACE.reset(token)
