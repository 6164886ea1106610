"""Where a string of digits occurs next, behind a place or before it; the search can be broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.sequence.access.digit_access import ALPHABET, first_occurrence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.sequence.digit_sequence import DigitSequence

    Report = Callable[[int], None]

_BACK = 1 << 20
"""Digits read at once on the way back."""


def pattern_of(text: str, base: int) -> bytes:
    """The digits of a string that a person has typed, perhaps in groups; letters in upper case.

    Raises:
        UsageError: there is none, or something else among them.
    """
    digits = text.translate(str.maketrans("", "", " _,")).upper()
    if not digits:
        raise UsageError("nothing to search for: type digits")
    if stray := next((sign for sign in digits if sign not in ALPHABET[base]), None):
        raise UsageError(f"{stray!r} is not a digit of base {base}")
    return digits.encode("ascii")


def next_place(digits: DigitSequence, pattern: bytes, start: int, report: Report) -> int | None:
    """The first place from `start` on, from 0, at which the pattern begins; None if there is none.

    Args:
        digits: where to search.
        pattern: ASCII digits, at least one.
        start: from 0.
        report: is told how far the search is after each piece; what it raises ends the search.

    Raises:
        PiEngineError: the digits cannot be read; those before have been searched.
    """
    found = first_occurrence(digits.characters(start), pattern, lambda done: report(start + done))
    return None if found is None else start + found


def previous_place(digits: DigitSequence, pattern: bytes, end: int, report: Report) -> int | None:
    """The last place before `end` at which the pattern begins; see `next_place`."""
    while end > 0:
        start = max(end - _BACK, 0)
        text = digits.text(start, end + len(pattern) - 1).encode("ascii")
        if (found := text.rfind(pattern)) >= 0:
            return start + found
        end = start
        report(end)
    return None
