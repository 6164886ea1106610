"""What one pass over digits has counted, and the counts of all shorter k-grams that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

LONGEST_KGRAM = {2: 6, 8: 6, 10: 6, 16: 5}
"""Longest k-grams that are counted in each base: of base^k ≤ 2^20 kinds, whose table of 4 MiB stays in a cache."""

BALLS = 1 << 14
"""Blocks of a group of the collision test: Knuth's example throws so many balls into 2^20 urns."""

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
