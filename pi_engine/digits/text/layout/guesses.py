"""Where digits begin that begin like no constant that is known: at once, or with the first line of digits."""

from __future__ import annotations

import re
from itertools import pairwise

from pi_engine.digits.common.constants import OTHERS, PI
from pi_engine.digits.text.layout.beginnings import Beginning, digits_from, line_of, line_start
from pi_engine.digits.text.layout.shapes import BARE_FIRST, INVISIBLE, NUMBER, SEPARATORS, number

_LINE = 100
_ROWS = 4
"""Lines that show that they have counters."""

_OTHER_INTEGER = 2
_COUNTS_IT = 3
"""Edits that another digit than 3 before the digits is worth, and a number of as many digits as follow."""

_BLANK = rb"[ \t\r\n\v\f]"
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_LETTERS = frozenset(b"ABCDEFabcdef")
_POINT = rb"(?:\.|,(?=[ \t\r\n]*[0-9A-Fa-f](?:[ \t']|" + INVISIBLE + rb")?[0-9A-Fa-f]))"
POINTED = re.compile(rb"(?:0[xX])?([0-9A-Fa-f])" + _BLANK + rb"*" + _POINT + _BLANK + rb"*")
_ONLY = re.compile(rb"(?:0[xX])?([0-9A-Fa-f])(?:[.,](?=[ \t]*[\r\n])|[.,]?" + _BLANK + rb"*\Z)")
_MANY = re.compile(rb"(?<![0-9A-Za-z.])(?:0[xX])?((?=[A-Fa-f]*[0-9])[0-9A-Fa-f](?:[ \t,_]?[0-9A-Fa-f]){19,})")
"""More digits in a row than a header has."""
_VALUE = re.compile(rb"[=:][ \t]*(?=(?:0[xX])?[0-9A-Fa-f]" + _POINT + rb")")
PREFIX = re.compile(rb"0[xX][0-9A-Fa-f]?" + _BLANK + rb"*[.,]?" + _BLANK + rb"*\Z")
"""What says, before the first digit after the point, that digits are hexadecimal, whatever they look like."""


def guessed(window: bytes, begin: int, base: int | None) -> Beginning | None:
    """The digits of any number: at once, or the first line that is nearly all digits."""
    found = _at_once(window, begin) or _first_line_of_digits(window, begin)
    if found is None:
        return None
    offset, integer = found
    if (
        integer and b"," in window[begin:offset] and b"," in window[offset : offset + _LINE]
    ):  # a comma that divides thousands is no point
        offset, integer = window.rindex(integer.encode(), begin, offset), ""
    if base is None:
        base = (
            16
            if PREFIX.search(window[:offset])
            else base_of_digits(window[offset : offset + 4096], pi=integer == PI.integer)
        )
    pointed = bool(integer) or window[:offset].rstrip(b" \t")[-1:] == b"."
    start = offset if not integer else window.rfind(integer.encode(), 0, offset)
    return Beginning(start, offset, integer.upper(), pointed=pointed, base=base)


def _line_at(window: bytes, offset: int) -> bytes:
    return re.split(rb"[\r\n]", window[offset : offset + _LINE], maxsplit=1)[0]


def digits_share(line: bytes) -> tuple[int, int]:
    """How many characters but separators a line has, and how many of them are not digits."""
    bare = re.sub(INVISIBLE, b"", line).translate(None, SEPARATORS + b".")
    return len(bare), sum(byte not in _HEX for byte in bare)


def _at_once(window: bytes, begin: int, *, strictly: bool = True) -> tuple[int, str] | None:
    """The start if the digits begin the text, without a header; strictly, if even its first characters are digits."""
    line = _line_at(window, begin)
    total, bad = digits_share(line)
    pointed = POINTED.match(window, begin) or _ONLY.match(window, begin)
    if pointed:
        is_pi = pointed[1] == b"3" and bad <= 1
        return (pointed.end(), pointed[1].decode()) if is_pi or bad * 10 <= total else None
    if bad * 10 > total or not any(48 <= byte < 58 for byte in line):
        return None
    if strictly and not _HEX.issuperset(line.translate(None, SEPARATORS + b".")[:2]):  # as `π = 3.14…` or `e = 2.71…`
        return None
    return begin + line.startswith(b"."), ""


def _first_line_of_digits(window: bytes, begin: int, least: int = 10) -> tuple[int, str] | None:
    """The first line that is nearly all digits and holds `least` or more, or one digit and the point before them."""
    for match in re.finditer(rb"[^\r\n]+", window[begin:]):
        offset = begin + match.start()
        offset += len(match[0]) - len(match[0].lstrip())
        line = _line_at(window, offset)
        value = _VALUE.search(line)
        if value and (pointed := POINTED.match(window, offset + value.end())):
            return pointed.end(), pointed[1].decode()
        if many := _MANY.search(line):
            return offset + many.start(1), ""
        total, bad = digits_share(line)
        if (total >= least and bad * 10 <= total) or re.fullmatch(rb"[0-9A-Fa-f][.,]", line):
            return _at_once(window, offset, strictly=False)
    return None


def doubts(window: bytes, begin: int, found: Beginning) -> int:
    """Edits that speak against a reading besides those of its digits: another digit than 3 without a point, a number alone like a count."""
    apart = not found.pointed or re.search(rb"[\r\n]\s*\.", window[found.start : found.offset]) is not None
    doubts = _OTHER_INTEGER if found.integer not in {"", PI.integer} and apart else 0
    line = line_of(window, begin, found.start)
    if found.pointed or not re.fullmatch(NUMBER, line.strip()):
        return doubts
    digits = digits_from(window, line_start(window, begin, found.start) + len(line) + 1, found.base)
    return doubts + (_COUNTS_IT if number(line) in range(len(digits) - 1, len(digits) + 2) else 1)


def base_of_digits(text: bytes, *, pi: bool = True) -> int:
    """16 where the digits are hexadecimal: they begin like a constant's, or have letters among them, as 6 of 16 do.

    Few digits are told by the beginning of π alone, if `pi` says that they may be its digits.
    """
    bare = re.sub(INVISIBLE, b"", _without_counters(text)).translate(None, SEPARATORS)[:200]
    digits = bytes(byte for byte in bare if byte in _HEX).decode().upper()
    decimal = max(_common(digits, constant.decimal) for constant in (PI, *OTHERS))
    hexadecimal = max(_common(digits, constant.hexadecimal) for constant in (PI, *OTHERS))
    if len(digits) < 12:
        decimal, hexadecimal = (_common(digits, PI.decimal), _common(digits, PI.hexadecimal)) if pi else (0, 0)
    if decimal != hexadecimal and (max(decimal, hexadecimal) >= 5 or len(digits) < 12):
        return 10 if decimal > hexadecimal else 16
    return 16 if sum(byte in _LETTERS for byte in bare) * 6 > len(bare) else 10


def _without_counters(text: bytes) -> bytes:
    """A text without the numbers at the beginnings of its lines, where each is one more than the one before."""
    rows = [row for row in re.split(rb"[\r\n]+", text) if row][:_ROWS]
    counters = [match for row in rows if (match := BARE_FIRST.match(row))]
    if len(rows) < _ROWS or len(counters) < _ROWS or any(int(b[1]) - int(a[1]) != 1 for a, b in pairwise(counters)):
        return text
    return b"".join(row[match.end() :] for row, match in zip(rows, counters, strict=True))


def _common(digits: str, known: str) -> int:
    """The length of the common beginning."""
    pairs = zip(digits, known, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(digits), len(known)))
