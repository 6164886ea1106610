"""What is said of wrong digits: how many there are, where, and which kind of error they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.files.comparison.held_digits import HeldDigits, Tally

MOST_POSITIONS = 10
"""Wrong positions that are named."""

SHORT = 19
"""Digits of a block up to which they are shown."""


class Found(NamedTuple):
    """A kind of error, in words, and whether the digits behind it are no longer at their places."""

    kind: str
    text: str
    shifted: bool = False


def differ(tally: Tally) -> str:
    """Like `12 digits are wrong in all`."""
    return f"{counted(tally.wrong, 'digit')} {are(tally.wrong)} wrong in all"


def named(tally: Tally) -> str:
    """Their positions, or the first of them."""
    listed = ", ".join(f"{place + 1:_}" for place in tally.first[:MOST_POSITIONS])
    return f"at positions {listed}" if tally.wrong <= MOST_POSITIONS else f"the first at positions {listed}"


def are(count: int) -> str:
    """The verb for a number of digits."""
    return "is" if count == 1 else "are"


def span(start: int, stop: int) -> str:
    """Places as positions, which count from 1."""
    return f"position {stop:_}" if stop == start + 1 else f"positions {start + 1:_} to {stop:_}"


def block(start: int, stop: int) -> str:
    """Like `the block at positions 7 to 12`."""
    return f"the block at {span(start, stop)}"


def before_place(ours: HeldDigits, place: int, before: str) -> str:
    """π's digit before a place; `before` is that before the point."""
    return ours.text(place - 1, place) if place else before
