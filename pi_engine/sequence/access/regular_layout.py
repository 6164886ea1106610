"""Text whose digits lie at places that can be calculated: in one line, or in lines or groups that are all alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.text.layout.shapes import SEPARATORS
from pi_engine.sequence.access.digit_access import ALPHABET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

_MOST_PERIODS = 500
"""Ends of groups that are tried as the end of a period: ten groups a line, ten lines a block and two blocks a page are 200."""

_DIGIT = ord("0")
_OTHER = 0


class RegularLayout(NamedTuple):
    """Where digits lie in a text.

    Attributes:
        begin: the byte at which the digits after the point begin.
        origin: the byte at which a pattern begins that repeats itself to the end.
        pattern: one period of it: "0" for a digit, or the separator itself.
        head: places of the digits before the pattern begins, from `begin`.
        columns: places of the digits in a period.
    """

    begin: int
    origin: int
    pattern: Bytes
    head: NDArray[np.int64]
    columns: NDArray[np.int64]

    @property
    def period(self) -> int:
        """Bytes after which the pattern begins again."""
        return len(self.pattern)

    def byte_of(self, digit: int) -> int:
        """The byte that holds the digit with this number, from 0."""
        if digit < len(self.head):
            return self.begin + int(self.head[digit])
        row, column = divmod(digit - len(self.head), len(self.columns))
        return self.origin + row * self.period + int(self.columns[column])

    def period_end(self, byte: int) -> int:
        """The first byte from `byte` on at which a period ends."""
        return byte + (self.origin - byte) % self.period

    def digits_before(self, byte: int) -> int:
        """How many digits lie before a byte of the repeated part."""
        rows, rest = divmod(byte - self.origin, self.period)
        return len(self.head) + rows * len(self.columns) + int(np.searchsorted(self.columns, rest))

    def fits(self, text: Bytes, byte: int, kinds: Bytes) -> bool:
        """Whether a text that begins at this byte of the repeated part has digits and separators where the pattern has them."""
        if self.period == 1 and len(text) and (kinds[text.min() : int(text.max()) + 1] == _DIGIT).all():
            return True
        found = kinds[text]
        phase = (byte - self.origin) % self.period
        rows = -(-(phase + len(text)) // self.period)
        return bool(np.array_equal(found, np.tile(self.pattern, rows)[phase : phase + len(text)]))


def kinds_of(base: int) -> Bytes:
    """For each character: "0" for a digit of the base, itself for a separator, 0 for any other.

    A form feed counts as another: beside it the reader of texts takes a number for that of a page.
    """
    kinds = np.full(256, _OTHER, np.uint8)
    kinds[list(f"{ALPHABET[base]}{ALPHABET[base].lower()}".encode("ascii"))] = _DIGIT
    separators = SEPARATORS.replace(b"\f", b"")
    kinds[list(separators)] = list(separators)
    return kinds


def regular_layout(text: Bytes, begin: int, kinds: Bytes) -> RegularLayout | None:
    """The layout of a text; `text` is what follows byte `begin`; None where it does not repeat itself at least twice."""
    found = kinds[text]
    if not len(found) or (found == _OTHER).any():
        return None
    separators = np.flatnonzero(found != _DIGIT)
    if not len(separators):
        return RegularLayout(begin, begin, np.array([_DIGIT], np.uint8), np.empty(0, np.int64), np.zeros(1, np.int64))
    ends = separators[np.flatnonzero(np.diff(separators, append=len(found) + 1) > 1)] + 1
    breaks = np.flatnonzero((text == ord("\n")) | (text == ord("\r")))
    if len(breaks):
        ends = ends[ends > breaks[0]]
    if not len(ends):
        return None
    origin = int(ends[0])
    for end in ends[1 : 1 + _MOST_PERIODS].tolist():
        period = end - origin
        if len(found) - origin < 2 * period:
            return None
        if np.array_equal(found[origin : len(found) - period], found[end:]):
            return RegularLayout(
                begin,
                begin + origin,
                found[origin:end],
                np.flatnonzero(found[:origin] == _DIGIT),
                np.flatnonzero(found[origin:end] == _DIGIT),
            )
    return None
