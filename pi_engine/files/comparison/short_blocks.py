"""Short blocks of digits that are exchanged: too short to be looked for in all of π, long enough not to be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.files.comparison.error_words import SHORT

if TYPE_CHECKING:
    from pi_engine.files.comparison.held_digits import HeldDigits, Tally

_FEWEST = 6
"""Digits in all that exchanged blocks must have: fewer are like that by chance."""

_LEAST_AT_END = 4
"""Digits that each of two blocks must have where they end the file."""

MOST_WRONG = 200
"""Wrong digits up to which short blocks are looked for."""

_EQUAL = 4
"""Digits at either end of blocks that may be equal in both, and so not be wrong."""


def exchanged_nearby(ours: HeldDigits, theirs: HeldDigits, tally: Tally) -> str | None:
    """Which two short blocks are exchanged, if all wrong digits are explained by it."""
    if not _FEWEST <= tally.wrong <= MOST_WRONG:
        return None
    return _side_by_side(ours, theirs, tally) or _apart(ours, theirs, tally)


def _side_by_side(ours: HeldDigits, theirs: HeldDigits, tally: Tally) -> str | None:
    """Digits AB where π has BA: theirs occur in π's, written twice."""
    first, last = tally.first[0], tally.last
    if last - first > 2 * MOST_WRONG:
        return None
    for start in range(first, max(0, first - _EQUAL) - 1, -1):
        for stop in range(last + 1, min(theirs.count, last + 1 + _EQUAL) + 1):
            expected, found = ours.text(start, stop), theirs.text(start, stop)
            size = (expected + expected).find(found)
            least = (
                _LEAST_AT_END if stop == theirs.count else 1
            )  # digits lost, and by chance the same ones added at the end
            if stop - start >= _FEWEST and least <= size <= stop - start - least:
                return f"{_block(ours, start, start + size)} and {_block(ours, start + size, stop)} are exchanged"
    return None


def _apart(ours: HeldDigits, theirs: HeldDigits, tally: Tally) -> str | None:
    """Two blocks of the same length: the wrong digits of the one are as far from each other as those of the other."""
    # Where the digits of the two differ, both are wrong: half of the wrong digits are in either.
    first, half, places = tally.first[0], tally.wrong // 2, tally.first
    if tally.wrong % 2:
        return None
    size, moved = places[half - 1] + 1 - first, places[half] - first
    if (
        size > moved
        or [place - moved for place in places[half:]] != places[:half]
        or size < _FEWEST // 2
        or half < _FEWEST // 2
    ):
        return None
    a, b = ours.text(first, first + size), ours.text(first + moved, first + moved + size)
    if (theirs.text(first, first + size), theirs.text(first + moved, first + moved + size)) != (b, a):
        return None
    return f"{_block(ours, first, first + size)} and {_block(ours, first + moved, first + moved + size)} are exchanged"


def _block(ours: HeldDigits, start: int, stop: int) -> str:
    if stop == start + 1:
        return f"the digit {ours.text(start, stop)} at position {stop:_}"
    digits = f"{ours.text(start, stop)} " if stop - start <= SHORT else ""
    return f"the block {digits}at positions {start + 1:_} to {stop:_}"
