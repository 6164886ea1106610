"""Digits of a file that is read from its beginning: compressed text, text of any layout, standard input."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.digits.reader import DigitFile
from pi_engine.errors import CapacityError, OutputError, PiEngineError, UsageError
from pi_engine.sequence.unchanged import Unchanged
from pi_engine.sequence.word_access import Segment, WordAccess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pi_engine.sequence.digit_access import Characters


class StreamAccess:
    """Digits of a file in order; each pass opens it anew, which standard input allows once."""

    def __init__(self, path: str | Path, file: DigitFile, base: int | None) -> None:
        """Take over an open file, for the first pass; `base` is the one that was asked for."""
        self._path, self._base, self._first = path, base, file
        self._unused: DigitFile | None = file
        self._unchanged = Unchanged.of_path(path)
        self.digits: int | None = file.digits
        self._notes = file.notes

    @property
    def notes(self) -> list[str]:
        """See `DigitAccess`; complete when all digits have been read."""
        return self._notes

    def close(self) -> None:
        """Close the file if no pass has begun."""
        if self._unused is not None:
            self._unused.close()

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """See `DigitAccess`; what is before `start` is read too."""
        at = 0
        with self._opened() as file:
            try:
                for piece in file.pieces():
                    characters = _characters(piece, file.base)
                    end = at + len(characters)
                    if stop is not None and end >= stop:
                        yield characters[max(start - at, 0) : stop - at]
                        return
                    if end > start:
                        yield characters[max(start - at, 0) :]
                    at = end
            except PiEngineError:
                self._unchanged.require()
                raise
            finally:
                self._notes = file.notes
        self._unchanged.require()
        self.digits = at

    def _opened(self) -> DigitFile:
        file, self._unused = self._unused, None
        if file is not None:
            return file
        if str(self._path) == "-":
            raise UsageError("standard input can be read only once: save it to a file first")
        self._unchanged.require()
        return DigitFile(self._path, base=self._base)

    def put_aside(self) -> WordAccess:
        """All digits in a temporary file, 0.42 bytes a decimal digit, to be read at any place.

        Raises:
            CorruptFileError, PiEngineError: see `pieces`.
            OutputError, CapacityError: the temporary file cannot be written.
        """
        digits = 0
        with self._opened() as file, ExitStack() as stack:
            try:
                stream = stack.enter_context(tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 (the access closes it)
                for block in file.blocks():
                    stream.write(np.ascontiguousarray(block.words).data.cast("B"))
                    digits += block.digits
            except OSError as error:
                kind = CapacityError if error.errno in CapacityError.errnos else OutputError
                raise kind(
                    f"the temporary file of the digits could not be written: {error.strerror or error}"
                ) from error
            except PiEngineError:
                self._unchanged.require()
                raise
            self._unchanged.require()
            self.digits, self._notes = digits, file.notes
            stack.pop_all()
            return WordAccess(
                [Segment(stream, "a temporary file", 0, digits)], file.base, swapped=False, notes=file.notes
            )


def _characters(piece: bytes | Characters, base: int) -> Characters:
    """A piece as an array, hexadecimal digits in upper case."""
    if base == 16:
        piece = bytes(piece).upper()
    return np.frombuffer(piece, np.uint8) if isinstance(piece, bytes) else piece
