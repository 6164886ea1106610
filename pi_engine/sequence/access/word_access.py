"""Digits packed in words, in one file or several, read at any place: .ycd files, and digits that were put aside."""

from __future__ import annotations

import sys
from bisect import bisect_right
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.text.digit_text import DigitText
from pi_engine.errors import CorruptFileError, PiEngineError
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD, DIGITS_PER_WORD
from pi_engine.runtime.storage.random_reading import read_at
from pi_engine.sequence.access.digit_access import PIECE
from pi_engine.sequence.access.unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pi_engine.sequence.access.digit_access import Characters

_LARGEST = np.uint64(10**DECIMALS_PER_WORD - 1)


class Segment(NamedTuple):
    """A file of words.

    Attributes:
        stream: open for reading, unbuffered; None to open it by its name when it is read.
        name: its path, or what messages call it.
        offset: the byte at which its words begin.
        digits: how many they hold.
    """

    stream: IO[bytes] | None
    name: str
    offset: int
    digits: int


class WordAccess:
    """Digits of segments, one after another; each begins with a word of its own."""

    def __init__(
        self,
        segments: Sequence[Segment],
        base: int,
        *,
        swapped: bool,
        limit: int | None = None,
        notes: Sequence[str] = (),
        path: str | None = None,
    ) -> None:
        """Take the segments over: `close` closes them.

        Args:
            segments: in the order of their digits.
            base: of the digits.
            swapped: whether the words have the other byte order than this machine.
            limit: only this many digits are seen.
            notes: see `DigitAccess`.
            path: of the file, or of the set, for those who open it again.
        """
        self._segments = list(segments)
        self._starts = [0, *accumulate(segment.digits for segment in segments)]
        self._base, self._width, self._swapped = base, DIGITS_PER_WORD[base], swapped
        self._unchanged = Unchanged(
            (segment.name, segment.name if segment.stream is None else segment.stream.fileno()) for segment in segments
        )
        self._text = DigitText(base)
        self.digits = self._starts[-1] if limit is None else min(limit, self._starts[-1])
        self.notes, self.path = list(notes), path

    def close(self) -> None:
        """Close the files."""
        for segment in self._segments:
            if segment.stream is not None:
                segment.stream.close()

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """See `DigitAccess`."""
        stop = self.digits if stop is None else min(stop, self.digits)
        i = max(bisect_right(self._starts, start) - 1, 0)
        while start < stop:
            first = self._starts[i]
            last = min(stop, self._starts[i + 1])
            segment = self._segments[i]
            with _opened(segment) as stream:
                for piece in self._of_segment(segment, stream, start - first, last - first):
                    self._unchanged.require()
                    yield piece
            start, i = last, i + 1

    def _of_segment(self, segment: Segment, stream: IO[bytes], start: int, stop: int) -> Iterator[Characters]:
        width = self._width
        many = max(PIECE // width, 1)
        all_words = -(-segment.digits // width)
        for first in range(start // width, -(-stop // width), many):
            words = np.empty(min(many, -(-stop // width) - first), np.uint64)
            offset = segment.offset + 8 * first
            found = read_at(stream, offset, words.data.cast("B"), segment.name) // 8
            if self._swapped:
                words.byteswap(inplace=True)
            good = self._sound(words[:found])
            ends = all_words - first if good == found == len(words) else None
            digits = min(stop - first * width, good * width)
            skipped = max(start - first * width, 0)
            if digits > skipped:
                text = self._text.characters(words[:good], digits)
                yield _array(text)[skipped:digits]
            if good < len(words):
                self._unchanged.require()
                at = offset + 8 * good
                if good < found:
                    raise CorruptFileError(
                        f"{segment.name}: the word at byte {at:_} does not hold {width} digits", offset=at
                    )
                raise CorruptFileError(
                    f"{segment.name} is truncated: it ends at byte {at:_}", kind="truncated", offset=at
                )
            self._require_padding(segment, words, ends, offset)

    def _sound(self, words: NDArray[np.uint64]) -> int:
        """How many words come before the first that cannot be."""
        if self._base != 10 or not len(words) or words.max() <= _LARGEST:
            return len(words)
        return int(np.argmax(words > _LARGEST))

    def _require_padding(self, segment: Segment, words: NDArray[np.uint64], ends: int | None, offset: int) -> None:
        """The last word of a segment is filled with zeros behind its digits."""
        padding = -segment.digits % self._width
        if padding and ends == len(words) and int(words[-1]) % self._base**padding:
            at = offset + 8 * (len(words) - 1)
            raise CorruptFileError(f"{segment.name}: the last word, at byte {at:_}, does not end in zeros", offset=at)


def little_endian_is_swapped() -> bool:
    """Whether words of .ycd files have the other byte order than this machine."""
    return sys.byteorder == "big"


@contextmanager
def _opened(segment: Segment) -> Iterator[IO[bytes]]:
    if segment.stream is not None:
        yield segment.stream
        return
    try:
        stream = Path(segment.name).open("rb", buffering=0)  # noqa: SIM115 (closed below)
    except OSError as error:
        raise PiEngineError(f"{segment.name} cannot be read: {error.strerror or error}") from error
    with stream:
        yield stream


def _array(text: bytes | Characters) -> Characters:
    return np.frombuffer(text, np.uint8) if isinstance(text, bytes) else text
