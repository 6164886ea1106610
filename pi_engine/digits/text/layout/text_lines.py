"""Lines of text that hold more than digits: what of a line are digits, by the shapes, and where nothing is certain any more."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pi_engine.digits.text.layout import shapes
from pi_engine.digits.text.layout.between import lexer, without
from pi_engine.digits.text.layout.counters import Counters
from pi_engine.digits.text.layout.places import Place, place_in

if TYPE_CHECKING:
    from pi_engine.digits.text.layout.left_out import LeftOut
    from pi_engine.digits.text.layout.text_habits import TextStart

_LEAST_DIGITS = 10
"""Digits that a line has to hold to go on with the number behind a line of text, unless it is as long as the lines before."""

_LONGEST_TOTAL = 20
_MOST_PAGES = 1000
_LONGEST_RULER = 400
_SHORT = 40
"""Bytes of a line of digits alone that may be a total or the number of a page."""

_LONE_NUMBER = re.compile(
    rb"(?:" + shapes.BLANKS + rb"[\[(<{]?[ \t]*\d{1,15}" + shapes.BLANKS + rb"[:)\]|](?=[ \t]|\xc2|\xe2|\Z)|3\.)"
)
"""A number at the beginning of a line that is not a counter known, or another number with its point."""

_BLANK_BEFORE = re.compile(rb"[ \t][\"'(\[{]*\Z")
_FIRST_LINE = re.compile(rb"[^\r\n]{0,200}")
_MARKS = shapes.of_lines(shapes.MARK)


class Uncertain(Exception):  # noqa: N818 (no error: the answer of a line)
    """Nothing is certain from a place on; `digits` are those of its line before it."""

    def __init__(self, place: Place, digits: bytes = b"") -> None:
        """Say where."""
        super().__init__(place)
        self.place, self.digits = place, digits


class LineReader:
    """Takes the lines of a text in order, from the one in which the digits begin."""

    def __init__(self, base: int, start: TextStart, left_out: LeftOut) -> None:
        """Begin behind `start`; what is left out is counted in `left_out`."""
        self._base, self._left_out = base, left_out
        self._shapes, self._closer, self._marks = start.shapes, start.closer, start.marks
        self._words = start.words
        self._certain = tuple(shape for shape in start.shapes if not shape.habitual)
        self._lexer = lexer(base, start.shapes)
        self._digits_alone = rb"(?:" + shapes.DIGIT_CLASS[base] + rb"+)(?![0-9A-Za-z])"
        self._not_digit = re.compile(rb"[^" + shapes.DIGIT_CLASS[base][1:-1] + re.escape(shapes.SEPARATORS) + rb"]")
        self._counters = Counters(bare_first=start.bare_first, bare_last=start.bare_last, first=start.counter_before)
        self.digits = self._usual = self._pages = self._rows = self._form_feeds = 0
        self._text_at: Place | None = None
        self._end_at: Place | None = None
        self._closed = self._over = False
        self._first = self._first_line = True

    @property
    def idle(self) -> bool:
        """Whether text of digits and separators alone needs no look at its lines."""
        return (
            not (self._closed or self._over or self._counters.bare) and self._text_at is None and self._end_at is None
        )

    def count(self, digits: int, lines: bytes, number: int) -> None:
        """Digits that were read without a look at their lines, which begin with the line of this number."""
        if self._first:
            self._counters.begin(number)
        self.digits += digits
        line = _FIRST_LINE.match(lines)
        assert line is not None
        self._usual = max(self._usual, len(line[0].translate(None, shapes.SEPARATORS)))
        self._first = False

    def many(self, lines: bytes, number: int) -> bytes | None:
        """The digits of many whole lines of a text whose shapes are known by now; None where there is more to it than those."""
        if self._first or not self.idle or self._words or b"\f" in lines:
            return None
        bare = lines
        if self._marks:
            bare, _ = _MARKS.subn(b"", bare)
        if self._counters.may_begin(bare):
            return None
        bare, counted = self._counters.without(bare)
        bare, taken = without(self._shapes, bare)
        if self._not_digit.search(bare):
            return None
        digits = bare.translate(None, shapes.SEPARATORS)
        self._counters.settle(counted, self.digits + len(digits), number, self._left_out)
        for name, count in taken:
            self._left_out.add(name, count, number)
        self.count(len(digits), digits, number)
        return digits

    def take(
        self,
        line: bytes,
        offset: int,
        number: int,
        *,
        column: int,
        whole: bool,
        ended: bool = False,
        beside_feed: bool = False,
    ) -> bytes:
        """The digits of a line.

        Args:
            line: without its end, or a part of a very long one.
            offset: of the line, in bytes of the text.
            number: of the line, from 1.
            column: how many characters of the line stand before it, where it is a part of one.
            whole: whether it is a whole line, or the whole of its end.
            ended: whether it is at least the end of a line.
            beside_feed: whether it is a number alone beside a form feed.

        Raises:
            Uncertain: from a place on nothing is certain.
        """
        first, self._first = self._first, False
        if self._over:
            return b""
        self._form_feeds += line.count(b"\f")
        if self._words and whole and line.startswith(self._words):
            self._left_out.add("words before each line", 1, number, self._words)
            line, offset, column = line[len(self._words) :], offset + len(self._words), column + len(self._words)
        if whole and not first and (len(line) < _SHORT or self._text_at or self._not_digit.search(line)):
            place = place_in(line, 0, offset=offset, number=number, column=0, words=True)
            if self._is_apart(line, place, beside_feed):
                return b""
        begin, end = 0, len(line)
        if whole or ended:
            mark = shapes.MARK.match(line) if self._marks and whole and not first else None
            begin, end = self._counters.bounds(
                line,
                mark.end() if mark else 0,
                before=self.digits,
                digits_of=self._count_digits,
                number=number,
                left_out=self._left_out,
                first=first,
                whole=whole,
                rows=self._rows,
            )
        ended_at, self._first_line = self._end_at, first
        at = place_in(line, begin, offset=offset, number=number, column=column)
        found = self._digits(line[begin:end], at, whole=whole)
        if found and ended_at is not None:
            raise Uncertain(ended_at)
        self.digits += len(found)
        self._rows += bool(found)
        if whole:
            self._usual = max(self._usual, len(found))
        return found

    def _count_digits(self, body: bytes) -> int:
        body, _ = without(self._shapes, body)
        return len(self._not_digit.sub(b"", body).translate(None, shapes.SEPARATORS))

    def _is_apart(self, line: bytes, place: Place, beside_feed: bool) -> bool:  # noqa: FBT001 (private)
        """Whether a line holds no digits of the number: text, a page number, a total, what follows closing signs."""
        bare, number = without(self._certain, line)[0], place.line
        if self._is_total(bare, number):
            return True
        page = shapes.PAGE_NUMBER.fullmatch(bare)
        if page and self._is_page(page, beside_feed):
            self._left_out.add("page numbers", 1, number, bare)
            return True
        text = shapes.is_text(shapes.DOTS.split(bare, maxsplit=1)[0] or bare, self._base, self.digits) or (
            len(bare) < _LONGEST_RULER and shapes.RULER.fullmatch(bare) is not None
        )
        if self._closed and re.search(rb"[A-Za-z]", bare) and not self._goes_on(bare):
            self._end(number, bare)
            return True
        if text and not shapes.FIRST_COUNTER.match(bare):
            self._left_out.add("lines of text", 1, number, bare)
            if not self._announces(bare):
                self._text_at = self._text_at or place
            if re.search(rb"</(?:body|html)>", line, re.IGNORECASE):
                self._end(number, b"")
            return True
        digits = self._count_digits(bare) if self._text_at is not None else 0
        if digits and self._text_at is not None:
            if digits < _LEAST_DIGITS and digits != self._usual:
                raise Uncertain(self._text_at)
            self._text_at = None
        return False

    def _announces(self, bare: bytes) -> bool:
        """Whether a line of text is a heading that names the next digit, as `Digits from 101 on:` does: short lines may follow."""
        numbers = [int(run) for run in re.findall(rb"(?<![0-9])[0-9]{1,15}(?![0-9])", bare)]
        return bare.rstrip().endswith(b":") and self.digits > 0 and self.digits + 1 in numbers

    def _goes_on(self, bare: bytes) -> bool:
        """Whether a line begins with digits, or with signs and digits, as the line behind a string or an element does."""
        return re.match(rb"[\s,]*(?:[\"'`(\[{+&.|]|\xe2\x80[\x98-\x9f])*[\s,]*" + self._digits_alone, bare) is not None

    def _is_total(self, bare: bytes, number: int) -> bool:
        """Whether a line holds only the number of the digits before it, with the 3 or without."""
        total = bare.strip(b" \t()[]:;.=#")
        if not total or len(total) > _LONGEST_TOTAL or not re.fullmatch(shapes.NUMBER, total):
            return False
        if shapes.number(total) not in {self.digits, self.digits + 1} or self.digits < _LEAST_DIGITS:
            return False
        self._left_out.add("a total", 1, number, bare)
        return True

    def expect_pages(self, numbers: list[int]) -> None:
        """Numbers beside form feeds that are read next: those of pages where each is one more than the one before."""
        if len(numbers) > 1 and all(b == a + 1 for a, b in pairwise(numbers)):
            self._pages = numbers[0] - 1

    def _is_page(self, page: re.Match[bytes], beside_feed: bool) -> bool:  # noqa: FBT001 (private)
        """Whether a number alone in its line is that of a page: marked as one, or the next one and beside a form feed."""
        value, marked = int(next(filter(None, page.groups()))), page[4] is None
        # later on, pages without a number have been read; one number alone is no sequence, and a long one may be digits
        begins = self._pages == 0 and self._form_feeds <= 1 and value < _MOST_PAGES
        if self._usual < _LEAST_DIGITS or not (marked or (beside_feed and (begins or self._pages == value - 1))):
            return False
        self._pages = value
        return True

    def _digits(self, body: bytes, at: Place, *, whole: bool) -> bytes:
        """The digits of a line without its counters and marks."""
        if not self._not_digit.search(body):
            return body.translate(None, shapes.SEPARATORS)
        bare, taken = without(self._shapes, body)
        if self._not_digit.search(bare):
            return self._until_stray(body, at)
        for name, count in taken:
            self._left_out.add(name, count, at.line)
        if self._closer:
            tail = re.escape(self._closer) + rb"[\s,;.)\]}+&\\]*\Z"
            self._closed = whole and re.search(tail, body) is not None
        return bare.translate(None, shapes.SEPARATORS)

    def _until_stray(self, body: bytes, at: Place) -> bytes:
        """The digits before what no shape between digits accounts for, where that ends the number or the line.

        Raises:
            Uncertain: it does not.
        """
        end = self._closed_from(body)
        if end is not None:
            self._end(at.line, body[end:])
            return self._bare(body[:end], at.line)
        match = self._lexer.match(body)
        assert match is not None
        head, rest = body[: match.end()], body[match.end() :]
        place = place_in(body, len(head), offset=at.offset, number=at.line, column=at.column - 1)
        blank = b" " if _BLANK_BEFORE.search(head) else b""
        ellipsis = shapes.ELLIPSIS.match(rest)
        if ellipsis:
            self._end(at.line, rest)
        elif shapes.CLOSING.match(rest):
            self._left_out.add("closing signs", 1, at.line, rest)
            self._closed, self._end_at = True, place
        elif shapes.is_remark(blank + rest, self._base):
            self._left_out.add("words behind the digits", 1, at.line, rest)
        elif not self._first_line and _LONE_NUMBER.match(body):
            raise Uncertain(at._replace(words=True))  # a counter that agrees with nothing, or another number
        else:
            raise Uncertain(place, self._bare(head, at.line))
        return self._bare(head, at.line)

    def _bare(self, text: bytes, number: int) -> bytes:
        """The digits of a text of digits, separators and shapes between digits, a part of the line of that number."""
        bare, taken = without(self._shapes, text)
        for name, count in taken:
            self._left_out.add(name, count, number)
        return bare.translate(None, shapes.SEPARATORS)

    def _closed_from(self, body: bytes) -> int | None:
        """Where the sign stands that closes what was opened before the digits, if something else than digits follows; else None."""
        if not self._closer:
            return None
        for match in re.finditer(re.escape(self._closer) + rb"(?=[\s,;.:)\]}]|\Z)", body):
            behind = body[match.end() :]
            goes_on = re.match(rb"[\s\"'`(\[{+&.|,;)\]}]*" + self._digits_alone, behind)
            if not goes_on and re.search(rb"[A-Za-z]", behind):
                return match.start() if self._lexer.fullmatch(body[: match.start()]) else None
        return None

    def _end(self, number: int, sample: bytes) -> None:
        """The digits have ended for certain: what follows is left out."""
        self._over = True
        if sample.strip():
            self._left_out.add("what follows the end of the digits", 1, number, sample)
