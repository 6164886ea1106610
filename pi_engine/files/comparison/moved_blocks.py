"""Which block of digits is missing, repeated, inserted, exchanged with another or replaced by a copy: read off the pieces of a file."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pi_engine.files.comparison.difference import shown
from pi_engine.files.comparison.error_words import SHORT, Found, are, before_place, block, differ, named, span
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.files.comparison.alignment import Piece
    from pi_engine.files.comparison.held_digits import HeldDigits, Tally


def moved_blocks(ours: HeldDigits, theirs: HeldDigits, tally: Tally, pieces: list[Piece], before: str) -> Found:
    """What has happened where digits are at other places than in π."""
    first, *moved = pieces
    last, shifted = pieces[-1], pieces[-1].shift != 0
    whole = _reaches_end(last, ours, theirs)
    what = _one_event(ours, theirs, first.stop, moved, before) if whole and not first.wrong else None
    if what is not None:
        return what._replace(text=what.text + _more_wrong(moved, tally, what))
    if shifted:
        piece = moved[0]
        where = (
            f"from position {piece.start + 1:_} on come π's digits from position {piece.start + piece.shift + 1:_} on"
        )
        until = "" if whole and piece is last else f", up to position {piece.stop:_}; behind it they are others"
        earlier = f"; {counted(first.wrong, 'digit')} before it {are(first.wrong)} wrong" if first.wrong else ""
        return Found("different", f"{where}{until}{earlier}", shifted)
    behind = "" if tally.last == theirs.count - 1 else f"; behind position {tally.last + 1:_} all digits are right"
    return Found("different", f"{differ(tally)}, {named(tally)}; digits are at other places than in π{behind}")


def _one_event(ours: HeldDigits, theirs: HeldDigits, place: int, moved: list[Piece], before: str) -> Found | None:
    """One block missing, too many, replaced or exchanged at `place`: None where it is something else."""
    last = moved[-1]
    if len(moved) == 1:
        return _shifted(ours, theirs, place, last, before)
    gap = moved[0].start > place or any(a.stop != b.start for a, b in pairwise(moved))
    found = None
    if not gap and (last.shift == 0 or last.stop == theirs.count):
        pieces = moved if last.shift else moved[:-1]
        found = _exchanged(place, [piece.stop - piece.start for piece in moved], [piece.shift for piece in pieces])
    if found is None and len(moved) == 2:
        if last.shift == 0:
            found = _lost_and_added(ours, theirs, place, moved, before) or (None if gap else _copied(place, moved))
        elif not gap and last.shift == place - last.start:
            copy = block(place + moved[0].shift, last.start + moved[0].shift)
            found = Found(
                "inserted", f"{counted(last.start - place, 'digit')} too many: a copy of {copy}", shifted=True
            )
    return found


def _shifted(ours: HeldDigits, theirs: HeldDigits, place: int, piece: Piece, before: str) -> Found | None:
    """Digits missing or too many at `place`, and π's up to the end behind them."""
    gap, shift = piece.start - place, piece.shift
    if shift == 0:
        return None
    if (shift > 0 and not gap) or (shift < 0 and gap in {0, -shift}):
        return missing_or_added(ours, theirs, place, shift, before)
    if gap == 1 and -shift == place + 1 and theirs.text(place, place + 1) == before:
        return Found("repeated", "the digits begin again, with the 3 before the point", shifted=True)
    others, them = (f"{gap:_} digits there are", "them") if gap > 1 else ("one digit there is", "it")
    return Found(
        "different",
        f"{others} not π's; behind {them}, from position {piece.start + 1:_} on, come π's digits from position "
        f"{piece.start + shift + 1:_} on",
        shifted=True,
    )


def missing_or_added(ours: HeldDigits, theirs: HeldDigits, place: int, shift: int, before: str) -> Found:
    """A given number of digits missing at `place`, or too many if negative."""
    if shift > 0:
        return Found("missing", _missing(ours, place, shift), shifted=True)
    return Found(*_too_many(ours, theirs, place, -shift, before), shifted=True)


def _copied(place: int, moved: list[Piece]) -> Found:
    """A block in place of another, and π's digits at their places behind it."""
    source, size = place + moved[0].shift, moved[1].start - place
    there = f"in place of {block(place, place + size)}"
    if source == place - size:
        return Found("repeated", f"{block(source, place)} occurs twice, the second time {there}")
    return Found("copied", f"{block(source, source + size)} stands {there}")


def _lost_and_added(ours: HeldDigits, theirs: HeldDigits, place: int, moved: list[Piece], before: str) -> Found | None:
    """Digits missing and, behind those that are moved by it, as many too many, or the other way round."""
    piece, last = moved
    size, end = abs(piece.shift), last.start
    if size >= end - place:
        return None
    if piece.shift > 0 and piece.start == place and end - piece.stop <= size:
        if theirs.text(end - size, end) == ours.text(place, place + size):
            return Found("exchanged", f"{block(place, place + size)} and {block(place + size, end)} are exchanged")
        added = f"{counted(size, 'digit')} too many at {span(end - size, end)}"
        return Found("different", f"{_missing(ours, place, size)}, and {added}")
    if piece.shift < 0 and piece.stop == end and piece.start - place <= size:
        if theirs.text(place, place + size) == ours.text(end - size, end):
            return Found("exchanged", f"{block(place, end - size)} and {block(end - size, end)} are exchanged")
        added = _too_many(ours, theirs, place, size, before)[1]
        return Found("different", f"{added}, and {counted(size, 'digit')} missing: {block(end - size, end)}")
    return None


def _exchanged(place: int, sizes: list[int], shifts: list[int]) -> Found | None:
    """Two blocks exchanged, side by side or with others between them."""
    later, earlier = sizes[0], sizes[len(shifts) - 1]
    between = sizes[1] if len(shifts) == 3 else 0
    expected = [earlier + between, earlier - later, -(later + between)]
    if len(shifts) not in {2, 3} or shifts != (expected if between else [expected[0], expected[2]]):
        return None
    second = place + earlier + between
    return Found("exchanged", f"{block(place, place + earlier)} and {block(second, second + later)} are exchanged")


def _missing(ours: HeldDigits, place: int, size: int) -> str:
    if size <= SHORT:
        return f"{shown(ours.text(place, place + size))} missing"
    return f"{counted(size, 'digit')} missing: {block(place, place + size)}"


def _too_many(ours: HeldDigits, theirs: HeldDigits, place: int, size: int, before: str) -> tuple[str, str]:
    added = theirs.text(place, place + size) if size <= max(place, SHORT) else ""
    if size == 1:
        if added == before_place(ours, place, before):
            return "doubled", f"the digit {added} before it doubled"
        return "inserted", f"the digit {added} too many"
    if size <= place and added == ours.text(place - size, place):
        spelled = f": {added}" if size <= SHORT else ""
        return "repeated", f"{block(place - size, place)} occurs twice{spelled}"
    if size <= place and added == ours.text(place - size, place - size + len(added)):
        return "repeated", f"from there on come π's digits from position {place - size + 1:_} on once more"
    if size <= SHORT:
        return "inserted", f"{shown(theirs.text(place, place + size))} too many"
    return "inserted", f"{counted(size, 'digit')} too many, at {span(place, place + size)}"


def _more_wrong(moved: list[Piece], tally: Tally, what: Found) -> str:
    """What else is wrong in pieces that are moved, or that all is right behind them."""
    wrong = sum(piece.wrong for piece in moved)
    if wrong:
        place = next(piece.first_wrong for piece in moved if piece.first_wrong is not None)
        return f"; besides, {counted(wrong, 'digit')} {are(wrong)} wrong, the first at position {place + 1:_}"
    return "" if what.shifted else f"; {differ(tally)}, and all behind position {tally.last + 1:_} are right"


def _reaches_end(piece: Piece, ours: HeldDigits, theirs: HeldDigits) -> bool:
    """Whether a piece goes on to the end of the file, or of π as far as it is known."""
    return piece.stop >= min(theirs.count, ours.count - piece.shift)
