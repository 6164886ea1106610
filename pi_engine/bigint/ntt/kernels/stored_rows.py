"""The first and the last pass in two steps, for numbers and remainders that go through a file: row by row, and columns in place.

`columns` needs all limbs of an operand at once, `finish` the remainders modulo all primes. Where memory holds neither, an operand is
cut into coefficients row after row, and then its columns are transformed in place; and each prime's columns are transformed
back in place. Point i = r·C + c stands in row r, column c, so that the rows, one after the other, are the coefficients in their
order; a pass over the rows of all primes, a few at a time, makes the integer of them.
"""

import numpy as np

from pi_engine.bigint.ntt.description import record as at
from pi_engine.bigint.ntt.description.layout import COLUMN_BLOCK, CRT_BLOCK, CRT_DOUBLES, SPILL_GROUPS
from pi_engine.bigint.ntt.kernels.crt_and_carry import clear_state, clear_sums, digits_from_sums, pack, sums_of_eight
from pi_engine.bigint.ntt.kernels.finish import BEYOND, put
from pi_engine.bigint.ntt.kernels.passes.column_passes import forward_column_block, inverse_column_block
from pi_engine.bigint.vectors.load_store import load_integer, load_long, store_vector
from pi_engine.bigint.vectors.simd import LONG
from pi_engine.bigint.vectors.words import is_sealed_at
from pi_engine.runtime.compilation.routine import kernel


@kernel("int64(int64, int64, int64, int64, int64, int64)")
def columns_in_place(record, data, used, scratch, first, last):
    """Transform the column blocks first … last-1 in place, for the primes of a record; `used` rows are filled, the others count as 0.

    data: the rows modulo the record's first prime, residues as `columns` makes them. scratch: rows·COLUMN_BLOCK doubles. Returns
    whether the record is sound, 0 or 1.
    """
    if not is_sealed_at(np.uint64(record), at.FIELDS):
        return 0
    primes = load_integer(record, at.PRIMES)
    row_stride, prime_stride = load_integer(record, at.ROW_STRIDE), load_integer(record, at.PRIME_STRIDE)
    for column_block in range(first, last):
        for k in range(primes):
            target = data + 8 * (COLUMN_BLOCK * column_block + k * prime_stride)
            place, copy = target, scratch
            for _ in range(used):
                for i in range(0, COLUMN_BLOCK, LONG):
                    store_vector(copy, i, load_long(place, i))
                copy += 8 * COLUMN_BLOCK
                place += 8 * row_stride
            forward_column_block(record, k, scratch, used, target, 8 * COLUMN_BLOCK)
    return 1


@kernel("int64(int64, int64, int64, int64, int64)")
def inverse_columns(record, data, scratch, first, last):
    """Transform the column blocks first … last-1 back in place, for the primes of a record.

    data: the rows modulo the record's first prime. scratch: rows·COLUMN_BLOCK doubles. Returns whether the record is sound, 0 or 1.
    """
    if not is_sealed_at(np.uint64(record), at.FIELDS):
        return 0
    primes, rows = load_integer(record, at.PRIMES), load_integer(record, at.ROWS)
    row_stride, prime_stride = load_integer(record, at.ROW_STRIDE), load_integer(record, at.PRIME_STRIDE)
    for column_block in range(first, last):
        for k in range(primes):
            place = data + 8 * (COLUMN_BLOCK * column_block + k * prime_stride)
            inverse_column_block(record, k, place, scratch)
            source = scratch
            for _ in range(rows):
                for i in range(0, COLUMN_BLOCK, LONG):
                    store_vector(place, i, load_long(source, i))
                source += 8 * COLUMN_BLOCK
                place += 8 * row_stride
    return 1


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def finish_rows(record, data, stride, out, out_bytes, start, scratch, first, last):
    """Rows first … last-1 of a piece, from remainders to bytes of the product; those at and past out_bytes are dropped.

    record: for all primes of a size. data: the piece modulo the first prime; those modulo the others follow at `stride` doubles.
    start: which row of the matrix the piece begins with. scratch: 8·CRT_DOUBLES bytes, a state, and a spill: a little-endian
    integer of SPILL_GROUPS·D·β bytes that is to be added behind the last row. Returns whether the record and its tables are
    sound, 0 or 1.
    """
    if not is_sealed_at(np.uint64(record), at.FIELDS):
        return 0
    digits, beta, bits = load_integer(record, at.DIGITS), load_integer(record, at.BETA), load_integer(record, at.BITS)
    packing, beta_scales = load_integer(record, at.PACKING_AT), load_integer(record, at.BETA_SCALES_AT)
    for i in range(8):
        if not 0 <= load_integer(packing, i) < bits:
            return 0  # a faulty machine's: bytes that no coefficient has
    primes, groups = load_integer(record, at.PRIMES), load_integer(record, at.COLUMNS) // 8
    row_stride = load_integer(record, at.ROW_STRIDE)
    constants, cofactors = load_integer(record, at.CONSTANTS_AT), load_integer(record, at.COFACTORS_AT)
    state = scratch + 8 * CRT_DOUBLES
    block = scratch + 8 * CRT_BLOCK
    clear_state(state, digits, beta, beta_scales)
    for r in range(first, last):
        for group in range(groups):
            place = ((start + r) * groups + group) * bits
            if place >= out_bytes:
                break
            source = data + 8 * (r * row_stride + 8 * group)
            sums_of_eight(source, stride, primes, beta_scales, constants, cofactors, scratch)
            digits_from_sums(digits, beta, beta_scales, state, scratch)
            if (r < last - 1 or group < groups - 1) and place + bits + BEYOND <= out_bytes:
                pack(out + place, digits, beta, packing, scratch)
            else:
                # The bytes behind this block are another thread's, or nobody's.
                pack(block, digits, beta, packing, scratch)
                put(block, out + place, min(bits, out_bytes - place))
    clear_sums(digits, beta_scales, scratch)
    spill = state + 8 * load_integer(record, at.STATE)
    for _ in range(SPILL_GROUPS):
        digits_from_sums(digits, beta, beta_scales, state, scratch)
        pack(block, digits, beta, packing, scratch)
        put(block, spill, bits)
        spill += bits
    return 1
