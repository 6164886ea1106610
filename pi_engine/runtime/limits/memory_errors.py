"""What is said where something does not fit in memory, and the largest number that would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError
from pi_engine.runtime.display import counted
from pi_engine.runtime.limits.memory import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable


def not_enough_memory(what: str, need: int, limit: int, remedy: str, *, kind: str = "") -> CapacityError:
    """The error of what would need `need` bytes where `limit` may be used.

    Args:
        what: a plural, like "1_000 digits".
        need: bytes.
        limit: bytes.
        remedy: what the reader can do.
        kind: what is short, where it is not memory itself, like " of address space".
    """
    have = format_bytes(max(limit, 0))
    needs = "needs" if what.startswith("1 ") else "need"
    return CapacityError(
        f"not enough memory: {what} {needs} about {format_bytes(need)}{kind}, and {have} may be used; {remedy}"
    )


def at_most(count: int) -> str:
    """The remedy that names the largest number of digits that fit, −1 for none."""
    return f"at most {counted(count, 'digit')} would fit" if count >= 0 else "not even one would fit"


def largest_that_fits(fits: Callable[[int], bool]) -> int:
    """The largest count of at most two digits and zeros after them that fits; −1 if not even 0 does.

    The next one of that kind does not fit.

    Args:
        fits: true up to some count and false beyond.
    """
    low, high = -1, 1  # places in the sequence of such counts: low fits, or is −1
    while fits(_two_leading_digits(high)):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(_two_leading_digits(middle)) else (low, middle)
    return low if low < 0 else _two_leading_digits(low)


def _two_leading_digits(place: int) -> int:
    """0, 1, … 99, 100, 110, … 990, 1000, 1100 and so on."""
    if place < 100:
        return place
    power, digits = divmod(place - 10, 90)
    return int((10 + digits) * 10**power)
