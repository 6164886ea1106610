"""What `DigitCounter` counts, digit by digit in plain Python; and digits to count."""

from collections import Counter

import numpy as np

DIGITS = b"0123456789ABCDEF"


def text_of(values):
    """Digits as ASCII characters."""
    return np.frombuffer(bytes(DIGITS[x] for x in values), np.uint8)


def number(digits, base):
    value = 0
    for x in digits:
        value = value * base + x
    return value


def table(groups, k, base):
    """Counts of k-grams by their number."""
    counts = np.zeros(base**k, np.int64)
    for group, count in Counter(map(tuple, groups)).items():
        counts[number(group, base)] += count
    return counts


def overlapping(x, k, base):
    return table((x[i : i + k] for i in range(len(x) - k + 1)), k, base)


def circular(x, k, base):
    doubled = [*x, *x[: k - 1]]
    return table((doubled[i : i + k] for i in range(len(x))), k, base)


def blocks(x, k, base):
    return table((x[i : i + k] for i in range(0, len(x) - k + 1, k)), k, base)


def gaps(x, base, cells):
    counts, last = np.zeros((base, cells), np.int64), {}
    for i, digit in enumerate(x):
        if digit in last:
            counts[digit, min(i - last[digit] - 1, cells - 1)] += 1
        last[digit] = i
    return counts, sorted(len(x) - 1 - i for i in last.values())


def runs(x, cells):
    """Ended runs by length, and the length of the last."""
    counts, length = np.zeros(cells, np.int64), 0
    for i, digit in enumerate(x):
        if i and digit == x[i - 1]:
            length += 1
            continue
        if i:
            counts[min(length, cells - 1)] += 1
        length = 1
    return counts, length


def collisions(x, k, balls):
    groups = len(x) // (k * balls)
    total = 0
    for g in range(groups):
        found = {tuple(x[(g * balls + j) * k : (g * balls + j + 1) * k]) for j in range(balls)}
        total += balls - len(found)
    return groups, total
