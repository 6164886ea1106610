"""A place in a text at which nothing is certain any more: its line, its column, and what comes there."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from pi_engine.digits.text.layout.left_out import shown

_PRINTABLE = range(33, 127)


_LOOKS_LIKE = {
    b"O": 0,
    b"o": 0,
    b"Q": 0,
    b"l": 1,
    b"I": 1,
    b"i": 1,
    b"Z": 2,
    b"z": 2,
    b"S": 5,
    b"s": 5,
    b"G": 6,
    b"B": 8,
    b"g": 9,
    b"q": 9,
}
"""Letters that a reader of print takes for digits, or a person types for them → the digit."""


class Place(NamedTuple):
    """Where something stands.

    Attributes:
        offset: in bytes of the text, from 0.
        line: from 1.
        column: in characters, from 1.
        following: the bytes from there on, to the end of the line or some of them.
        words: whether they are words, to be shown as such, and not one character.
    """

    offset: int
    line: int
    column: int
    following: bytes
    words: bool = False

    def looks_like(self) -> int | None:
        """The digit that a letter there is often read for, or typed for; None for anything else."""
        return None if self.words else _LOOKS_LIKE.get(self.following[:1])

    def described(self) -> str:
        """As in `at line 3, column 7 (byte 90), comes U+201D RIGHT DOUBLE QUOTATION MARK`."""
        what = shown(self.following) if self.words else character(self.following)
        return f"at line {self.line:_}, column {self.column:_} (byte {self.offset:_}), comes {what}"


def place_in(line: bytes, index: int, *, offset: int, number: int, column: int, words: bool = False) -> Place:
    """The place `index` bytes into a line, or a part of one, before which `column` characters stand in the whole line."""
    before = len(line[:index].decode("utf-8", "replace"))
    return Place(offset + index, number, column + before + 1, line[index : index + 80], words)


def character(text: bytes) -> str:
    """The first character of a text: itself in quotation marks, or its number and name, or a byte that is not a character."""
    if not text:
        return "the end of the text"
    if text[0] in _PRINTABLE:
        return repr(chr(text[0]))
    for length in range(1, 5):
        try:
            found = text[:length].decode("utf-8")
        except UnicodeDecodeError:
            continue
        name = unicodedata.name(found[0], ", a control character" if unicodedata.category(found[0]) == "Cc" else "")
        return f"U+{ord(found[0]):04X} {name}".rstrip().replace(" ,", ",")
    return f"byte 0x{text[0]:02X}, which is not UTF-8"
