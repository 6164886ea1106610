"""The loops of the counts, over digits as values 0 … base − 1 in bytes. The caller guarantees that all are below the base.

Tables have 32 bits a cell, so that a million of them is 4 MB: they are emptied into wider ones before 2^32 digits have come. Where a loop
waits for its own last step, as a rolling number does, it goes through four parts of the share at once.
"""

from __future__ import annotations

import numpy as np

from pi_engine.runtime.compilation.routine import kernel, routine

ONE = np.uint32(1)
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
def _roll(digits, begin, end, k, base, table):
    """Count the k-grams that end at begin … end − 1."""
    top = np.int64(1)
    for _ in range(k):
        top *= base
    code = _number(digits, begin - k, k, base)
    for i in range(begin, end):
        code = code * base + (np.int64(digits[i]) - np.int64(digits[i - k]) * top)
        table[code] += ONE


@kernel("void(uint8[::1], int64, int64, int64, int64, uint32[::1])")
def count_overlapping(digits, first, last, k, base, table):
    """Count the k-grams that end at first … last − 1; k digits stand before `first`."""
    top = np.int64(1)
    for _ in range(k):
        top *= base
    quarter = (last - first) // 4
    a, b, c, d = first, first + quarter, first + 2 * quarter, first + 3 * quarter
    code_a = _number(digits, a - k, k, base)
    code_b = _number(digits, b - k, k, base)
    code_c = _number(digits, c - k, k, base)
    code_d = _number(digits, d - k, k, base)
    for i in range(quarter):
        code_a = code_a * base + (np.int64(digits[a + i]) - np.int64(digits[a + i - k]) * top)
        code_b = code_b * base + (np.int64(digits[b + i]) - np.int64(digits[b + i - k]) * top)
        code_c = code_c * base + (np.int64(digits[c + i]) - np.int64(digits[c + i - k]) * top)
        code_d = code_d * base + (np.int64(digits[d + i]) - np.int64(digits[d + i - k]) * top)
        table[code_a] += ONE
        table[code_b] += ONE
        table[code_c] += ONE
        table[code_d] += ONE
    _roll(digits, first + 4 * quarter, last, k, base, table)


@kernel("void(uint8[::1], int64, int64, int64, int64, uint32[::1])")
def count_blocks(digits, first, last, k, base, table):
    """Count the blocks of k digits, 2 ≤ k ≤ 6, one behind the other from `first`; digits behind the last whole block are left."""
    square = base * base
    for i in range(first, last - k + 1, k):
        code = np.int64(digits[i]) * base + np.int64(digits[i + 1])
        if k >= 4:
            code = code * square + (np.int64(digits[i + 2]) * base + np.int64(digits[i + 3]))
            if k == 6:
                code = code * square + (np.int64(digits[i + 4]) * base + np.int64(digits[i + 5]))
        if k == 3 or k == 5:
            code = code * base + np.int64(digits[i + k - 1])
        table[code] += ONE


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
def count_spacings(digits, low, first, last, base, run, gaps, runs, places):
    """Count the gaps between equal digits and the runs of equal digits that end in first … last − 1; returns the run that goes on.

    low: the first digit of the piece. run: the length of the run that ends with the digit before it, 0 where there is none.
    places: the index of the last occurrence of each digit before `low`, negative where it lies before `digits`; on return, of that
    before `last`. gaps: base rows; a gap of g digits after a digit is counted in cell g of its row, the longest together in the last.
    runs: a run of r digits is counted in cell r, the longest together in the last.
    """
    cells, longest = len(gaps) // base, len(runs) - 1
    run = _run_before(digits, low, first, run)
    _look_back(digits, low, first, base, places)
    for i in range(first, last):
        digit = np.int64(digits[i])
        gap = i - places[digit] - 1
        places[digit] = i
        gaps[digit * cells + min(gap, cells - 1)] += ONE
        if gap == 0:
            run += 1
        else:
            runs[min(run, longest)] += ONE
            run = 1
    return run


@kernel("int64(uint8[::1], int64, int64, int64, int64, int64, uint64[::1])")
def count_collisions(digits, first, last, k, base, balls, seen):
    """How often a block of k digits is one that its group has had before; groups of `balls` blocks, whole ones alone."""
    total = np.int64(0)
    for group in range(first, last - k * balls + 1, k * balls):
        for j in range(len(seen)):
            seen[j] = np.uint64(0)
        for i in range(group, group + k * balls, k):
            code = np.uint64(_number(digits, i, k, base))
            bit = BIT << (code & LOW_BITS)
            place = np.int64(code >> WORD_SHIFT)
            word = seen[place]
            total += np.int64(word & bit != 0)
            seen[place] = word | bit
    return total
