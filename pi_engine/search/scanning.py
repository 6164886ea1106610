"""Pieces of digits, and the places in one at which characters are given ones, or equal others: by kernels where that pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.runtime.compilation.kernel_set import KernelSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Characters = NDArray[np.uint8]
    Integers = NDArray[np.int64]

KERNELS = KernelSet("pi_engine.search.kernels.search_kernels:SEARCH_KERNELS")
"""The kernels of this process."""

LEAST_PIECE = 1 << 16
"""Shorter pieces are joined: what is done once a piece would take longer than the search in it."""

_FIRST_ROOM = 1 << 12
"""Places that are looked for at once, before it is known how many there are."""


class Effort:
    """Whether kernels pay: by the digits that there will be, where that is known, and by those that there have been."""

    def __init__(self, seconds_per_digit: float, expected: int | None = None) -> None:
        """`seconds_per_digit` is what a digit takes without kernels."""
        self._seconds, self._expected, self._seen, self._kernels = seconds_per_digit, expected or 0, 0, False

    def by_kernels(self, count: int) -> bool:
        """Whether the next `count` digits are searched by kernels; if so, they are loaded or compiled now."""
        self._seen += count
        if not self._kernels:
            self._kernels = KERNELS.pays_for(self._seconds * max(self._seen, self._expected))
        return self._kernels


@dataclass(frozen=True, eq=False)
class Part:
    """What a range of the digits holds of a pattern; the parts of neighbouring ranges make that of both.

    Attributes:
        count: how often it occurs.
        positions: of the first ones, counted from 1; those of palindromes in the order of their middles.
        lengths: of these, where they differ.
        longest: the most digits of any, and its first position.
        context: the digits before and behind the first one.
    """

    count: int
    positions: Integers
    lengths: Integers | None = None
    longest: tuple[int, int] | None = None
    context: tuple[str, str] | None = None


class FirstOnes:
    """What a search finds, one piece after another: how many, the longest, and the first `room` of them."""

    def __init__(self, room: int) -> None:
        """Nothing has been found."""
        self._room, self._count = room, 0
        self._longest: tuple[int, int] | None = None
        self._kept: list[tuple[Integers, Integers]] = []

    def add(self, positions: Integers, lengths: Integers) -> None:
        """Take the next ones; of equally long ones the first counts as the longest."""
        if not len(positions):
            return
        i = int(np.argmax(lengths))
        if self._longest is None or lengths[i] > self._longest[0]:
            self._longest = int(lengths[i]), int(positions[i])
        left = self._room - self._count
        if left > 0:
            self._kept.append((positions[:left], lengths[:left]))
        self._count += len(positions)

    def part(self) -> Part:
        """What was found."""
        positions, lengths = (np.concatenate([np.empty(0, np.int64), *(row[i] for row in self._kept)]) for i in (0, 1))
        return Part(self._count, positions, lengths, self._longest)


class Window(NamedTuple):
    """A text, and which of the strings in it count: those that begin before `stop` and end behind the first `fresh` characters.

    Attributes:
        text: contiguous.
        position: of its first character.
        fresh: characters that have been searched before.
        stop: where strings begin that will be searched with what follows.
    """

    text: Characters
    position: int
    fresh: int
    stop: int

    def range(self, length: int) -> tuple[int, int]:
        """Where strings of this length may begin: the first place, and the one behind the last."""
        return max(self.fresh - length + 1, 0), min(self.stop, len(self.text) - length + 1)


class Comparisons(NamedTuple):
    """What is compared at each place i: text[i + left] with a character, or, by `of_pairs`, with text[i + right]."""

    lefts: Integers
    rights: Integers
    of_pairs: bool

    @classmethod
    def with_characters(cls, pattern: str, wildcard: str) -> Comparisons:
        """The digits of a pattern that are not wildcards, in their order."""
        fixed = [(i, ord(character)) for i, character in enumerate(pattern) if character != wildcard]
        lefts, rights = np.array(fixed, np.int64).T
        return cls(np.ascontiguousarray(lefts), np.ascontiguousarray(rights), of_pairs=False)

    @classmethod
    def with_others(cls, pairs: Sequence[tuple[int, int]]) -> Comparisons:
        """Pairs of places that are equal."""
        lefts, rights = np.array(pairs, np.int64).reshape(-1, 2).T
        return cls(np.ascontiguousarray(lefts), np.ascontiguousarray(rights), of_pairs=True)


def gathered(pieces: Iterable[Characters], least: int) -> Iterator[Characters]:
    """The same digits in contiguous pieces of `least` or more, but the last, which may have any length but 0."""
    held: list[Characters] = []
    count = 0
    for piece in pieces:
        if not held and len(piece) >= least:
            yield np.ascontiguousarray(piece)
            continue
        held.append(piece.copy())
        count += len(piece)
        if count >= least:
            yield np.concatenate(held)
            held, count = [], 0
    if count:
        yield np.concatenate(held)


def first_digits(pieces: Iterable[Characters], count: int) -> Characters:
    """The first `count` digits of pieces, or all where there are fewer; no more pieces are read than that takes."""
    found: list[Characters] = [np.empty(0, np.uint8)]
    for piece in pieces if count > 0 else ():
        found.append(piece[:count].copy())
        count -= len(found[-1])
        if not count:
            break
    return np.concatenate(found)


def places(
    text: Characters, first: int, last: int, wanted: Comparisons, room: int, *, kernels: bool
) -> tuple[int, Integers]:
    """At how many of the places first … last − 1 all comparisons hold, and the first `room` of these places.

    `text` is contiguous and holds what is compared. At least one comparison is made.
    """
    if first >= last:
        return 0, np.empty(0, np.int64)
    if not kernels:
        found = np.flatnonzero(_holds(text, first, last, wanted)) + first
        return len(found), found[:room]
    from pi_engine.search.kernels.search_kernels import find_characters, find_equal_pairs

    kernel = find_equal_pairs if wanted.of_pairs else find_characters
    target = np.empty(min(room, last - first, _FIRST_ROOM), np.int64)
    while True:
        count = kernel(
            text.ctypes.data,
            first,
            last,
            wanted.lefts.ctypes.data,
            wanted.rights.ctypes.data,
            len(wanted.lefts),
            target.ctypes.data,
            len(target),
        )
        if min(count, room) <= len(target):
            return count, target[: min(count, room)]
        target = np.empty(min(count, room), np.int64)


def _holds(text: Characters, first: int, last: int, wanted: Comparisons) -> NDArray[np.bool_]:
    holds = np.ones(last - first, np.bool_)
    for left, right in zip(wanted.lefts.tolist(), wanted.rights.tolist(), strict=True):
        other = text[first + right : last + right] if wanted.of_pairs else np.uint8(right)
        holds &= text[first + left : last + left] == other
    return holds
