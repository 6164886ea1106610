"""Residues of limbs: modulo 2^61 − 1 in columns, and modulo any odd prime below 2^61 by weighted sums.

Modulo 2^61 − 1: 2^(64·61) = (2^61)^64 ≡ 1, so limbs whose places differ by a multiple of 61 weigh the same and are simply added, low
and high halves apart. Columns are added eight rows of 61 at a time, 488 columns, so that vectors come out even; each limb
is only added, the weights are applied to the 61 sums at the end. A half is below 2^32, so a column holds 2^32 rows.

Modulo q: Σ limb_i·w_i with w_i = 2^(64·i) mod q. A product is below 2^125, so eight are summed in two words; blocks of
256 limbs are then weighted and added, with Montgomery's reduction. A multiplication and two additions a limb; with AVX-512 half of
that (`row_sums`). As fast as one core reads memory, so that both moduli together cost little more than the reading,
where a piece stays in cache for both.

The routines take addresses, so that the transform can sum what it has in cache anyway instead of reading memory twice.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.residues.kernels import modulus_table as at
from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.bigint.residues.kernels.residue_lanes import LANES, next_lanes, store_lanes, top_lanes
from pi_engine.bigint.residues.kernels.row_sums import FOUND, IN_VECTORS, add_rows
from pi_engine.bigint.vectors.words import dot_8, load, multiply_wide, stack, store
from pi_engine.runtime.compilation.routine import kernel, routine

MERSENNE = np.uint64(M61)
PLACES = BITS  # of limbs that weigh differently
COLUMNS = 8 * PLACES
TOGETHER = 8  # rows added in registers before the columns are touched: measured, 4 and 16 are slower
COLUMNS_FROM = 8000  # limbs from which columns are the faster way, on AMD Zen 5
PIECE = 1 << 15  # limbs: 256 KiB, for the second-level cache; a multiple of BLOCK and of ROW·ROWS
IN_VECTORS_FROM = 160  # limbs from which rows are the faster way, on AMD Zen 4
HALF = np.uint64(2**32 - 1)
ZERO, ONE, THREE, HALF_BITS, SIXTY_ONE = np.uint64(0), np.uint64(1), np.uint64(3), np.uint64(32), np.uint64(BITS)


@routine
def reduce_mersenne(x):
    """X mod 2^61 − 1, for any word x; the result is below the modulus."""
    x = (x & MERSENNE) + (x >> SIXTY_ONE)
    return x - MERSENNE if x >= MERSENNE else x


@routine
def add_mersenne(x, y):
    """X + y for reduced x, y."""
    return reduce_mersenne(x + y)


@routine
def multiply_mersenne(x, y):
    """x·y for reduced x, y: 122 bits, and the upper 61 weigh 1."""
    low, high = multiply_wide(x, y)
    return reduce_mersenne((low & MERSENNE) + ((high << THREE) | (low >> SIXTY_ONE)))


@routine
def rotate_mersenne(x, count):
    """x·2^count for reduced x and 0 ≤ count < 61."""
    k = np.uint64(count)
    return reduce_mersenne(((x << k) & MERSENNE) | (x >> (SIXTY_ONE - k)))


@routine
def place_mersenne(residue, start):
    """residue·2^(64·start): what a piece of a number weighs that begins at limb `start`."""
    return rotate_mersenne(residue, 3 * (start % PLACES) % BITS)


@routine
def _add_rows(address, n, low, high):
    """Add n limbs into the 488 columns at `low` and `high`, the halves of the limbs apart."""
    step = TOGETHER * COLUMNS
    full = n - n % step
    for base in range(0, full, step):
        for c in range(COLUMNS):
            s, t = ZERO, ZERO
            for j in range(TOGETHER):
                x = load(address, base + c + j * COLUMNS)
                s += x & HALF
                t += x >> HALF_BITS
            store(low, c, load(low, c) + s)
            store(high, c, load(high, c) + t)
    for base in range(full, n, COLUMNS):
        for c in range(min(COLUMNS, n - base)):
            x = load(address, base + c)
            store(low, c, load(low, c) + (x & HALF))
            store(high, c, load(high, c) + (x >> HALF_BITS))


@routine
def mersenne_residue(address, n):
    """The number of n limbs at `address`, modulo 2^61 − 1."""
    return _by_columns(address, n) if n >= COLUMNS_FROM else _by_lanes(address, n)


@routine
def _by_lanes(address, n):
    """A short number modulo 2^61 − 1, by Horner's rule in vectors of LANES limbs: 2^(64·LANES) = 2^1024 ≡ 2^TURN.

    With a lane a < 2^63, (a·2^TURN mod 2^61) + ⌊a/2^(61 − TURN)⌋ < 2^61 + 2^50, and a limb folds into less than 2^61 +
    8: the lane stays below 2^63.
    """
    rows, rest = n // LANES, n % LANES
    lanes = top_lanes(address + np.uint64(8 * LANES * rows), np.int64(rest))
    for row in range(rows - 1, -1, -1):
        lanes = next_lanes(lanes, address + np.uint64(8 * LANES * row))
    places = stack(LANES)
    store_lanes(places, lanes)
    total = ZERO
    for c in range(LANES):
        total = add_mersenne(total, rotate_mersenne(reduce_mersenne(load(places, c)), 3 * c))
    return total


@routine
def _by_columns(address, n):
    """A long number modulo 2^61 − 1, by columns: about 2 µs more than the reading."""
    low, high = stack(COLUMNS), stack(COLUMNS)
    for c in range(COLUMNS):
        store(low, c, ZERO)
        store(high, c, ZERO)
    _add_rows(address, n, low, high)
    total = ZERO
    for c in range(PLACES):
        s, t = ZERO, ZERO
        for j in range(0, COLUMNS, PLACES):
            s += load(low, c + j)
            t += load(high, c + j)
        total = add_mersenne(total, rotate_mersenne(reduce_mersenne(s), 3 * c % BITS))
        total = add_mersenne(total, rotate_mersenne(reduce_mersenne(t), (3 * c + 32) % BITS))
    return total


@routine
def montgomery(x, y, table):
    """x·y/2^64 mod q, for any word x and y below q."""
    prime = load(table, at.PRIME)
    low, high = multiply_wide(x, y)
    _, cancelled = multiply_wide(low * load(table, at.INVERSE), prime)
    return high - cancelled if high >= cancelled else high - cancelled + prime


@routine
def _block(address, n, table):
    """Up to 256 limbs modulo q. Eight products fit two words; low and high words of those are summed apart, two words each."""
    weights = table + np.uint64(8 * at.WEIGHTS)
    l0, l1, h0, h1 = ZERO, ZERO, ZERO, ZERO
    for i in range(0, n - 7, 8):
        low, high = dot_8(address + np.uint64(8 * i), weights + np.uint64(8 * i))
        l0 += low
        l1 += ONE if l0 < low else ZERO
        h0 += high
        h1 += ONE if h0 < high else ZERO
    for i in range(n - n % 8, n):
        low, high = multiply_wide(load(address, i), load(table, at.WEIGHTS + i))
        l0 += low
        l1 += ONE if l0 < low else ZERO
        h0 += high
        h1 += ONE if h0 < high else ZERO
    total = montgomery(l0, load(table, at.TO_64), table) + montgomery(l1, load(table, at.TO_128), table)
    total += montgomery(h0, load(table, at.TO_128), table) + montgomery(h1, load(table, at.TO_192), table)
    return total % load(table, at.PRIME)  # four terms below 2^61 fit a word


@routine
def add_blocks(total, weight, address, n, table):
    """`total` and the n limbs at `address` times `weight`, which is in Montgomery's form; and the weight of what follows.

    What follows a part of a block has no weight.
    """
    if IN_VECTORS and n >= IN_VECTORS_FROM:
        return add_blocks_of_rows(total, weight, address, n, table)
    return add_blocks_of_words(total, weight, address, n, table)


@routine
def add_blocks_of_words(total, weight, address, n, table):
    """`add_blocks` in blocks of BLOCK words."""
    # Upwards, with the weight of each block kept along; Horner from the top reads memory backwards, at a third of the speed.
    prime = load(table, at.PRIME)
    for base in range(0, n, at.BLOCK):
        block = _block(address + np.uint64(8 * base), min(at.BLOCK, n - base), table)
        total += montgomery(block, weight, table)
        total = total - prime if total >= prime else total
        weight = montgomery(weight, load(table, at.BLOCK_SHIFT), table)
    return total, weight


@routine
def add_blocks_of_rows(total, weight, address, n, table):
    """`add_blocks` in blocks of ROWS rows of ROW words."""
    prime, found = load(table, at.PRIME), stack(FOUND)
    for base in range(0, n, at.ROW * at.ROWS):
        add_rows(address + np.uint64(8 * base), min(at.ROW * at.ROWS, n - base), table, found)
        for half in range(2):
            block = ZERO
            for k in range(half, FOUND, 2):  # six terms below 2^61 fit a word
                block += montgomery(load(found, k), load(table, at.FOLDS + k), table)
            total += montgomery(block, weight, table)
            total = total - prime if total >= prime else total
        weight = montgomery(weight, load(table, at.ROWS_SHIFT), table)
    return total, weight


@kernel("void(int64, int64, int64, int64)")
def residues_at(address, n, table, found):
    """Put the number of n limbs at `address` modulo 2^61 − 1, and modulo the prime of `table`, at `found`.

    A piece at a time, so that it is in cache when it is read again: the slower sum first, which hides the reading.
    """
    place, constants = np.uint64(address), np.uint64(table)
    first, second, weight = ZERO, ZERO, load(constants, at.TO_64)
    for base in range(0, n, PIECE):
        piece, limbs = place + np.uint64(8 * base), min(PIECE, n - base)
        second, weight = add_blocks(second, weight, piece, limbs, constants)
        first = add_mersenne(first, place_mersenne(mersenne_residue(piece, limbs), base))
    store(np.uint64(found), 0, first)
    store(np.uint64(found), 1, second)


@routine
def begin_sums(tables, count, sums):
    """Set the sums of `add_to_sums` to 0: two words for each of `count` tables, which follow each other."""
    for i in range(count):
        store(sums, 2 * i, ZERO)
        store(sums, 2 * i + 1, load(tables + np.uint64(8 * at.TABLE_WORDS * i), at.TO_64))


@routine
def add_to_sums(address, n, tables, count, sums):
    """Add Σ x_i·w^i over the n words that follow, a piece that is in cache, modulo each table's prime with its weights.

    All pieces but the last are of whole blocks: n is a multiple of BLOCK and of ROW·ROWS.
    """
    for i in range(count):
        table = tables + np.uint64(8 * at.TABLE_WORDS * i)
        total, weight = add_blocks(load(sums, 2 * i), load(sums, 2 * i + 1), address, n, table)
        store(sums, 2 * i, total)
        store(sums, 2 * i + 1, weight)


@kernel("void(int64, int64, int64, int64, int64)")
def weighted_sums_at(address, n, tables, count, sums):
    """Put Σ x_i·w^i over n words at `address` into `sums`, modulo each table's prime; its second words are of no use."""
    first, all_tables, found = np.uint64(address), np.uint64(tables), np.uint64(sums)
    begin_sums(all_tables, count, found)
    for base in range(0, n, PIECE):
        add_to_sums(first + np.uint64(8 * base), min(PIECE, n - base), all_tables, count, found)


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def product_is_right(address_a, n, address_b, m, address, count, table):
    """Whether the number of `count` limbs at `address` has the residues of a product, modulo 2^61 − 1 and the table's prime; 0 or 1."""
    constants, found = np.uint64(table), stack(6)
    residues_at(address_a, n, constants, found)
    if address_a == address_b and n == m:
        store(found, 2, load(found, 0))
        store(found, 3, load(found, 1))
    else:
        residues_at(address_b, m, constants, found + np.uint64(16))
    residues_at(address, count, constants, found + np.uint64(32))
    first = multiply_mersenne(load(found, 0), load(found, 2))
    second = montgomery(load(found, 1), load(found, 3), constants)
    second = montgomery(second, load(constants, at.TO_128), constants)
    return np.int64(first == load(found, 4) and second == load(found, 5))
