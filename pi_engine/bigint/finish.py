"""The last pass: columns back, remainders to digits, digits to limbs, a strip of columns at a time.

A strip gives every row STRIP neighbouring coefficients. What they add to the next ones (upper digits, a carry) waits in
the row's state for the next strip; what is left behind a thread's last strip is a spill, added to the product when all
threads have ended.
"""

from pi_engine.bigint.crt import clear_digits, digits_of_eight, overlap, pack
from pi_engine.bigint.heads import join_heads
from pi_engine.bigint.layout import CONSTANTS, CRT_BLOCK, CRT_DOUBLES, ONE_OVER_P, PRIME, SPILL_GROUPS, STRIP, WIDE
from pi_engine.bigint.passes import inverse
from pi_engine.bigint.simd import broadcast, broadcast_wide
from pi_engine.bigint.simd_memory import (
    load_byte,
    load_double,
    load_wide,
    load_word,
    prefetch,
    store,
    store_byte,
    store_word,
)
from pi_engine.runtime.compilation import routine


@routine
def _invert_strip(
    data, row_stride, prime_stride, primes, constants, heads, levels, tables, table_stride, head_stride, buffer
):
    """The inverse column pass of a strip, float64[primes][rows][STRIP], unscaled: rows times too large."""
    rows = heads << (2 * levels)
    quantity = STRIP << (2 * levels)
    for k in range(primes):
        prime_constants = constants + 8 * CONSTANTS * k
        p = broadcast(load_double(prime_constants, PRIME))
        one_over_p = broadcast(load_double(prime_constants, ONE_OVER_P))
        source = data + 8 * k * prime_stride
        for r in range(rows):
            for i in range(0, STRIP, WIDE):
                store(buffer, STRIP * r + i, load_wide(source, r * row_stride + i))
        for head in range(heads):
            table = tables + k * table_stride + (head + heads) * head_stride
            inverse(buffer + 8 * head * quantity, levels, STRIP, table, one_over_p, p)
        join_heads(buffer, heads, quantity, prime_constants)
        buffer += 8 * STRIP * rows


@routine
def finish_columns(
    data, row_stride, prime_stride, columns, primes, constants, heads, levels, tables, table_stride, head_stride,
    digits, beta, beta_scales, cofactors, packing, out, out_bytes, spills, state_size, scratch, first, last,
):  # fmt: skip
    """Strips first … last-1 from residues to bytes of the product; those at and past out_bytes are dropped.

    tables: as in forward_columns; the conjugate tables of the heads follow those of the heads.
    spills: rows · SPILL_GROUPS · D·β bytes and 8 more, little-endian integers, row r's to be added behind the row's
    last strip.
    """
    rows = heads << (2 * levels)
    bits = digits * beta
    states = scratch + 8 * CRT_DOUBLES
    buffer = states + 8 * state_size * rows
    block = scratch + 8 * CRT_BLOCK
    carry_at = 64 * (digits + 1)
    for i in range(0, rows * state_size, WIDE):
        store(states, i, broadcast_wide(0.0))
    for strip in range(first, last):
        _invert_strip(
            data + 8 * STRIP * strip, row_stride, prime_stride, primes, constants, heads, levels,
            tables, table_stride, head_stride, buffer,
        )  # fmt: skip
        for r in range(rows):
            state = states + 8 * state_size * r
            carry = load_word(state + carry_at)
            for part in range(STRIP // 8):
                place = (r * (columns // 8) + strip * (STRIP // 8) + part) * bits
                if place >= out_bytes:
                    break
                source = buffer + 8 * (STRIP * r + 8 * part)
                for k in range(primes):
                    # The next strip, a line of each prime at a time, while there is arithmetic to hide it.
                    prefetch(data + 8 * (STRIP * (strip + 1) + k * prime_stride + r * row_stride + 8 * part))
                digits_of_eight(source, STRIP * rows, primes, digits, beta_scales, constants, cofactors, scratch)
                overlap(digits, state, scratch)
                if (strip < last - 1 or part < STRIP // 8 - 1) and place + bits + 8 <= out_bytes:
                    carry = pack(out + place, digits, beta, carry, packing, scratch)
                else:
                    # The bytes behind this block are another thread's, or nobody's.
                    carry = pack(block, digits, beta, carry, packing, scratch)
                    for i in range(min(bits, out_bytes - place)):
                        store_byte(out + place + i, load_byte(block + i))
            store_word(state + carry_at, carry)
    clear_digits(digits, scratch)
    for r in range(rows):
        state = states + 8 * state_size * r
        carry = load_word(state + carry_at)
        for _ in range(SPILL_GROUPS):
            overlap(digits, state, scratch)
            carry = pack(spills, digits, beta, carry, packing, scratch)
            spills += bits
