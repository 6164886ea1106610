"""A file or standard input to read bytes from: looked at before it is read, and counted."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, Self, cast

from pi_engine.errors import CorruptFileError, PiEngineError, UsageError
from pi_engine.runtime.storage.temporaries import hint
from pi_engine.runtime.waiting import WatchedStream

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class ByteStream(Protocol):
    """What is read: a file, or what it decompresses to."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Source:
    """Bytes in order, with a look ahead. Where they do not come from a regular file, waiting for them is reported (`WatchedStream`)."""

    def __init__(
        self, stream: IO[bytes] | ByteStream, name: str, size: int | None = None, watched: WatchedStream | None = None
    ) -> None:
        """Read from `stream`, from where it stands; `size` is how many bytes it holds, where that is known."""
        self._stream, self.name, self.size, self._watched = stream, name, size, watched
        self._ahead = b""
        self._damage: CorruptFileError | None = None
        self.position = 0
        self._owned = False

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a file, or standard input for "-".

        Raises:
            UsageError: there is no such file, it is a folder, or it may not be read; standard input is closed.
        """
        if str(path) == "-":
            name = "standard input"
            if sys.stdin is None:
                raise UsageError(f"{name} is closed: send it digits, or name a file")
            return cls(sys.stdin.buffer, name, watched=WatchedStream(name) if _stdin_may_wait() else None)
        watched = WatchedStream(str(path)) if _may_wait(path) else None
        try:
            with nullcontext() if watched is None else watched.waiting():
                stream = Path(path).open("rb", buffering=0)  # noqa: SIM115 (closed by __exit__)
        except BaseException as error:
            if watched is not None:
                watched.finish()
            if isinstance(error, OSError):
                remark = hint(Path(path)) if isinstance(error, FileNotFoundError) else ""
                name = str(path) if str(path) == str(path).strip() else f"'{path}'"  # else blanks would not be seen
                raise UsageError(f"{name} cannot be read: {error.strerror or error}{remark}") from error
            raise
        status = os.fstat(stream.fileno())
        source = cls(stream, str(path), status.st_size if stat.S_ISREG(status.st_mode) else None, watched)
        source._owned = True
        return source

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._watched is not None:
            self._watched.finish()
        if self._owned:
            cast("IO[bytes]", self._stream).close()

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer where the file ends, or is damaged behind some; they will be read again."""
        pieces, length = [self._ahead], len(self._ahead)
        while length < size:
            try:
                more = self._read(size - length)
            except CorruptFileError as error:  # of what has been decompressed; raised again when it is read
                if not length:
                    raise
                self._damage, more = error, b""
            if not more:
                break
            pieces.append(more)
            length += len(more)
        self._ahead = b"".join(pieces)
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        if self._ahead:
            found, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            found = self._read(size)
        self.position += len(found)
        return found

    def random_access(self) -> IO[bytes] | None:
        """The file itself, to be read at any place, where it is a regular one; what is read so is not counted."""
        return None if self.size is None else cast("IO[bytes]", self._stream)

    def fill(self, target: memoryview) -> int:
        """Fill `target`, a view of bytes; returns how many there were before the end."""
        done = 0
        while done < len(target):
            if self._ahead:
                count = min(len(self._ahead), len(target) - done)
                target[done : done + count] = self._ahead[:count]
                self._ahead = self._ahead[count:]
            else:
                count = self._read_into(target[done:])
            if not count:
                break
            done += count
        self.position += done
        return done

    def _read(self, size: int) -> bytes:
        if self._damage is not None:
            raise self._damage
        try:
            with self._waiting():
                found = self._stream.read(size) or b""
        except OSError as error:
            raise self._unreadable(error) from error
        self._count(len(found))
        return found

    def _read_into(self, target: memoryview) -> int:
        if not hasattr(self._stream, "readinto"):
            found = self._read(len(target))
            target[: len(found)] = found
            return len(found)
        try:
            with self._waiting():
                count: int = self._stream.readinto(target) or 0
        except OSError as error:
            raise self._unreadable(error) from error
        self._count(count)
        return count

    def _waiting(self) -> AbstractContextManager[None]:
        return nullcontext() if self._watched is None else self._watched.waiting()

    def _count(self, found: int) -> None:
        if self._watched is None:
            return
        self._watched.has_read(found)
        if not found:
            self._watched.finish()

    def _unreadable(self, error: OSError) -> PiEngineError:
        return PiEngineError(f"{self.name} could not be read: {error.strerror or error}")


def _may_wait(path: str | Path) -> bool:
    """Whether opening or reading it may have to wait for somebody: not for a regular file."""
    with suppress(OSError, ValueError):
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 (a path may be text)
    return False


def _stdin_may_wait() -> bool:
    with suppress(OSError, ValueError, AttributeError):  # closed, or replaced by something without a descriptor
        return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    return False
