"""The row pass: forward for one or both operands, the product, and back, while a row is in the cache."""

import numpy as np

from pi_engine.bigint.ntt.description.layout import (
    ADD,
    CONSTANTS,
    FORWARD_A,
    FORWARD_B,
    INVERSE,
    MULTIPLY,
    ONE_OVER_P,
    PRIME,
    SQUARE,
)
from pi_engine.bigint.ntt.description.record import (
    COLUMNS,
    CONJUGATES_AT,
    CONSTANTS_AT,
    FIELDS,
    PRIME_STRIDE,
    QUARTER_COUNT,
    QUARTERS_AT,
    ROW_PASSES,
    ROW_SEEDS_AT,
    ROW_STRIDE,
    ROW_TABLE_DOUBLES,
    ROWS,
)
from pi_engine.bigint.ntt.kernels.passes.binomial import multiply_rings
from pi_engine.bigint.ntt.kernels.passes.row_passes import (
    forward_long,
    forward_subtree,
    inverse_long,
    inverse_subtree,
    split_subtrees,
)
from pi_engine.bigint.ntt.kernels.passes.twiddles import build_table, level_doubles
from pi_engine.bigint.vectors.load_store import load_double, load_integer, load_long, store_vector
from pi_engine.bigint.vectors.modular import reduce
from pi_engine.bigint.vectors.simd import LONG, broadcast_long
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.bigint.vectors.words import is_sealed_at
from pi_engine.runtime.compilation.routine import kernel, routine


@routine
def _add(a, b, count, one_over_p, p):
    for i in range(0, count, LONG):
        store_vector(a, i, reduce(load_long(a, i) + load_long(b, i), one_over_p, p))


@routine
def _transform_row(record, constants, mode, a, b, tables, which, ahead):
    """One row of a and of b, by table `which` of two, the other being its conjugate row's; asks for the rows `ahead` bytes further on.

    Subtree after subtree goes through all steps: both operands' and both tables' parts stay in the L1 cache.
    """
    p = broadcast_long(load_double(constants, PRIME))
    one_over_p = broadcast_long(load_double(constants, ONE_OVER_P))
    levels, table_doubles = load_integer(record, ROW_PASSES), load_integer(record, ROW_TABLE_DOUBLES)
    table, conjugate = tables + 8 * table_doubles * which, tables + 8 * table_doubles * (1 - which)
    scratch = tables + 16 * table_doubles
    nodes, quarter, offset, lazy = split_subtrees(levels)
    if mode & FORWARD_A:
        forward_long(a, levels, table, one_over_p, p)
    if mode & FORWARD_B:
        forward_long(b, levels, table, one_over_p, p)
    last_level = table + 8 * (table_doubles - level_doubles(load_integer(record, COLUMNS) // 16))
    for subtree in range(nodes):
        place = 32 * quarter * subtree
        if mode & FORWARD_A:
            forward_subtree(a + place, subtree, nodes, quarter, table + offset, lazy, ahead, constants)
        if mode & FORWARD_B:
            forward_subtree(b + place, subtree, nodes, quarter, table + offset, lazy, ahead, constants)
        if mode & (MULTIPLY | SQUARE):
            factor = b if mode & MULTIPLY else a
            rings = last_level + 48 * (quarter // WIDTH) * subtree
            multiply_rings(a + place, factor + place, rings, quarter // WIDTH, scratch, one_over_p, p)
        if mode & ADD:
            _add(a + place, b + place, 4 * quarter, one_over_p, p)
        if mode & INVERSE:
            inverse_subtree(a + place, subtree, nodes, quarter, conjugate + offset, one_over_p, p)
    if mode & INVERSE:
        inverse_long(a, levels, conjugate, one_over_p, p)


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def transform_rows(record, mode, a, b, scratch, first, last):
    """What `mode` asks for on rows first … last-1 of the operands a and b, row number k·rows + r being row r of prime k.

    record: see `record`. scratch: `record.Scratch.rows` bytes, two tables of twiddles and what `binomial` needs. Returns
    whether the record is sound, 0 or 1.

    A row and its conjugate follow each other, where both are among these rows: each needs the other's table.
    """
    if not is_sealed_at(np.uint64(record), FIELDS):
        return 0
    rows, levels = load_integer(record, ROWS), load_integer(record, ROW_PASSES)
    row_stride, prime_stride = load_integer(record, ROW_STRIDE), load_integer(record, PRIME_STRIDE)
    conjugates, quarter_count = load_integer(record, CONJUGATES_AT), load_integer(record, QUARTER_COUNT)
    conjugate = scratch + 8 * load_integer(record, ROW_TABLE_DOUBLES)
    for index in range(first, last):
        k = index // rows
        r = index % rows
        mirror = load_integer(conjugates, r)
        if mirror < 0 or mirror > rows:  # a faulty machine's: the rows have seeds up to there
            mirror = rows
        mirror_index = k * rows + mirror
        paired = mirror < rows and first <= mirror_index < last
        if paired and mirror < r:
            continue
        constants = load_integer(record, CONSTANTS_AT) + 8 * CONSTANTS * k
        quarters = load_integer(record, QUARTERS_AT) + 8 * quarter_count * k
        seeds = load_integer(record, ROW_SEEDS_AT) + 8 * levels * (rows + 1) * k
        if mode != ADD:
            build_table(scratch, seeds + 8 * levels * r, quarters, levels, constants)
        if mode != ADD and (paired or mode & INVERSE):
            build_table(conjugate, seeds + 8 * levels * mirror, quarters, levels, constants)
        place = 8 * (k * prime_stride + r * row_stride)
        ahead = 8 * row_stride * (mirror - r if paired and mirror > r else 1)
        _transform_row(record, constants, mode, a + place, b + place, scratch, 0, ahead)
        if paired and mirror > r:
            place = 8 * (k * prime_stride + mirror * row_stride)
            ahead = 8 * row_stride * (r + 1 - mirror)
            _transform_row(record, constants, mode, a + place, b + place, scratch, 1, ahead)
    return 1
