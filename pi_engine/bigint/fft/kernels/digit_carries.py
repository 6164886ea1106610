"""From coefficients to limbs: rounding, with the largest distance from an integer, carries, and digits into bytes.

A coefficient z/M + 1.5·2^52 is rounded to an integer by that addition; its bits are then U = c + 2^51 + the exponent's. Two neighbours
make a digit to base 2^2b: with c₁ = h·2^b + l, 0 ≤ l < 2^b,

    D = c₀ + l·2^b + h of the pair before = q·2^2b + r,  0 ≤ r < 2^2b,

and r + q of the digit before it is right except for a carry of 1 or −1, which is rare. With |c| < 2^48 all stays below 2^51. The
constants 2^51, 2^(51 − b) and 2^(51 − 2b) are added to U, h and q, and those of the exponent to U and h, so that shifts need no sign.

The product comes in streams, one for each part of the transform, that begin on bytes and do not know of each other; what is left at
the end of each is added to the next one when all have been written.
"""

import numpy as np
from llvmlite import ir
from numba.core import types

from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.fft_record import DIGIT_ORDER as ORDER
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.load_store import (
    load_byte,
    load_integer,
    load_integers,
    load_wide,
    store_byte,
    store_vector,
)
from pi_engine.bigint.vectors.simd import (
    absolute,
    bits_of,
    broadcast_integer,
    broadcast_wide,
    fma,
    fms,
    integers,
    larger,
    shift_left,
    shift_right,
    shuffle,
    wide_integers,
)
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.bigint.vectors.words import stack, store
from pi_engine.runtime.compilation.routine import routine

_I64 = ir.IntType(64)
HALF = 51
"""log2 of what is added to a coefficient."""
ROUNDING = 1.5 * 2.0**52
EXPONENT = np.int64(0x433 << 52)
"""The bits of ROUNDING + c are this and 2^51 + c."""
HIGH, QUOTIENT, CARRY = 0, 4, 8
"""Of a stream's state: h and q of the last four digits, and the carry out of them."""


@instruction(integers(wide_integers))
def first_of_pairs(builder, value):
    """Lanes 0, 4, 2, 6: the first of each pair of neighbours, in ORDER."""
    return shuffle(builder, value, value, [2 * digit for digit in ORDER])


@instruction(integers(wide_integers))
def second_of_pairs(builder, value):
    """Lanes 1, 5, 3, 7."""
    return shuffle(builder, value, value, [2 * digit + 1 for digit in ORDER])


@instruction(integers(integers, integers))
def digit_below(builder, before, value):
    """For each of four digits the one below it, in ORDER; `before` has that of the first for its last."""
    return shuffle(builder, before, value, [3 if digit == 0 else WIDTH + ORDER.index(digit - 1) for digit in ORDER])


@instruction(types.void(types.int64, types.int64, integers))
def scatter_four(builder, target, offsets, value):
    """Write four words in ORDER to target + the int64 at `offsets`, the lowest first: each overwrites what is beyond the one before."""
    for digit in range(WIDTH):
        lane = ORDER.index(digit)
        place = builder.inttoptr(builder.add(offsets, ir.Constant(_I64, 8 * lane)), _I64.as_pointer())
        word = builder.extract_element(value, ir.Constant(ir.IntType(32), lane))
        builder.store(word, builder.inttoptr(builder.add(target, builder.load(place)), _I64.as_pointer()), align=1)


@instruction(types.boolean(integers, integers))
def any_common_bit(builder, value, other):
    """Whether a bit is set in the same lane of both, for any lane; one test of the signs of a comparison."""
    zero = ir.Constant(integers.llvm, [0] * WIDTH)
    lanes = builder.icmp_unsigned("!=", builder.and_(value, other), zero)
    kind = ir.IntType(WIDTH)
    return builder.icmp_unsigned("!=", builder.bitcast(lanes, kind), ir.Constant(kind, 0))


@routine
def begin_stream(state, bits):
    """The state before the first digit."""
    store_vector(state, HIGH, broadcast_integer((np.int64(1) << (HALF - bits)) + (EXPONENT >> bits)))
    store_vector(state, QUOTIENT, broadcast_integer(np.int64(1) << (HALF - 2 * bits)))
    store(np.uint64(state), CARRY, np.uint64(0))


@routine
def left_over(state, bits):
    """What a stream has for its next digit: at most 2^51 in size."""
    high, quotient = load_integer(state, HIGH + 3), load_integer(state, QUOTIENT + 3)
    one = np.int64(1)
    return (
        high
        - (one << (HALF - bits))
        - (EXPONENT >> bits)
        + quotient
        - (one << (HALF - 2 * bits))
        + load_integer(state, CARRY)
    )


@routine
def add_left_over(out, out_bytes, place, value):
    """Add a signed number to the bytes from `place` on; returns what passes their end."""
    while value and place < out_bytes:
        value += load_byte(out + place)
        store_byte(out + place, value & 255)
        value >>= 8
        place += 1
    return value


@routine
def _carried(digits, carry, double_bits):
    """Four digits with the carry that comes in; and the one that goes out."""
    room = stack(4)
    place = np.int64(room)
    store_vector(place, 0, digits)
    for digit in range(4):
        lane = ORDER[digit]  # which is its own inverse
        value = load_integer(place, lane) + carry
        carry = value >> double_bits
        store(room, lane, np.uint64(value & ((np.int64(1) << double_bits) - 1)))
    return load_integers(place, 0), carry


@routine(forceinline=True)
def _eight(z, scale, distances, constants, before):
    """Four digits of eight coefficients, before their carries; and the state and the largest distances after them."""
    rounding, shift, shift_double, low_mask, digit_mask, sum_bias, quotient_bias = constants
    high_before, quotient_before = before
    rounded = fma(z, scale, rounding)
    distances = larger(absolute(fms(z, scale, rounded - rounding)), distances)
    values = bits_of(rounded)
    second = second_of_pairs(values)
    high = shift_right(second, shift)
    sums = (first_of_pairs(values) + sum_bias) + (shift_left(second & low_mask, shift) + digit_below(high_before, high))
    quotient = shift_right(sums, shift_double)
    digits = (sums & digit_mask) + (digit_below(quotient_before, quotient) - quotient_bias)
    return digits, distances, (high, quotient)


@routine(forceinline=True)
def _words(digits, left, right):
    """Four digits as words from the byte on in which each begins."""
    return shift_left(digits, left) | shift_right(digit_below(broadcast_integer(0), digits), right)


@routine
def put_digits(coefficients, count, target, state, digits, scale, ends):
    """Write `count` coefficients of a stream to the bytes at `out` + place; returns the largest distances from integers.

    target: out, its bytes, and the place. digits: bits of a digit and the table of fields. scale: 1/M in all lanes. ends: whether the
    stream does, and the next one begins behind it; room for a block. What lies past out_bytes is dropped.
    """
    out, out_bytes, place = target
    bits, table = digits
    last, room = ends
    one = np.int64(1)
    double_bits = 2 * bits
    constants = (
        broadcast_wide(ROUNDING), broadcast_integer(bits), broadcast_integer(double_bits),
        broadcast_integer((one << bits) - 1), broadcast_integer((one << double_bits) - 1),
        broadcast_integer(-EXPONENT - (EXPONENT >> bits) - (one << (HALF - bits))), broadcast_integer(one << (HALF - double_bits)),
    )  # fmt: skip
    too_much = broadcast_integer(-one << double_bits)
    left, right = load_integers(table, at.PACK_LEFT), load_integers(table, at.PACK_RIGHT)
    offsets = table + 8 * at.PACK_BYTES
    before = load_integers(state, HIGH), load_integers(state, QUOTIENT)
    carry = load_integer(state, CARRY)
    distances = broadcast_wide(0.0)
    done = 0
    inner = min(count // 8 - last, (out_bytes - place - 8) // bits)
    if carry == 0:
        # As if there were no carries; if there are, once more.
        seen, after, here = broadcast_integer(0), before, out + place
        for i in range(0, 8 * inner, 8):
            digit, distances, after = _eight(load_wide(coefficients, i), scale, distances, constants, after)
            seen = seen | digit
            scatter_four(here, offsets, _words(digit, left, right))
            here += bits
        if inner > 0 and not any_common_bit(seen, too_much):
            done, before = 8 * inner, after
    place += done // 8 * bits
    for i in range(done, count, 8):
        if place >= out_bytes:
            break
        digit, distances, before = _eight(load_wide(coefficients, i), scale, distances, constants, before)
        digit, carry = _carried(digit, carry, double_bits)
        scatter_four(room, offsets, _words(digit, left, right))
        size = min(bits, out_bytes - place)
        for j in range(size):
            store_byte(out + place + j, load_byte(room + j))
        place += bits
    store_vector(state, HIGH, before[0])
    store_vector(state, QUOTIENT, before[1])
    store(np.uint64(state), CARRY, np.uint64(carry))
    return distances
