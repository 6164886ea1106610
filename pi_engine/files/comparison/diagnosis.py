"""What has happened to digits if all can be compared with π's: one kind of error, or how many of them there are and where.

Digits rounded, a wrong end, a block that is missing, repeated, inserted, exchanged with another or replaced by a copy, and single wrong
digits. What is said is what was compared: where blocks could be cut in several ways that give the same digits, one is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.common.constants import PI
from pi_engine.files.comparison.alignment import Piece, aligned_pieces
from pi_engine.files.comparison.difference import SHOWN, Difference, shift_of
from pi_engine.files.comparison.error_words import MOST_POSITIONS, Found, differ, named, span
from pi_engine.files.comparison.held_digits import Tally
from pi_engine.files.comparison.moved_blocks import missing_or_added, moved_blocks
from pi_engine.files.comparison.short_blocks import MOST_WRONG, exchanged_nearby
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.files.comparison.held_digits import HeldDigits

_CONTEXT = 100
"""Digits behind the first wrong one that a short difference is looked for in."""


def diagnosed(ours: HeldDigits, theirs: HeldDigits, before: str = "3") -> Difference | None:
    """The first wrong digit of `theirs`, what has happened there and behind it; None where all are π's.

    Args:
        ours: π's digits: as many as theirs at least, and better some more.
        theirs: the digits to be judged.
        before: the digit before the point.
    """
    tally = Tally(ours, theirs, MOST_WRONG)
    if not tally.wrong:
        return None
    first = tally.first[0]
    end = min(theirs.count, first + _CONTEXT)
    expected, found = ours.text(first, end), theirs.text(first, end)
    what = _found(ours, theirs, tally, before)
    return Difference(
        first + 1,
        expected[:SHOWN],
        found[:SHOWN],
        what.kind,
        f"position {first + 1:_}: {found[0]} where π has {expected[0]} ({what.text})",
        None if what.shifted else tally.wrong,
        () if what.shifted else tuple(place + 1 for place in tally.first[:MOST_POSITIONS]),
    )


def with_integer(difference: Difference | None, integer: str, head: str, base: int) -> Difference | None:
    """The difference with the digit before the point, where that is there and wrong: it is the first, at position 0.

    Args:
        difference: of the digits after the point.
        integer: the digit before it, or "".
        head: the first digits after it.
        base: 2, 8, 10 or 16.
    """
    if integer in {"", PI.whole(base)}:
        return difference
    first = f"position 0: {integer} before the point where π has {PI.whole(base)}"
    more = f"; after the point, {difference.message}" if difference else "; all digits after it are right"
    kind = "substituted"
    wrong: int | None = 1
    positions: tuple[int, ...] = (0,)
    if difference is not None:
        kind, wrong = "different", difference.wrong_digits and difference.wrong_digits + 1
        positions = (0, *difference.wrong_positions)[:MOST_POSITIONS] if wrong else ()
    expected = (PI.whole(base) + PI.fraction(base))[: len(head) + 1]
    return Difference(0, expected[:SHOWN], (integer + head)[:SHOWN], kind, first + more, wrong, positions)


def _found(ours: HeldDigits, theirs: HeldDigits, tally: Tally, before: str) -> Found:
    first, last = tally.first[0], tally.last
    if _is_rounded(ours, theirs, first):
        return Found("rounded", "rounded, not truncated: otherwise right")
    if tally.wrong == 1:
        at_end = first == theirs.count - 1
        return Found(
            "substituted", "only the last digit is wrong" if at_end else "a substituted digit; all others are right"
        )
    if tally.wrong == 2 and last == first + 1:
        expected, found = ours.text(first, last + 1), theirs.text(first, last + 1)
        if found == expected[::-1]:
            return Found("transposed", f"two digits transposed: {found} for {expected}; all others are right")
    if (short := exchanged_nearby(ours, theirs, tally)) is not None:
        return Found("exchanged", f"{short}; all others are right")
    pieces = aligned_pieces(ours, theirs, first)
    if not any(piece.shift for piece in pieces):
        return _not_moved(ours, theirs, tally, pieces, before)
    return moved_blocks(ours, theirs, tally, pieces, before)


def _is_rounded(ours: HeldDigits, theirs: HeldDigits, first: int) -> bool:
    """Whether the digits from the first wrong one to the last are π's rounded up, as the digit that follows in π demands."""
    following = ours.text(theirs.count, theirs.count + 1)
    if not following or 2 * int(following, ours.base) < ours.base:
        return False
    highest = "0123456789ABCDEF"[ours.base - 1]
    expected, found = ours.text(first, first + 1), theirs.text(first, first + 1)
    behind = theirs.count - first - 1
    if int(found, ours.base) != int(expected, ours.base) + 1 or behind > _CONTEXT:
        return False
    return (
        ours.text(first + 1, theirs.count) == highest * behind and theirs.text(first + 1, theirs.count) == "0" * behind
    )


def _not_moved(ours: HeldDigits, theirs: HeldDigits, tally: Tally, pieces: list[Piece], before: str) -> Found:
    """What wrong digits are if nothing of them was found elsewhere."""
    first, last, count = tally.first[0], tally.last, theirs.count
    if pieces == [Piece(0, first, 0, 0, None)]:  # from there on wrong: a digit lost or added, or other digits
        stop = first + _CONTEXT
        if shift := shift_of(ours.text(first, stop), theirs.text(first, stop), ours.base):
            return missing_or_added(ours, theirs, first, shift, before)
        if last == count - 1:
            if 2 * first < count:
                return Found("tail", f"from there on the digits are not π's: {differ(tally)}")
            return Found("tail", f"only the last {counted(count - first, 'digit')} are wrong")
    behind = "" if last == count - 1 else f"; behind position {last + 1:_} all digits are right"
    size = last + 1 - first
    if 2 * tally.wrong > size:
        wrong = "all" if tally.wrong == size else f"{tally.wrong:_} of the"
        return Found("different", f"{wrong} digits at {span(first, last + 1)} are wrong{behind}")
    return Found("scattered", f"{differ(tally)}, {named(tally)}{behind}")
