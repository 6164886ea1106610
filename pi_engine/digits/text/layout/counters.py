"""Counters of lines: numbers at the beginning or end of a line that count lines or digits, and are not digits themselves.

A counter with a mark, such as `: 50`, is believed where it agrees with the digits counted so far or with the number of the line, and from
then on in every line. A counter without a mark cannot be told from digits in one line: `text_start` asks several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pi_engine.digits.text.layout import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.digits.text.layout.left_out import LeftOut


_FIRST_OF_LINES = shapes.of_lines(shapes.FIRST_COUNTER)
_LAST_OF_LINES = shapes.of_lines(shapes.LAST_COUNTER)


_BEGINS_LINE = re.compile(rb"[\r\n]" + shapes.FIRST_COUNTER.pattern.removeprefix(rb"\A"))
"""The same as `_FIRST_OF_LINES` but in the first line, and ten times as fast to look for."""

_FIRST_LINE = 2000
"""Bytes in which the first counter of many lines is looked for."""

_LONGEST = 200
"""Bytes that a counter takes at the end of a line, with the blanks before it and what closes the digits behind it."""


class _Side:
    """The counters of one side: what the last one said, and whether they are known to be counters."""

    def __init__(self, *, sure: bool, last: int | None = None) -> None:
        self.sure, self._last = sure, -1 if last is None else last

    @property
    def seen(self) -> bool:
        """Whether a line had one."""
        return self._last >= 0

    def takes(self, value: int, right: set[int]) -> bool:
        """Whether a number that may be a counter is one: it counts digits or lines, or goes on as the one before."""
        counts = value in right
        goes_on = value == self._last + 1 and self._last >= 0
        if not (self.sure or counts or goes_on or value in {0, 1}):
            return False
        self.sure = self.sure or goes_on or (counts and value > 1)
        self._last = value
        return True


class Counters:
    """The counters of one text."""

    def __init__(self, *, bare_first: bool, bare_last: bool, first: int | None) -> None:
        """Counters without a mark are there where several lines have shown them; `first` is the one that stands before the first digit."""
        self._bare_first, self._bare_last = bare_first, bare_last
        self._first, self._last = _Side(sure=bare_first or first is not None, last=first), _Side(sure=bare_last)
        self._counts_digits = self._disagrees = False
        self._begins = 0

    @property
    def bare(self) -> bool:
        """Whether lines have counters that look like digits."""
        return self._bare_first or self._bare_last

    def begin(self, number: int) -> None:
        """The digits begin in the line of this number."""
        self._begins = number

    def bounds(
        self,
        line: bytes,
        begin: int,
        *,
        before: int,
        digits_of: Callable[[bytes], int],
        number: int,
        left_out: LeftOut,
        first: bool,
        whole: bool,
        rows: int,
    ) -> tuple[int, int]:
        """Where the digits of a line lie between its counters.

        Args:
            line: without its end.
            begin: where to begin in it.
            before: how many digits stand before the line.
            digits_of: counts the digits of a piece.
            number: of the line.
            left_out: where to count what is left out.
            rows: how many lines with digits stand before it.
            first: whether the line is the one where the digits begin, behind the counter that may stand before them.
            whole: whether it is a whole line, and not the end of a very long one.
        """
        end = len(line)
        if first:
            self.begin(number)
        lines = {number, number - self._begins, number - self._begins + 1, rows, rows + 1}
        if whole and not first and (self._first.sure or not self._last.sure):
            found = (shapes.BARE_FIRST if self._bare_first else shapes.FIRST_COUNTER).match(line[begin:])
            row = number - self._begins + 1
            if found and self._ends_line(line, begin, found, lambda body: before + digits_of(body), row):
                found = None
            if found and self._first.takes(_value(found[1]), {*lines, *range(before, before + 3)}):
                left_out.add("counters at the beginning of lines", 1, number, found[0])
                begin += found.end()
        near_end = max(begin, end - _LONGEST)  # blanks without end would be tried from each of them on
        found = (shapes.BARE_LAST if self._bare_last else shapes.LAST_COUNTER).search(line, near_end)
        if found and (found.start() > begin or not whole):
            total = before + digits_of(line[begin : found.start()])
            if self._last.takes(_value(found[1]), {total, total + 1, total + 2, *lines}):
                end = found.start()
                left_out.add("counters at the end of lines", 1, number, found[0])
                self._compare(_value(found[1]), total, number, left_out)
        return begin, end

    def _ends_line(
        self,
        line: bytes,
        begin: int,
        found: re.Match[bytes],
        total_behind: Callable[[bytes], int],
        row: int,
    ) -> bool:
        """Whether the mark of a counter at the beginning belongs to one at the end: `6 : 41` is the digit 6, the 41st, or of row 41."""
        last = None if self._first.sure else shapes.LAST_COUNTER.search(line, max(begin, len(line) - _LONGEST))
        if last is None or not begin < last.start() <= begin + found.end():
            return False
        total = total_behind(line[begin : last.start()])
        counts = {total, total + 1} | ({row} - {_value(found[1])})
        return self._last.seen or _value(last[1]) in counts

    def may_begin(self, lines: bytes) -> bool:
        """Whether many lines may have the first counters, which have to be looked at one by one."""
        if not self._first.sure and (shapes.FIRST_COUNTER.match(lines) or _BEGINS_LINE.search(lines)):
            return True
        return not self._last.sure and _LAST_OF_LINES.search(lines) is not None

    def without(self, lines: bytes) -> tuple[bytes, tuple[int, list[bytes]]]:
        """Many lines without their counters, as far as those are known; how many stood at the beginning, and those at the end."""
        first, last = 0, []
        if self._first.sure:
            lines, first = _FIRST_OF_LINES.subn(b"", lines)
        if self._last.sure:
            pattern = _counters_like_the_first(lines)
            last = pattern.findall(lines)
            lines = pattern.sub(b"", lines)
        return lines, (first, last)

    def settle(self, counted: tuple[int, list[bytes]], total: int, number: int, left_out: LeftOut) -> None:
        """The counters of many lines, behind which `total` digits have been read, were left out in lines up to this one."""
        first, last = counted
        if first:
            left_out.add("counters at the beginning of lines", first, number)
        if last:
            left_out.add("counters at the end of lines", len(last), number)
            self._compare(_value(last[-1]), total, number, left_out)

    def _compare(self, value: int, total: int, number: int, left_out: LeftOut) -> None:
        """A counter that has counted digits, and does so no more, is worth a remark: digits are missing, or too many."""
        if value in {total, total + 1, total + 2}:
            self._counts_digits = self._counts_digits or value > 1
        elif self._counts_digits and not self._disagrees:
            self._disagrees = True
            left_out.remarks.append(f"the counter in line {number:_} says {value:_}, where {total:_} digits end")


def _counters_like_the_first(lines: bytes) -> re.Pattern[bytes]:
    """Counters at the ends of lines with the mark of the first of them, which are found twenty times as fast as any.

    Where a line has another mark, that stays, and is not a digit: then the lines are looked at one by one.
    """
    first = _LAST_OF_LINES.search(lines, 0, _FIRST_LINE)
    if first is None:
        return _LAST_OF_LINES
    mark, tail = lines[first.start() : first.start(1)], lines[first.end(1) : first.end()]
    pattern = re.escape(mark.rstrip(b" \t")) + rb"[ \t]*(" + shapes.NUMBER + rb")" + re.escape(tail)
    return re.compile(pattern + rb"[ \t]*(?=[\r\n]|\Z)")


def _value(text: bytes) -> int:
    return int(re.sub(rb"\D", b"", text))
