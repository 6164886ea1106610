"""Plain text, read at any place where its layout is regular, and from its beginning where it is not."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from pi_engine.digits.text.layout.shapes import SEPARATORS
from pi_engine.digits.text.layout.text_start import WINDOW
from pi_engine.errors import PiEngineError
from pi_engine.runtime.storage.random_reading import read_at
from pi_engine.sequence.access.digit_access import PIECE
from pi_engine.sequence.access.regular_layout import RegularLayout, kinds_of, regular_layout
from pi_engine.sequence.access.stream_access import StreamAccess
from pi_engine.sequence.access.unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.reader import DigitFile
    from pi_engine.sequence.access.digit_access import Characters, DigitAccess
    from pi_engine.sequence.access.word_access import WordAccess

LEAST_BYTES = 1 << 20
"""A shorter text is read from its beginning, which takes a millisecond."""

_LOOKED_AT = 1 << 16
"""Bytes at the beginning and at the end whose layout is looked at."""

_SAMPLES, _SAMPLE = 32, 1 << 12
"""How many places in between are looked at, and how many bytes at each: a millisecond in all."""

_LONGEST_TOTAL = 20
"""Digits of a last line that may be the number of digits before it."""


class TextAccess:
    """Digits of a text file.

    What begins at its first digit and goes far is read by the reader of texts, which sees every byte. Other places are calculated where
    the layout is regular: at the beginning, where it is compared with what that reader finds, at the end of the file, at places in
    between, and in the whole lines that digits are taken from. So lines that lie elsewhere than calculated are seen when they are
    read. What is not seen is a wrong number of digits in as many bytes, such as a blank in place of a digit, where nothing is looked at.
    """

    def __init__(self, path: str, file: DigitFile, base: int | None, unchanged: Unchanged) -> None:
        """Take over an open file of text, for the first pass; see `StreamAccess`."""
        self._stream = StreamAccess(path, file, base, unchanged)
        self._name, self._base = path, file.base
        self._kinds = kinds_of(file.base)
        self._file: IO[bytes] | None = None
        self._unchanged = unchanged
        self._layout: RegularLayout | None = None
        self._counted = self._compared = self._end = 0
        if file.format == "text" and unchanged.noted and (file.size or 0) >= LEAST_BYTES and file.begin is not None:
            self._look(file.begin)

    @property
    def digits(self) -> int | None:
        """See `DigitAccess`: as the reader has counted them, or calculated."""
        if self._stream.digits is not None:
            return self._stream.digits
        return None if self._layout is None else self._counted

    @property
    def notes(self) -> list[str]:
        """See `DigitAccess`."""
        return self._stream.notes

    @property
    def regular(self) -> bool:
        """Whether places are calculated."""
        return self._layout is not None

    def close(self) -> None:
        """Close what is open."""
        self._stream.close()
        if self._file is not None:
            self._file.close()

    def put_aside(self) -> WordAccess:
        """See `StreamAccess.put_aside`."""
        return self._stream.put_aside()

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """See `DigitAccess`."""
        layout = self._layout
        behind = stop is None or stop > self._compared
        if layout is None or (start == 0 and behind):
            yield from self._stream.pieces(start, stop)
            return
        at = start
        for piece in self._calculated(layout, start, self._counted if stop is None else min(stop, self._counted)):
            self._unchanged.require()
            if piece is None:  # the layout is another there: nothing that was calculated can be trusted
                self._layout = None
                yield from self._stream.pieces(at, stop)
                return
            yield piece
            at += len(piece)

    def _calculated(self, layout: RegularLayout, start: int, stop: int) -> Iterator[Characters | None]:
        """The characters, from bytes whose places are calculated; None where there is no digit at one."""
        head = len(layout.head)
        first = start if start < head else start - (start - head) % len(layout.columns)
        step = max(PIECE // len(layout.columns), 1) * len(layout.columns)
        while first < stop:
            last = min(first + step if first >= head else head, stop)
            piece = self._read(layout, first, last)
            if piece is None:
                yield None
                return
            skipped = max(start - first, 0)
            if len(piece) > skipped:
                yield piece[skipped:]
            first = last

    def _read(self, layout: RegularLayout, first: int, last: int) -> Characters | None:
        """Digits `first` … `last` − 1: all in the head, or from the beginning of a period on."""
        assert self._file is not None
        begin = layout.byte_of(first)
        end = layout.byte_of(last - 1) + 1
        whole_end = end if first < len(layout.head) else min(layout.period_end(end), self._end)
        text = np.empty(whole_end - begin, np.uint8)
        found = read_at(self._file, begin, text.data.cast("B"), self._name)
        if found < len(text):
            return None
        if first < len(layout.head):
            characters = text[layout.head[first:last] - layout.head[first]]
            return self._upper(characters) if (self._kinds[characters] == ord("0")).all() else None
        if not layout.fits(text, begin, self._kinds):  # whole periods: else lines that are moved might not be seen
            return None
        text = text[: end - begin]
        if layout.period == 1:
            return self._upper(text)
        offset = int(layout.columns[0])
        rows = -(-(offset + len(text)) // layout.period)
        whole = np.zeros(rows * layout.period, np.uint8)
        whole[offset : offset + len(text)] = text
        return self._upper(whole.reshape(rows, layout.period)[:, layout.columns].reshape(-1)[: last - first])

    def _upper(self, characters: Characters) -> Characters:
        if self._base != 16:
            return characters
        return np.where(characters >= ord("a"), characters - np.uint8(32), characters)

    def _look(self, begin: int) -> None:
        """Find out whether the layout is regular, and keep the file open if it is; the first digit is at byte `begin`."""
        try:
            stream = Path(self._name).open("rb", buffering=0)  # noqa: SIM115 (kept, or closed below)
        except OSError:
            return
        own = Unchanged([(self._name, stream.fileno())])
        found = self._found(stream, begin) if own.same(self._unchanged) else None
        if found is None:
            stream.close()
            return
        self._file, self._unchanged = stream, own
        self._layout, self._counted = found

    def _found(self, stream: IO[bytes], begin: int) -> tuple[RegularLayout, int] | None:
        """The layout, and the number of digits; None if it is not regular."""
        size = os.fstat(stream.fileno()).st_size
        if not stream.read(WINDOW).isascii():
            return None
        head = _bytes_at(stream, begin, min(_LOOKED_AT, size - begin), self._name)
        layout = regular_layout(head, begin, self._kinds)
        if layout is None:
            return None
        tail_begin = max(size - _LOOKED_AT, layout.origin)
        for i in range(1, _SAMPLES):
            place = layout.origin + (tail_begin - layout.origin) * i // _SAMPLES
            sample = _bytes_at(stream, place, min(_SAMPLE, tail_begin - place), self._name)
            if not layout.fits(sample, place, self._kinds):
                return None
        tail = _bytes_at(stream, tail_begin, size - tail_begin, self._name)
        digits = np.flatnonzero(self._kinds[tail] == ord("0"))
        used = int(digits[-1]) + 1 if len(digits) else 0
        if not used or tail[used:].tobytes().strip() or not layout.fits(tail[:used], tail_begin, self._kinds):
            return None
        counted = layout.digits_before(tail_begin + used)
        if _has_total(tail[:used].tobytes(), counted) or not self._same_digits(layout, head):
            return None
        self._end = tail_begin + used
        return layout, counted

    def _same_digits(self, layout: RegularLayout, head: Characters) -> bool:
        """Whether the reader of texts finds the same digits at the beginning as the layout: no counter is taken for digits."""
        mine = self._upper(head[self._kinds[head] == ord("0")]).tobytes()
        try:
            found = b"".join(piece.tobytes() for piece in self._stream.pieces(0, len(mine)))
        except PiEngineError:
            return False
        self._compared = len(mine)
        return len(layout.columns) > 0 and found == mine


def put_aside(access: DigitAccess) -> WordAccess | None:
    """What is read from its beginning, read at any place from now on; None where it is already. See `StreamAccess.put_aside`."""
    if isinstance(access, StreamAccess) or (isinstance(access, TextAccess) and not access.regular):
        return access.put_aside()
    return None


def _has_total(text: bytes, counted: int) -> bool:
    """Whether the last line of a text may be the number of the digits before it, with the digit before the point or without."""
    last = re.split(rb"[\r\n]", text)[-1].translate(None, SEPARATORS)
    if len(last) > _LONGEST_TOTAL or not last.isdigit():
        return False
    return int(last) in {counted - len(last), counted - len(last) + 1}


def _bytes_at(stream: IO[bytes], offset: int, count: int, name: str) -> Characters:
    text = np.empty(count, np.uint8)
    return text[: read_at(stream, offset, text.data.cast("B"), name)]
