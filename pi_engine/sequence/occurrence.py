"""Where a string of digits occurs first in pieces of digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pi_engine.sequence.digit_access import Characters

ALPHABET = {2: "01", 8: "01234567", 10: "0123456789", 16: "0123456789ABCDEF"}
"""The digits of each base, by value."""


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
