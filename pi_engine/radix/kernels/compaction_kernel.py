"""Text without its separators, up to eight characters at a time."""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.load_store import load_word, store_word
from pi_engine.bigint.vectors.words import address_of, trailing_zeros
from pi_engine.radix.kernels.text_kernel import ZERO, improper
from pi_engine.runtime.compilation.routine import kernel

DIGIT, STRAY, LINE_FEED = 1, 2, 3
"""What a table of 256 entries says of each character; 0 is a separator, and so is a line feed."""


@kernel("int64(uint8[::1], int64, uint8[::1], uint8[::1], int64[::1])")
def compact_digits(text, count, target, table, line_feeds):
    """Copy the digits among `count` characters; returns those written, or −1 − i where character i is a stray one.

    `target` holds count + 8 characters: eight are stored where fewer are wanted. line_feeds[0] gets the number of line feeds.
    """
    source, goal = np.uint64(address_of(text)), np.uint64(address_of(target))
    read = written = lines = 0
    while read + 8 <= count:
        eight = load_word(source + np.uint64(read))
        store_word(goal + np.uint64(written), eight)
        wrong = improper(eight)
        if wrong == ZERO:
            read += 8
            written += 8
            continue
        # The lowest marked byte is the first character that is no digit.
        good = trailing_zeros(wrong) >> 3
        kind = table[text[read + good]]
        if kind == STRAY:
            return -1 - read - good
        lines += kind == LINE_FEED
        written += good
        read += good + 1
    for i in range(read, count):
        kind = table[text[i]]
        if kind == STRAY:
            return -1 - i
        target[written] = text[i]
        written += kind == DIGIT
        lines += kind == LINE_FEED
    line_feeds[0] = lines
    return written
