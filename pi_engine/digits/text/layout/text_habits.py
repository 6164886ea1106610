"""How a text goes on from its first digit: the header before it, and the habits that its first lines show."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.constants import PI
from pi_engine.digits.text.layout import shapes
from pi_engine.digits.text.layout.beginnings import line_start
from pi_engine.digits.text.layout.between import between, habits, without
from pi_engine.digits.text.layout.left_out import shown

if TYPE_CHECKING:
    from pi_engine.digits.text.layout.beginnings import Beginning
    from pi_engine.digits.text.layout.between import Shape

_HABITS = 2000
"""Bytes from the first digit on that show the habits of a text."""

_SIGNS = b" \t\"'`([{<"
"""Signs behind which a counter may stand in the first line of digits."""

_NEAR = 120
"""Bytes before the digits, in their line, in which a counter stands."""

_KNOWN = 6
"""First digits that tell π's from others."""

_LINES = 4
"""Lines that show whether lines have counters or marks."""

_CLOSERS = {
    b'"': b'"', b"'": b"'", b"`": b"`", b"[": b"]", b"{": b"}", b"(": b")",
    b"\xe2\x80\x9c": b"\xe2\x80\x9d", b"\xe2\x80\x9e": b"\xe2\x80\x9c", b"\xc2\xab": b"\xc2\xbb",
}  # fmt: skip
"""What opens digits → what closes them."""

_CLAIM = re.compile(
    rb"(" + shapes.NUMBER + rb")[ \t]*(?:st|nd|rd|th)?[ \t]*(million|billion|thousand)?[ \t]*"
    rb"(?:decimal[ \t]+|hexadecimal[ \t]+|hex[ \t]+)?(?:digits|decimals|places|dp\b|Stellen|Nachkommastellen|d\xc3\xa9cimales)",
    re.IGNORECASE,
)  # fmt: skip
_SCALES = {b"": 1, b"thousand": 10**3, b"million": 10**6, b"billion": 10**9}


class TextStart(NamedTuple):
    """Where the digits after the point begin, and how the text goes on from there.

    Attributes:
        offset: bytes before the first digit after the point.
        integer: the digit before the point, "" where it is missing.
        base: 2, 8, 10 or 16.
        sure: whether the text itself or a known beginning says which digit stands before the point.
        claimed: how many digits a header says there are.
        remarks: what was taken for granted or left out before the digits.
        shapes: what may stand between digits (`habits`).
        closer: the sign that closes what is opened before the digits; b"" for none.
        marks: whether lines begin with marks, as those of a comment do.
        words: what every line begins with, as the first one does before its digits; b"" for nothing.
        counter_before: the counter that stands before the digits in their line, if one does.
        bare_first, bare_last: whether lines have counters without a mark at their beginning, or their end.
    """

    offset: int
    integer: str
    base: int
    sure: bool = True
    claimed: int | None = None
    remarks: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    closer: bytes = b""
    marks: bool = False
    words: bytes = b""
    counter_before: int | None = None
    bare_first: bool = False
    bare_last: bool = False


def text_start(window: bytes, begin: int, found: Beginning) -> TextStart:
    """What the first lines of a text, which begins at `begin`, say of the number that begins at `found`."""
    line = line_start(window, begin, found.start)
    prefix = window[line : found.start]
    before = window[max(begin, found.start - 8) : found.start].rstrip(b" \t")
    closer = next((end for sign, end in _CLOSERS.items() if before.endswith(sign)), b"")
    rows = _rows(window, found)
    first = line_start(window, begin, found.offset)
    counter = counter_before(window, line, found.start) or counter_before(window, first, found.offset)
    bare_first = bare_counters_before(window, line, found.start, found) or bare_counters_before(
        window, first, found.offset, found
    )
    offset = found.offset
    if not window[
        first:offset
    ].strip():  # the line of the first digit begins with it, or with a counter that was taken for digits
        rows = _rows(window, found._replace(offset=first))
        own = _counter_in(rows, found.base)
        bare_first = bare_first or (own is None and _bare_counters(rows, found.base))
        taken = own or (shapes.GROUPED_FIRST.match(rows[0]) if bare_first and rows else None)
        counter, offset = counter or own, first + taken.end() if taken else offset
    return TextStart(
        offset=offset,
        integer=found.integer,
        base=found.base,
        sure=found.exact or (found.pointed and bool(found.integer)),
        claimed=_claimed(window[begin : found.start]),
        remarks=tuple(_remarks(window, begin, found, b"" if bare_first or counter else prefix, counter)),
        shapes=habits(
            found.base, window[max(begin, found.start - 8) : found.start], window[found.offset : found.offset + _HABITS]
        ),
        closer=closer,
        marks=sum(shapes.MARK.match(row) is not None for row in rows[1:]) + (shapes.MARK.match(prefix) is not None) > 1,
        words=_common_words(prefix if line == first else window[first:offset], rows),
        counter_before=shapes.number(counter[1]) if counter else None,
        bare_first=bare_first,
        bare_last=_bare_counters_behind(rows, found.base),
    )


def _rows(window: bytes, found: Beginning) -> list[bytes]:
    """The first lines from the first digit on that are not blank, whole ones."""
    text = window[found.offset : found.offset + 4 * _HABITS]
    rows = [row for row in re.split(rb"[\r\n]+", text) if row.strip()]
    return rows[:_LINES] if len(rows) > _LINES or len(text) < 4 * _HABITS else rows[:-1]


def _count(row: bytes, base: int) -> int:
    return len(re.findall(shapes.DIGIT_CLASS[base], without(between(base), row)[0]))


def _counter_in(rows: list[bytes], base: int) -> re.Match[bytes] | None:
    """The counter with a mark at the beginning of the first line, which is taken for digits: it is 0, 1 or what it counts."""
    match = shapes.FIRST_COUNTER.match(rows[0]) if rows else None
    if match is None:
        return None
    total = _count(rows[0][match.end() :], base)
    return match if shapes.number(match[1]) in {0, 1, total, total + 1} else None


def counter_before(window: bytes, line: int, place: int) -> re.Match[bytes] | None:
    """The counter with a mark between the beginning of a line, or of a string in it, and a place in it, if it reaches to there."""
    return _before(shapes.FIRST_COUNTER, window, line, place)


def _before(counter: re.Pattern[bytes], window: bytes, line: int, place: int) -> re.Match[bytes] | None:
    line = max(line, place - _NEAR)
    place -= 2 if window[place - 2 : place].lower() == b"0x" else 0
    for start in (line, *(opened.end() for opened in shapes.OPENED.finditer(window, line, place))):
        match = counter.match(window[start : place + 1])
        if match and match.end() == place - start:
            return match
    return None


def bare_counters_before(window: bytes, line: int, place: int, found: Beginning) -> bool:
    """Whether the digits at a place in a line, and the lines behind it, stand behind numbers that count lines or digits."""
    first = _before(shapes.GROUPED_FIRST, window, line, place)
    if first is None:
        return False
    rows, apart = _rows(window, found), place == found.start and found.pointed
    return bool(rows) and _bare_counters([first[0] + rows[0], *rows[1:]], found.base, apart=apart)


def _bare_counters(rows: list[bytes], base: int, *, apart: bool = False) -> bool:
    """Whether the first lines begin with numbers that count lines, the digits before them, or those to their ends.

    The first of them is not a group of digits if it is `apart`: behind it comes the digit before the point.
    """
    values: list[int] = []
    before, behind, total, alike = [], [], 0, not apart
    for row in rows:
        match = shapes.GROUPED_FIRST.match(row)
        if match is None:
            break
        alike = alike and _begins_or_ends_like_a_group(row, first=True)
        values.append(shapes.number(match[1]))
        before.append(total)
        # last digits may stand behind an ellipsis
        total += _count(shapes.DOTS.split(row[match.end() :], maxsplit=1)[0], base)
        behind.append(total)
    if alike and len(values) < _LINES and not (len(values) == _LINES - 1 and _pi_behind_counter(rows[0], base)):
        return False
    if len(values) > 1 and (_progression(values, before) or _progression(values, behind)):
        return True
    # lines may be missing further down: then the first ones agree, and behind the first number stands π
    few = _LINES - 1
    agree = len(values) >= few and (
        _progression(values[:few], before[:few]) or _progression(values[:few], behind[:few])
    )
    return agree and _pi_behind_counter(rows[0], base)


def _pi_behind_counter(row: bytes, base: int) -> bool:
    """Whether the digits behind the first number of a row are those of π."""
    match = shapes.GROUPED_FIRST.match(row)
    bare = without(between(base), row[match.end() if match else 0 :])[0].translate(None, shapes.SEPARATORS)
    return bare.upper().startswith(PI.fraction(base)[:_KNOWN].encode())


def _bare_counters_behind(rows: list[bytes], base: int) -> bool:
    """Whether the first lines end with a number that counts lines or digits."""
    values: list[int] = []
    totals, total, alike = [], 0, True
    for row in rows:
        match = shapes.BARE_LAST.search(row)
        if match is None:
            break
        alike = alike and _begins_or_ends_like_a_group(row, first=False)
        total += _count(row[: match.start()], base)
        values.append(shapes.number(match[1]))
        totals.append(total)
    if alike and len(values) < _LINES:
        return False
    return len(values) > 1 and _progression(values, totals)


def _begins_or_ends_like_a_group(row: bytes, *, first: bool) -> bool:
    """Whether the first or last number has the length and the gap of the groups beside it: in a few lines it may well be digits."""
    groups = list(re.finditer(rb"[0-9A-Fa-f]+", row))
    beside = groups[:3] if first else groups[-3:]
    if len(beside) < 2 or len({len(group[0]) for group in beside}) > 1:
        return False
    return len({row[a.end() : b.start()].strip(b"\r\n") for a, b in pairwise(beside)}) == 1


def _progression(values: list[int], totals: list[int]) -> bool:
    """Whether numbers count lines, or digits as these totals do, from 0 or from 1 on."""
    lines = all(b - a == 1 for a, b in pairwise(values))
    first = (
        0 if values[0] or len(values) == 2 else 1
    )  # a first 0 may count nothing, where the others count the 3 as well
    shifts = {value - total for value, total in zip(values[first:], totals[first:], strict=True)}
    return (lines and values[0] in {0, 1}) or (len(shifts) == 1 and shifts <= {0, 1, 2})


def _common_words(prefix: bytes, rows: list[bytes]) -> bytes:
    """The longest end of what stands before the digits in the first line with which the lines behind it begin, words without a digit."""
    with_numbers = [row for row in rows[1:] if re.search(rb"\d", row)]
    for start in range(max(0, len(prefix) - _NEAR), len(prefix)):
        words = prefix[start:]
        if re.search(rb"\d", words) or not with_numbers or words[:1].isspace():
            continue
        if words.strip() and all(row.startswith(words) for row in with_numbers):
            return words
    return b""


def _claimed(header: bytes) -> int | None:
    """How many digits a header says there are: a count with the word, or a number alone in its last line."""
    lines = [line.strip() for line in re.split(rb"[\r\n]", header) if line.strip()]
    match = _CLAIM.search(header)
    if match is None and lines:
        match = re.fullmatch(rb"(" + shapes.NUMBER + rb")()", lines[-1])
    if match is None:
        return None
    count = shapes.number(match[1]) * _SCALES[(match[2] or b"").lower()]
    return count if count >= 10 else None


def _remarks(window: bytes, begin: int, found: Beginning, prefix: bytes, counter: re.Match[bytes] | None) -> list[str]:
    remarks = [f"left out: a counter before the first digit {shown(counter[0])}"] if counter else []
    if found.integer and not found.pointed and found.offset < len(window):
        remarks.append(
            f"the text has no point: its first digit{'s' if len(found.integer) > 1 else ''}, {found.integer}, "
            f"{'are taken as those' if len(found.integer) > 1 else 'is taken as the one'} before the point"
        )
    above = window[begin : line_start(window, begin, found.start)].strip()
    lines = [line for line in re.split(rb"[\r\n]+", above + b"\n" + prefix) if line.strip(b" \t\"'`[({<0xX.")]
    if lines:
        many = f"{len(lines):_} lines before the digits, the first" if len(lines) > 1 else "before the digits"
        remarks.append(f"left out: {many} {shown(lines[0])}")
    return remarks
