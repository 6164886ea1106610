"""How the digits of a file lie beside π's: pieces of it that are pieces of π, each moved by this many places.

A piece goes on as long as its digits are π's, except for some that are wrong one by one. Where more than that is wrong, the digits
that follow are looked for among π's, and π's among the file's own: so a block that is missing, repeated, inserted or exchanged
is found, of whatever length. What is shorter than a window of `HeldDigits.find` is not looked for, and stays between two pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pi_engine.files.comparison.held_digits import HeldDigits

_CHUNK = 1 << 19
"""Digits compared at once."""

_CHUNK_WORDS = 1 << 15
"""Words compared at once."""

_BACKWARDS = 1 << 12
"""Digits compared at once before a place where they agree, at first; then twice as many, and so on."""

_MOST_PIECES = 8
"""The most pieces that are distinguished; more pieces are only said to differ."""


class Piece(NamedTuple):
    """Places `start` to before `stop` of a file hold π's digits from place `start + shift` on.

    `wrong` of them do not, the first of these at place `first_wrong`.
    """

    start: int
    stop: int
    shift: int
    wrong: int
    first_wrong: int | None


def aligned_pieces(ours: HeldDigits, theirs: HeldDigits, first: int) -> list[Piece]:
    """The pieces, from place 0 on; behind the last one, and between two, stands what was not found in π.

    Args:
        ours: π's digits, as many as the file has or more.
        theirs: the file's.
        first: the place of the first one that is wrong.

    Cost: about two passes over the digits for each piece that is moved.
    """
    pieces = [_piece(ours, theirs, first, 0)._replace(start=0)]
    while pieces[-1].stop < theirs.count and len(pieces) < _MOST_PIECES:
        following = _following(ours, theirs, pieces[-1])
        if following is None:
            break
        pieces.append(_piece(ours, theirs, *following))
    return pieces


def _piece(ours: HeldDigits, theirs: HeldDigits, start: int, shift: int) -> Piece:
    """From `start` on, up to where most of the digits that follow are wrong."""
    look, most = _look(ours.base)
    wrong, first = 0, None
    stop = start
    for begin, differ in _compared(ours, theirs, start, shift, overlap=look):
        end = min(len(differ), _CHUNK)
        if differ.any():
            counts = np.concatenate([[0], np.cumsum(differ)])
            ahead = np.minimum(np.arange(end) + look, len(differ))
            dense = (counts[ahead] - counts[:end]) > most * (ahead - np.arange(end))
            places = np.flatnonzero(dense & differ[:end])
            if len(places):
                end = int(places[0])
            if first is None and counts[end]:
                first = begin + int(np.argmax(differ))
            wrong += int(counts[end])
            if len(places):
                return Piece(start, begin + end, shift, wrong, first)
        stop = begin + end
    return Piece(start, stop, shift, wrong, first)


def _following(ours: HeldDigits, theirs: HeldDigits, before: Piece) -> tuple[int, int] | None:
    """Where in the file, behind a piece, π's digits go on, and moved by how many places: the first such place that is found."""
    begin, window = before.stop, ours.window
    found = []
    probes = []
    ahead = 0
    while begin + ahead + window <= theirs.count:
        probes.append(begin + ahead)
        ahead = 2 * ahead or window
    if probes:
        windows = [theirs.text(place, place + window) for place in probes]
        found += [(probes[number], place - probes[number]) for number, place in ours.find(windows)]
    expected = ours.text(begin + before.shift, begin + before.shift + window)
    if len(expected) == window:
        found += [(place, begin + before.shift - place) for _, place in theirs.find([expected]) if place > begin]
    nearest = {shift: place for place, shift in sorted(found, reverse=True)}
    starts = [(_first_place(ours, theirs, place, shift, begin), shift) for shift, place in nearest.items()]
    # Of two that begin at one place, the one that is moved by less.
    first = min(starts, key=lambda found: (found[0], abs(found[1])), default=None)
    if first is not None and first[0] == begin:
        return first
    resumed = _resumed(ours, theirs, begin, before.shift, first[0] if first else theirs.count)
    return first if resumed is None else (resumed, before.shift)


def _resumed(ours: HeldDigits, theirs: HeldDigits, begin: int, shift: int, end: int) -> int | None:
    """A place behind `begin`, and before `end`, from which a word of digits is π's without another shift: the first such place."""
    width = ours.width
    for first in range(-(-begin // width), end // width, _CHUNK_WORDS):
        count = min(_CHUNK_WORDS, end // width - first)
        count = min(count, len(ours.words) - 1 - (first * width + shift) // width)
        words = ours.words_from(first * width + shift, count) if count > 0 else None
        if words is None:
            return None
        same = words == theirs.words[first : first + count]
        if same.any():
            return _first_place(ours, theirs, (first + int(np.argmax(same))) * width, shift, begin)
    return None


def _first_place(ours: HeldDigits, theirs: HeldDigits, place: int, shift: int, least: int) -> int:
    """From where on the digits up to `place` are π's; `least`, or π's first digit, at the earliest."""
    least = max(least, -shift)
    size = _BACKWARDS
    while place > least:
        start, size = max(least, place - size), min(2 * size, _CHUNK)
        differ = np.flatnonzero(theirs.characters(start, place) != ours.characters(start + shift, place + shift))
        if len(differ):
            return start + int(differ[-1]) + 1
        place = start
    return place


def _compared(
    ours: HeldDigits, theirs: HeldDigits, start: int, shift: int, overlap: int
) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """A place, and which digits from there on differ, `_CHUNK` of them and `overlap` more; what goes beyond π's digits is left out."""
    end = min(theirs.count, ours.count - shift)
    for begin in range(start, end, _CHUNK):
        stop = min(end, begin + _CHUNK + overlap)
        if _same_words(ours, theirs, begin, stop, shift):
            yield begin, np.zeros(stop - begin, np.bool_)
        else:
            yield begin, theirs.characters(begin, stop) != ours.characters(begin + shift, stop + shift)


def _same_words(ours: HeldDigits, theirs: HeldDigits, start: int, stop: int, shift: int) -> bool:
    """Whether the words that hold the digits are the same, where they can be compared."""
    first, last = start // ours.width, -(-stop // ours.width)
    words = ours.words_from(first * ours.width + shift, last - first)
    return words is not None and np.array_equal(theirs.words[first:last], words)


def _look(base: int) -> tuple[int, float]:
    """Digits that are looked at, and the share of wrong ones among them from which they are not π's with some errors, but others.

    Of random digits 1 − 1/base are wrong.
    """
    return (128, 0.3) if base == 2 else (40, 0.54)
