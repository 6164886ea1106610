"""Digits of a sequence that other processes, on other machines too, read for themselves: from the same file, or from a short text."""

from __future__ import annotations

import os
import random
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.storage.presence import is_folder
from pi_engine.runtime.system.file_calls import read_piece
from pi_engine.sequence.access import text_access
from pi_engine.sequence.access.text_in_memory import TextInMemory
from pi_engine.sequence.opening import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.sequence.access.digit_access import DigitAccess
    from pi_engine.sequence.digit_sequence import DigitSequence

MOST_SENT = 1 << 20
"""Digits in memory that are sent with each task, at most; more have to lie in a file."""

_READ_ANYWHERE = ("text", "ycd")
"""Formats of files that can be read at any place, text in some layouts only."""

_SPOTS, _SPOT = 16, 64
"""Places of a file whose bytes are compared, and how many at each."""


class UnreadableError(PiEngineError):
    """A process cannot read the digits that another one has open."""


class FileSample(NamedTuple):
    """What another process must find in a file, if it is the same.

    Attributes:
        path: absolute.
        size: in bytes.
        spots: bytes at random places, by offset.
    """

    path: str
    size: int
    spots: tuple[tuple[int, bytes], ...]

    @classmethod
    def taken(cls, path: str, spots: int) -> FileSample:
        """Of the file as it is.

        Raises:
            OSError: it cannot be read.
        """
        with Path(path).open("rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            offsets = sorted(random.randrange(max(size - _SPOT, 0) + 1) for _ in range(spots))  # noqa: S311 (no secret)
            return cls(path, size, tuple((offset, read_piece(stream.fileno(), _SPOT, offset)) for offset in offsets))

    def difference(self) -> str | None:
        """Why the file is not the same here, in a few words; None where it is."""
        try:
            with Path(self.path).open("rb", buffering=0) as stream:
                size = os.fstat(stream.fileno()).st_size
                if size != self.size:
                    return f"has {size:_} bytes there, and {self.size:_} here"
                for offset, content in self.spots:
                    if read_piece(stream.fileno(), len(content), offset) != content:
                        return f"has other bytes there from {offset:_} on than here"
        except OSError as error:
            return f"cannot be read there ({error.strerror or error})"
        return None


@dataclass(frozen=True)
class SharedDigits:
    """What a process needs to read the digits of a sequence at any place.

    Attributes:
        name: of the sequence.
        base: of the digits.
        digits: how many there are.
        path: of the file, absolute; None where `text` has the digits.
        text: the digits, where they are in memory and few.
        samples: of the file, or of all files of a set.
    """

    name: str
    base: int
    digits: int
    path: str | None
    text: str | None
    samples: tuple[FileSample, ...]

    @classmethod
    def of(cls, digits: DigitSequence) -> SharedDigits:
        """The digits of a sequence.

        Raises:
            UsageError: they can only be read from their beginning, or are in the memory of this process alone.
        """
        require_ranges(digits)
        count = len(digits)
        if digits.path is None and digits.format is None:
            if count > MOST_SENT:
                raise UsageError(
                    f"{digits.name}: they are in the memory of this process, where no worker can read them: let them be stored "
                    "(leave --no-cache out, or give PI_ENGINE_DIGIT_STORE more), or compute them to a FILE first"
                )
            return cls(digits.name, digits.base, count, None, digits.text(), ())
        assert digits.path is not None
        shared = cls(digits.name, digits.base, count, digits.path, None, _samples(digits.path))
        with shared.opened():  # as the workers will
            return shared

    @contextmanager
    def opened(self) -> Iterator[DigitAccess]:
        """The digits, to be read here.

        Raises:
            UnreadableError: the file is not there, or is another one.
            UsageError: it can only be read from its beginning.
            CorruptFileError, PiEngineError: as `DigitSequence.open`, and as `characters` where they are read.
        """
        if self.path is None:
            yield TextInMemory(self.text or "", 0)
            return
        for sample in self.samples:
            if (difference := sample.difference()) is not None:
                raise UnreadableError(f"{sample.path} {difference}")
        access = opened(self.path, self.base).access
        try:
            regular = _is_regular(access)
            if not regular and self.samples[0].size >= text_access.LEAST_BYTES:
                raise _from_beginning(self.name)
            yield access
            if regular and not _is_regular(access):  # what was calculated elsewhere cannot be trusted either
                raise _from_beginning(self.name)
        finally:
            access.close()


def require_ranges(digits: DigitSequence) -> None:
    """Refuse digits that can only be read from their beginning; they are not counted for it, which may take long.

    Raises:
        UsageError: they are of such a file, of 1 MiB or more where it is text.
    """
    if digits.format is None or (digits.random_access and digits.path is not None and digits.format in _READ_ANYWHERE):
        return
    if digits.path is None or digits.format not in _READ_ANYWHERE:
        raise _from_beginning(digits.name)
    if Path(digits.path).stat().st_size >= text_access.LEAST_BYTES:
        raise _from_beginning(digits.name)


def _samples(path: str) -> tuple[FileSample, ...]:
    from pi_engine.digits.ycd.ycd_set import find_pieces, is_piece

    place = Path(path)
    try:
        if is_folder(place) or is_piece(place):
            pieces = find_pieces(place)
            return tuple(FileSample.taken(str(one.path), max(1, _SPOTS // len(pieces))) for one in pieces)
        return (FileSample.taken(path, _SPOTS),)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _is_regular(access: DigitAccess) -> bool:
    """Whether digits are read without those before them."""
    return bool(getattr(access, "regular", True))


def _from_beginning(name: str) -> UsageError:
    return UsageError(
        f"{name} can only be read from its beginning, by one process: leave the cluster out, "
        "or convert it first ('pi-engine convert FILE NEW.ycd') and give that file"
    )
