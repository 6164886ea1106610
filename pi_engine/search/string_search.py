"""All places of digit strings in a stream of pieces, also across the pieces' borders, and of each its first place with digits around it.

A few strings are looked for one after another in each piece while it is in the cache, 64 places at a time; many are looked for together by
their anchors. Without kernels it is Python's search for bytes, or, for many strings, a dictionary.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.search.anchor_table import AnchorTable, anchor_width
from pi_engine.search.patterns import WILDCARD
from pi_engine.search.scanning import Comparisons, Effort, Part, Window, first_digits, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pi_engine.search.scanning import Characters, Integers

CONTEXT = 10
"""Digits that are kept before and behind the first place."""

UNLIMITED = 1 << 62

_ONE_BY_ONE = 16
"""Strings from which on looking for their anchors is faster: it takes about as long as 16 to 20 strings one by one."""

_MARKED = 0.05
"""Share of places at which an anchor may stand by chance: shorter strings get a table of their own, so that the longer ones keep theirs."""

_SECONDS_EACH, _SECONDS_TOGETHER = 1e-9, 1e-7
"""What a digit takes without kernels: a string alone, and all strings of one length by a dictionary."""

_DICTIONARY = 100
"""Strings of one length from which on the dictionary is faster."""

_LEAST_SHARED = 1 << 18
_LONG = 4
"""Digits from which `bytes.find` is faster than comparing whole pieces."""


class StringSearch:
    """The search for some strings; `take` the pieces in their order, then `finish`.

    In a range of the digits those occurrences count that end in it.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        base: int,
        *,
        room: int,
        threads: int = 1,
        position: int = 1,
        expected: int | None = None,
    ) -> None:
        """Search for `patterns`. No two of them are the same.

        Args:
            patterns: their texts, checked by `patterns.checked`.
            base: of the digits.
            room: places that are kept of each.
            threads: how many work.
            position: of the first digit that will come.
            expected: how many digits will come, where that is known.
        """
        self.patterns, self._room, self._threads = list(patterns), room, threads
        self.counts = np.zeros(len(patterns), np.int64)
        self._stored = np.zeros(len(patterns), np.int64)
        self._places: list[list[Integers]] = [[] for _ in patterns]
        self.contexts: list[tuple[str, str] | None] = [None] * len(patterns)
        self._cut: list[int] = []  # patterns whose context goes on in the next piece
        lengths = [*map(len, patterns)]
        self._reach = max(lengths) - 1 + CONTEXT
        self._tail = np.empty(0, np.uint8)
        self._position = position  # of the next piece
        each, self._together = _groups(self.patterns, base)
        self._each = [(i, Comparisons.with_characters(patterns[i], WILDCARD)) for i in each]
        self._tables: list[AnchorTable] | None = None
        self._dictionaries, self._alone = _by_length(self.patterns)
        seconds = _SECONDS_EACH * len(self._alone) + _SECONDS_TOGETHER * len(self._dictionaries)
        self._effort = Effort(seconds, expected)

    @property
    def before(self) -> int:
        """Digits before a range that belong to occurrences of it, or are shown with the first one."""
        return self._reach

    @property
    def least_piece(self) -> int:
        """Shorter pieces would be searched twice for the most part."""
        return 4 * self._reach

    def precede(self, digits: Characters) -> None:
        """Hear of the digits before the range."""
        self._tail = digits.copy()

    def take(self, piece: Characters) -> None:
        """Search the next piece, and what crosses the border before it."""
        self._finish_contexts(piece)
        kernels = self._effort.by_kernels(len(piece))
        tail = self._tail
        if len(tail):
            seam = np.concatenate([tail, piece[: self._reach]])
            self._search(Window(seam, self._position - len(tail), len(tail), len(tail)), kernels=kernels)
        self._search(Window(piece, self._position, 0, len(piece)), kernels=kernels)
        if len(piece) >= self._reach:
            self._tail = piece[len(piece) - self._reach :].copy()
        else:
            self._tail = np.concatenate([tail, piece])[-self._reach :]
        self._position += len(piece)

    def finish(self, behind: Iterable[Characters] = ()) -> None:
        """The range ends: what is `behind` is shown with the first occurrences."""
        if self._cut:
            self._finish_contexts(first_digits(behind, CONTEXT))

    def part(self, i: int) -> Part:
        """What was found of pattern i."""
        return Part(int(self.counts[i]), self.places(i), context=self.contexts[i])

    def places(self, i: int) -> Integers:
        """The positions of pattern i that were kept, counted from 1."""
        return np.concatenate([np.empty(0, np.int64), *self._places[i]])

    def _search(self, window: Window, *, kernels: bool) -> None:
        if kernels:
            self._search_each(window)
            for table in self._ready_tables():
                self._search_together(table, window)
            return
        content = window.text.tobytes()
        for i in self._alone:
            pattern = self.patterns[i]
            first, last = window.range(len(pattern))
            if WILDCARD in pattern or len(pattern) < _LONG:
                wanted = Comparisons.with_characters(pattern, WILDCARD)
                count, found = places(window.text, first, last, wanted, self._left(i), kernels=False)
            else:
                every = list(_finds(content, pattern.encode("ascii"), first, last))
                count, found = len(every), np.array(every[: self._left(i)], np.int64)
            self.counts[i] += count
            self._keep(i, found, window)
        for length, numbers in self._dictionaries.items():
            self._search_dictionary(content, length, numbers, window)

    def _search_each(self, window: Window) -> None:
        found: list[tuple[int, Integers]] = [(0, self.counts)] * len(self._each)

        def task(_thread: int, one: int, other: int) -> None:
            for k in range(one, other):
                i, wanted = self._each[k]
                first, last = window.range(len(self.patterns[i]))
                found[k] = places(window.text, first, last, wanted, self._left(i), kernels=True)

        share(task, len(self._each), self._threads if len(window.text) >= _LEAST_SHARED else 1, window.text)
        for (i, _), (count, starts) in zip(self._each, found, strict=True):
            self.counts[i] += count
            self._keep(i, starts, window)

    def _search_together(self, table: AnchorTable, window: Window) -> None:
        hits = table.find(window, self.counts, self._stored, room=self._room, threads=self._threads)
        order = np.argsort(hits.numbers, kind="stable")
        numbers, starts = hits.numbers[order], hits.places[order]
        cuts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
        for one, other in itertools.pairwise(cuts):
            if one < other:
                self._keep(int(numbers[one]), starts[one:other], window)

    def _search_dictionary(self, content: bytes, length: int, numbers: dict[bytes, int], window: Window) -> None:
        found: dict[int, list[int]] = {}
        for start in range(*window.range(length)):
            i = numbers.get(content[start : start + length])
            if i is not None:
                found.setdefault(i, []).append(start)
        for i, starts in found.items():
            self.counts[i] += len(starts)
            self._keep(i, np.array(starts[: self._left(i)], np.int64), window)

    def _ready_tables(self) -> list[AnchorTable]:
        if self._tables is None:
            self._tables = [
                AnchorTable([self.patterns[i] for i in numbers], numbers, width) for width, numbers in self._together
            ]
        return self._tables

    def _left(self, i: int) -> int:
        return self._room - int(self._stored[i])

    def _keep(self, i: int, starts: Integers, window: Window) -> None:
        starts = starts[: self._left(i)]  # threads each find the first ones of their share
        if not len(starts):
            return
        self._stored[i] += len(starts)
        self._places[i].append(starts + window.position)
        if self.contexts[i] is None:
            first, last = int(starts[0]), int(starts[0]) + len(self.patterns[i])
            before = window.text[max(first - CONTEXT, 0) : first].tobytes()
            if first < CONTEXT and window.position == self._position:  # a piece: before it is its tail
                before = (self._tail.tobytes() + before)[-CONTEXT:]
            after = window.text[last : last + CONTEXT].tobytes()
            self.contexts[i] = before.decode("ascii"), after.decode("ascii")
            if len(after) < CONTEXT:
                self._cut.append(i)

    def _finish_contexts(self, piece: Characters) -> None:
        cut, self._cut = self._cut, []
        for i in cut:
            before, after = self.contexts[i] or ("", "")
            self.contexts[i] = before, after + piece[: CONTEXT - len(after)].tobytes().decode("ascii")
            if len(after) + len(piece) < CONTEXT:
                self._cut.append(i)


def _finds(content: bytes, pattern: bytes, first: int, last: int) -> Iterator[int]:
    end = last - 1 + len(pattern)
    place = content.find(pattern, first, end)
    while place >= 0:
        yield place
        place = content.find(pattern, place + 1, end)


def _groups(patterns: Sequence[str], base: int) -> tuple[list[int], list[tuple[int, list[int]]]]:
    """Which patterns are looked for one by one, and, by the width of their anchors, which together."""
    by_width: dict[int, list[int]] = {}
    for i, pattern in enumerate(patterns):
        by_width.setdefault(anchor_width(pattern), []).append(i)
    each: list[int] = []
    together: list[tuple[int, list[int]]] = []
    held: list[int] = []
    widths = sorted(by_width, reverse=True)
    for width, narrower in zip(widths, [*widths[1:], 0], strict=True):
        held += by_width[width]
        if narrower and (len(held) + len(by_width[narrower])) * float(base) ** -narrower <= _MARKED:
            continue
        if len(held) <= _ONE_BY_ONE:
            each += held
        else:
            together.append((width, sorted(held)))
        held = []
    return sorted(each), together


def _by_length(patterns: Sequence[str]) -> tuple[dict[int, dict[bytes, int]], list[int]]:
    """Without kernels: dictionaries of many strings of one length, and the strings that are looked for alone."""
    by_length: dict[int, dict[bytes, int]] = {}
    alone = []
    for i, pattern in enumerate(patterns):
        if WILDCARD in pattern:
            alone.append(i)
        else:
            by_length.setdefault(len(pattern), {})[pattern.encode("ascii")] = i
    for length in [length for length, numbers in by_length.items() if len(numbers) < _DICTIONARY]:
        alone += by_length.pop(length).values()
    return by_length, sorted(alone)
