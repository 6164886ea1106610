"""How wide a terminal is, how wide text is on it, and text in lines that fit."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_USUAL = 80
_LEAST = 20
"""Columns of a terminal that does not say, and those below which nothing could be laid out."""


def width_of(stream: TextIO | None) -> int | None:
    """Columns of the terminal that a stream writes to; None where it is a pipe, a file, or closed.

    The variable COLUMNS has the last word, as in other programs.
    """
    try:
        if stream is None or not stream.isatty():
            return None
    except ValueError:  # closed
        return None
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), _LEAST)
    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        found = 0
    return max(found or _USUAL, _LEAST)


def stdout_width() -> int | None:
    """Columns of the terminal on stdout; None if it is not a terminal."""
    return width_of(sys.stdout)


def stderr_width() -> int | None:
    """Columns of the terminal on stderr; None if it is not a terminal."""
    return width_of(sys.stderr)


def text_width(text: str) -> int:
    """Columns that a text takes: 2 for each wide character of East Asian scripts, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns, divided at blanks; within a word only where it is longer than a line."""
    lines = [""]
    for word in text.split():
        left = width - text_width(lines[-1]) - 1
        if lines[-1] and text_width(word) <= left:
            lines[-1] += f" {word}"
            continue
        *full, rest = _cut(word, width)
        lines += [*full, rest]
    return lines[1:] or lines


def _cut(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` columns, and no more pieces than that takes."""
    pieces, used = [""], 0
    for character in word:
        columns = _character_width(character)
        if used + columns > width and pieces[-1]:
            pieces.append("")
            used = 0
        pieces[-1] += character
        used += columns
    return pieces


def hang(text: str, width: int, indent: int = 4) -> str:
    """A text that may be longer than a line: its first line begins as it did, those after it are indented."""
    if text_width(text) <= width:
        return text
    start = text[: len(text) - len(text.lstrip())]
    first, *_ = wrap(text, width - len(start))
    rest = " ".join(text.split())[len(first) :].strip()
    return "\n".join([start + first, *(" " * indent + line for line in wrap(rest, width - indent) if line)])


def printable(text: str) -> str:
    r"""The text with its control characters escaped: the name of a file may hold any. A byte that is not UTF-8 is shown as `\xff`."""
    if text.isprintable():
        return text
    return "".join(x if x.isprintable() else _escaped(x) for x in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # as Python keeps such a byte
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
