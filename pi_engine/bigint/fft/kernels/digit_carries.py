"""From coefficients to limbs: rounding, with the largest distance from an integer, carries, and digits into bytes.

A coefficient z/M + 1.5·2^52 is rounded to an integer by that addition; its low 52 bits are then U = c + 2^51. Two neighbours make a
digit to base 2^2b: with c₁ = h·2^b + l, 0 ≤ l < 2^b,

    D = c₀ + l·2^b + h of the pair before = q·2^2b + r,  0 ≤ r < 2^2b,

and r + q of the digit before it is right but for a carry of 1 or −1, which is rare. With |c| < 2^48 all stays below 2^51; U, h and q have
the constants 2^51, 2^(51 − b) and 2^(51 − 2b) added, so that shifts need no sign.

The product comes in streams, one for each part of the transform, that begin on bytes and do not know of each other; what is left at
the end of each is added to the next one when all have been written.
"""

import numpy as np
from llvmlite import ir
from numba.core import types

from pi_engine.bigint.fft.description import fft_record as at
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
    any_bit,
    bits_of,
    broadcast_integer,
    broadcast_wide,
    broadcast_wide_integer,
    fma,
    fms,
    integers,
    larger,
    shift_left,
    shift_right,
    shuffle,
    slide_one,
    wide_integers,
)
from pi_engine.bigint.vectors.widths import WIDE, WIDTH
from pi_engine.bigint.vectors.words import stack, store
from pi_engine.runtime.compilation.routine import routine

_I64 = ir.IntType(64)
HALF = 51
"""log2 of what is added to a coefficient."""
ROUNDING = 1.5 * 2.0**52
HIGH, QUOTIENT, CARRY = 0, 4, 8
"""Of a stream's state: h and q of the last four digits, and the carry out of them."""


@instruction(integers(wide_integers))
def even_lanes(builder, value):
    """Lanes 0, 2, 4, …"""
    return shuffle(builder, value, value, list(range(0, WIDE, 2)))


@instruction(integers(wide_integers))
def odd_lanes(builder, value):
    """Lanes 1, 3, 5, …"""
    return shuffle(builder, value, value, list(range(1, WIDE, 2)))


@instruction(types.void(types.int64, types.int64, integers))
def scatter_four(builder, target, offsets, value):
    """Write lane l to target + the l-th of the int64 at `offsets`, one after the other: words may overlap."""
    for lane in range(WIDTH):
        place = builder.inttoptr(builder.add(offsets, ir.Constant(_I64, 8 * lane)), _I64.as_pointer())
        word = builder.extract_element(value, ir.Constant(ir.IntType(32), lane))
        builder.store(word, builder.inttoptr(builder.add(target, builder.load(place)), _I64.as_pointer()), align=1)


@routine
def begin_stream(state, bits):
    """The state before the first digit."""
    store_vector(state, HIGH, broadcast_integer(np.int64(1) << (HALF - bits)))
    store_vector(state, QUOTIENT, broadcast_integer(np.int64(1) << (HALF - 2 * bits)))
    store(np.uint64(state), CARRY, np.uint64(0))


@routine
def left_over(state, bits):
    """What a stream has for its next digit: at most 2^51 in size."""
    high, quotient = load_integer(state, HIGH + 3), load_integer(state, QUOTIENT + 3)
    one = np.int64(1)
    return high - (one << (HALF - bits)) + quotient - (one << (HALF - 2 * bits)) + load_integer(state, CARRY)


@routine
def add_left_over(out, out_bytes, place, value):
    """Add a signed number to the bytes from `place` on."""
    while value and place < out_bytes:
        value += load_byte(out + place)
        store_byte(out + place, value & 255)
        value >>= 8
        place += 1


@routine
def _carried(digits, carry, double_bits):
    """Four digits with the carry that comes in; and the one that goes out."""
    room = stack(4)
    place = np.int64(room)
    store_vector(place, 0, digits)
    for lane in range(4):
        digit = load_integer(place, lane) + carry
        carry = digit >> double_bits
        store(room, lane, np.uint64(digit & ((np.int64(1) << double_bits) - 1)))
    return load_integers(place, 0), carry


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
    rounding = broadcast_wide(ROUNDING)
    mask = broadcast_wide_integer((one << 52) - 1)
    shift, shift_double = broadcast_integer(bits), broadcast_integer(2 * bits)
    low_mask, digit_mask = broadcast_integer((one << bits) - 1), broadcast_integer((one << (2 * bits)) - 1)
    too_much = broadcast_integer(-one << (2 * bits))
    high_bias, quotient_bias = broadcast_integer(one << (HALF - bits)), broadcast_integer(one << (HALF - 2 * bits))
    left, right = load_integers(table, at.PACK_LEFT), load_integers(table, at.PACK_RIGHT)
    offsets = table + 8 * at.PACK_BYTES
    high_before, quotient_before = load_integers(state, HIGH), load_integers(state, QUOTIENT)
    carry = load_integer(state, CARRY)
    zero = broadcast_integer(0)
    distances = broadcast_wide(0.0)
    for i in range(0, count, 8):
        if place >= out_bytes:
            break
        z = load_wide(coefficients, i)
        rounded = fma(z, scale, rounding)
        distances = larger(absolute(fms(z, scale, rounded - rounding)), distances)
        values = bits_of(rounded) & mask
        odd = odd_lanes(values)
        high = shift_right(odd, shift)
        sums = even_lanes(values) + shift_left(odd & low_mask, shift) + (slide_one(high_before, high) - high_bias)
        quotient = shift_right(sums, shift_double)
        digit = (sums & digit_mask) + (slide_one(quotient_before, quotient) - quotient_bias)
        high_before, quotient_before = high, quotient
        if carry != 0 or any_bit(digit & too_much) != 0:
            digit, carry = _carried(digit, carry, 2 * bits)
        words = shift_left(digit, left) | shift_right(slide_one(zero, digit), right)
        if place + bits + 8 <= out_bytes and not (last and i + 8 == count):
            scatter_four(out + place, offsets, words)
        else:
            scatter_four(room, offsets, words)
            for j in range(min(bits, out_bytes - place)):
                store_byte(out + place + j, load_byte(room + j))
        place += bits
    store_vector(state, HIGH, high_before)
    store_vector(state, QUOTIENT, quotient_before)
    store(np.uint64(state), CARRY, np.uint64(carry))
    return distances
