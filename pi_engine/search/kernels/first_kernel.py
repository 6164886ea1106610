"""The first place of every number of k digits."""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.load_store import load_byte, store_word
from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import kernel, routine

SIX, SIXTY_THREE, ONE, NONE = np.uint64(6), np.uint64(63), np.uint64(1), np.uint64(0)


@routine
def _digit(address):
    """The value of a character: 0 … 9 or A … F."""
    character = load_byte(address)
    return character - 48 if character < 64 else character - 55


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def first_places(text, count, base, digits, position, seen, places):
    """Take the numbers of k = `digits` digits that begin at `count` places of a text; returns how many of them are new.

    text: address of count + k − 1 characters. position: of the first of them, to be written to `places`, int64[base^k], with a new number.
    seen: address of ⌈base^k/64⌉ words, one bit a number.
    """
    if count <= 0:
        return 0
    new, bits = 0, np.uint64(seen)
    value, top = 0, 1
    for i in range(digits - 1):
        value, top = value * base + _digit(text + i), top * base
    for i in range(count):
        # `value` has the k − 1 digits from place i on
        value = value * base + _digit(text + i + digits - 1)
        place, bit = np.int64(np.uint64(value) >> SIX), ONE << (np.uint64(value) & SIXTY_THREE)
        word = load(bits, place)
        if word & bit == NONE:
            store(bits, place, word | bit)
            store_word(places + 8 * value, position + i)
            new += 1
        value -= _digit(text + i) * top
    return new
