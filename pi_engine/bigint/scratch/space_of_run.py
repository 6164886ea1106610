"""The scratch space of the run that this thread is in; apart from it, so that a run without one loads nothing for it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_folder, is_there

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

_SPACE: ContextVar[ScratchSpace | None] = ContextVar("scratch space", default=None)


def scratch_path(folder: str | os.PathLike[str]) -> Path:
    """The folder of that name, which is there or can be made.

    Raises:
        UsageError: the name is empty, it is a file, or the folder above it is not there.
    """
    if not str(folder):
        raise UsageError("the name of the scratch folder is empty: give one")
    path = Path(folder)
    if not is_folder(path):
        if is_there(path):
            raise UsageError(f"the scratch folder {path} is a file: name a folder")
        if not is_folder(path.absolute().parent):
            raise UsageError(f"the scratch folder {path} cannot be made: there is no folder {path.absolute().parent}")
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
