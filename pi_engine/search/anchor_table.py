"""Many patterns, found together by their anchors: the table that `kernels.anchor_kernel` takes, and its use by several threads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.search.kernels import anchor_layout as layout
from pi_engine.search.patterns import WILDCARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.search.scanning import Integers, Window

_LEAST_BITS, _MOST_BITS = 12, 20
_MARKS_PER_PATTERN = 64
"""With this many hashes to a pattern one in 64 is marked in vain; 2^20 marks still fit the second cache."""

_LEAST_ROOM = 1 << 14
_LEAST_SHARE = 1 << 17
"""Places of a share: below, another thread takes longer to begin than the work does."""


class Hits(NamedTuple):
    """Patterns by number, and the places at which they begin; of each pattern in the order of the places."""

    numbers: Integers
    places: Integers


def anchor_width(pattern: str) -> int:
    """Digits that the anchor of a pattern can have: of its longest part without wildcards, `MOST_WIDTH` at most."""
    return min(max(map(len, pattern.split(WILDCARD))), layout.MOST_WIDTH)


class AnchorTable:
    """Patterns of a search, by their numbers in it; all have anchors of one width."""

    def __init__(self, patterns: Sequence[str], numbers: Sequence[int], width: int) -> None:
        """Make the table.

        Args:
            patterns: their texts, no two the same, each with `anchor_width` of `width` or more.
            numbers: which patterns of the search they are.
            width: digits of the anchors, 1 … 8.
        """
        bits = (_MARKS_PER_PATTERN * len(patterns)).bit_length()
        bits = min(max(bits, _LEAST_BITS), _MOST_BITS)
        solid = re.compile(f"[^{re.escape(WILDCARD)}]{{{width}}}")
        offsets = [match.start() for match in map(solid.search, patterns) if match]
        anchors = [pattern[at : at + width] for pattern, at in zip(patterns, offsets, strict=True)]
        words = np.array([int.from_bytes(anchor.encode(), "little") for anchor in anchors], np.uint64)
        hashes = ((words * np.uint64(layout.MULTIPLIER)) >> np.uint64(64 - bits)).astype(np.int64)
        order = np.argsort(hashes, kind="stable")
        lengths = np.array([len(pattern) for pattern in patterns], np.int64)
        marks = np.zeros(1 << bits, np.uint8)
        marks[hashes] = 1
        starts = np.searchsorted(hashes[order], np.arange((1 << bits) + 1)).astype(np.int64)
        self._width = width
        self._bucket = int(np.diff(starts).max())
        self._row = np.zeros(layout.TABLE_PLACES, np.int64)
        self._row[[layout.WIDTH, layout.BITS]] = width, bits
        self._held: list[NDArray[np.generic]] = []  # what the row has the addresses of
        for place, array in (
            (layout.MARKS, marks),
            (layout.STARTS, starts),
            (layout.ANCHORS, words[order].view(np.int64)),
            (layout.OFFSETS, np.array(offsets, np.int64)[order]),
            (layout.LENGTHS, lengths[order]),
            (layout.PLACES, (np.cumsum(lengths) - lengths)[order]),
            (layout.NUMBERS, np.array(numbers, np.int64)[order]),
            (layout.CHARACTERS, np.frombuffer("".join(patterns).encode("ascii"), np.uint8)),
        ):
            self._held.append(np.ascontiguousarray(array))
            self._row[place] = self._held[-1].ctypes.data

    def find(self, window: Window, counts: Integers, stored: Integers, *, room: int, threads: int) -> Hits:
        """Add to `counts` how often each pattern stands in a window.

        counts, stored: by the pattern's number in the search. What is returned are the first places of each pattern, at most `room`
        less what is stored of it already.
        """
        from pi_engine.search.kernels.search_kernels import find_anchored

        text, _, fresh, stop = window
        last = len(text) - self._width + 1
        if last <= 0:
            return Hits(np.empty(0, np.int64), np.empty(0, np.int64))
        threads = max(1, min(threads, last // _LEAST_SHARE))
        parts: list[tuple[list[Hits], Integers]] = [([], counts)] * threads
        capacity = max(self._bucket, _LEAST_ROOM)

        def task(thread: int, first: int, last: int) -> None:
            numbers, places = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
            counted, kept = np.zeros_like(counts), stored.copy()
            state = np.zeros(layout.STATE_PLACES, np.int64)
            state[[layout.COUNTS, layout.STORED, layout.ROOM]] = counted.ctypes.data, kept.ctypes.data, room
            state[[layout.TARGET, layout.FOUND, layout.CAPACITY]] = places.ctypes.data, numbers.ctypes.data, capacity
            hits: list[Hits] = []
            while first < last:
                first = find_anchored(
                    self._row.ctypes.data, state.ctypes.data, text.ctypes.data, first, last, len(text), fresh, stop
                )
                written = int(state[layout.WRITTEN])
                hits.append(Hits(numbers[:written].copy(), places[:written].copy()))
                state[layout.WRITTEN] = 0
            parts[thread] = hits, counted

        share(task, last, threads, text, self._held, self._row)
        for _, counted in parts:
            counts += counted
        every = [hits for found, _ in parts for hits in found]
        return Hits(np.concatenate([hits.numbers for hits in every]), np.concatenate([hits.places for hits in every]))
