"""Numbers that stand at their own position: n, written in the base of the digits, at position n."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.search.patterns import DIGITS
from pi_engine.search.scanning import Comparisons, Effort, FirstOnes, first_digits, places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.search.scanning import Characters, Part

_SECONDS = 4e-9
"""What a digit takes without kernels."""

_LEAST_STRETCH = 4096
"""Positions that are looked at together, at least; their numbers have their first digits in common."""

_COMPARED = 1000
"""First digits are compared until one position in this many is left."""


class SelfLocationSearch:
    """The search for numbers at their own position; `take` the pieces in their order, then `finish`.

    In a range of the digits those count that begin in it.

    Attributes:
        before: digits before a range that belong to numbers of it.
    """

    before = 0

    def __init__(self, base: int, *, room: int, position: int = 1, expected: int | None = None) -> None:
        """Search in digits of this base that begin at this position; `room` numbers are kept."""
        self._base = base
        self._effort = Effort(_SECONDS, expected)
        self._held = np.empty(0, np.uint8)
        self._position = position  # of the first digit that is held
        self._next = position  # the next number
        self._found = FirstOnes(room)

    def precede(self, digits: Characters) -> None:
        """The digits before the range do not matter."""

    def take(self, piece: Characters) -> None:
        """Look at all numbers whose digits are there by now."""
        kernels = self._effort.by_kernels(len(piece))
        self._held = np.concatenate([self._held, piece])
        end = self._position + len(self._held)
        while True:
            length = self._length(self._next)
            stop = min(self._base**length, self._stretch_end(self._next, length), end - length + 1)
            if stop <= self._next:
                break
            self._search(self._next, stop, length, kernels=kernels)
            self._next = stop
        self._held = self._held[self._next - self._position :].copy()
        self._position = self._next

    def finish(self, behind: Iterable[Characters] = ()) -> None:
        """The range ends: the number at its last position goes on in what is `behind`."""
        last = self._position + len(self._held) - 1
        self.take(first_digits(behind, self._length(last) - 1))

    def part(self) -> Part:
        """The numbers that were found, and how many digits they have."""
        return replace(self._found.part(), longest=None)

    def _length(self, number: int) -> int:
        length, power = 1, self._base
        while number >= power:
            length, power = length + 1, power * self._base
        return length

    def _common(self, length: int) -> int:
        """How many of their first digits numbers of this length have in common in a stretch."""
        common, left = 0, self._base**length
        while left // self._base >= _LEAST_STRETCH and self._base**common < _COMPARED:
            common, left = common + 1, left // self._base
        return common

    def _stretch_end(self, number: int, length: int) -> int:
        size: int = self._base ** (length - self._common(length))
        return (number // size + 1) * size

    def _search(self, first: int, stop: int, length: int, *, kernels: bool) -> None:
        """Look at the numbers first … stop − 1, which have `length` digits, the first ones in common."""
        common = self._common(length)
        if common:
            head = first // self._base ** (length - common)
            digits = [DIGITS[head // self._base**i % self._base] for i in range(common - 1, -1, -1)]
            wanted = Comparisons.with_characters("".join(digits), "")
            offset = self._position
            _, found = places(self._held, first - offset, stop - offset, wanted, stop - first, kernels=kernels)
            numbers = found + offset
        else:
            numbers = np.arange(first, stop, dtype=np.int64)
        characters = np.frombuffer(DIGITS.encode("ascii"), np.uint8)
        for i in range(common, length):
            digit = numbers // self._base ** (length - 1 - i) % self._base
            numbers = numbers[self._held[numbers - self._position + i] == characters[digit]]
        self._found.add(numbers, np.full(len(numbers), length, np.int64))
