"""Counts digits that come in pieces, once, in bounded memory: 60 MB, and 15 MB for each further thread.

A range of the digits that begins with a unit can be counted by itself: it hears of the digits before it (`precede`), and `part` gives what
`tallies.Joined` puts together.

Digits are collected until there is a unit for each thread: a number of digits that all blocks and groups divide, so that none lies across
a border. Eight digits of the unit before stand in front of them, for the k-grams that do.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.errors import UsageError
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.statistics import plain_counts
from pi_engine.statistics.tallies import (
    BALLS,
    GAP_CELLS,
    LONGEST_KGRAM,
    RUN_CELLS,
    URN_DIGITS,
    Edge,
    Joined,
    RangeCounts,
    number_of,
)

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies

BEFORE = RUN_CELLS + 1
"""Digits before a range that decide what is counted in it: longer gaps and runs are all counted as one."""

_HISTORY = 8
"""Digits kept of those before; k-grams are shorter."""

_LEAST_UNIT = 1_900_000
"""Digits of a unit, at least: enough that each line of the largest tables, once it is in a cache, is used 20 times and more. With a
quarter of them counting takes a third longer. A thread takes 15 ms for a unit."""

_MOST_THREADS = 8
"""More would wait for the digits."""

_LONG_AGO = -(1 << 40)
"""The place of a digit that has not occurred."""

_MOST_COUNTED = 1 << 31
"""Digits after which tables of 32 bits are emptied; with a round more they stay below 2^32."""

_LEVELS = RUN_CELLS + 1
"""Places within a run up to 511, and all further ones."""

_OVERLAPPING = "overlapping"
"""The name of the table of overlapping k-grams; those of blocks are named by their digits."""

PLAIN_SECONDS = 1.0e-7
"""Seconds a digit without kernels."""

KERNELS = KernelSet("pi_engine.statistics.count_kernels:COUNT_KERNELS")


def unit_digits(base: int) -> int:
    """Digits of a unit: a multiple of 60, which blocks of 2 to 6 digits divide, and of a group of the collision test."""
    least = math.lcm(60, BALLS * URN_DIGITS[base])
    return least * -(-_LEAST_UNIT // least)


class DigitCounter:
    """Takes pieces of digits, of any length, and gives their `Tallies`."""

    def __init__(self, base: int, *, threads: int = 1, expected: int = 0) -> None:
        """Count digits of base 2, 8, 10 or 16; about `expected` will come, if that is known."""
        self.base, self.longest = base, LONGEST_KGRAM[base]
        self._threads, self._expected = min(threads, _MOST_THREADS), expected
        self._unit = unit_digits(base)
        self._digits = np.zeros(_HISTORY + self._threads * self._unit, np.uint8)
        self._filled = 0  # digits behind the history
        self._done = 0  # digits counted
        self._preceded = False  # whether there are digits before the first
        self._head = np.empty(0, np.uint8)
        self._places = np.full(base, _LONG_AGO, np.int64)
        self._run = 0
        self._collisions = [0] * self._threads  # by thread
        self._since = 0  # digits since the tables were emptied
        self._urn = URN_DIGITS[base]
        self._lengths = [k for k in range(3, self.longest + 1) if 2 * k > self.longest and k != self._urn]
        sizes = {_OVERLAPPING: base**self.longest, "gaps": base * GAP_CELLS, "levels": 4 * _LEVELS}
        sizes |= {f"{k}": base**k for k in (*self._lengths, self._urn)}
        self._totals = {name: np.zeros(size, np.int64) for name, size in sizes.items()}
        self._tables = [{name: np.zeros(size, np.uint32) for name, size in sizes.items()} for _ in range(self._threads)]
        # of the two largest tables those of 32 bits count by 256, and these what is left
        self._low = {name: np.zeros((self._threads, sizes[name]), np.uint8) for name in (_OVERLAPPING, f"{self._urn}")}
        self._seen = [np.zeros(-(-(base**self._urn) // 64), np.uint64) for _ in range(self._threads)]

    @property
    def digits(self) -> int:
        """How many digits have come."""
        return self._done + self._filled

    def precede(self, before: NDArray[np.uint8]) -> None:
        """Hear of the ASCII digits before the first one, `BEFORE` of them or all; these are not counted.

        Raises:
            UsageError: a character is not a digit of the base.
        """
        values = np.empty(len(before), np.uint8)
        _values_of(before, self.base, values)
        known = min(len(values), _HISTORY)
        self._digits[_HISTORY - known : _HISTORY] = values[len(values) - known :]
        for digit in range(self.base):
            here = np.flatnonzero(values == digit)
            if len(here):
                self._places[digit] = _HISTORY - (len(values) - int(here[-1]))
        if len(values):
            others = np.flatnonzero(values != values[-1])
            self._run = len(values) - (int(others[-1]) + 1 if len(others) else 0)
            self._preceded = True

    def add(self, piece: NDArray[np.uint8] | bytes) -> None:
        """Count the digits of a piece of ASCII characters; it may be empty, and is not kept.

        Raises:
            UsageError: a character is not a digit of the base.
        """
        characters = np.frombuffer(piece, np.uint8)
        while len(characters):
            count = min(len(characters), self._threads * self._unit - self._filled)
            start = _HISTORY + self._filled
            _values_of(characters[:count], self.base, self._digits[start : start + count])
            self._filled += count
            characters = characters[count:]
            if start + count == len(self._digits):
                self._count()

    def tallies(self) -> Tallies:
        """What has been counted; no piece can be added after it."""
        joined = Joined(self.base)
        joined.add(0, self.part())
        return joined.tallies()

    def part(self) -> RangeCounts:
        """What has been counted of a range; no piece can be added after it."""
        self._count()
        self._empty()
        for name, low in self._low.items():
            self._totals[name] = 256 * self._totals[name] + low.sum(axis=0, dtype=np.int64)
        known = min(self._done, _HISTORY)
        ages = [_HISTORY - 1 - place if place > _LONG_AGO // 2 else None for place in self._places.tolist()]
        tail = self._digits[_HISTORY - known : _HISTORY].copy()
        return RangeCounts(
            overlapping=self._totals[_OVERLAPPING],
            blocks=self._blocks(),
            gaps=self._totals["gaps"].reshape(self.base, GAP_CELLS),
            levels=self._totals["levels"].reshape(4, _LEVELS).sum(axis=0),
            groups=self._done // (BALLS * self._urn),
            collisions=sum(self._collisions),
            edge=Edge(self._done, ages, min(self._run, self._done), self._head, tail),
        )

    def _blocks(self) -> dict[int, NDArray[np.int64]]:
        """The counts of blocks of 2 to K digits.

        Those of shorter blocks are sums over longer ones that they divide, and the digits behind the last of these.
        """
        blocks = {k: self._totals[f"{k}"] for k in (*self._lengths, self._urn) if k <= self.longest}
        for k in range(2, self.longest + 1):
            if k in blocks:
                continue
            whole = next(length for length in blocks if length % k == 0)
            table = blocks[whole].reshape([self.base**k] * (whole // k))
            axes = range(table.ndim)
            counts = sum((table.sum(axis=tuple(a for a in axes if a != axis)) for axis in axes), np.zeros(1, np.int64))
            left = self._digits[_HISTORY - self._done % whole : _HISTORY]
            for i in range(0, len(left) - k + 1, k):
                counts[number_of(left[i : i + k], self.base)] += 1
            blocks[k] = counts
        return dict(sorted(blocks.items()))

    def _count(self) -> None:
        """Count the digits that have been collected, all units whole but the last."""
        count, end = self._filled, _HISTORY + self._filled
        if not self._done:
            self._head = self._digits[_HISTORY : min(end, 2 * _HISTORY)].copy()
        start = time.perf_counter()
        if KERNELS.loaded() or KERNELS.pays_for(self._expected * PLAIN_SECONDS):
            self._by_kernels(end)
        else:
            self._plainly(end)
            KERNELS.pays_for_another(time.perf_counter() - start)
        self._digits[:_HISTORY] = self._digits[count:][:_HISTORY].copy()
        self._places -= count
        self._done += count
        self._filled = 0
        self._since += count
        if self._since >= _MOST_COUNTED:
            self._empty()

    def _plainly(self, end: int) -> None:
        self._run = self._share(plain_counts, 0, _HISTORY, end, self._places)

    def _by_kernels(self, end: int) -> None:
        from pi_engine.statistics import count_kernels

        units = -(-(end - _HISTORY) // self._unit)
        places = [self._places.copy() for _ in range(self._threads)]
        found: dict[int, tuple[int, NDArray[np.int64]]] = {}

        def task(thread: int, first: int, last: int) -> None:
            begin = _HISTORY + first * self._unit
            stop = min(_HISTORY + last * self._unit, end)
            found[stop] = self._share(count_kernels, thread, begin, stop, places[thread]), places[thread]

        share(task, units, self._threads)
        if units:
            self._run, self._places = found[end]

    def _share(self, loops: Any, thread: int, begin: int, stop: int, places: NDArray[np.int64]) -> int:  # noqa: ANN401
        """Count one thread's digits; returns the run that goes on. `loops` is one of two modules with the same functions."""
        tables, k = self._tables[thread], self.longest
        first = begin if self._preceded or self._done or begin > _HISTORY else begin + k - 1
        if first < stop:
            low = self._low[_OVERLAPPING][thread]
            loops.count_overlapping(self._digits, first, stop, k, self.base, low, tables[_OVERLAPPING])
        for length in self._lengths:
            loops.count_blocks(self._digits, begin, stop, length, self.base, tables[f"{length}"])
        urns, low, seen = tables[f"{self._urn}"], self._low[f"{self._urn}"][thread], self._seen[thread]
        self._collisions[thread] += loops.count_collisions(
            self._digits, begin, stop, self._urn, self.base, BALLS, low, urns, seen
        )
        return int(
            loops.count_spacings(
                self._digits, _HISTORY, begin, stop, self.base, self._run, tables["gaps"], tables["levels"], places
            )
        )

    def _empty(self) -> None:
        """Add the tables to the totals."""
        for table in self._tables:
            for name, counts in table.items():
                self._totals[name] += counts
                counts[:] = 0
        self._since = 0


def _values_of(characters: NDArray[np.uint8], base: int, values: NDArray[np.uint8]) -> None:
    """Write the values of ASCII digits.

    Raises:
        UsageError: a character is none.
    """
    np.subtract(characters, np.uint8(ord("0")), out=values)
    if base > 10:
        letters = values >= np.uint8(ord("A") - ord("0"))
        values -= np.uint8(7) * letters
        values[(values >= 10) & ~letters] = 255
    if len(values) and int(values.max()) >= base:
        wrong = chr(characters[int(np.argmax(values >= base))])
        raise UsageError(f"{wrong!r} is not a digit of base {base}: give the digits alone, base 16 in upper case")
