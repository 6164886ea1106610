"""The column pass: limbs in, rows of the matrix out.

Point i = r·C + c of the polynomial stands in row r, column c. A strip of eight neighbouring columns (a cache line wide,
and eight coefficients of b bits are exactly b bytes) is cut out of the limbs for all rows and all primes into a buffer
that fits the L2 cache, transformed there, and written to the rows.
"""

from pi_engine.bigint.heads import split_heads
from pi_engine.bigint.layout import CONSTANTS, ONE_OVER_P, PRIME, STRIP, WIDE, WIDTH
from pi_engine.bigint.modular import mulmod
from pi_engine.bigint.passes import forward
from pi_engine.bigint.simd import broadcast, broadcast_integer, broadcast_wide, doubles_of, shift_right, widen
from pi_engine.bigint.simd_memory import (
    gather_words,
    load_byte,
    load_double,
    load_integers,
    load_wide,
    prefetch,
    store,
    store_byte,
    store_streaming,
)
from pi_engine.runtime.compilation import routine


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
        store(target, place, doubles_of((words & mask_vector) | exponent) - two52)


@routine
def _reduce_digits(x, source, rows, digits, powers, p):
    """Residues Σ d_t·2^(β·t) of `rows` times eight coefficients, at most (0.29 + 0.53·3)·p: d_0 is not reduced.

    powers: float64[digits][2], 2^(β·t) modulo p and that over p.
    """
    p = widen(p)
    w1, w1_q = broadcast_wide(load_double(powers, 2)), broadcast_wide(load_double(powers, 3))
    step = 64 * digits
    if digits == 2:
        for _ in range(rows):
            store(x, 0, load_wide(source, 0) + mulmod(load_wide(source, 8), w1, w1_q, p))
            x += 64
            source += step
        return
    w2, w2_q = broadcast_wide(load_double(powers, 4)), broadcast_wide(load_double(powers, 5))
    if digits == 3:
        for _ in range(rows):
            low = load_wide(source, 0) + mulmod(load_wide(source, 8), w1, w1_q, p)
            store(x, 0, low + mulmod(load_wide(source, 16), w2, w2_q, p))
            x += 64
            source += step
        return
    w3, w3_q = broadcast_wide(load_double(powers, 6)), broadcast_wide(load_double(powers, 7))
    for _ in range(rows):
        low = load_wide(source, 0) + mulmod(load_wide(source, 8), w1, w1_q, p)
        high = mulmod(load_wide(source, 16), w2, w2_q, p) + mulmod(load_wide(source, 24), w3, w3_q, p)
        store(x, 0, low + high)
        x += 64
        source += step


@routine
def forward_columns(
    source, source_bytes, digits, mask, coefficient_bits, offsets, primes, powers, constants, heads, levels,
    tables, table_stride, head_stride, columns, out, row_stride, prime_stride, streaming, scratch, first, last,
):  # fmt: skip
    """Extract and transform the strips first … last-1 of all rows, for `primes` primes.

    source: limbs, source_bytes of them readable. tables: the heads' twiddles, head_stride bytes a head, table_stride a
    prime. scratch: room for a block of padded source (1 KiB), rows·STRIP doubles, and digits times as much. streaming:
    whether the rows should bypass the caches, because they do not fit them.
    """
    rows = heads << (2 * levels)
    quantity = STRIP << (2 * levels)
    buffer = scratch + 1024
    cut = buffer + 8 * STRIP * rows
    row_bytes = columns // 8 * coefficient_bits
    needed = coefficient_bits + 8
    zero = broadcast_wide(0.0)
    for strip in range(first, last):
        used = 0
        place = strip * (STRIP // 8) * coefficient_bits
        while used < rows and place < source_bytes:
            for part in range(STRIP // 8):
                start = place + part * coefficient_bits
                block = source + start
                for line in range(0, coefficient_bits + 64, 64):
                    prefetch(block + STRIP // 8 * coefficient_bits + line)
                if start + needed > source_bytes:
                    # Past the end there may be no memory: complete the block with zeros.
                    for i in range(needed):
                        store_byte(scratch + i, load_byte(block + i) if start + i < source_bytes else 0)
                    block = scratch
                _cut(block, digits, mask, offsets, cut + 64 * digits * (STRIP // 8 * used + part))
            place += row_bytes
            used += 1
        for k in range(primes):
            prime_constants = constants + 8 * CONSTANTS * k
            p = broadcast(load_double(prime_constants, PRIME))
            one_over_p = broadcast(load_double(prime_constants, ONE_OVER_P))
            _reduce_digits(buffer, cut, STRIP // 8 * used, digits, powers + 16 * digits * k, p)
            for i in range(STRIP * used, STRIP * rows, WIDE):
                store(buffer, i, zero)
            split_heads(buffer, heads, quantity, prime_constants)
            for head in range(heads):
                table = tables + k * table_stride + head * head_stride
                forward(buffer + 8 * head * quantity, levels, STRIP, table, 0, one_over_p, p)
            target = out + 8 * (k * prime_stride + strip * STRIP)
            if streaming:
                for r in range(rows):
                    for i in range(0, STRIP, WIDE):
                        store_streaming(target, r * row_stride + i, load_wide(buffer, STRIP * r + i))
            else:
                for r in range(rows):
                    for i in range(0, STRIP, WIDE):
                        store(target, r * row_stride + i, load_wide(buffer, STRIP * r + i))
