"""The last pass: columns back, remainders to digits, digits to limbs, a column block at a time.

A column block gives every row COLUMN_BLOCK neighbouring coefficients. What they add to the next ones (upper digits, a carry) waits in
the row's state for the next block; what is left behind a thread's last block is a spill, added to the product when all
threads have ended.
"""

import numpy as np

from pi_engine.bigint.ntt.description import record as at
from pi_engine.bigint.ntt.description.layout import COLUMN_BLOCK, CRT_BLOCK, CRT_DOUBLES, SPILL_GROUPS
from pi_engine.bigint.ntt.kernels.crt_and_carry import clear_state, clear_sums, digits_from_sums, pack, sums_of_eight
from pi_engine.bigint.ntt.kernels.passes.column_passes import inverse_column_block
from pi_engine.bigint.vectors.load_store import load_byte, load_integer, prefetch, store_byte
from pi_engine.bigint.vectors.words import is_sealed_at
from pi_engine.runtime.compilation.routine import kernel, routine

BEYOND = 31
"""Bytes that `pack` may write beyond a block."""


@routine
def put(block, target, count):
    """Copy a given number of bytes."""
    for i in range(count):
        store_byte(target + i, load_byte(block + i))


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def finish_columns(record, data, out, out_bytes, scratch, first, last):
    """Column blocks first … last-1 from residues to bytes of the product; those at and past out_bytes are dropped.

    record: for all primes of a size, see `record`. scratch: `record.Scratch.finish` bytes. At SPILLS in it are left rows
    little-endian integers of SPILL_GROUPS·D·β bytes, row r's to be added behind the row's last block. Returns whether the record and
    its tables are sound, 0 or 1.
    """
    if not is_sealed_at(np.uint64(record), at.FIELDS):
        return 0
    digits, beta, bits = load_integer(record, at.DIGITS), load_integer(record, at.BETA), load_integer(record, at.BITS)
    packing, beta_scales = load_integer(record, at.PACKING_AT), load_integer(record, at.BETA_SCALES_AT)
    for i in range(8):
        if not 0 <= load_integer(packing, i) < bits:
            return 0  # a faulty machine's: bytes that no coefficient has
    primes, rows = load_integer(record, at.PRIMES), load_integer(record, at.ROWS)
    columns = load_integer(record, at.COLUMNS)
    row_stride, prime_stride = load_integer(record, at.ROW_STRIDE), load_integer(record, at.PRIME_STRIDE)
    constants, cofactors = load_integer(record, at.CONSTANTS_AT), load_integer(record, at.COFACTORS_AT)
    state_bytes = 8 * load_integer(record, at.STATE)
    states = scratch + 8 * CRT_DOUBLES
    buffer = states + state_bytes * rows
    block = scratch + 8 * CRT_BLOCK
    for r in range(rows):
        clear_state(states + state_bytes * r, digits, beta, beta_scales)
    for column_block in range(first, last):
        for k in range(primes):
            source = data + 8 * (COLUMN_BLOCK * column_block + k * prime_stride)
            inverse_column_block(record, k, source, buffer + 8 * COLUMN_BLOCK * rows * k)
        for r in range(rows):
            state = states + state_bytes * r
            for part in range(COLUMN_BLOCK // 8):
                place = (r * (columns // 8) + column_block * (COLUMN_BLOCK // 8) + part) * bits
                if place >= out_bytes:
                    break
                for k in range(primes):
                    # The next column block, a line of each prime at a time, while there is arithmetic to hide it.
                    following = COLUMN_BLOCK * (column_block + 1) + k * prime_stride
                    prefetch(data + 8 * (following + r * row_stride + 8 * part))
                sums_of_eight(
                    buffer + 8 * (COLUMN_BLOCK * r + 8 * part), COLUMN_BLOCK * rows, primes, beta_scales, constants, cofactors,
                    scratch,
                )  # fmt: skip
                digits_from_sums(digits, beta, beta_scales, state, scratch)
                if (column_block < last - 1 or part < COLUMN_BLOCK // 8 - 1) and place + bits + BEYOND <= out_bytes:
                    pack(out + place, digits, beta, packing, scratch)
                else:
                    # The bytes behind this block are another thread's, or nobody's.
                    pack(block, digits, beta, packing, scratch)
                    put(block, out + place, min(bits, out_bytes - place))
    clear_sums(digits, beta_scales, scratch)
    spill = scratch + load_integer(record, at.SPILLS)
    for r in range(rows):
        for _ in range(SPILL_GROUPS):
            digits_from_sums(digits, beta, beta_scales, states + state_bytes * r, scratch)
            pack(block, digits, beta, packing, scratch)
            put(block, spill, bits)
            spill += bits
    return 1
