"""The column pass: limbs in, rows of the matrix out.

Point i = r·C + c of the polynomial stands in row r, column c. A column block is cut out of the limbs for all rows and
all primes, into a buffer that fits the L2 cache, eight columns at a time: they are a cache line wide, and eight
coefficients of b bits are exactly b bytes. The block is transformed in the buffer, and written to the rows.
"""

import numpy as np

from pi_engine.bigint.ntt.description.layout import COLUMN_BLOCK, CONSTANTS, PRIME
from pi_engine.bigint.ntt.description.record import (
    BETA,
    BITS,
    BLOCK_BYTES,
    COLUMNS,
    CONSTANTS_AT,
    DIGITS,
    FIELDS,
    OFFSETS_AT,
    POWERS_AT,
    PRIME_STRIDE,
    PRIMES,
    ROWS,
)
from pi_engine.bigint.ntt.kernels.passes.column_passes import forward_column_block
from pi_engine.bigint.vectors.load_store import (
    gather_words,
    load_byte,
    load_double,
    load_integer,
    load_integers,
    load_wide,
    prefetch,
    store_byte,
    store_vector,
)
from pi_engine.bigint.vectors.modular import rounded_product
from pi_engine.bigint.vectors.simd import (
    broadcast,
    broadcast_integer,
    broadcast_wide,
    doubles_of,
    fnma,
    shift_right,
    widen,
)
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.bigint.vectors.words import is_sealed_at
from pi_engine.runtime.compilation.routine import kernel, routine


@routine
def _cut(source, digits, mask, offsets, target):
    """The digits of eight coefficients at byte address `source`: float64[digits][8], each below 2^β.

    offsets: byte offsets int64[digits][8], then shift counts int64[digits][8].
    """
    exponent = broadcast_integer(0x4330000000000000)
    two52 = broadcast(2.0**52)
    mask_vector = broadcast_integer(mask)
    for place in range(0, 8 * digits, WIDTH):
        words = shift_right(gather_words(source, offsets, place), load_integers(offsets, 8 * digits + place))
        store_vector(target, place, doubles_of((words & mask_vector) | exponent) - two52)


@routine(forceinline=True)
def _append_digit(x, digit, base, base_q, p):
    """x·2^β + digit modulo p: a product with a power of two is exact, and needs no second part."""
    return fnma(rounded_product(x, base_q), p, x * base) + digit


@routine
def _reduce_digits(x, source, rows, digits, powers, p):
    """Residues Σ d_t·2^(β·t) of `rows` times eight coefficients, at most 0.93·p.

    powers: 2^β, and that over p. With |x| ≤ 0.93·p < 2^50, x·2^β/p < 2^49 is rounded by at most 2^-4 before it is
    rounded to an integer: |x·2^β mod p| ≤ (1/2 + 2^-5)·p; 2^48 ≤ 0.4·p.
    """
    base, base_q = broadcast_wide(load_double(powers, 0)), broadcast_wide(load_double(powers, 1))
    p = widen(p)
    for _ in range(rows):
        value = load_wide(source, 8 * digits - 8)
        for place in range(8 * digits - 16, -8, -8):
            value = _append_digit(value, load_wide(source, place), base, base_q, p)
        store_vector(x, 0, value)
        x += 64
        source += 64 * digits


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def forward_columns(record, source, source_bytes, target, scratch, first, last):
    """Extract and transform the column blocks first … last-1 of all rows, for the primes of a record (`record`).

    source: limbs, source_bytes of them readable. target: where the rows go. scratch: `record.Scratch.columns` bytes, for a
    block of padded source, rows·COLUMN_BLOCK doubles, and digits times as much. Returns whether the record and its tables
    are sound, 0 or 1.
    """
    if not is_sealed_at(np.uint64(record), FIELDS):
        return 0
    digits, bits, offsets = load_integer(record, DIGITS), load_integer(record, BITS), load_integer(record, OFFSETS_AT)
    for i in range(8 * digits):
        if not 0 <= load_integer(offsets, i) <= bits:
            return 0  # a faulty machine's: bytes that no coefficient has
    mask = (1 << load_integer(record, BETA)) - 1
    primes, rows = load_integer(record, PRIMES), load_integer(record, ROWS)
    prime_stride = load_integer(record, PRIME_STRIDE)
    constants, powers = load_integer(record, CONSTANTS_AT), load_integer(record, POWERS_AT)
    buffer = scratch + BLOCK_BYTES
    cut = buffer + 8 * COLUMN_BLOCK * rows
    row_bytes = load_integer(record, COLUMNS) // 8 * bits
    needed = bits + 8
    for column_block in range(first, last):
        used = 0
        place = column_block * (COLUMN_BLOCK // 8) * bits
        while used < rows and place < source_bytes:
            for part in range(COLUMN_BLOCK // 8):
                start = place + part * bits
                block = source + start
                for line in range(0, bits + 64, 64):
                    prefetch(block + COLUMN_BLOCK // 8 * bits + line)
                if start + needed > source_bytes:
                    # Past the end there may be no memory: complete the block with zeros.
                    for i in range(needed):
                        store_byte(scratch + i, load_byte(block + i) if start + i < source_bytes else 0)
                    block = scratch
                _cut(block, digits, mask, offsets, cut + 64 * digits * (COLUMN_BLOCK // 8 * used + part))
            place += row_bytes
            used += 1
        for k in range(primes):
            p = broadcast(load_double(constants + 8 * CONSTANTS * k, PRIME))
            _reduce_digits(buffer, cut, COLUMN_BLOCK // 8 * used, digits, powers + 16 * digits * k, p)
            # Where the next prime's rows will be written, or those of the next column block.
            ahead = 8 * prime_stride if k < primes - 1 else 8 * (COLUMN_BLOCK - k * prime_stride)
            forward_column_block(
                record, k, buffer, used, target + 8 * (k * prime_stride + column_block * COLUMN_BLOCK), ahead
            )
    return 1
