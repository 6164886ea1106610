"""All maximal palindromes that are long enough, of even and of odd length, also across the borders of pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.search.scanning import Comparisons, Effort, FirstOnes, first_digits, places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.search.scanning import Characters, Integers, Part

REACH = 1024
"""Digits by which a palindrome of the least length is followed to either side, at most. Of 10^12 random digits the longest palindrome
has about 25."""

_SECONDS = 1e-9
"""What a digit takes without kernels."""


class PalindromeSearch:
    """The search for palindromes; `take` the pieces in their order, then `finish`.

    In a range of the digits those count whose core begins in it: the palindrome of the least length, or of one digit more, with the same
    middle.

    Attributes:
        before: digits before a range that belong to palindromes of it.
    """

    before = REACH

    def __init__(self, length: int, *, room: int, position: int = 1, expected: int | None = None) -> None:
        """Search for palindromes of `length` ≥ 2 or more, in digits that begin at this position.

        `room` of them are kept, the first ones by their middles.
        """
        self._cores = [
            (least, Comparisons.with_others([(i, least - 1 - i) for i in range(least // 2)]))
            for least in (length, length + 1)
        ]
        self._effort = Effort(_SECONDS, expected)
        self._held = np.empty(0, np.uint8)
        self._position = position  # of the first digit that is held
        self._next = 0  # where the next core begins in it
        self._found = FirstOnes(room)

    def precede(self, digits: Characters) -> None:
        """Hear of the digits before the range."""
        self._held = digits.copy()
        self._position -= len(digits)
        self._next = len(digits)

    def take(self, piece: Characters) -> None:
        """Search the next piece, as far as what follows is known."""
        self._held = np.concatenate([self._held, piece])
        longest_core = self._cores[-1][0]
        self._search(len(self._held) - REACH - longest_core + 1)
        left = max(self._next - REACH, 0)
        self._held = self._held[left:].copy()
        self._position += left
        self._next -= left

    def finish(self, behind: Iterable[Characters] = ()) -> None:
        """The range ends: search the rest of it, with as many digits of what is `behind` as palindromes are followed."""
        end = len(self._held)
        self._held = np.concatenate([self._held, first_digits(behind, self._cores[-1][0] + REACH)])
        self._search(end)

    def part(self) -> Part:
        """The palindromes that were found."""
        return self._found.part()

    def _search(self, stop: int) -> None:
        """Look at all cores that begin before `stop`: palindromes of the least length, or of one digit more."""
        if stop <= self._next:
            return
        text, kernels = self._held, self._effort.by_kernels(stop - self._next)
        starts, lengths = [], []
        for least, wanted in self._cores:
            last = min(stop, len(text) - least + 1)
            _, cores = places(text, self._next, last, wanted, max(last, 0), kernels=kernels)
            sides = _extended(text, cores, least)
            starts.append(cores - sides)
            lengths.append(least + 2 * sides)
        self._next = stop
        begins, sizes = np.concatenate(starts), np.concatenate(lengths)
        order = np.argsort(2 * begins + sizes, kind="stable")
        self._found.add(begins[order] + self._position, sizes[order])


def _extended(text: Characters, starts: Integers, length: int) -> Integers:
    """By how many digits each palindrome of this length goes on to either side."""
    sides = np.zeros(len(starts), np.int64)
    going_on = np.arange(len(starts))
    for side in range(1, REACH + 1):
        lefts, rights = starts[going_on] - side, starts[going_on] + length - 1 + side
        inside = (lefts >= 0) & (rights < len(text))
        going_on, lefts, rights = going_on[inside], lefts[inside], rights[inside]
        going_on = going_on[text[lefts] == text[rights]]
        if not len(going_on):
            break
        sides[going_on] = side
    return sides
