"""The last pass: columns back, remainders to digits, digits to limbs, a strip of columns at a time.

A strip gives every row STRIP neighbouring coefficients. What they add to the next ones (upper digits, a carry) waits in
the row's state for the next strip; what is left behind a thread's last strip is a spill, added to the product when all
threads have ended.
"""

from pi_engine.bigint.column_passes import inverse_strip
from pi_engine.bigint.crt import clear_state, clear_sums, digits_from_sums, pack, sums_of_eight
from pi_engine.bigint.layout import CONSTANTS, CRT_BLOCK, CRT_DOUBLES, SPILL_GROUPS, STRIP
from pi_engine.bigint.simd_memory import load_byte, load_word, prefetch, store_byte
from pi_engine.runtime.compilation import routine

# Bytes that `pack` may write beyond a block.
_BEYOND = 31


@routine
def _put(block, target, count):
    for i in range(count):
        store_byte(target + i, load_byte(block + i))


@routine
def finish_columns(
    data, row_stride, prime_stride, columns, primes, constants, heads, levels, tables, table_stride, head_stride,
    digits, beta, beta_scales, cofactors, packing, out, out_bytes, spills, state_size, scratch, first, last,
):  # fmt: skip
    """Strips first … last-1 from residues to bytes of the product; those at and past out_bytes are dropped.

    tables: as in forward_columns; the conjugate tables of the heads follow those of the heads.
    spills: rows · SPILL_GROUPS · D·β bytes, little-endian integers, row r's to be added behind the row's
    last strip.
    """
    rows = heads << (2 * levels)
    bits = digits * beta
    for i in range(8):
        if not 0 <= load_word(packing + 8 * i) < bits:
            return  # a faulty machine's: bytes that no coefficient has
    states = scratch + 8 * CRT_DOUBLES
    buffer = states + 8 * state_size * rows
    block = scratch + 8 * CRT_BLOCK
    for r in range(rows):
        clear_state(states + 8 * state_size * r, digits, beta, beta_scales)
    for strip in range(first, last):
        for k in range(primes):
            inverse_strip(
                data + 8 * (STRIP * strip + k * prime_stride), row_stride, heads, levels,
                tables + k * table_stride + heads * head_stride, head_stride, constants + 8 * CONSTANTS * k,
                buffer + 8 * STRIP * rows * k,
            )  # fmt: skip
        for r in range(rows):
            state = states + 8 * state_size * r
            for part in range(STRIP // 8):
                place = (r * (columns // 8) + strip * (STRIP // 8) + part) * bits
                if place >= out_bytes:
                    break
                for k in range(primes):
                    # The next strip, a line of each prime at a time, while there is arithmetic to hide it.
                    prefetch(data + 8 * (STRIP * (strip + 1) + k * prime_stride + r * row_stride + 8 * part))
                sums_of_eight(
                    buffer + 8 * (STRIP * r + 8 * part), STRIP * rows, primes, beta_scales, constants, cofactors,
                    scratch,
                )  # fmt: skip
                digits_from_sums(digits, beta, beta_scales, state, scratch)
                if (strip < last - 1 or part < STRIP // 8 - 1) and place + bits + _BEYOND <= out_bytes:
                    pack(out + place, digits, beta, packing, scratch)
                else:
                    # The bytes behind this block are another thread's, or nobody's.
                    pack(block, digits, beta, packing, scratch)
                    _put(block, out + place, min(bits, out_bytes - place))
    clear_sums(digits, beta_scales, scratch)
    for r in range(rows):
        for _ in range(SPILL_GROUPS):
            digits_from_sums(digits, beta, beta_scales, states + 8 * state_size * r, scratch)
            pack(block, digits, beta, packing, scratch)
            _put(block, spills, bits)
            spills += bits
