"""What the pictures show, counted in one pass over pieces of digits, in memory that does not depend on how many there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Values = NDArray[np.uint8]
    Counts = NDArray[np.int64]

CHECKPOINTS_PER_DECADE = 48
MOST_POINTS = 1 << 20
"""Points of a walk that are kept."""


class CountsAlong(NamedTuple):
    """Counts of digits among the first n, for growing n.

    Attributes:
        n: shape (k,), ascending; the last is the number of all digits.
        counts: shape (k, base).
    """

    n: Counts
    counts: Counts


def counts_along(pieces: Iterable[Values], base: int) -> CountsAlong:
    """Counts at places that are evenly spaced on a logarithmic axis, and at the end."""
    counts, seen = np.zeros(base, np.int64), 0
    places: list[int] = []
    rows: list[Counts] = []
    checkpoints = _checkpoints()
    checkpoint = next(checkpoints)
    for piece in pieces:
        done = 0
        while seen + len(piece) - done >= checkpoint:
            part = piece[done : done + checkpoint - seen]
            counts = counts + np.bincount(part, minlength=base)
            done, seen = done + len(part), checkpoint
            places.append(seen)
            rows.append(counts)
            checkpoint = next(checkpoints)
        counts = counts + np.bincount(piece[done:], minlength=base)
        seen += len(piece) - done
    if seen and (not places or places[-1] != seen):
        places.append(seen)
        rows.append(counts)
    return CountsAlong(np.array(places, np.int64), np.array(rows, np.int64).reshape(-1, base))


def _checkpoints() -> Iterator[int]:
    """1, 2, 3, …, ever further apart."""
    last, i = 0, 0
    while True:
        place = round(10 ** (i / CHECKPOINTS_PER_DECADE))
        if place > last:
            last = place
            yield place
        i += 1


def transition_counts(pieces: Iterable[Values], base: int) -> Counts:
    """How often digit j follows digit i, shape (base, base); pairs overlap, so N digits have N − 1."""
    counts = np.zeros(base * base, np.int64)
    before = np.empty(0, np.uint8)
    for piece in pieces:
        joined = np.concatenate([before, piece])
        pairs = joined[:-1] * np.uint8(base) + joined[1:]  # at most 16·15 + 15
        counts += np.bincount(pairs, minlength=base * base)
        before = joined[-1:]
    return counts.reshape(base, base)


class Runs(NamedTuple):
    """Runs of equal digits; each is as long as it can be.

    Attributes:
        counts: counts[L] runs have length L; counts[0] is 0.
        longest: the first place, from 0, of the first run of the greatest length; −1 where there is no digit.
        digit: of that run.
        digits: N, in all.
    """

    counts: Counts
    longest: int
    digit: int
    digits: int


def count_runs(pieces: Iterable[Values]) -> Runs:
    """Count runs by their length, also across the borders of pieces."""
    tally = _RunTally()
    for piece in pieces:
        if len(piece):
            tally.add(piece)
    return tally.finished()


class _RunTally:
    """The runs that have ended, and the one that is open."""

    def __init__(self) -> None:
        self.counts = np.zeros(1, np.int64)
        self.longest = (0, -1, -1)  # length, place, digit
        self.begin, self.digit, self.seen = 0, -1, 0

    def add(self, piece: Values) -> None:
        starts = np.flatnonzero(piece[1:] != piece[:-1]) + 1
        if piece[0] != self.digit:
            starts = np.concatenate([[0], starts])
        edges = np.concatenate([[self.begin], starts + self.seen])  # where runs begin; all but the last have ended
        if self.digit < 0:
            edges = edges[1:]
        lengths = np.diff(edges)
        if len(lengths):
            self._count(lengths)
            where = int(lengths.argmax())
            place = int(edges[where])
            digit = self.digit if place < self.seen else int(piece[place - self.seen])
            self._offer(int(lengths[where]), place, digit)
        self.begin, self.digit = int(edges[-1]), int(piece[-1])
        self.seen += len(piece)

    def finished(self) -> Runs:
        """The open run ends here."""
        if self.seen:
            self._count(np.array([self.seen - self.begin]))
            self._offer(self.seen - self.begin, self.begin, self.digit)
        return Runs(self.counts, self.longest[1], self.longest[2], self.seen)

    def _count(self, lengths: Counts) -> None:
        added = np.bincount(lengths, minlength=len(self.counts))
        added[: len(self.counts)] += self.counts
        self.counts = added

    def _offer(self, length: int, place: int, digit: int) -> None:
        if length > self.longest[0]:
            self.longest = (length, place, digit)


class Walk(NamedTuple):
    """Where a walk has been.

    Attributes:
        points: complex numbers, shape (k,): the start, which is 0, then the place after each `every` steps, and the end.
        every: steps from a point to the next; the last may be fewer.
        steps: how many in all.
    """

    points: NDArray[np.complex128]
    every: int
    steps: int


def walk_of(pieces: Iterable[Values], base: int, *, most: int = MOST_POINTS) -> Walk:
    """The walk in which digit d is a step of length 1 in the direction 2π·d/base; of at most about `most` points.

    The longer it gets, the fewer points are kept: each time that there are too many, every second one.
    """
    directions = np.exp(2j * math.pi * np.arange(base) / base)
    kept: list[NDArray[np.complex128]] = [np.zeros(1, np.complex128)]
    count, every, steps, place = 1, 1, 0, 0j
    for piece in pieces:
        if not len(piece):
            continue
        path = directions[piece].cumsum() + place
        points = path[(-steps - 1) % every :: every]  # after the steps that `every` divides
        kept.append(points.copy())
        count, steps, place = count + len(points), steps + len(piece), complex(path[-1])
        while count > most:
            kept = [np.concatenate(kept)[::2]]
            count, every = len(kept[0]), 2 * every
    if steps % every:
        kept.append(np.array([place]))
    return Walk(np.concatenate(kept), every, steps)
