"""What one pass over digits has counted, and the counts of all shorter k-grams that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

LONGEST_KGRAM = {2: 6, 8: 6, 10: 6, 16: 5}
"""Longest k-grams that are counted in each base: of base^k ≤ 2^20 kinds, whose table of 4 MiB stays in a cache."""

BALLS = 1 << 14
"""Blocks of a group of the collision test: Knuth's example throws this many balls into 2^20 urns."""

URN_DIGITS = {2: 18, 8: 6, 10: 6, 16: 5}
"""Digits of a block of the collision test. Its base^k kinds are the urns: from 2^18 to 2^20."""

GAP_CELLS = 256
"""Gaps of 0, 1, … 254 digits, and all longer ones."""

RUN_CELLS = 512
"""Runs of 1, 2, … 510 digits, and all longer ones; cell 0 is not used."""


def number_of(digits: NDArray[np.uint8], base: int) -> int:
    """The number that a few digits are."""
    value = 0
    for digit in digits.tolist():
        value = value * base + digit
    return value


@dataclass(frozen=True, eq=False)
class Tallies:
    """The counts of one pass over `digits` digits of a base.

    Attributes:
        base: of the digits.
        digits: how many there were.
        longest: K, the length of the longest k-grams.
        overlapping: int64[base^K], how often each K-gram begins at one of the first digits − K + 1 places. The index is the number that
            the K digits are.
        blocks: k → int64[base^k] for 2 ≤ k ≤ K: how often each k-gram is one of the ⌊digits/k⌋ blocks that divide the digits.
        gaps: int64[base, GAP_CELLS], how often g digits stood between a digit and its next occurrence, by digit and g.
        ages: how many digits have come since the last occurrence of each digit that occurs.
        runs: int64[RUN_CELLS], how many runs of r equal digits have ended, by r. The last one is not ended.
        last_run: the length of the last run.
        groups: complete groups of `BALLS` blocks of `URN_DIGITS` digits.
        collisions: blocks of these that their group had before.
        head: the first digits, up to eight, as values.
        tail: the last digits, up to eight.
    """

    base: int
    digits: int
    longest: int
    overlapping: Counts
    blocks: dict[int, Counts]
    gaps: Counts
    ages: list[int]
    runs: Counts
    last_run: int
    groups: int
    collisions: int
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]

    def kgrams(self, k: int) -> Counts:
        """How often each k-gram, 1 ≤ k ≤ K, begins at one of the first digits − k + 1 places: int64[base^k]."""
        if self.digits < self.longest:
            return self._of_few(k)
        if k == self.longest:
            return self.overlapping
        counts = self.circular(k).copy()
        for code in self._across(k):
            counts[code] -= 1
        return counts

    def circular(self, k: int) -> Counts:
        """The same with the first digit behind the last one, so that there are as many k-grams as digits; digits ≥ K."""
        return self._circles[k]

    @cached_property
    def counts(self) -> Counts:
        """How often each digit occurs: int64[base]."""
        return self.kgrams(1)

    @cached_property
    def _circles(self) -> dict[int, Counts]:
        """K-grams of the circle, and shorter ones: these are sums over the digit behind them, since each has one."""
        counts = self.overlapping.copy()
        for code in self._across(self.longest):
            counts[code] += 1
        circles = {self.longest: counts}
        for k in range(self.longest - 1, 0, -1):
            circles[k] = circles[k + 1].reshape(-1, self.base).sum(axis=1)
        return circles

    def _across(self, k: int) -> list[int]:
        """The k-grams that begin among the last k − 1 digits and end among the first."""
        joined = np.concatenate((self.tail, self.head))
        middle = len(self.tail)
        return [number_of(joined[i : i + k], self.base) for i in range(middle - k + 1, middle)]

    def _of_few(self, k: int) -> Counts:
        counts = np.zeros(self.base**k, np.int64)
        for i in range(self.digits - k + 1):
            counts[number_of(self.head[i : i + k], self.base)] += 1
        return counts


class Edge(NamedTuple):
    """What a range of digits has at its ends.

    Attributes:
        digits: how many there are in the range.
        ages: how many digits have come since the last occurrence of each digit; None where it is not known to have occurred.
        run: the length of the run at its end, as far as it lies in the range.
        head: the first digits of the range, up to eight, as values.
        tail: the last ones, up to eight.
    """

    digits: int
    ages: list[int | None]
    run: int
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]


class RangeCounts(NamedTuple):
    """The counts of a range of digits; those of neighbouring ranges add up.

    Attributes:
        overlapping: as in `Tallies`; of the K-grams that end in the range.
        blocks: as in `Tallies`.
        gaps: the same, of those that end in the range; the first occurrence of a digit among all digits counts as the longest gap.
        levels: how often a digit is the r-th of its run, by r up to `RUN_CELLS`, where all further ones are counted.
        groups: as in `Tallies`.
        collisions: as in `Tallies`.
        edge: what does not add up.
    """

    overlapping: Counts
    blocks: dict[int, Counts]
    gaps: Counts
    levels: Counts
    groups: int
    collisions: int
    edge: Edge

    def narrowed(self) -> RangeCounts:
        """The same with cells of as few bytes as the counts need, to be sent: 2 MB in base 10 for 10^7 digits, 4 MB for 10^9."""
        return self._with_tables(_narrow)

    def widened(self) -> RangeCounts:
        """The same with cells of 64 bits, to which counts can be added, in new memory."""
        return self._with_tables(lambda table: table.astype(np.int64))

    def tables(self) -> list[Counts]:
        """All tables."""
        return [self.overlapping, *self.blocks.values(), self.gaps, self.levels]

    def _with_tables(self, form: Callable[[Counts], Counts]) -> RangeCounts:
        return self._replace(
            overlapping=form(self.overlapping),
            blocks={k: form(table) for k, table in self.blocks.items()},
            gaps=form(self.gaps),
            levels=form(self.levels),
        )


class Joined:
    """The counts of all ranges of some digits, which come in any order."""

    def __init__(self, base: int) -> None:
        """No range has come yet; `base`: of the digits."""
        self._base, self._longest = base, LONGEST_KGRAM[base]
        self._sum: RangeCounts | None = None
        self._edges: dict[int, Edge] = {}

    @property
    def digits(self) -> int:
        """How many digits the ranges have that have come."""
        return sum(edge.digits for edge in self._edges.values())

    def add(self, i: int, part: RangeCounts) -> None:
        """Add the counts of range i, from 0, which must all come; except for the last have whole units."""
        self._edges[i] = part.edge
        if self._sum is None:
            self._sum = part.widened()
            return
        for mine, its in zip(self._sum.tables(), part.tables(), strict=True):
            np.add(mine, its, out=mine)
        groups, collisions = self._sum.groups + part.groups, self._sum.collisions + part.collisions
        self._sum = self._sum._replace(groups=groups, collisions=collisions)

    def tallies(self) -> Tallies:
        """The counts of all digits; nothing can be added after it."""
        assert self._sum is not None
        total, edges = self._sum, [self._edges[i] for i in range(len(self._edges))]
        ages: list[int | None] = [None] * self._base
        run, tail = 0, np.empty(0, np.uint8)
        for edge in edges:
            ages = [
                new if new is not None else None if old is None else old + edge.digits
                for old, new in zip(ages, edge.ages, strict=True)
            ]
            goes_on = edge.run == edge.digits and len(tail) and len(edge.tail) and tail[-1] == edge.tail[-1]
            run = run + edge.run if goes_on or not edge.digits else edge.run
            tail = np.concatenate((tail, edge.tail))[-len(edges[0].head) :] if edge.digits else tail
        seen = [age is not None for age in ages]
        total.gaps[seen, -1] -= 1  # the first occurrence has none before it
        runs = np.zeros(RUN_CELLS, np.int64)
        runs[1:] = total.levels[1:RUN_CELLS]
        runs[1:-1] -= total.levels[2:RUN_CELLS]
        runs[min(run, RUN_CELLS - 1)] -= 1  # the last one has not ended
        runs[0] = 0
        return Tallies(
            base=self._base,
            digits=self.digits,
            longest=self._longest,
            overlapping=total.overlapping,
            blocks=total.blocks,
            gaps=total.gaps,
            ages=[age for age in ages if age is not None],
            runs=runs,
            last_run=run,
            groups=total.groups,
            collisions=total.collisions,
            head=edges[0].head,
            tail=tail,
        )


def _narrow(table: Counts) -> Counts:
    kind = np.min_scalar_type(int(table.max(initial=0)))
    return table.astype(kind) if kind.itemsize < table.itemsize else table
