"""p(k), q(k) and a(k) inside `leaf_kernel`, in the form of `term_values`: multiplied into a number of limbs factor by factor.

Numbers are signed lengths and addresses, as in `bigint.mpn.kernel_integers`. `wrong`, an address, gets a word that is not 0 where a number
would not fit; that number becomes 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.mpn import mpn_calls
from pi_engine.bigint.mpn.kernel_integers import product
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import routine

ZERO = np.uint64(0)
ONE = np.uint64(1)


@routine
def unfit(wrong):
    """The length of what would not have fitted."""
    store(wrong, 0, ONE)
    return 0


@routine
def values_in(record, words, longs):
    """The two arrays of a `TermValues`."""
    return array_in(record, words, 2, np.int64), array_in(record, longs, 3, np.uint64)


@routine
def times_word(out, x, length, value, capacity, wrong):
    """Write x·value for |value| < 2^63; returns the signed length. `out`, of `capacity` limbs, may be x."""
    if length == 0 or value == 0:
        return 0
    n = abs(length)
    if n > capacity:
        return unfit(wrong)
    carry = mpn_calls.mul_1(out, x, n, np.uint64(abs(value)))
    if carry != ZERO:
        if n == capacity:
            return unfit(wrong)
        store(out, n, carry)
        n += 1
    return -n if (length < 0) != (value < 0) else n


@routine
def word_value(words, group, k):
    """The value of one word-sized factor."""
    degree = words.shape[1] - 1
    value = words[group, degree]
    for i in range(degree - 1, -1, -1):
        value = value * k + words[group, i]
    return value


@routine
def long_value(longs, factor, k, out):
    """Write |value| of one long factor, modulo 2^(64·width) by Horner's rule; returns the signed length."""
    width = longs.shape[2]
    for j in range(width):
        store(out, j, longs[factor, longs.shape[1] - 1, j])
    for i in range(longs.shape[1] - 2, -1, -1):
        mpn_calls.mul_1(out, out, width, np.uint64(k))
        carry = ZERO
        for j in range(width):
            x = longs[factor, i, j]
            y = load(out, j) + carry
            carry = np.uint64(y < carry)
            y += x
            carry += np.uint64(y < x)
            store(out, j, y)
    negative = np.int64(load(out, width - 1)) < 0
    if negative:
        carry = ONE
        for j in range(width):
            y = ~load(out, j) + carry
            carry = np.uint64(carry != ZERO and y == ZERO)
            store(out, j, y)
    length = width
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return -length if negative else length


@routine
def times_values(out, x, length, values, k, scratch, capacity, wrong):
    """Write x·f(k), f as in `term_values`; returns the signed length. `out`, of `capacity` limbs, may be x."""
    words, longs = values
    for group in range(words.shape[0]):
        length = times_word(out, x, length, word_value(words, group, k), capacity, wrong)
        x = out
    for factor in range(longs.shape[0]):
        found = long_value(longs, factor, k, scratch)
        place = scratch + np.uint64(8 * longs.shape[2])
        n = product(place, x, abs(length), scratch, abs(found))
        if n > capacity:
            return unfit(wrong)
        for i in range(n):
            store(out, i, load(place, i))
        length = -n if (length < 0) != (found < 0) else n
        x = out
    return length
