"""Digits of a file that is read from its beginning: compressed text, text of any layout, standard input."""

from __future__ import annotations

import tempfile
from threading import Lock
from typing import IO, TYPE_CHECKING

import numpy as np

from pi_engine.digits.reader import DigitFile
from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.storage.durable import output_error
from pi_engine.sequence.access.word_access import Segment, WordAccess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.errors import CapacityError, OutputError
    from pi_engine.sequence.access.digit_access import Characters
    from pi_engine.sequence.access.unchanged import Unchanged


class StreamAccess:
    """Digits of a file in order. Each pass opens it anew; standard input, a pipe or a device takes only one.

    Attributes:
        digits: see `DigitAccess`.
        unchanged: the state of the file.
        regular: False, as digits are not read without those before them.
    """

    regular = False

    def __init__(self, path: str, file: DigitFile, base: int | None, unchanged: Unchanged) -> None:
        """Take over an open file, for the first pass.

        Args:
            path: of the file.
            file: nothing of it has been read.
            base: the one that was asked for.
            unchanged: the state of `path`, noted before the file was opened.
        """
        self._path, self._base, self.unchanged = path, base, unchanged
        self._unused: DigitFile | None = file
        self._lock = Lock()
        self.digits: int | None = file.digits
        self._name, self._notes = file.name, file.notes

    @property
    def notes(self) -> list[str]:
        """See `DigitAccess`; complete when all digits have been read."""
        return self._notes

    def close(self) -> None:
        """Close the file if no pass has begun."""
        with self._lock:
            file, self._unused = self._unused, None
        if file is not None:
            file.close()

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """See `DigitAccess`; what is before `start` is read too."""
        if stop is not None and stop <= start:
            return
        at = 0
        with self._opened(few=stop is not None) as file:
            try:
                for piece in file.pieces():
                    characters = _characters(piece, file.base)
                    end = at + len(characters)
                    if stop is not None and end >= stop:
                        yield characters[max(start - at, 0) : stop - at]
                        self.unchanged.require()
                        return
                    if end > start:
                        yield characters[max(start - at, 0) :]
                    at = end
            except PiEngineError:
                self.unchanged.require()
                raise
            finally:
                self._notes = file.notes
        self.unchanged.require()
        self.digits = at

    def _opened(self, *, few: bool = False) -> DigitFile:
        with self._lock:
            file, self._unused = self._unused, None
        if file is not None:
            return file
        if not self.unchanged.noted:
            raise UsageError(f"{self._name} can be read only once: save it to a file first")
        self.unchanged.require()
        return DigitFile(self._path, base=self._base, few=few)

    def put_aside(self) -> WordAccess:
        """All digits in a temporary file, 0.42 bytes a decimal digit, to be read at any place.

        Raises:
            CorruptFileError, PiEngineError: see `pieces`.
            OutputError, CapacityError: the temporary file cannot be written.
        """
        with self._opened() as file:
            try:
                stream = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (the access closes it)
            except OSError as error:
                raise _unwritten(error) from error
            try:
                try:
                    digits = _fill(stream, file)
                finally:
                    self.unchanged.require()  # what went wrong may come of a change
            except BaseException:
                stream.close()
                raise
            self.digits, self._notes = digits, file.notes
            segment = Segment(stream, "the temporary file of the digits", 0, digits)
            return WordAccess([segment], file.base, swapped=False, notes=file.notes)


def _fill(stream: IO[bytes], file: DigitFile) -> int:
    """Write the words of a file to a stream; returns how many digits they hold."""
    digits = 0
    for words, count in file.blocks():
        left = np.ascontiguousarray(words).data.cast("B")
        try:
            while left:
                left = left[stream.write(left) :]
        except OSError as error:
            raise _unwritten(error) from error
        digits += count
    return digits


def _unwritten(error: OSError) -> OutputError | CapacityError:
    return output_error(
        error,
        f"the temporary file of the digits could not be written: {error.strerror or error}; "
        "set TMPDIR to a folder with more space",
    )


def _characters(piece: bytes | Characters, base: int) -> Characters:
    """A piece as an array, hexadecimal digits in upper case."""
    if base == 16:
        piece = bytes(piece).upper()
    return np.frombuffer(piece, np.uint8) if isinstance(piece, bytes) else piece
