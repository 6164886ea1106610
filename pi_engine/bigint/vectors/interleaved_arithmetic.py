"""Products, sums of products and exact quotients of eight numbers at once, as vectors of digits to base 2^b, b = DIGIT_BITS.

A number here is an address with `length` digits: |x| of every lane is below 2^(b·length), and LANE_PAD zeros lie before
the digits and behind them. Signs are masks, a vector of 0 or −1 a number. `length` is of all lanes together, so a lane may
have zeros on top. What is written needs a buffer of as many digits as its factors have together, and one more where it is
a sum, all that rounded up to a multiple of LANE_PAD; and for LANE_PAD zeros on either side.

Bound, with digits of 52 bits. A column of a product is below 2·rows·(2^52 − 1), rows the lesser length; with rows ≤ LANE_ROWS = 2046
it is below 4092·2^52, and with the carry of the columns before, below 2^12, it stays below 2^64.

With digits of 51 bits, by doubles, it has a sign: it is at most 1.5·2^51·rows in size, below 2^62.6, and with the carry, below 2^12,
below 2^63.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.interleaved import (
    COLUMNS,
    any_lane,
    broadcast_word,
    carry_of,
    columns,
    digits_from_memory,
    digits_to_memory,
    first_lane,
    lanes_left,
    lanes_right,
    lanes_right_signed,
    load_lanes,
    multiply_high,
    multiply_low,
    scatter_words,
    store_lanes,
)
from pi_engine.bigint.vectors.lane_widths import DIGIT_BITS, LANE_PAD, LANES
from pi_engine.bigint.vectors.words import load, stack, store
from pi_engine.runtime.compilation.routine import routine

ZERO = np.uint64(0)
ONE = np.uint64(1)
MASK = np.uint64(2**DIGIT_BITS - 1)
DIGIT = np.uint64(8 * LANES)
"""Bytes of a digit of eight numbers."""
SIGN_BIT = 63


@routine
def pad(x, length):
    """Write the zeros around a number's digits."""
    zero = broadcast_word(ZERO)
    for j in range(LANE_PAD):
        store_lanes(x, -1 - j, zero)
        store_lanes(x, length + j, zero)


@routine
def trimmed(x, length):
    """The length without the digits that are zero in all lanes."""
    while length > 0 and not any_lane(load_lanes(x, length - 1)):
        length -= 1
    return length


@routine
def digits_of_words(out, words):
    """Write |words|, below 2^63, as a number; returns its length and its sign."""
    sign = lanes_right_signed(words, SIGN_BIT)
    magnitude = (words ^ sign) - sign
    store_lanes(out, 0, digits_to_memory(magnitude & broadcast_word(MASK)))
    store_lanes(out, 1, digits_to_memory(lanes_right(magnitude, DIGIT_BITS)))
    length = trimmed(out, 2)
    pad(out, length)
    return length, sign


@routine
def product_columns(out, a, m, b, n, c):
    """Columns c … c + COLUMNS − 1 of a·b, m and n digits."""
    first = max(0, c - n)
    columns(
        out, a + DIGIT * np.uint64(first), b + DIGIT * np.uint64(c - first), min(m - 1, c + COLUMNS - 1) - first + 1
    )


@routine
def product(out, a, m, b, n):
    """Write |a·b| and its zeros around; returns its length. `out` must be neither a nor b."""
    if m > n:
        a, b, m, n = b, a, n, m
    mask = broadcast_word(MASK)
    carry = broadcast_word(ZERO)
    sums = stack(8 * 8)
    for c in range(0, m + n, COLUMNS):
        product_columns(sums, a, m, b, n, c)
        for k in range(COLUMNS):
            column = load_lanes(sums, k) + carry
            store_lanes(out, c + k, digits_to_memory(column & mask))
            carry = carry_of(column)
    length = trimmed(out, m + n)
    pad(out, length)
    return length


@routine
def sum_of_products(out, first, second):
    """Write |±a·b ± x·y| and its zeros around; returns its length and its sign. `out` must be none of the others.

    first, second: the two products, each as a factor, its digits, the other factor, its digits, and the mask of the product's sign.
    """
    a, m, b, n, first_sign = first
    x, i, y, j, second_sign = second
    if m > n:
        a, b, m, n = b, a, n, m
    if i > j:
        x, y, i, j = y, x, j, i
    length = max(m + n, i + j) + 1
    mask = broadcast_word(MASK)
    other = first_sign ^ second_sign
    carry = broadcast_word(ZERO)
    ab_carry, xy_carry = carry, carry
    sums = stack(8 * 8)
    more = stack(8 * 8)
    for c in range(0, length, COLUMNS):
        product_columns(sums, a, m, b, n, c)
        product_columns(more, x, i, y, j, c)
        for k in range(COLUMNS):
            ab = load_lanes(sums, k) + ab_carry
            xy = load_lanes(more, k) + xy_carry
            ab_carry, xy_carry = carry_of(ab), carry_of(xy)
            digit = (ab & mask) + (((xy & mask) ^ other) - other) + carry
            store_lanes(out, c + k, digits_to_memory(digit & mask))
            carry = lanes_right_signed(digit, DIGIT_BITS)
    if any_lane(carry):
        # Two's complement in the lanes where the second product was the larger one.
        negative = carry
        carry = negative & broadcast_word(ONE)
        for k in range(length):
            digit = ((digits_from_memory(load_lanes(out, k)) ^ negative) & mask) + carry
            store_lanes(out, k, digits_to_memory(digit & mask))
            carry = lanes_right(digit, DIGIT_BITS)
        first_sign = first_sign ^ negative
    length = trimmed(out, length)
    pad(out, length)
    return length, first_sign


@routine
def spread_divisor(out, inverse, words, limbs, spare_first):
    """Write a divisor of a given number of digits into all lanes, its zeros around; 1 into lane 0 if `spare_first`.

    words: the address of 1/d mod 2^b and of d's digits. The inverse goes to digit 0 of `inverse`.
    """
    pad(out, limbs)
    for j in range(limbs + 1):
        digit = broadcast_word(load(words, j))
        if spare_first:
            digit = first_lane(broadcast_word(np.uint64(j <= 1)), digit)
        digit = digits_to_memory(digit)
        if j == 0:
            store_lanes(inverse, 0, digit)
        else:
            store_lanes(out, j - 1, digit)


@routine
def exact_quotient(out, x, width, divisor, digits, inverse):
    """Write the lowest `width` digits of |x|/d and the zeros around; returns its length. The division is exact.

    Modulo 2^(b·width) the quotient is x·d⁻¹: each digit is what is left of x, times the inverse of d's lowest digit
    (Jebelean, An algorithm for exact division, Journal of Symbolic Computation 15, 1993). `out` must not be x; one lane of
    x at least is not zero.

    What is taken from a column is that of a product of `digits` ≤ LANE_DIVISOR = 511 rows, below 2^62; what is left
    of a column, with the carry of those before, above −2^11, is above −2^62 − 2^11 and below 2^52. By doubles it is at most
    1.5·2^51·511 < 2^61 in size.
    """
    mask = broadcast_word(MASK)
    zero = broadcast_word(ZERO)
    unit = load_lanes(inverse, 0)
    carry = zero
    sums = stack(8 * 8)
    pad(out, 0)
    for c in range(0, width, COLUMNS):
        for k in range(COLUMNS):
            store_lanes(out, c + k, zero)
        columns(sums, divisor, out + DIGIT * np.uint64(c), min(digits, c + COLUMNS))
        for k in range(COLUMNS):
            taken = load_lanes(sums, k)
            for j in range(k):
                known = load_lanes(out, c + j)
                taken = multiply_low(taken, load_lanes(divisor, k - j), known)
                taken = multiply_high(taken, load_lanes(divisor, k - 1 - j), known)
            column = digits_from_memory(load_lanes(x, c + k)) - taken + carry
            digit = digits_to_memory(multiply_low(zero, digits_to_memory(column & mask), unit) & mask)
            store_lanes(out, c + k, digit)
            carry = lanes_right_signed(column - multiply_low(zero, load_lanes(divisor, 0), digit), DIGIT_BITS)
    length = trimmed(out, width)
    pad(out, length)
    return length


@routine
def pack(place, stride, x, length, sign_place, found):
    """Write eight numbers as limbs, `stride` bytes from one to the next; their signed lengths to the address `found`."""
    limbs = (DIGIT_BITS * length + 63) // 64
    for j in range(limbs):
        i = 64 * j // DIGIT_BITS
        offset = 64 * j - DIGIT_BITS * i
        # Shifted in two steps: together it may be 64 and more, and then nothing is left.
        first, second = digits_from_memory(load_lanes(x, i)), digits_from_memory(load_lanes(x, i + 1))
        third = lanes_left(lanes_left(digits_from_memory(load_lanes(x, i + 2)), DIGIT_BITS), DIGIT_BITS - offset)
        word = lanes_right(first, offset) | lanes_left(second, DIGIT_BITS - offset) | third
        scatter_words(place + np.uint64(8 * j), stride, word)
    for lane in range(LANES):
        n = limbs
        while n > 0 and load(place + stride * np.uint64(lane), n - 1) == ZERO:
            n -= 1
        store(found, lane, np.uint64(-n if load(sign_place, lane) != ZERO else n))
