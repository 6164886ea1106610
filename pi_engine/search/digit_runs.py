"""All maximal runs of a digit, or of any, that are long enough; a run goes on over any number of pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.search.scanning import Comparisons, Effort, FirstOnes, places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.search.scanning import Characters, Integers, Part

_SECONDS = 6e-9
"""What a digit takes without kernels."""

_LEAST_COMPARED, _MOST_COMPARED = 3, 16
"""Digits that are compared to find where a run may begin: shorter runs are too many for it, longer ones are measured from there."""

_ONE_BY_ONE = 64
"""Digits that are compared for all runs at once, before each is measured by itself."""


class RunSearch:
    """The search for runs; `take` the pieces in their order, then `finish`.

    In a range of the digits those runs count that begin in it.

    Attributes:
        before: digits before a range that decide what begins in it.
    """

    before = 1

    def __init__(
        self, length: int, digit: str | None, *, room: int, position: int = 1, expected: int | None = None
    ) -> None:
        """Search for runs of `length` ≥ 1 or more, in digits that begin at this position; `room` of them are kept."""
        self._least, self._digit = length, None if digit is None else ord(digit)
        self._effort = Effort(_SECONDS, expected)
        self._open: tuple[int, int] | None = None  # position of the run that reaches the border, and its character
        self._passing: int | None = None  # the character of a run that has begun before the range, until it ends
        self._position = position
        self._found = FirstOnes(room)

    def precede(self, digits: Characters) -> None:
        """Hear of the digits before the range."""
        self._passing = int(digits[-1]) if len(digits) else None

    def take(self, piece: Characters) -> None:
        """Search the next piece; the run that reaches its end stays open."""
        if self._passing is not None:
            end = _first_other(piece, 0, self._passing)
            self._position += end
            piece = piece[end:]
            if not len(piece):
                return
            self._passing = None
        kernels = self._effort.by_kernels(len(piece)) and self._least >= _LEAST_COMPARED
        first = 0
        if self._open is not None:
            start, character = self._open
            first = _first_other(piece, 0, character)
            if first == len(piece):
                self._position += len(piece)
                return
            self._add(np.array([start]), np.array([self._position + first - start]))
        # the last run is measured to the border, and left open
        last = self._last_run(piece)
        starts, ends = self._runs(piece, first, last, kernels=kernels)
        self._add(starts + self._position, ends - starts)
        self._open = None
        if self._digit is None or piece[last] == self._digit:
            self._open = self._position + last, int(piece[last])
        self._position += len(piece)

    def finish(self, behind: Iterable[Characters] = ()) -> None:
        """The range ends, and the run that is open with its last digit in what is `behind`."""
        if self._open is None:
            return
        start, character = self._open
        for piece in behind:
            end = _first_other(piece, 0, character)
            self._position += end
            if end < len(piece):
                break
        self._add(np.array([start]), np.array([self._position - start]))
        self._open = None

    def part(self) -> Part:
        """The runs that were found."""
        return self._found.part()

    def _runs(self, piece: Characters, first: int, last: int, *, kernels: bool) -> tuple[Integers, Integers]:
        """Where runs begin that begin at `first` … last − 1, where `last` begins the last one; and where they end."""
        if first >= last:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        if not kernels:
            changes = np.flatnonzero(piece[first:last] != piece[first + 1 : last + 1]) + first + 1
            starts, ends = np.concatenate([[first], changes[:-1]]), changes
            chosen = ends - starts >= self._least
            if self._digit is not None:
                chosen &= piece[starts] == self._digit
            return starts[chosen], ends[chosen]
        compared = min(self._least, _MOST_COMPARED)
        if self._digit is None:
            wanted = Comparisons.with_others([(i, i + 1) for i in range(compared - 1)])
        else:
            wanted = Comparisons.with_characters(chr(self._digit) * compared, "")
        stop = min(last, len(piece) - compared + 1)
        _, found = places(piece, first, stop, wanted, stop, kernels=True)
        begins = piece[found] != piece[found - 1]
        begins |= found == first
        starts = found[begins]
        ends = _ends(piece, starts, compared)
        chosen = ends - starts >= self._least
        return starts[chosen], ends[chosen]

    def _add(self, starts: Integers, lengths: Integers) -> None:
        """Count runs, by position and length, those among them that are long enough."""
        chosen = lengths >= self._least
        self._found.add(starts[chosen], lengths[chosen])

    @staticmethod
    def _last_run(piece: Characters) -> int:
        """Where the last run of a piece begins."""
        step, end = 256, len(piece)
        while end > 0:
            start = max(end - step, 0)
            others = np.flatnonzero(piece[start:end] != piece[-1])
            if len(others):
                return start + int(others[-1]) + 1
            end, step = start, 4 * step
        return 0


def _ends(piece: Characters, starts: Integers, known: int) -> Integers:
    """Where runs end that have at least `known` digits, and that all end in the piece."""
    ends = starts + known
    going_on = np.arange(len(starts))
    for _ in range(_ONE_BY_ONE):
        going_on = going_on[ends[going_on] < len(piece)]
        going_on = going_on[piece[ends[going_on]] == piece[starts[going_on]]]
        if not len(going_on):
            return ends
        ends[going_on] += 1
    for i in going_on.tolist():
        ends[i] = _first_other(piece, int(ends[i]), int(piece[starts[i]]))
    return ends


def _first_other(piece: Characters, place: int, character: int) -> int:
    """The first place from `place` on with another character, or the end."""
    step = 64
    while place < len(piece):
        others = np.flatnonzero(piece[place : place + step] != character)
        if len(others):
            return place + int(others[0])
        place, step = place + step, 4 * step
    return len(piece)
