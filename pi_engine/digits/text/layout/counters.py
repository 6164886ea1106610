"""Counters of lines: numbers at the beginning or end of a line that count lines or digits, and are not digits themselves.

A counter with a mark, such as `: 50`, is believed where it agrees with the digits counted so far or with the number of the line, and from
then on in every line. A counter without a mark cannot be told from digits in one line: `text_start` asks several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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


_ALIKE = range(3)
"""By how much a counter of digits may be ahead of those counted here: it may count the 3, and the digit that comes next."""


class _Side:
    """The counters of one side: what the last one said, whether they are known to be counters, and whether they count digits."""

    def __init__(self, *, sure: bool, last: int | None = None) -> None:
        self.sure, self._last = sure, -1 if last is None else last
        self._ahead: range | None = None
        self._before: tuple[int, int] | None = None
        self._disagrees = False

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

    def disagrees(self, value: int, total: int, *, near: bool) -> bool:
        """Whether a counter has counted digits, as the ones before it have, and does so no more; true once.

        Two counters in a row count digits if both are ahead by the same number; one does if it is `near` and says the same as the digits.
        """
        ahead = value - total
        if self._ahead is None:
            before, self._before = self._before, (value, total)
            if near and value > 1 and ahead in _ALIKE:
                self._ahead = _ALIKE
            elif before is not None and value - before[0] == total - before[1] > 1:
                self._ahead = range(ahead, ahead + 1)
        elif ahead not in self._ahead and not self._disagrees:
            self._disagrees = True
            return True
        return False


class Counters:
    """The counters of one text."""

    def __init__(self, *, bare_first: bool, bare_last: bool, first: int | None) -> None:
        """Counters without a mark are there where several lines have shown them; `first` is the one that stands before the first digit."""
        self._bare_first, self._bare_last = bare_first, bare_last
        self._first, self._last = _Side(sure=bare_first or first is not None, last=first), _Side(sure=bare_last)
        self._lacking = False
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
            right = {*lines, *range(before, before + 3)}
            found = self._first_in(line[begin:], right)
            row = number - self._begins + 1
            if found and self._ends_line(line, begin, found, lambda body: before + digits_of(body), row):
                found = None
            if found and self._first.takes(shapes.number(found[1]), right):
                left_out.add("counters at the beginning of lines", 1, number, found[0])
                begin += found.end()
                self._compare_first(found[1], before, number, left_out)
            elif self._bare_first and not self._lacking:
                self._lacking = True
                left_out.remarks.append(
                    f"line {number:_} has no counter, as the lines before it have: all of it is taken for digits"
                )
        near_end = max(begin, end - _LONGEST)  # blanks without end would be tried from each of them on
        found = self._last_in(line, near_end, begin, lambda body: before + digits_of(body))
        if found and (found.start() > begin or not whole):
            total = before + digits_of(line[begin : found.start()])
            if self._last.takes(shapes.number(found[1]), {total, total + 1, total + 2, *lines}):
                end = found.start()
                left_out.add("counters at the end of lines", 1, number, found[0])
                self._compare_last(found[1], total, number, left_out)
        return begin, end

    def _first_in(self, line: bytes, right: set[int]) -> re.Match[bytes] | None:
        """The counter at the beginning of a line; where it has no mark, one with a right value before any other."""
        if not self._bare_first:
            return shapes.FIRST_COUNTER.match(line)
        found = shapes.GROUPED_FIRST.match(line)
        if found is not None and shapes.number(found[1]) in right:
            return found
        spaced = (counter.match(line) for counter in shapes.SPACED_FIRST)
        return next((match for match in spaced if match and shapes.number(match[1]) in right), found)

    def _last_in(
        self, line: bytes, near_end: int, begin: int, total_behind: Callable[[bytes], int]
    ) -> re.Match[bytes] | None:
        """The same at its end, where a right value is how many digits end there."""
        if not self._bare_last:
            return shapes.LAST_COUNTER.search(line, near_end)
        found = shapes.BARE_LAST.search(line, near_end)
        for counter in shapes.SPACED_LAST:
            spaced = counter.search(line, near_end)
            if spaced is None:
                break
            if shapes.number(spaced[1]) - total_behind(line[begin : spaced.start()]) in _ALIKE:
                return spaced
        return found

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
        counts = {total, total + 1} | ({row} - {shapes.number(found[1])})
        return self._last.seen or shapes.number(last[1]) in counts

    def may_begin(self, lines: bytes) -> bool:
        """Whether many lines may have the first counters, which have to be looked at one by one."""
        if not self._first.sure and (shapes.FIRST_COUNTER.match(lines) or _BEGINS_LINE.search(lines)):
            return True
        return not self._last.sure and _LAST_OF_LINES.search(lines) is not None

    def without(self, lines: bytes) -> tuple[bytes, Counted]:
        """Many lines without their counters, as far as those are known, and what was left out."""
        counted = Counted(0, None, b"", [])
        if self._first.sure:
            lines = lines.removesuffix(b"\n")
            final = lines[max(lines.rfind(b"\n"), lines.rfind(b"\r")) + 1 :]
            found = shapes.FIRST_COUNTER.match(final)
            lines, first = _FIRST_OF_LINES.subn(b"", lines + b"\n")
            counted = Counted(first, found and found[1], final[found.end() :] if found else b"", [])
        if self._last.sure:
            pattern = _counters_like_the_first(lines)
            counted = counted._replace(last=pattern.findall(lines))
            lines = pattern.sub(b"", lines)
        return lines, counted

    def settle(self, counted: Counted, total: int, number: int, left_out: LeftOut) -> None:
        """The counters of many lines, behind which `total` digits have been read, were left out in lines up to this one."""
        if counted.first:
            left_out.add("counters at the beginning of lines", counted.first, number)
        if counted.value is not None:
            final = counted.behind.translate(None, shapes.SEPARATORS)
            if final.isalnum():  # with nothing else in it, all are digits
                self._compare_first(counted.value, total - len(final), number, left_out)
        if counted.last:
            left_out.add("counters at the end of lines", len(counted.last), number)
            self._compare_last(counted.last[-1], total, number, left_out)

    def _compare_first(self, value: bytes, total: int, number: int, left_out: LeftOut) -> None:
        """A counter that has counted digits, and does so no more, is worth a remark: digits are missing, or too many."""
        if self._first.disagrees(
            shapes.number(value), total, near=False
        ):  # the numbers of the first lines may be near by chance
            left_out.remarks.append(
                f"the counter in line {number:_} says {shapes.number(value):_}, behind {total:_} digits"
            )

    def _compare_last(self, value: bytes, total: int, number: int, left_out: LeftOut) -> None:
        if self._last.disagrees(shapes.number(value), total, near=True):
            left_out.remarks.append(
                f"the counter in line {number:_} says {shapes.number(value):_}, where {total:_} digits end"
            )


class Counted(NamedTuple):
    """Counters left out of many lines.

    Attributes:
        first: how many at the beginning of lines.
        value: what the last of these says, if it is in the last line.
        behind: what stands behind it.
        last: those at the end of lines.
    """

    first: int
    value: bytes | None
    behind: bytes
    last: list[bytes]


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
