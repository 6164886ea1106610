"""The first position of every number of k digits: how far one has to go until all of them have been seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted, html_table, line
from pi_engine.search.scanning import LEAST_PIECE, Effort, gathered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.search.scanning import Characters, Integers

MOST_NUMBERS = 1 << 24
"""Numbers whose first positions are kept, at most, in 8 bytes each: up to 7 decimal digits, 6 hexadecimal or 24 binary ones."""

_SECONDS = 4e-8
"""What a digit takes without kernels."""

_SHOWN = 10
_FORMATS = {2: "b", 8: "o", 10: "d", 16: "X"}
_EULER = 0.5772156649015329


@dataclass(frozen=True, eq=False)
class Coverage:
    """The first position of every number of k digits, zeros in front included.

    Attributes:
        k: digits of the numbers.
        base: of the digits.
        digits: how many digits were looked at: up to the end of the last number, where all were found.
        numbers: how many numbers of k digits there are.
        found: how many of them stand in the digits.
        last: of the numbers that were found the one whose first position is the last, and that position; None if none is.
        missing: the first ten numbers that were not found.
        expected_digits: how many random digits hold all numbers, on average: about b^k·(ln b^k + 0.5772) (coupon collector).
        positions: by number, int64: where it stands first, counted from 1 after the point; 0 where it was not found.
    """

    k: int
    base: int
    digits: int
    numbers: int
    found: int
    last: tuple[str, int] | None
    missing: tuple[str, ...]
    expected_digits: int
    positions: Integers = field(repr=False)

    def __repr__(self) -> str:
        """Like `Coverage(k 3, 1_000 of 1_000 numbers, last 483 at 8_553, 8_555 digits)`."""
        parts = [f"k {self.k}", f"{self.found:_} of {counted(self.numbers, 'number')}"]
        if self.last is not None:
            parts.append(f"last {self.last[0]} at {self.last[1]:_}")
        return line("Coverage", *parts, counted(self.digits, "digit"))

    def _repr_html_(self) -> str:
        rows = [("digits of a number", str(self.k)), ("numbers", f"{self.numbers:_}"), ("found", f"{self.found:_}")]
        if self.last is not None:
            rows.append(("last to appear", f"{self.last[0]} at {self.last[1]:_}"))
        if self.missing:
            rows.append(("missing", ", ".join(self.missing) + (", …" if self.numbers - self.found > _SHOWN else "")))
        rows += [("expected to need", f"{self.expected_digits:_} digits"), ("digits searched", f"{self.digits:_}")]
        return html_table("Coverage", rows)


def coverage(
    pieces: Iterable[Characters], base: int, k: int, *, position: int = 1, expected: int | None = None
) -> Coverage:
    """The first positions of all numbers of k digits; no more digits are read than that takes.

    Args:
        pieces: ASCII digits, in pieces of any length.
        base: of the digits.
        k: digits of the numbers, 1 or more, as long as there are at most `MOST_NUMBERS` of them.
        position: of the first digit.
        expected: how many digits there will be, where that is known.

    Raises:
        UsageError: k is too small or too large, or there are fewer than k digits.
    """
    most = int(math.log(MOST_NUMBERS + 0.5, base))
    if not 1 <= k <= most:
        raise UsageError(f"coverage takes numbers of 1 to {most} digits in base {base}, not of {k}")
    search = _FirstPlaces(base, k, position, expected)
    for piece in gathered(pieces, LEAST_PIECE):
        search.take(piece)
        if search.found == base**k:
            break
    if search.digits < k:
        raise UsageError(f"numbers of {counted(k, 'digit')} do not fit in {counted(search.digits, 'digit')}")
    positions, last = search.positions, None
    if search.found:
        number = int(np.argmax(positions))
        last = spelled(number, base, k), int(positions[number])
    complete = search.found == base**k
    missing = () if complete else tuple(spelled(int(n), base, k) for n in np.flatnonzero(positions == 0)[:_SHOWN])
    return Coverage(
        k=k,
        base=base,
        digits=last[1] - position + k if complete and last else search.digits,
        numbers=base**k,
        found=search.found,
        last=last,
        missing=missing,
        expected_digits=round(base**k * (k * math.log(base) + _EULER)) + k - 1,
        positions=positions,
    )


def spelled(number: int, base: int, k: int) -> str:
    """A number in k digits."""
    return format(number, f"0{k}{_FORMATS[base]}")


class _FirstPlaces:
    def __init__(self, base: int, k: int, position: int, expected: int | None) -> None:
        self._base, self._k, self._first = base, k, position
        self.positions = np.zeros(base**k, np.int64)
        self._seen = np.zeros(-(-(base**k) // 64), np.uint64)
        complete = round(base**k * k * math.log(base)) + base**k
        self._effort = Effort(_SECONDS, min(expected, complete) if expected else None)
        self._tail = np.empty(0, np.uint8)
        self.found = self.digits = 0

    def take(self, piece: Characters) -> None:
        kernels = self._effort.by_kernels(len(piece))
        reach = self._k - 1
        seam = np.concatenate([self._tail, piece[:reach]])
        self._look(seam, self._first + self.digits - len(self._tail), kernels=kernels)
        self._look(piece, self._first + self.digits, kernels=kernels)
        self._tail = np.concatenate([self._tail, piece[-reach:]])[-reach:] if reach else self._tail
        self.digits += len(piece)

    def _look(self, text: Characters, position: int, *, kernels: bool) -> None:
        """Take the numbers that begin in a text that begins at this position."""
        count = len(text) - self._k + 1
        if count <= 0:
            return
        if kernels:
            from pi_engine.search.kernels.search_kernels import first_places

            seen, places = self._seen.ctypes.data, self.positions.ctypes.data
            self.found += first_places(text.ctypes.data, count, self._base, self._k, position, seen, places)
            return
        digits = (text & 15).astype(np.int64) + 9 * (text >= ord("A"))
        values = np.zeros(count, np.int64)
        for i in range(self._k):
            values = values * self._base + digits[i : i + count]
        new = np.flatnonzero(self.positions[values] == 0)[::-1]  # of equal ones the first is written last
        self.positions[values[new]] = new + position
        fresh = values[new[self.positions[values[new]] == new + position]]
        self.found += len(fresh)
        np.bitwise_or.at(self._seen, fresh >> 6, np.uint64(1) << (fresh & 63).astype(np.uint64))
