"""A file that is being written: a temporary with reserved space, which gets its name when it is whole.

However the process ends, the target is what it was or what it is to be: the new bytes are synced before the one call that gives them
the name, link(2) or rename(2). A process that is killed leaves the temporary, whose name and missing lock tell the next run
what it is (`temporaries`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from pi_engine.errors import OutputError, UsageError
from pi_engine.runtime.storage import durable, temporaries, watcher
from pi_engine.runtime.storage.presence import is_folder, is_there
from pi_engine.runtime.system import file_calls

if TYPE_CHECKING:
    from pathlib import Path


class Pending(ABC):
    """A file or a set of files that is being written, a context that removes what has got no name.

    Attributes:
        target: the file or folder to be, links followed.
        overwrite: whether it may take the place of another.
        path: the temporary, beside it.
        published: whether it has got a name.
    """

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        """Choose the name of the temporary, which is not made yet."""
        self.target, self.overwrite, self.published = target, overwrite, False
        self.path = temporaries.temporary_path(target)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Remove the temporary, if it still is one, and let its lock go."""

    def _named(self, place: Path, remedy: str) -> None:
        """The temporary has its name, which is to last.

        Raises:
            OutputError: the folder could not be synced; `remedy` says what to do.
        """
        self.published = True
        try:
            durable.sync_folder(place.parent)
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(f"{place} is written, but its folder could not be synced: {reason}; {remedy}") from error


class PendingFile(Pending):
    """A temporary file, open and locked.

    Attributes:
        stream: it, unbuffered, for writing and reading.
    """

    def __init__(self, target: Path, *, overwrite: bool, size: int = 0) -> None:
        """Create the temporary, and reserve `size` bytes of the disk for it.

        Raises:
            OSError: it cannot be created, or the disk has less.
        """
        super().__init__(target, overwrite=overwrite)
        watcher.begin_temporary(self.path)
        try:
            self.stream = self.path.open("xb+", buffering=0)
            if not temporaries.is_locked(self.stream.fileno(), self.path):
                self.stream = self.path.open("wb+", buffering=0)
                temporaries.is_locked(self.stream.fileno(), self.path)
            durable.reserve(self.stream.fileno(), size)
        except BaseException:
            self.close()
            raise

    def rewind(self) -> None:
        """Begin anew."""
        self.stream.seek(0)

    def write(self, piece: bytes | memoryview) -> None:
        """Append bytes."""
        durable.write_all(self.stream, piece)

    def finish(self) -> None:
        """Cut the file off where its content ends, and have it reach the device (`durable.finish`)."""
        durable.finish(self.stream)

    def publish(self, target: Path | None = None) -> None:
        """Give the finished temporary its name, or that of another target in the same folder.

        Raises:
            NameTakenError: the name is taken by now, and `overwrite` is false.
            OSError: the system refuses.
            OutputError: the file has its name, and its folder could not be synced.
        """
        place = self.target if target is None else target
        self._require_whole()
        if not file_calls.names_open_files():
            self.stream.close()
        if self.overwrite and target is None:
            with contextlib.suppress(OSError):  # a file that is replaced keeps its permissions
                self.path.chmod(stat.S_IMODE(place.stat().st_mode))
            durable.with_retries(lambda: self.path.replace(place))
        else:
            self._link(place)
        self._named(place, "copy the file")

    def _require_whole(self) -> None:
        """What has the temporary's name must be what was written: not a link, nor a file that somebody has put there.

        By its kind and size alone, because not every file system has lasting numbers for files.

        Raises:
            FileNotFoundError: it is not.
        """
        if not self.stream.closed:
            self._written = os.fstat(self.stream.fileno()).st_size
        found = self.path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != self._written:
            raise FileNotFoundError(errno.ENOENT, "something else has the name of the temporary file", str(self.path))

    def _link(self, place: Path) -> None:
        try:
            durable.with_retries(lambda: os.link(self.path, place))
        except FileExistsError:
            raise NameTakenError(exists(place)) from None
        except OSError:  # a file system without hard links
            try:
                durable.rename_new(self.path, place)
            except FileExistsError:
                raise NameTakenError(exists(place)) from None
        with contextlib.suppress(OSError):  # a second name is no failure
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the temporary, if it still is one, and let its lock go."""
        if not file_calls.names_open_files():
            self._close_stream()
        if not self.published:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
        watcher.end_temporary(self.path)
        self._close_stream()

    def _close_stream(self) -> None:
        if hasattr(self, "stream"):
            with contextlib.suppress(OSError):
                self.stream.close()

    @property
    def outcome(self) -> str:
        """What there is after a failure, in words."""
        if os.path.lexists(self.path):
            return f"{self.path} is left of it: remove it"
        return outcome(self.target)


class NameTakenError(UsageError):
    """Something has the name that a finished file was to have."""


def exists(path: str | Path) -> str:
    """The words for a name that is taken."""
    return f"{path} exists: give overwrite=True to replace it, or choose another name"


def outcome(target: Path) -> str:
    """The state of a target that could not be written, in words."""
    return (
        f"the {'folder' if is_folder(target) else 'file'} of that name is unchanged"
        if is_there(target)
        else "no file was left"
    )
