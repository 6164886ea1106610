"""Whether a file is still what it was when it was opened."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Self

from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    State = tuple[int, int, int, int]


class Unchanged:
    """Sizes and times of files, to be compared with those of later."""

    def __init__(self, files: Iterable[tuple[str, int | str | Path]]) -> None:
        """Note the state of files, each given by its name for messages, and its descriptor or path."""
        self._files = [(name, file, _state(file)) for name, file in files]

    @classmethod
    def of_path(cls, path: str | Path) -> Self:
        """Note the state of the file of that name; of standard input or what is not a regular file nothing is noted."""
        return cls([] if str(path) == "-" else [(str(path), path)])

    @property
    def noted(self) -> bool:
        """Whether there is a regular file among them: others can be read only once."""
        return any(state is not None for _, _, state in self._files)

    def same(self, other: Unchanged) -> bool:
        """Whether the files were in the same state when the other was made."""
        return [state for *_, state in self._files] == [state for *_, state in other._files]

    def require(self) -> None:
        """Be certain that the files are as they were.

        Raises:
            PiEngineError: one has been written to, or has been replaced or removed where it is known by its path.
        """
        for name, file, state in self._files:
            if state is not None and _state(file) != state:
                raise PiEngineError(f"{name} changed while it was read: try again when nothing writes to it")


def _state(file: int | str | Path) -> State | None:
    """Device, number, size and time of a regular file."""
    try:
        found = os.stat(file)  # noqa: PTH116 (also of a descriptor)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
