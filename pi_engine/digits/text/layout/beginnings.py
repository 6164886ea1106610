"""How digits begin: the known beginnings of π and of constants that are found beside it decide what a text means."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.constants import OTHERS, PI
from pi_engine.digits.text.layout import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELEMENT = (
    shapes.TAG
    + rb"|"
    + shapes.ENTITY
    + rb"|"
    + shapes.ESCAPE
    + rb"|(?<![0-9A-Za-z])0[xX](?=[0-9A-Fa-f])|"
    + shapes.INVISIBLE
    + rb"|\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb\xb7]"
)
_GAPS = rb"[ \t\r\n\v\f,_\"'`()\[\]{}|;+&\\-]"
GAP = rb"(?:" + _ELEMENT + rb"|" + _GAPS + rb"){0,60}"
"""What may stand between the first digits: any separators."""

_COMMA = (
    rb"(?:,(?=[ \t\r\n]*[0-9A-Fa-f](?:[ \t_'|-]|\xc2\xb7|\xcb\x99|\xe2\x80\x99|"
    + shapes.INVISIBLE
    + rb"|"
    + shapes.ENTITY
    + rb"){0,2}[0-9A-Fa-f]))"
)
_BEFORE_POINT = rb"(?:" + _ELEMENT + rb"|" + _GAPS.replace(b",", b"") + rb"){0,60}"
_INTEGER = re.compile(rb"[0-9A-Fa-f](?:" + GAP + rb"(\.)|" + _BEFORE_POINT + rb"(" + _COMMA + rb")|)" + GAP)
"""A digit, what stands behind it and before the next, and the point; a comma is one where it divides no single digits."""

_PLACE = re.compile(rb"(?:(?<=0[xX])|(?<![0-9A-Za-z.]))[0-9.]")
_COUNTER = re.compile(rb"[(\[<]\d[)\]>]")
_NEXT = re.compile(rb"[0-9.]((?:" + _ELEMENT + rb"|[^0-9A-Za-z]){0,60})([0-9A-Fa-f]?)")
_LOOKED_AT = 400
"""Bytes in which the first digits have to stand."""

_LONGEST_COUNTER = 60
_LONGEST_FIRST = 4
"""Digits of the first counter at most: more are digits of the number."""
_POINTED_DIGITS = 6
_BARE_DIGITS = 5
"""Digits behind the 3 that tell a number without its point: 314159."""
_FRACTION_DIGITS = 6
_OTHER_DIGITS = 8
_LEAST_POINTED = 2
"""Digits behind `3.` that tell π where no more come."""

_DIGIT_ABOVE = re.compile(
    rb"(?:(?:\A|[\r\n])[ \t]*([0-9])|(?<=[=:\"'`(\[{ \t\x80-\xbf])(3)(?=\s*[\r\n])|(?<![0-9A-Za-z./-])([0-9])[ \t]*\."
    rb"|(?<![0-9A-Za-z./-])(?<![\"']: )(?<![\"']:)([0-9])[ \t]*,)\s*\Z"
)
"""A digit that ends the lines above: alone, as the 3 that a value begins with, or with a point; not the value of another key of JSON."""

_FIRST_OF_LINE, _LAST_OF_LINE = shapes.FIRST_COUNTER, shapes.of_lines(shapes.LAST_COUNTER)

_COMPARED = 40
_LEAST = 5


class Beginning(NamedTuple):
    """A place that looks like the beginning of a number.

    Attributes:
        start: of its first character.
        offset: of the first digit after the point.
        integer: the digit before the point, "" where it is missing.
        pointed: whether a point stands before the digits.
        base: 10 or 16, by the digits.
        exact: whether the digits are those of a constant, as far as is looked.
    """

    start: int
    offset: int
    integer: str
    pointed: bool
    base: int
    exact: bool = False


def run(window: bytes, offset: int, base: int) -> bytes:
    """Digits of the base, and what may stand between them, from a place on."""
    match = _runs(base).match(window, offset)
    assert match is not None
    return match[0]


def bare_of_gaps(text: bytes) -> bytes:
    """A text without what may stand between digits."""
    return re.sub(_GAPS, b"", re.sub(_ELEMENT, b"", text))


def count_from(window: bytes, offset: int, base: int) -> tuple[int, int]:
    """How many digits stand from a place on before anything else, and where that comes."""
    digits = run(window, offset, base)
    return len(bare_of_gaps(digits)), offset + len(digits)


@cache
def _runs(base: int) -> re.Pattern[bytes]:
    word = rb"(?![G-Zg-z])" if base == 16 else b""  # the C of `Computed` is no digit
    return re.compile(rb"(?:" + _ELEMENT + rb"|" + shapes.DIGIT_CLASS[base] + rb"++" + word + rb"|" + _GAPS + rb")*")


def digits_from(window: bytes, offset: int, base: int) -> str:
    """The first digits from a place on, in upper case."""
    found = re.sub(_ELEMENT, b"", run(window[offset : offset + _LOOKED_AT], 0, base))
    return re.sub(_GAPS, b"", found).decode("ascii").upper()


def integer_at(window: bytes, place: int) -> tuple[int, bool]:
    """Where the digits behind the one at a place begin, after a counter if they begin a line, and whether a point stands between them."""
    match = _INTEGER.match(window, place)
    assert match is not None
    counter = shapes.FIRST_COUNTER.match(window[match.end() : match.end() + _LONGEST_COUNTER])
    small = counter is not None and len(counter[1]) <= _LONGEST_FIRST
    behind = counter.end() if counter and small and re.search(rb"[\r\n]", match[0]) else 0
    return match.end() + behind, match.lastindex is not None


def digits_between_counters(window: bytes, offset: int, base: int) -> str:
    """The first digits from a place on, in upper case, without the counters at the beginnings and ends of lines."""
    text = window[offset : offset + 2 * _LOOKED_AT]
    lines = re.split(rb"(?<=[\r\n])", text)
    bare = [_FIRST_OF_LINE.sub(b"", line) if i else line for i, line in enumerate(lines)]
    return digits_from(b"".join(_LAST_OF_LINE.sub(b"", line) for line in bare), 0, base)


def line_start(window: bytes, begin: int, place: int) -> int:
    """Where the line of a place begins, in a text that begins at `begin`."""
    return max(begin, window.rfind(b"\n", begin, place) + 1, window.rfind(b"\r", begin, place) + 1)


def line_of(window: bytes, begin: int, place: int) -> bytes:
    """The line of a place, without its end, in a text that begins at `begin`."""
    line = re.compile(rb"[^\r\n]*").match(window, line_start(window, begin, place))
    assert line is not None
    return line[0]


def with_digit_above(window: bytes, begin: int, found: Beginning) -> Beginning:
    """A beginning without the digit before the point, with the one that ends the line above: alone in it, or with a point."""
    line = line_start(window, begin, found.start)
    above = _DIGIT_ABOVE.search(window[begin:line])
    if above is None or found.pointed or (found.integer and above[1] is not None and above[1] != b"3"):
        return found
    if above[2] and not found.integer:  # `count = 3`, and the digits without theirs below
        return found
    digit, pointed = next(filter(None, above.groups())), above[1] is None and above[2] is None
    # a digit that was taken for the one before the point stands behind it
    offset = found.start if found.integer else found.offset
    start = begin + above.start(above.lastindex or 0)
    return found._replace(start=start, offset=offset, integer=digit.decode(), pointed=pointed, exact=False)


def known_beginnings(window: bytes, begin: int, bases: tuple[int, ...]) -> Iterator[Beginning]:
    """All places, in order, at which the digits of π or of another constant begin exactly."""
    for match in _PLACE.finditer(window, begin):
        place = match.start()
        if not _may_begin(window, place):
            continue
        for base in bases:
            found = _known_at(window, place, base) if base in (10, 16) else None
            if found is not None:
                yield found
                break


def _may_begin(window: bytes, place: int) -> bool:
    """Whether the first two digits are those of a constant: a look that is a hundred times as fast as a comparison."""
    match = _NEXT.match(window, place)
    if match is None or not match[2]:
        return True
    if (b"\n" in match[1] or b"\r" in match[1]) and shapes.FIRST_COUNTER.match(
        window[match.start(2) : match.end() + _LONGEST_COUNTER]
    ):
        return True
    return window[place : place + 1] + match[2].upper() in _pairs()


@cache
def _pairs() -> frozenset[bytes]:
    pairs = {f".{PI.fraction(base)[0]}" for base in (10, 16)} | {PI.fraction(base)[:2] for base in (10, 16)}
    pairs |= {constant.integer + constant.fraction(base)[0] for base in (10, 16) for constant in (PI, *OTHERS)}
    return frozenset(pair.encode() for pair in pairs)


def _known_at(window: bytes, place: int, base: int) -> Beginning | None:
    if window[place : place + 1] == b".":
        digits = digits_from(window, place + 1, base)
        known = PI.fraction(base)[:_BARE_DIGITS]
        return (
            Beginning(place, place + 1, "", pointed=True, base=base, exact=True) if digits.startswith(known) else None
        )
    if _COUNTER.match(window, max(0, place - 1)):
        return None
    integer = chr(window[place])
    offset, pointed = integer_at(window, place)
    digits = digits_from(window, offset, base)
    for index, constant in enumerate((PI, *OTHERS)):
        count = _POINTED_DIGITS if pointed else _OTHER_DIGITS if index else _BARE_DIGITS
        if pointed and not index and len(digits) >= _LEAST_POINTED:
            count = min(count, len(digits))
        if integer == constant.integer and digits.startswith(constant.fraction(base)[:count]):
            return Beginning(place, offset, integer, pointed=pointed, base=base, exact=True)
    alone = not pointed and not window[:place].strip() and count_from(window, offset, base)[1] == len(window)
    if alone and integer == PI.integer and digits and PI.fraction(base).startswith(digits):
        return Beginning(place, offset, integer, pointed=False, base=base)
    fraction = window[place + 1 : offset].find(b".") < 0 and (integer + digits).startswith(
        PI.fraction(base)[:_FRACTION_DIGITS]
    )
    return Beginning(place, place, "", pointed=False, base=base, exact=True) if fraction else None


def readings(window: bytes, place: int, base: int) -> list[tuple[Beginning, str]]:
    """What the digits from a place on may mean: with a point, without, and without the digit before it."""
    if window[place : place + 1] == b".":
        return [(Beginning(place, place + 1, "", pointed=True, base=base), digits_from(window, place + 1, base))]
    first = window[place : place + 1].decode("ascii").upper()
    if base == 10 and not first.isdigit():
        return []
    offset, pointed = integer_at(window, place)
    digits = first + digits_from(window, offset, base)
    whole = Beginning(place, offset, first, pointed=pointed, base=base)
    return (
        [(whole, digits)]
        if pointed
        else [(whole, digits), (Beginning(place, place, "", pointed=False, base=base), digits)]
    )


def pi_cost(digits: str, base: int, *, integer: bool) -> int | None:
    """How many edits make digits the beginning of π's; None where they are too few or too unlike to tell.

    Args:
        digits: in upper case.
        base: 10 or 16.
        integer: whether the first of them is the one before the point.
    """
    known = ("3" if integer else "") + PI.fraction(base)
    length = min(len(digits), _COMPARED)
    if length < _LEAST:
        return None
    row = list(range(len(known) + 1))
    for i, digit in enumerate(digits[:length], 1):
        above, row = row, [i]
        for j, other in enumerate(known, 1):
            row.append(min(above[j - 1] + (digit != other), above[j] + 1, row[j - 1] + 1))
    cost = min(row)
    return cost if cost <= max(1, (length - _LEAST) // 4) else None
