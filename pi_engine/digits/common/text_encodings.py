"""Which encoding a text is in, by its first bytes: a byte order mark, or where the zero bytes of UTF-16 and UTF-32 stand."""

from __future__ import annotations

from typing import NamedTuple

_HEAD = 4096
"""Bytes that are looked at, a multiple of four."""

_MOSTLY = 0.7
"""Share of zeros among the upper bytes of a text that is digits, behind a title of other letters."""

_SELDOM = 0.1
"""Share of zeros among the lowest bytes: the ideographic space, U+3000, has one, and so has 一, U+4E00."""


class TextEncoding(NamedTuple):
    """An encoding that is not read as it stands.

    Attributes:
        name: for messages.
        codec: its name in the standard library.
        mark: bytes of the byte order mark; 0 if there is none.
        unit: bytes of a code unit.
    """

    name: str
    codec: str
    mark: int
    unit: int


_MARKS = (
    (b"\xff\xfe\x00\x00", "LE", 4),
    (b"\x00\x00\xfe\xff", "BE", 4),
    (b"\xff\xfe", "LE", 2),
    (b"\xfe\xff", "BE", 2),
)


def encoding_of(head: bytes) -> TextEncoding | None:
    """The encoding of a text that begins so, where it is UTF-16 or UTF-32."""
    for mark, order, unit in _MARKS:
        if head.startswith(mark):
            return _encoding(order, unit, len(mark))
    head = head[:_HEAD]
    for unit in (4, 2):
        whole = head[: len(head) - len(head) % unit]
        if len(whole) < 4:
            continue
        shares = [whole[i::unit].count(0) * unit / len(whole) for i in range(unit)]
        if _is_little(shares):
            return _encoding("LE", unit, 0)
        if _is_little(shares[::-1]):
            return _encoding("BE", unit, 0)
    return None


def _is_little(shares: list[float]) -> bool:
    """Whether the lowest byte of a unit is seldom zero, the next one mostly, and those above nearly always."""
    lowest, second, *upper = shares
    return lowest < _SELDOM and second >= _MOSTLY and all(share > 1 - _SELDOM for share in upper)


def _encoding(order: str, unit: int, mark: int) -> TextEncoding:
    bits = 8 * unit
    return TextEncoding(f"UTF-{bits}{order}", f"utf-{bits}-{order.lower()}", mark, unit)
