"""What a sequence of digits is made of: somewhere to take characters from, and the characters of each base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    Characters = NDArray[np.uint8]

PIECE = 1 << 20
"""About as many digits are handed on at once."""

ALPHABET = {2: "01", 8: "01234567", 10: "0123456789", 16: "0123456789ABCDEF"}
"""The digits of each base, by value."""


class DigitAccess(Protocol):
    """Digits after the point as ASCII characters, those of base 16 in upper case."""

    @property
    def digits(self) -> int | None:
        """How many there are; None until a pass over all of them has counted them."""
        ...

    @property
    def notes(self) -> list[str]:
        """What was taken for granted or left out: a sentence each."""
        ...

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """The characters from the 0-based place `start` up to `stop`, or to the end; fewer where the digits end before.

        Raises:
            CorruptFileError: after the characters before it, the file is damaged.
            PiEngineError: it cannot be read, or changed while it was read.
        """
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


def first_occurrence(
    pieces: Iterable[Characters], pattern: bytes, report: Callable[[int], None] | None = None
) -> int | None:
    """The place in the pieces, from 0, at which the pattern begins first; None if it does not occur.

    Args:
        pieces: ASCII digits.
        pattern: ASCII digits, at least one.
        report: is told after each piece how many places are behind it; what it raises ends the search.
    """
    kept, place = b"", 0
    for piece in pieces:
        text = kept + piece.tobytes()
        if (found := text.find(pattern)) >= 0:
            return place + found
        seen = max(len(text) - len(pattern) + 1, 0)
        kept, place = text[seen:], place + seen
        if report is not None:
            report(place)
    return None


def values_of(characters: Characters, base: int) -> NDArray[np.uint8]:
    """Digits as numbers, in new memory: of "0" … "9" the lower four bits, of "A" … "F" nine more."""
    import numpy as np

    values = characters & np.uint8(15)
    if base == 16:
        values += np.uint8(9) * (characters >= ord("A"))
    return values
