"""What is on the screen: rows of digits that begin at multiples of their length, from a place on that keys move."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.cli.viewer.digit_rows import GAP, grouped, groups_that_fit, labelled
from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from pi_engine.sequence.digit_sequence import DigitSequence

_LEAST_BESIDE_LABEL = 10
"""Columns for digits below which a row has no position."""

POSITION, DIGITS, MATCH, CURRENT = "position", "digits", "match", "current"
"""Kinds of text: the position of a row, digits, those of the string that was searched, and those that were found or jumped to."""


class Mark(NamedTuple):
    """Digits that are pointed out: where they begin, from 0, and how many they are."""

    place: int
    digits: int


class ViewerPage:
    """A window over the digits, of `columns` by `lines`.

    Attributes:
        length: how many digits there are.
        top: the place of the first digit of the first row, from 0; always a multiple of the row's length.
        mark: what was found or jumped to.
        pattern: what was searched last, which is pointed out wherever it is on the page; b"" for nothing.
        error: why digits are missing on the page; "" where all are there.
    """

    def __init__(self, digits: DigitSequence, *, group: int, widest: int | None = None) -> None:
        """Show digits whose length is known, in groups of `group` or without for 0, in at most `widest` columns."""
        self._digits, self._group, self._widest = digits, group, widest
        self.length = len(digits)
        self.top, self.mark, self.pattern, self.error = 0, Mark(0, 0), b"", ""
        self._read: tuple[int, int, str] = (0, 0, "")
        self.row = self.lines = 1
        self.resize(80, 24)

    def resize(self, columns: int, lines: int) -> None:
        """Fit the page to a screen.

        What stays where it is, is the end if it is on the page, else the mark if it is, else the digit at the top.
        """
        lines, at_end = max(lines, 1), self.top > 0 and self.stop == self.length
        columns = max(min(columns, self._widest or columns), 1)
        label = len(f"{max(self.length, 1):_}")
        self.label = label if columns >= label + GAP + _LEAST_BESIDE_LABEL else 0
        room = columns - (self.label + GAP if self.label else 0)
        self.group = min(self._group, max(room, 1))
        anchor = self.mark.place if self.mark_is_visible() else self.top
        below = (anchor - self.top) // self.row
        self.row = groups_that_fit(columns, self.group, self.label) * (self.group or 1)
        self.lines = lines
        self._put(self._last_row() if at_end else anchor // self.row - min(below, lines - 1))

    def mark_is_visible(self) -> bool:
        """Whether the place of the mark is on the page."""
        return self.top <= self.mark.place < self.top + self.row * self.lines

    def move(self, rows: int) -> None:
        """Go down by a given number of rows, or up."""
        self._put(self.top // self.row + rows)

    def begin(self) -> None:
        """Go to the first page; nothing is marked any more."""
        self.mark = Mark(0, 0)
        self._put(0)

    def end(self) -> None:
        """Go to the last page; nothing is marked any more."""
        self.mark = Mark(0, 0)
        self._put(self._last_row())

    def show(self, place: int, count: int = 1) -> None:
        """Point out digits, and go there if they are not on the page."""
        self.mark = Mark(place, count)
        if not (self.mark_is_visible() and place + count <= self.top + self.row * self.lines):
            self._put(place // self.row - min(2, (self.lines - 1) // 2))

    def _put(self, row: int) -> None:
        self.top = max(min(row, self._last_row() - self.lines + 1), 0) * self.row

    def _last_row(self) -> int:
        return max(self.length - 1, 0) // self.row

    @property
    def stop(self) -> int:
        """The place behind the last digit on the page."""
        return min(self.top + self.row * self.lines, self.length)

    def rows(self) -> list[list[tuple[str, str]]]:
        """The rows, each of pieces of text with their kinds."""
        begin = max(self.top - max(len(self.pattern) - 1, 0), 0)
        text = self._text(begin, min(self.stop + max(len(self.pattern) - 1, 0), self.length))
        kinds = self._kinds(begin, text)
        found = []
        for start in range(self.top, min(self.stop, begin + len(text)), self.row):
            row: list[tuple[str, str]] = [(POSITION, labelled(start + 1, self.label))] if self.label else []
            stop = min(start + self.row, self.stop, begin + len(text))
            row += self._pieces(text[start - begin : stop - begin], start, kinds)
            found.append(row)
        return found

    def _pieces(self, digits: str, start: int, kinds: dict[int, str]) -> list[tuple[str, str]]:
        """A row's digits in groups, divided where the kind changes; a blank belongs to what it stands within."""
        places = range(start, start + len(digits))
        if not any(place in kinds for place in places):
            return [(DIGITS, grouped(digits, self.group))]
        pieces: list[tuple[str, str]] = []
        for i, (place, digit) in enumerate(zip(places, digits, strict=True)):
            kind = kinds.get(place, DIGITS)
            if self.group and i and i % self.group == 0:
                _append(pieces, kind if kind == pieces[-1][0] else DIGITS, " ")
            _append(pieces, kind, digit)
        return pieces

    def _kinds(self, begin: int, text: str) -> dict[int, str]:
        """The kinds of digits that are pointed out, by place."""
        kinds: dict[int, str] = {}
        pattern = self.pattern.decode("ascii")
        at = text.find(pattern) if pattern else -1
        while at >= 0:
            kinds.update(dict.fromkeys(range(begin + at, begin + at + len(pattern)), MATCH))
            at = text.find(pattern, at + 1)
        first, last = max(self.mark.place, self.top), min(self.mark.place + self.mark.digits, self.stop)
        kinds.update(dict.fromkeys(range(first, last), CURRENT))
        return kinds

    def _text(self, start: int, stop: int) -> str:
        """Digits, kept for the next time; fewer where they cannot be read, which `error` then says."""
        if self._read[:2] == (start, stop) and not self.error:
            return self._read[2]
        pieces = []
        self.error = ""
        try:
            for piece in self._digits.characters(start, stop):
                pieces.append(piece.tobytes())  # noqa: PERF401 (those before an error count)
        except PiEngineError as error:
            self.error = str(error)
        self._read = start, stop, b"".join(pieces).decode("ascii")
        return self._read[2]


def _append(pieces: list[tuple[str, str]], kind: str, text: str) -> None:
    if pieces and pieces[-1][0] == kind:
        text = pieces.pop()[1] + text
    pieces.append((kind, text))
