"""Where the digits of a text begin, and in which base they are.

The known beginnings of π and its companions are looked for first, with any separators (`beginnings`). If none is exact, the place
from which the digits are most like π's is taken, so that a wrong digit among the first is found and not skipped. Failing that, the
digits begin with the first line of digits.
"""

from __future__ import annotations

import re

from pi_engine.digits.common.constants import PI
from pi_engine.digits.text.layout import shapes
from pi_engine.digits.text.layout.bases import READ, base_at, start_at, start_behind_header, start_of_line
from pi_engine.digits.text.layout.beginnings import (
    GAP,
    Beginning,
    bare_of_gaps,
    count_from,
    digits_between_counters,
    digits_from,
    integer_at,
    known_beginnings,
    line_of,
    line_start,
    pi_cost,
    readings,
    with_digit_above,
)
from pi_engine.digits.text.layout.guesses import PREFIX, base_of_digits, digits_share, doubts, guessed
from pi_engine.digits.text.layout.shapes import SEPARATORS
from pi_engine.digits.text.layout.text_habits import TextStart, bare_counters_before, counter_before, text_start
from pi_engine.errors import CorruptFileError, UsageError

WINDOW = 1 << 16
"""Bytes within which the digits have to begin."""


_LINE = 100
_SURE_RUN = 25
"""Digits in a row that make a known beginning the beginning, not a mention of the constant in the header."""

_SIGNS = b"0123456789.\"'`()[]{}|;+&"
_BEGINS = re.compile(rb"3\.[0-9]")
"""What begins a text that is the number, even if damage follows at once."""
_ELEMENTS_BEFORE = re.compile(
    rb"[\[({][ \t\r\n]*(?:([\"']?)(?:(?:0[xX])?[0-9A-Fa-f]\.?|\.)\1[ \t]*,[ \t\r\n]*)+(?:[\"']|0[xX])?\Z"
)
"""Digits of the same array, before the one that seems to be the first."""

_MOST_ELEMENTS = 100
"""Bytes in which they are looked for."""

_PLACE = re.compile(
    rb"(?:[\r\n][ \t]*|[=:>,(\[{\"'`*~$][ \t]*|[-/#%;|][ \t]+|0[xX]|[\x80-\xbf][ \t]*|[A-Za-z][ \t]+)"
    rb"(?=[0-9.]|[A-Fa-f][0-9A-Fa-f]*[0-9]|[A-Fa-f](?:[ \t]|" + shapes.INVISIBLE + rb")[0-9A-Fa-f](?![0-9A-Za-z]))"
)
"""What ends a header, and a digit or a point behind it."""

_NEAR = 200
"""Bytes before a beginning, in its line, that are looked at."""

_HEX_BEFORE = rb"(?:\A|[^0-9A-Za-z])3[.,]?[0-9A-Fa-f]{0,40}\Z"
"""What stands before a beginning in base 16 where digits are lost or added behind the 3."""

_LETTERS = re.compile(rb"(?<![0-9A-Za-z])([A-Fa-f]+)(?:[ \t]|" + shapes.INVISIBLE + rb")+\Z")

_TELLING = 10
"""Digits in another base than the one that was asked for which chance does not give: 3.1615 may be π in base 11, or wrong."""
_UNLIKE = 50
"""Edits for digits that are like nothing known."""

_SAID = 6
_SAID_OF_OTHERS = 20
_FEW = 3
"""Digits that tell π from the other constants."""
_HEAD = 4096
"""Bytes whose letters tell the base of digits that are like nothing known."""
_LONGEST_COUNTER = 9
"""Characters of a counter in the first lines: `3.141,592,653 : 1` begins with none."""
_TRIED = 100
"""Lines that are compared with π where no beginning is exact."""


def find_start(window: bytes, name: str, base: int | None = None) -> TextStart:
    """Find the digits in the first `WINDOW` bytes of a text, or in all of it.

    Args:
        window: the first bytes of the text.
        name: of the file, for messages.
        base: 2, 8, 10 or 16; by default `0x`, `0b`, `0o` and the digits decide it.

    Raises:
        CorruptFileError: there are no digits; its kind is "empty" where there is nothing at all. Or they are those of π in a base
            that is not read.
        UsageError: they are those of π in another base than `base`.
    """
    if not window.strip(b"\x00 \t\r\n\v\f\xef\xbb\xbf"):
        what = "the file is empty" if not window else "only blanks"
        raise CorruptFileError(f"{name}: {what}", kind="empty", offset=0)
    begin = 3 if window.startswith(b"\xef\xbb\xbf") else 0
    begin += len(window[begin:]) - len(window[begin:].lstrip())
    bases = (10, 16) if base is None else (base,)
    found = _in_other_base(window, begin, name, base) or _known(window, begin, bases)
    if found is None or _is_mention(window, begin, found):
        mention, found = found, _alike(window, begin, bases)
        if found is None:
            found = guessed(window, begin, base)
            if mention and (found is None or count_from(window, found.offset, found.base)[0] < _SURE_RUN):
                found = mention
    if found is None:
        raise CorruptFileError(f"{name}: no digits in its first {len(window):_} bytes", kind="header", offset=0)
    found = with_digit_above(window, begin, found)
    if not found.pointed and found.start > begin and _BEGINS.match(window, begin):
        offset, _ = integer_at(window, begin)
        found = Beginning(begin, offset, PI.integer, pointed=True, base=found.base)
    if base is None and PREFIX.search(window[: found.offset]):
        found = found._replace(base=16)
    return text_start(window, begin, found)


def _in_other_base(window: bytes, begin: int, name: str, base: int | None) -> Beginning | None:
    """The start of digits of base 2 or 8; None for those of base 10 and 16."""
    told = base_at(window, begin)
    enough = len(re.sub(rb"[^0-9A-Za-z]", b"", window[begin : begin + _LINE])) >= _TELLING
    claimed = (
        base == 16 and window[begin : begin + 2].lower() == b"0x"
    )  # 0x3.14159 is a wrong digit, not a wrong option
    if enough and base not in {None, told} and told is not None and not claimed:
        raise UsageError(f"{name} holds the digits of π in base {told}, not {base}: leave out --base")
    if base in {10, 16}:
        return None
    found = start_behind_header(window, begin, base) if told is None else None
    found = found or start_at(window, begin, base)
    if found is None and base is not None:
        found = start_of_line(window, begin, base)
    if found is None:
        if base is None:
            return None
        raise CorruptFileError(
            f"{name}: no digits of base {base} in its first {len(window):_} bytes", kind="header", offset=0
        )
    if found.base not in READ:
        raise CorruptFileError(
            f"{name}: these are the digits of π in base {found.base}, which is not read: write them in base 2, 8, 10 or 16",
            kind="header",
            offset=found.offset,
        )
    start = window.rfind(found.integer.encode(), begin, found.offset) if found.integer else found.offset
    pointed = re.search(rb"[.,]\s*\Z", window[begin : found.offset]) is not None
    start = found.offset if start < 0 else start
    return Beginning(start, found.offset, found.integer, pointed=pointed, base=found.base, exact=True)


# ---------------------------------------------------------------- known beginnings


def _known(window: bytes, begin: int, bases: tuple[int, ...]) -> Beginning | None:
    """The first exact beginning that is followed by enough digits, or by nothing else; else the one with the most."""
    best, most, other = None, 0, None
    for found in known_beginnings(window, begin, bases):
        if not _stands_alone(window, begin, found):
            continue
        if not PI.fraction(found.base).startswith(digits_from(window, found.offset, found.base)[:_FEW]):
            other = other or found  # one file holds π and e, and others no π at all
            continue
        count, end = count_from(window, found.offset, found.base)
        mentioned = shapes.words(found.base).search(line_of(window, begin, found.start)) is not None
        if not mentioned or count >= _SURE_RUN or not window[end:].strip():
            return _completed(window, begin, found)
        if count > most:
            best, most = found, count
    best = best or other
    return None if best is None else _completed(window, begin, best)


def _is_mention(window: bytes, begin: int, found: Beginning) -> bool:
    """Whether a beginning may be the mention of a constant in a line of text, before digits that begin wrong."""
    count, end = count_from(window, found.offset, found.base)
    end -= window[end - 1 : end] == b"\\"  # of `\\ldots`, which is no word
    rest = line_of(window, begin, found.start)[end - line_start(window, begin, found.start) :]
    rest = shapes.DOTS.split(rest, maxsplit=1)[0]
    return count < _SURE_RUN and shapes.words(found.base).search(rest) is not None


def _completed(window: bytes, begin: int, found: Beginning) -> Beginning | None:
    """A beginning with the digit that stands alone in the line above, if it has none; None where digits stand before it."""
    found = with_digit_above(window, begin, found)
    return None if _digits_before(window, begin, found) else found


def _stands_alone(window: bytes, begin: int, found: Beginning) -> bool:
    """Whether what stands before a beginning in its line can be no digits of it."""
    line = line_start(window, begin, found.start)
    line = max(line, found.start - _NEAR)
    prefix = re.sub(rb"0[xX]\Z", b"", window[line : found.start])
    if _letters_before(prefix, window, found):
        return False
    if (found.pointed and found.integer) or not re.search(rb"\d", prefix):
        return True
    if counter_before(window, line, line + len(prefix)) or bare_counters_before(window, line, found.start, found):
        return True
    if found.base == 16 and re.search(_HEX_BEFORE, bare_of_gaps(prefix)):
        return False
    before = rb"(?<![0-9A-WYZa-wyz])[0-9A-Fa-f.]*\d[0-9A-Fa-f.]*" if found.base == 16 else rb"[0-9.]"
    return re.search(rb"[A-Za-z]", prefix) is not None and not re.search(before + GAP + rb"(?:\.[ \t]*)?\Z", prefix)


def _letters_before(prefix: bytes, window: bytes, found: Beginning) -> bool:
    """Whether hexadecimal digits that are letters stand before a beginning as one more group of its digits."""
    prefix = re.sub(shapes.TAG, b"\n", prefix)
    letters = _LETTERS.search(prefix) if found.base == 16 else None
    if letters is None or re.search(rb"[A-Za-z]", prefix[: letters.start()]):
        return False
    group = re.compile(rb"[0-9A-Fa-f]*").match(window, found.start)
    return group is not None and len(group[0]) == len(letters[1])


def _digits_before(window: bytes, begin: int, found: Beginning) -> bool:
    """Whether lines of digits stand before a beginning: then that is not a beginning, and the digits before it are not a header.

    Before `3.` they have to be long; before digits without it, one number alone may be a count.
    """
    elements = _ELEMENTS_BEFORE.search(window, max(begin, found.start - _MOST_ELEMENTS), found.start)
    if elements and re.search(rb"[0-9A-Fa-f]", elements[0]):
        return True
    lines = [line.strip() for line in re.split(rb"[\r\n]+", window[begin : found.start])[:-1] if line.strip()]
    if found.integer and found.pointed and found.exact:
        shares = [digits_share(line[:_LINE]) for line in lines]
        return any(total >= _SURE_RUN and bad * 10 <= total for total, bad in shares)
    signs = SEPARATORS + _SIGNS + (b"ABCDEFabcdef" if found.base == 16 else b"")
    numbers = [line for line in lines if not line.translate(None, signs) and re.search(rb"\d", line)]
    return len(numbers) > 1 or any(not re.fullmatch(shapes.NUMBER, number) for number in numbers)


# ---------------------------------------------------------------- beginnings like π's


def _alike(window: bytes, begin: int, bases: tuple[int, ...]) -> Beginning | None:
    """The place from which the digits are most like π's: one of them is wrong, missing or too many."""
    best: Beginning | None = None
    least = 1 << 30
    for place in _places(window, begin):
        for base in bases:
            if base not in (10, 16):
                continue
            for candidate, digits in readings(window, place, base):
                cost = pi_cost(digits, base, integer=bool(candidate.integer))
                if cost is None:
                    between = digits[: bool(candidate.integer)] + digits_between_counters(
                        window, candidate.offset, base
                    )
                    cost = pi_cost(between, base, integer=bool(candidate.integer))
                if cost is None and candidate.pointed and candidate.integer not in {"", PI.integer}:
                    cost = pi_cost(digits[1:], base, integer=False)
                alone = _stands_alone(window, begin, candidate) and (
                    not _digits_before(window, begin, candidate)
                    or not _digits_before(window, begin, with_digit_above(window, begin, candidate))
                )
                if (
                    not alone
                    or _is_mention(window, begin, candidate)
                    or (cost is None and not _says_so(candidate, digits, window, bases))
                ):
                    continue
                cost = _UNLIKE if cost is None else cost
                cost += doubts(window, begin, candidate)
                if cost < least:
                    best, least = candidate, cost
    return best


def _says_so(found: Beginning, digits: str, window: bytes, bases: tuple[int, ...]) -> bool:
    """Whether a text says that a number like π begins, whatever its digits are: with `3.` or a point, and some more."""
    least = _SAID if found.integer in {"", PI.integer} else _SAID_OF_OTHERS
    if not found.pointed or len(digits) <= least:
        return False
    return len(bases) == 1 or base_of_digits(window[found.offset : found.offset + _HEAD]) == found.base


def _places(window: bytes, begin: int) -> list[int]:
    """Where digits may begin: the beginnings of lines, behind counters, and behind signs that end a header."""
    places = [begin] if re.match(rb"[0-9A-Fa-f.]", window[begin:]) else []
    for match in _PLACE.finditer(window, begin):
        places.append(match.end())
        if len(places) >= _TRIED:
            break
    for place in places[:]:
        for counter in (shapes.FIRST_COUNTER, shapes.BARE_FIRST):
            behind = counter.match(window[place : place + _LINE])
            if behind and window[place + behind.end() :][:1] in shapes.FIRST_SIGNS:
                places.append(place + behind.end())
                if counter is shapes.FIRST_COUNTER and place in places and len(behind[1]) <= _LONGEST_COUNTER:
                    # what has a mark is no digit
                    places.remove(place)
    return sorted(set(places))
