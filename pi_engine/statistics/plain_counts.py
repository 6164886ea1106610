"""What the kernels of `count_kernels` count, by numpy: for digits too few for kernels to pay, and the reference of their tests.

Arguments and results are those of the kernels in `kernels.counting_loops`, of the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Digits = NDArray[np.uint8]
    Table = NDArray[np.uint32]


def _numbers(digits: Digits, first: int, count: int, step: int, k: int, base: int) -> NDArray[np.int64]:
    """The numbers of `count` k-grams, whose first digits are `step` apart, from index `first` on."""
    codes = np.zeros(count, np.int64)
    for j in range(k):
        codes *= base
        codes += digits[first + j : first + j + step * (count - 1) + 1 : step]
    return codes


def count_overlapping(
    digits: Digits, first: int, last: int, k: int, base: int, low: NDArray[np.uint8], high: Table
) -> None:
    """Count the k-grams that end at first … last − 1, modulo 256 in `low`, and by 256 in `high`."""
    if last > first:
        _raise(low, high, _numbers(digits, first - k + 1, last - first, 1, k, base))


def _raise(low: NDArray[np.uint8], high: Table, codes: NDArray[np.int64]) -> None:
    counts = np.bincount(codes, minlength=len(low)) + low
    low[:] = counts & 255
    high += (counts >> 8).astype(np.uint32)


def count_blocks(digits: Digits, first: int, last: int, k: int, base: int, table: Table) -> None:
    """Count the whole blocks of k digits from `first` on."""
    if last - first >= k:
        codes = _numbers(digits, first, (last - first) // k, k, k, base)
        table += np.bincount(codes, minlength=len(table)).astype(np.uint32)


def count_collisions(
    digits: Digits,
    first: int,
    last: int,
    k: int,
    base: int,
    balls: int,
    low: NDArray[np.uint8],
    high: Table,
    seen: NDArray[np.uint64],
) -> int:
    """Count the blocks of k digits; returns how often one is a block that its group of `balls` blocks has had before."""
    del seen
    if last - first >= k:
        _raise(low, high, _numbers(digits, first, (last - first) // k, k, k, base))
    total = 0
    for group in range(first, last - k * balls + 1, k * balls):
        total += balls - len(np.unique(_numbers(digits, group, balls, k, k, base)))
    return total


def count_spacings(
    digits: Digits,
    low: int,
    first: int,
    last: int,
    base: int,
    run: int,
    gaps: Table,
    levels: Table,
    places: NDArray[np.int64],
) -> int:
    """Count the gaps, and the lengths that runs have, in low … last − 1, which is one share: `first` is `low`."""
    assert first == low
    cells, longest = len(gaps) // base, len(levels) // 4 - 1
    part = digits[first:last]
    if not len(part):
        return run
    for digit in range(base):
        here = np.flatnonzero(part == digit) + first
        if len(here):
            distances = np.diff(here, prepend=places[digit]) - 1
            row = gaps[digit * cells : (digit + 1) * cells]
            row += np.bincount(np.minimum(distances, cells - 1), minlength=cells).astype(np.uint32)
            places[digit] = here[-1]
    places_of_part = np.arange(len(part))
    begins = np.where(np.diff(part, prepend=part[0]) != 0, places_of_part, 0)
    if run > 0 and digits[low - 1] == digits[low]:
        begins = np.where(np.maximum.accumulate(begins) == 0, -run, begins)
    lengths = places_of_part - np.maximum.accumulate(begins) + 1
    levels[: longest + 1] += np.bincount(np.minimum(lengths, longest), minlength=longest + 1).astype(np.uint32)
    return int(lengths[-1])
