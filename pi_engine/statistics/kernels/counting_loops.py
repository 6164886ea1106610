"""The loops of the counts, over digits as values 0 … base − 1 in bytes. The caller guarantees that all are below the base.

A table of a million cells of 32 bits is larger than a second-level cache, and every digit would wait for it. So the longest k-grams and
blocks are counted in bytes; each time that a byte comes back to 0, a cell of a second table is raised. Tables are emptied into wider
ones before 2^32 digits have come.
"""

from __future__ import annotations

import numpy as np

from pi_engine.runtime.compilation.routine import kernel, routine

ONE = np.uint32(1)
BYTE_ONE, BYTE_ZERO = np.uint8(1), np.uint8(0)
BIT = np.uint64(1)
LOW_BITS = np.uint64(63)
WORD_SHIFT = np.uint64(6)


@routine
def _number(digits, start, k, base):
    """The number that k digits are in the base."""
    code = np.int64(0)
    for i in range(start, start + k):
        code = code * base + np.int64(digits[i])
    return code


@routine
def _raise(low, high, code):
    count = np.uint8(low[code] + BYTE_ONE)
    low[code] = count
    if count == BYTE_ZERO:
        high[code] += ONE


@kernel("void(uint8[::1], int64, int64, int64, int64, uint8[::1], uint32[::1])")
def count_overlapping(digits, first, last, k, base, low, high):
    """Count the k-grams that end at first … last − 1, modulo 256 in `low`, and by 256 in `high`; k digits stand before `first`."""
    top = np.int64(1)
    for _ in range(k):
        top *= base
    code = _number(digits, first - k, k, base)
    for i in range(first, last):
        code = code * base + (np.int64(digits[i]) - np.int64(digits[i - k]) * top)
        _raise(low, high, code)


@kernel("void(uint8[::1], int64, int64, int64, int64, uint32[::1])")
def count_blocks(digits, first, last, k, base, table):
    """Count the blocks of k digits, side by side from `first`; digits behind the last whole block are left."""
    if k == 4:
        square = base * base
        for i in range(first, last - 3, 4):
            front = np.int64(digits[i]) * base + np.int64(digits[i + 1])
            table[front * square + (np.int64(digits[i + 2]) * base + np.int64(digits[i + 3]))] += ONE
    elif k == 5:
        square = base * base
        for i in range(first, last - 4, 5):
            front = np.int64(digits[i]) * base + np.int64(digits[i + 1])
            front = front * square + (np.int64(digits[i + 2]) * base + np.int64(digits[i + 3]))
            table[front * base + np.int64(digits[i + 4])] += ONE
    else:
        for i in range(first, last - k + 1, k):
            table[_number(digits, i, k, base)] += ONE


@kernel("int64(uint8[::1], int64, int64, int64, int64, int64, uint8[::1], uint32[::1], uint64[::1])")
def count_collisions(digits, first, last, k, base, balls, low, high, seen):
    """Count the blocks of k digits, as `count_overlapping` does; returns how often one is a block that its group has had before.

    A group is `balls` blocks; one that is not complete adds nothing. seen: a bit for each kind of block.
    """
    total = np.int64(0)
    for group in range(first, last - k + 1, k * balls):
        for j in range(len(seen)):
            seen[j] = np.uint64(0)
        end = min(group + k * balls, last - k + 1)
        met = np.int64(0)
        for i in range(group, end, k):
            if k == 6:
                code = np.int64(digits[i]) * base + np.int64(digits[i + 1])
                code = code * base * base + (np.int64(digits[i + 2]) * base + np.int64(digits[i + 3]))
                code = code * base * base + (np.int64(digits[i + 4]) * base + np.int64(digits[i + 5]))
            else:
                code = _number(digits, i, k, base)
            _raise(low, high, code)
            bit = BIT << (np.uint64(code) & LOW_BITS)
            place = np.int64(np.uint64(code) >> WORD_SHIFT)
            word = seen[place]
            met += np.int64(word & bit != 0)
            seen[place] = word | bit
        if last - group >= k * balls:
            total += met
    return total


@routine
def _look_back(digits, low, first, base, places):
    """Set the places of the last occurrence of each digit in low … first − 1; those of digits that do not occur there stay."""
    found, all_of_them = np.int64(0), (np.int64(1) << base) - 1
    i = first - 1
    while i >= low and found != all_of_them:
        digit = np.int64(digits[i])
        if found >> digit & 1 == 0:
            found |= np.int64(1) << digit
            places[digit] = i
        i -= 1


@routine
def _run_before(digits, low, first, run):
    """The length of the run of equal digits that ends with first − 1; `run` is that of the one that ends with low − 1."""
    i = first - 1
    while i >= low and digits[i] == digits[first - 1]:
        i -= 1
    if i >= low:
        return first - 1 - i
    return first - low + run if first == low or digits[low] == digits[low - 1] else first - low


@kernel("int64(uint8[::1], int64, int64, int64, int64, int64, uint32[::1], uint32[::1], int64[::1])")
def count_spacings(digits, low, first, last, base, run, gaps, levels, places):
    """Count the gaps between equal digits, and how long runs of equal digits are at first … last − 1; returns the run at the end.

    low: the first digit of the piece. run: the length of the run that ends with the digit before it, 0 if there is none.
    places: the index of the last occurrence of each digit before `low`, negative where it lies before `digits`; on return, of that
    before `last`. gaps: base rows; a gap of g digits after a digit is counted in cell g of its row, the longest together in the last.
    levels: at a digit that is the r-th of its run cell r is raised, the last one where the run is longer; in four rows, which add up,
    so that no cell waits for itself.
    """
    cells, longest = np.uint64(len(gaps) // base), len(levels) // 4 - 1
    run = _run_before(digits, low, first, run)
    _look_back(digits, low, first, base, places)
    for i in range(first, last):
        digit = np.uint64(digits[i])
        gap = np.uint64(i - places[digit] - 1)
        places[digit] = i
        gaps[digit * cells + min(gap, cells - BIT)] += ONE
        run = run + 1 if gap == np.uint64(0) else np.int64(1)
        levels[(i & 3) * (longest + 1) + min(run, longest)] += ONE
    return run
