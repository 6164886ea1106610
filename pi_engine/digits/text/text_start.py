"""Where the digits of a text begin, and in which base they are.

A text begins with its digits, with or without the one before the point, or with a header of a few lines. A header is
distinguished from digits by its characters: the first line that is not blank belongs to the digits if nearly all of its
characters are digits. Otherwise the digits are looked for by what they should begin with: π, or one of the constants
that are found beside it; and failing that, they are the first line of digits.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pi_engine.digits.common.constants import OTHERS, PI
from pi_engine.digits.text.bases import READ, base_at, start_at, start_behind_header, start_of_line
from pi_engine.errors import CorruptFileError, UsageError

WINDOW = 1 << 16
"""Bytes within which the digits have to begin."""

SEPARATORS = b" \t\r\n\v\f,_"
"""Characters that may stand between digits: blanks, line ends, and what groups thousands."""

_LINE = 100
_SURE_RUN = 25
"""Digits in a row that make a known beginning the beginning, not a mention of the constant in the header."""

_BLANK = rb"[ \t\r\n\v\f]"
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_LETTERS = frozenset(b"ABCDEFabcdef")
_FIRST = re.compile(rb"(?:0[xX])?([0-9A-Fa-f])" + _BLANK + rb"*[.,]" + _BLANK + rb"*")
_ONLY = re.compile(rb"(?:0[xX])?([0-9A-Fa-f])[.,]?" + _BLANK + rb"*\Z")
_PREFIX = re.compile(rb"0[xX][0-9A-Fa-f]?" + _BLANK + rb"*[.,]?" + _BLANK + rb"*\Z")
"""What says, before the first digit after the point, that digits are hexadecimal, whatever they look like."""
_STOP = re.compile(rb"[^0-9A-Fa-f \t\r\n\v\f,_]")


class TextStart(NamedTuple):
    """Where the digits after the point begin, those before it ("" where they are missing), and their base."""

    offset: int
    integer: str
    base: int


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
        what = "the file is empty" if not window else "nothing but blanks"
        raise CorruptFileError(f"{name}: {what}", kind="empty", offset=0)
    if window[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise CorruptFileError(f"{name}: this is UTF-16 text: save it as UTF-8 or ASCII", kind="header", offset=0)
    begin = 3 if window.startswith(b"\xef\xbb\xbf") else 0
    begin += len(window[begin:]) - len(window[begin:].lstrip())
    if (other := _in_other_base(window, begin, name, base)) is not None:
        return other
    found = _at_once(window, begin)
    if found is None:
        found = _known(window, begin)
        # Lines of digits before what looks like a beginning are no header.
        found = _first_line_of_digits(window, begin, found[0] if found else None, _SURE_RUN if found else 10) or found
    if found is None:
        raise CorruptFileError(f"{name}: no digits in its first {len(window):_} bytes", kind="header", offset=0)
    offset, integer = found
    if base is None:
        base = 16 if _PREFIX.search(window[:offset]) else _base_of(window[offset : offset + 4096])
    return TextStart(offset, integer.upper(), base)


def _in_other_base(window: bytes, begin: int, name: str, base: int | None) -> TextStart | None:
    """The start of digits of base 2 or 8; None for those of base 10 and 16."""
    told = base_at(window, begin)
    if base not in {None, told} and told is not None and not {base, told} <= {10, 16}:
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
    return TextStart(*found)


def _line_at(window: bytes, offset: int) -> bytes:
    return re.split(rb"[\r\n]", window[offset : offset + _LINE], maxsplit=1)[0]


def _digits_share(line: bytes) -> tuple[int, int]:
    """How many characters but separators a line has, and how many of them are no digits."""
    bare = line.translate(None, SEPARATORS + b".")
    return len(bare), sum(byte not in _HEX for byte in bare)


def _at_once(window: bytes, begin: int, *, strictly: bool = True) -> tuple[int, str] | None:
    """The start if the digits begin the text, without a header; strictly, if even its first characters are digits."""
    line = _line_at(window, begin)
    total, bad = _digits_share(line)
    pointed = _FIRST.match(window, begin) or _ONLY.match(window, begin)
    if pointed:
        is_pi = pointed[1] == b"3" and bad <= 1
        return (pointed.end(), pointed[1].decode()) if is_pi or bad * 10 <= total else None
    if bad * 10 > total or not any(48 <= byte < 58 for byte in line):
        return None
    if not strictly:
        return begin, ""
    if not _HEX.issuperset(line.translate(None, SEPARATORS)[:2]):  # as `π = 3.14…` or `e = 2.71…`
        return None
    # A short line of digits before a line that begins with `3.` is a count in a header.
    following = window[begin + len(line) :].lstrip()
    if total <= 20 and re.match(rb"3[.,]\s*[12]", following):
        return None
    return begin, ""


@cache
def _beginnings() -> re.Pattern[bytes]:
    """What the digits of the constants begin with: with the point, six digits; without, `CERTAIN` of π's."""

    def spaced(digits: str) -> bytes:
        return rb"[ \t\r\n]*".join(f"[{digit}{digit.lower()}]".encode() for digit in digits)

    pointed = [
        rb"(" + constant.integer.encode() + rb")" + _BLANK + rb"*[.,]" + _BLANK + rb"*(?=" + spaced(digits[:6]) + rb")"
        for constant in (PI, *OTHERS)
        for digits in (constant.decimal, constant.hexadecimal)
    ]
    bare = [rb"(?=" + spaced(digits[:12]) + rb")" for digits in (PI.decimal, PI.hexadecimal)]
    # A header ends with a blank or one of these signs, of which the last two end ≈ and the byte order mark.
    return re.compile(rb"(?:\A|(?<=[ \t\r\n\v\f=:(\"'\x88\xbf]))(?:0[xX])?(?:" + rb"|".join(pointed + bare) + rb")")


def _known(window: bytes, begin: int) -> tuple[int, str] | None:
    """The first known beginning that is followed by enough digits, or by nothing else; else the first at all."""
    first = None
    for match in _beginnings().finditer(window, begin):
        integer = next((group.decode() for group in match.groups() if group), "")
        start = match.end(), integer
        stop = _STOP.search(window, match.end())
        run = window[match.end() : stop.start() if stop else None].translate(None, SEPARATORS)
        if stop is None or len(run) >= _SURE_RUN:
            return start
        first = first or start
    return first


def _first_line_of_digits(window: bytes, begin: int, end: int | None, least: int) -> tuple[int, str] | None:
    """The first line that is nearly all digits and holds `least` or more, or one digit and the point before them."""
    for match in re.finditer(rb"[^\r\n]+", window[begin:end]):
        offset = begin + match.start()
        offset += len(match[0]) - len(match[0].lstrip())
        line = _line_at(window[:end], offset)
        total, bad = _digits_share(line)
        if (total >= least and bad * 10 <= total) or re.fullmatch(rb"[0-9A-Fa-f][.,]", line):
            return _at_once(window, offset, strictly=False)
    return None


def _base_of(text: bytes) -> int:
    """16 where the digits are hexadecimal: they begin like a constant's, or have letters among them, as 6 of 16 do."""
    bare = text.translate(None, SEPARATORS)[:200]
    digits = bytes(byte for byte in bare if byte in _HEX).decode().upper()
    decimal = max(_common(digits, constant.decimal) for constant in (PI, *OTHERS))
    hexadecimal = max(_common(digits, constant.hexadecimal) for constant in (PI, *OTHERS))
    if len(digits) < 12:
        decimal, hexadecimal = _common(digits, PI.decimal), _common(digits, PI.hexadecimal)
    if decimal != hexadecimal and (max(decimal, hexadecimal) >= 5 or len(digits) < 12):
        return 10 if decimal > hexadecimal else 16
    return 16 if sum(byte in _LETTERS for byte in bare) * 6 > len(bare) else 10


def _common(digits: str, known: str) -> int:
    """The length of the common beginning."""
    pairs = zip(digits, known, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(digits), len(known)))
