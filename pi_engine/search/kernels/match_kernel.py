"""The places of a text at which each of some characters is a given one, or equals another character: 64 places at a time.

Three comparisons are made for every place. One place in a thousand passes three comparisons of random decimal digits, so that the
others are made for one mask in 16.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.load_store import load_byte, load_integer, store_word
from pi_engine.bigint.vectors.words import trailing_zeros
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.search.kernels.byte_vectors import (
    SIXTY_FOUR,
    count_ones,
    equal_to,
    equal_to_others,
    three_equal_to,
    three_equal_to_others,
)

NONE, ONE = np.uint64(0), np.uint64(1)


@routine
def _keep(mask, place, found, target, capacity):
    """Write the places of a mask behind those found before, as far as there is room."""
    while mask != NONE and found < capacity:
        store_word(target + 8 * found, place + trailing_zeros(mask))
        mask &= mask - ONE
        found += 1


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64)")
def find_characters(text, first, last, offsets, characters, count, target, capacity):
    """Write places i in first … last − 1 with text[i + offset] = character for all `count` ≥ 1; returns how many there are.

    offsets, characters: addresses of int64[count]. Their order is that of the comparisons: what fails most often comes first.
    target: address of int64[capacity]; places beyond its capacity are counted, and not written.
    """
    o_0, c_0 = load_integer(offsets, 0), load_integer(characters, 0)
    o_1, c_1 = load_integer(offsets, min(1, count - 1)), load_integer(characters, min(1, count - 1))
    o_2, c_2 = load_integer(offsets, min(2, count - 1)), load_integer(characters, min(2, count - 1))
    found = 0
    place = first
    while place + SIXTY_FOUR <= last:
        start = text + place
        mask = three_equal_to(start + o_0, c_0, start + o_1, c_1, start + o_2, c_2)
        if mask != NONE:
            j = 3
            while j < count and mask != NONE:
                mask &= equal_to(start + load_integer(offsets, j), load_integer(characters, j))
                j += 1
            if mask != NONE:
                _keep(mask, place, found, target, capacity)
                found += count_ones(mask)
        place += SIXTY_FOUR
    while place < last:
        j = 0
        while j < count and load_byte(text + place + load_integer(offsets, j)) == load_integer(characters, j):
            j += 1
        if j == count:
            _keep(ONE, place, found, target, capacity)
            found += 1
        place += 1
    return found


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64)")
def find_equal_pairs(text, first, last, lefts, rights, count, target, capacity):
    """Write places i in first … last − 1 with text[i + left] = text[i + right] for all `count` ≥ 1; otherwise as `find_characters`."""
    l_0, r_0 = load_integer(lefts, 0), load_integer(rights, 0)
    l_1, r_1 = load_integer(lefts, min(1, count - 1)), load_integer(rights, min(1, count - 1))
    l_2, r_2 = load_integer(lefts, min(2, count - 1)), load_integer(rights, min(2, count - 1))
    found = 0
    place = first
    while place + SIXTY_FOUR <= last:
        start = text + place
        mask = three_equal_to_others(start + l_0, start + r_0, start + l_1, start + r_1, start + l_2, start + r_2)
        if mask != NONE:
            j = 3
            while j < count and mask != NONE:
                mask &= equal_to_others(start + load_integer(lefts, j), start + load_integer(rights, j))
                j += 1
            if mask != NONE:
                _keep(mask, place, found, target, capacity)
                found += count_ones(mask)
        place += SIXTY_FOUR
    while place < last:
        start = text + place
        j = 0
        while j < count and load_byte(start + load_integer(lefts, j)) == load_byte(start + load_integer(rights, j)):
            j += 1
        if j == count:
            _keep(ONE, place, found, target, capacity)
            found += 1
        place += 1
    return found
