"""Many patterns at once: a pattern may stand where its anchor does, `width` ≤ 8 of its digits that follow one another.

The characters of an anchor's width at a place, as one number, are multiplied into a hash, and a mark for each hash says whether any
anchor has it. The marks stay in the first or second cache, and nothing depends on the place before. What is marked is
compared in full with the patterns whose anchors have that hash, which stand one after another.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.load_store import load_byte, load_integer, load_word, store_word
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.search.kernels.anchor_layout import (
    ANCHORS,
    ANY,
    BITS,
    CAPACITY,
    CHARACTERS,
    COUNTS,
    FOUND,
    LENGTHS,
    MARKS,
    MULTIPLIER,
    NUMBERS,
    OFFSETS,
    PLACES,
    ROOM,
    STARTS,
    STORED,
    TARGET,
    WIDTH,
    WRITTEN,
)

FOUR = 4
NONE, ONE, TWO, THREE, EIGHT = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(8)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
FACTOR = np.uint64(MULTIPLIER)


@routine
def _stands_at(text, characters, count):
    """Whether the `count` characters of a pattern stand at `text`."""
    for j in range(count):
        character = load_byte(characters + j)
        if character != ANY and character != load_byte(text + j):
            return False
    return True


@routine
def _may_stand(place, kept, shift, marks):
    """Whether any of the FOUR anchors that may begin here has the hash of one: without a branch for each."""
    word = np.uint64(place)
    value_0 = ((load_word(word) & kept) * FACTOR) >> shift
    value_1 = ((load_word(word + ONE) & kept) * FACTOR) >> shift
    value_2 = ((load_word(word + TWO) & kept) * FACTOR) >> shift
    value_3 = ((load_word(word + THREE) & kept) * FACTOR) >> shift
    even = load_byte(marks + np.int64(value_0)) | load_byte(marks + np.int64(value_2))
    return even | load_byte(marks + np.int64(value_1)) | load_byte(marks + np.int64(value_3))


@routine
def _last_word(text, place, end):
    """The fewer than eight characters from a place to the end of the text, as `load_word` gives them, and zeros."""
    word = NONE
    for j in range(end - place):
        word |= np.uint64(load_byte(text + place + j)) << (np.uint64(j) * EIGHT)
    return word


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64)")
def find_anchored(table, state, text, first, last, end, fresh, stop):
    """Look for anchors at first … last − 1, and count the patterns that stand there; returns the place before which it has looked.

    That is `last`, or a place where the state might not have room for what stands there: its caller makes room and goes on.

    table, state: addresses of the rows of `anchor_layout`.
    text, end: address and length of a text. fresh, stop: a pattern counts where it ends behind the first `fresh` characters, and begins
    before `stop`.
    """
    shift = np.uint64(64 - load_integer(table, BITS))
    kept = ALL >> np.uint64(64 - 8 * load_integer(table, WIDTH))
    marks, starts, anchors = load_integer(table, MARKS), load_integer(table, STARTS), load_integer(table, ANCHORS)
    offsets, lengths, places = load_integer(table, OFFSETS), load_integer(table, LENGTHS), load_integer(table, PLACES)
    numbers, characters = load_integer(table, NUMBERS), load_integer(table, CHARACTERS)
    counts, stored, room = load_integer(state, COUNTS), load_integer(state, STORED), load_integer(state, ROOM)
    target, found, capacity = load_integer(state, TARGET), load_integer(state, FOUND), load_integer(state, CAPACITY)
    written = load_integer(state, WRITTEN)
    place = first
    while place < last:
        if place + FOUR + 8 <= end and not _may_stand(text + place, kept, shift, marks):
            place += FOUR
            continue
        for each in range(place, min(place + FOUR, last)):
            word = (load_word(np.uint64(text + each)) if each + 8 <= end else _last_word(text, each, end)) & kept
            value = np.int64((word * FACTOR) >> shift)
            if load_byte(marks + value) == 0:
                continue
            one, other = load_integer(starts, value), load_integer(starts, value + 1)
            if other - one > capacity - written:
                store_word(state + 8 * WRITTEN, written)
                return each
            for i in range(one, other):
                if np.uint64(load_integer(anchors, i)) != word:
                    continue
                start, length = each - load_integer(offsets, i), load_integer(lengths, i)
                if start < 0 or start >= stop or start + length > end or start + length <= fresh:
                    continue
                if not _stands_at(text + start, characters + load_integer(places, i), length):
                    continue
                number = load_integer(numbers, i)
                store_word(counts + 8 * number, load_integer(counts, number) + 1)
                held = load_integer(stored, number)
                if held < room:
                    store_word(stored + 8 * number, held + 1)
                    store_word(target + 8 * written, start)
                    store_word(found + 8 * written, number)
                    written += 1
        place += FOUR
    store_word(state + 8 * WRITTEN, written)
    return last
