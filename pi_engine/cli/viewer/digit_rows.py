"""Digits in rows of groups, with the position at which each row begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GAP = 2
"""Blanks between the position and the digits."""


def groups_that_fit(columns: int, group: int, label: int) -> int:
    """How many groups, of `group` digits, a line of a given number of columns holds beside a position of `label` characters; at least 1.

    Of ten or more, a multiple of ten, and of five or more, five: then the positions are easy to count from. Without groups it is
    how many digits.
    """
    room = columns - (label + GAP if label else 0)
    if group == 0:
        return _round(max(room, 1))
    return _round(max((room + 1) // (group + 1), 1))


def _round(count: int) -> int:
    if count >= 10:
        return count // 10 * 10
    return min(5, count)


def rows(pieces: Iterable[str], first: int, group: int, groups: int, label: int) -> Iterator[str]:
    """Lines with their ends, of `groups` groups each; the first digit has position `first`.

    Where the pieces end in an error of this package, the digits before it are in a line before it is raised.
    """
    length = groups * (group or 1)
    rest = ""
    failure: PiEngineError | None = None
    source = iter(pieces)
    while True:
        try:
            piece = next(source, None)
        except PiEngineError as error:
            failure = error
            break
        if piece is None:
            break
        rest += piece
        whole = len(rest) // length * length
        if whole:
            yield "".join(_row(rest[i : i + length], first + i, group, label) for i in range(0, whole, length))
            rest, first = rest[whole:], first + whole
    if rest:
        yield _row(rest, first, group, label)
    if failure is not None:
        raise failure


def _row(digits: str, position: int, group: int, label: int) -> str:
    return f"{labelled(position, label)}{grouped(digits, group)}\n"


def labelled(position: int, label: int) -> str:
    """The position in `label` columns, and the blanks behind it."""
    return f"{position:>{label}_}{' ' * GAP}"


def grouped(digits: str, group: int) -> str:
    """Digits in groups of a given size; in one group for 0."""
    return " ".join(digits[i : i + group] for i in range(0, len(digits), group)) if group else digits
