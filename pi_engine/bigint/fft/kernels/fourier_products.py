"""Products by the complex transform, by one thread: its steps inside other kernels, and a whole product as a kernel.

Every step returns what the proof needs (`error_bound`): `forward_step` the square of the operand's norm, `finish_step` the largest distance
of a coefficient from an integer. Whether `is_proved` says yes decides if the result counts.
"""

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types

from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.kernels.complex_vectors import (
    first_4,
    first_5,
    first_6,
    first_7,
    first_8,
    first_real_4,
    first_real_5,
    first_real_6,
    first_real_7,
    first_real_8,
    last_4,
    last_5,
    last_6,
    last_7,
    last_8,
)
from pi_engine.bigint.fft.kernels.digit_carries import add_left_over, begin_stream, left_over, put_digits
from pi_engine.bigint.fft.kernels.ring_passes import JOIN, MULTIPLY, SPLIT_X, SPLIT_Y, pass_rings
from pi_engine.bigint.fft.kernels.signed_digits import cut_digits
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.load_store import load_double, load_integer, store_double, store_vector
from pi_engine.bigint.vectors.simd import LONG, broadcast_wide, larger
from pi_engine.bigint.vectors.words import is_sealed_at, load, stack, store
from pi_engine.runtime.compilation.routine import kernel, routine

ZERO, ONE = np.uint64(0), np.uint64(1)
SLACK = 1 + 2.0**-40
"""More than the roundings of the comparison itself."""


@instruction(types.float64(types.float64))
def square_root_of(builder, value):
    """The square root, one instruction and no library's function."""
    kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType()])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.sqrt.f64"), [value])


@routine
def _sum_of_lanes(value):
    place = np.int64(stack(8))
    store_vector(place, 0, value)
    total = 0.0
    for lane in range(8):
        total += load_double(place, lane)
    return total


@routine
def _largest_lane(value):
    place = np.int64(stack(8))
    store_vector(place, 0, value)
    largest = 0.0
    for lane in range(8):
        largest = max(largest, load_double(place, lane))
    return largest


@routine
def _first_real(radix, buffer, x, stride, count):
    for i in range(0, count, LONG):
        if radix == 4:
            first_real_4(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 5:
            first_real_5(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 6:
            first_real_6(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 7:
            first_real_7(buffer + 8 * i, x + 16 * i, stride)
        else:
            first_real_8(buffer + 8 * i, x + 16 * i, stride)


@routine
def _first(radix, buffer, x, stride, count):
    for i in range(0, count, LONG):
        if radix == 4:
            first_4(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 5:
            first_5(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 6:
            first_6(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 7:
            first_7(buffer + 8 * i, x + 16 * i, stride)
        else:
            first_8(buffer + 8 * i, x + 16 * i, stride)


@routine
def _last(radix, buffer, x, stride, count):
    for i in range(0, count, LONG):
        if radix == 4:
            last_4(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 5:
            last_5(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 6:
            last_6(buffer + 8 * i, x + 16 * i, stride)
        elif radix == 7:
            last_7(buffer + 8 * i, x + 16 * i, stride)
        else:
            last_8(buffer + 8 * i, x + 16 * i, stride)


@routine
def forward_part(target, source, limbs, record, scratch, ends):
    """`forward_step` of the columns from ends[0] on, as far as ends[1], multiples of CHUNK unless they are the ends of all."""
    points, radix, bits = (
        load_integer(record, at.POINTS),
        load_integer(record, at.RADIX),
        load_integer(record, at.DIGIT_BITS),
    )
    digits = bits, load_integer(record, at.SECOND_LOAD), load_integer(record, at.FIELDS_AT)
    part, source_bytes = points // radix, 8 * limbs
    buffer, padded = scratch + at.BUFFER_AT, scratch + at.PADDED_AT
    is_real = 8 * source_bytes // bits < points
    planes = radix if is_real else 2 * radix
    chunk = min(at.CHUNK, part)
    squares = broadcast_wide(0.0)
    for first in range(ends[0], ends[1], chunk):
        for k in range(planes):
            plane = buffer + 8 * at.CHUNK * k
            squares = squares + cut_digits(source, source_bytes, first + part * k, chunk, plane, digits, padded)
        if is_real:
            _first_real(radix, buffer, target + 16 * first, 16 * part, chunk)
        else:
            _first(radix, buffer, target + 16 * first, 16 * part, chunk)
    return _sum_of_lanes(squares)


@routine
def forward_step(target, source, limbs, record, scratch):
    """Digits of the limbs at `source`, and the first step, into the operand at `target`; returns the sum of the digits' squares.

    An operand of at most half the digits of the size is real: the other half of every point is 0.
    """
    ends = 0, load_integer(record, at.POINTS) // load_integer(record, at.RADIX)
    return forward_part(target, source, limbs, record, scratch, ends)


@routine
def finish_part(out, limbs, x, record, scratch, ends):
    """The last step of the columns from ends[0] as far as ends[1], and their bytes of the lowest `limbs` limbs at `out`.

    What is left at the end of each stream stays in the scratch (`left_over`). Returns the largest distance, infinite where a
    table is damaged.
    """
    points, radix, bits = (
        load_integer(record, at.POINTS),
        load_integer(record, at.RADIX),
        load_integer(record, at.DIGIT_BITS),
    )
    digits = bits, load_integer(record, at.FIELDS_AT)
    for i in range(4):
        if not 0 <= load_integer(digits[1], at.PACK_BYTES + i) < bits:
            return np.inf  # a faulty machine's: bytes that no digit has
    part, out_bytes = points // radix, 8 * limbs
    buffer, room, states = scratch + at.BUFFER_AT, scratch + at.PADDED_AT, scratch + at.STREAMS_AT
    stream_bytes = part // 8 * bits
    scale = broadcast_wide(load_double(record, at.SCALE))
    chunk = min(at.CHUNK, part)
    distances = broadcast_wide(0.0)
    for stream in range(2 * radix):
        begin_stream(states + at.STREAM_BYTES * stream, bits)
    for first in range(ends[0], ends[1], chunk):
        _last(radix, buffer, x + 16 * first, 16 * part, chunk)
        for stream in range(2 * radix):
            place = stream_bytes * stream + first // 8 * bits
            if place < out_bytes:
                found = put_digits(
                    buffer + 8 * at.CHUNK * stream, chunk, (out, out_bytes, place), states + at.STREAM_BYTES * stream,
                    digits, scale, (first + chunk == ends[1], room),
                )  # fmt: skip
                distances = larger(found, distances)
    return _largest_lane(distances)


@routine
def finish_step(out, limbs, x, record, scratch):
    """The last step, and the lowest `limbs` limbs of the number, in two's complement, at `out`.

    Returns the largest distance, infinite where a table is damaged.
    """
    points, radix, bits = (
        load_integer(record, at.POINTS),
        load_integer(record, at.RADIX),
        load_integer(record, at.DIGIT_BITS),
    )
    part = points // radix
    distance = finish_part(out, limbs, x, record, scratch, (0, part))
    for stream in range(2 * radix - 1):
        place = part // 8 * bits * (stream + 1)
        add_left_over(out, 8 * limbs, place, left_over(scratch + at.STREAMS_AT + at.STREAM_BYTES * stream, bits))
    return distance


@routine
def made_positive(place, limbs):
    """Whether the number of a given number of limbs, in two's complement, is negative; then its negative is written instead."""
    if np.int64(load(np.uint64(place), limbs - 1)) >= 0:
        return False
    carry = ONE
    for i in range(limbs):
        value = ~load(np.uint64(place), i) + carry
        store(np.uint64(place), i, value)
        carry = ONE if carry == ONE and value == ZERO else ZERO
    return True


@routine
def error_of(x_squares, y_squares, record):
    """The bound of a coefficient's error, by the squares of the operands' norms."""
    return load_double(record, at.EPSILON) * square_root_of(x_squares * y_squares)


@routine
def is_proved(error, distance):
    """Whether all coefficients were rounded to what they are."""
    return (error + distance) * SLACK < 1.0


@routine
def fourier_product(out, a, n, b, m, record, workspace):
    """Write the product of n and m limbs at a and b to n + m limbs at `out`; returns PROVED, or UNPROVED: then it must not be used.

    A number at the same place as the other is squared. Error bound and largest distance are left in the scratch, at ERROR and DISTANCE.
    """
    step = load_integer(record, at.OPERAND_BYTES)
    x, y, scratch = workspace, workspace + step, workspace + 2 * step
    x_squares = forward_step(x, a, n, record, scratch)
    if a == b and n == m:
        y_squares = x_squares
        pass_rings(SPLIT_X | MULTIPLY | JOIN, x, x, record)
    else:
        y_squares = forward_step(y, b, m, record, scratch)
        pass_rings(SPLIT_X | SPLIT_Y | MULTIPLY | JOIN, x, y, record)
    distance = finish_step(out, n + m, x, record, scratch)
    error = error_of(x_squares, y_squares, record)
    store_double(scratch, at.ERROR, error)
    store_double(scratch, at.DISTANCE, distance)
    return at.PROVED if is_proved(error, distance) else at.UNPROVED


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def multiply_by_fourier(out, a, n, b, m, record, workspace):
    """`fourier_product`, or DAMAGED where the record is; record: see `fft_record`. workspace: on a cache line, `workspace_of` bytes."""
    if not is_sealed_at(np.uint64(record), at.RECORD_FIELDS):
        return at.DAMAGED
    return fourier_product(out, a, n, b, m, record, workspace)
