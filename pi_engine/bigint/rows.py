"""The row pass: forward for one or both operands, the product, and back, while a row is in the cache."""

from pi_engine.bigint.binomial import multiply_rings
from pi_engine.bigint.layout import (
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
from pi_engine.bigint.modular import reduce
from pi_engine.bigint.passes import forward_long, forward_subtree, inverse_long, inverse_subtree, split_subtrees
from pi_engine.bigint.simd import LONG, broadcast_long
from pi_engine.bigint.simd_memory import load_double, load_long, load_word, store
from pi_engine.bigint.twiddles import build_table, level_doubles
from pi_engine.bigint.widths import WIDTH
from pi_engine.runtime.compilation import routine


@routine
def _add(a, b, count, one_over_p, p):
    for i in range(0, count, LONG):
        store(a, i, reduce(load_long(a, i) + load_long(b, i), one_over_p, p))


@routine
def _transform_row(mode, a, b, table, conjugate, table_size, columns, levels, ahead, scratch, one_over_p, p):
    """One row of a and of b, by its table and its conjugate row's; asks for the rows `ahead` bytes further on.

    Subtree after subtree goes through all steps: both operands' and both tables' parts stay in the L1 cache.
    """
    nodes, quarter, offset, lazy = split_subtrees(levels)
    if mode & FORWARD_A:
        forward_long(a, levels, table, one_over_p, p)
    if mode & FORWARD_B:
        forward_long(b, levels, table, one_over_p, p)
    last_level = table + 8 * (table_size - level_doubles(columns // 16))
    for subtree in range(nodes):
        place = 32 * quarter * subtree
        if mode & FORWARD_A:
            forward_subtree(
                a + place, subtree, nodes, quarter, table + offset, lazy, ahead, one_over_p, p
            )  # fmt: skip
        if mode & FORWARD_B:
            forward_subtree(
                b + place, subtree, nodes, quarter, table + offset, lazy, ahead, one_over_p, p
            )  # fmt: skip
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


@routine
def transform_rows(
    mode, a, b, row_stride, prime_stride, constants, rows, columns, levels,
    seeds, conjugates, quarters, quarter_stride, scratch, table_size, first, last,
):  # fmt: skip
    """Rows first … last-1, row number k·rows + r being row r of prime k.

    seeds: float64[primes][rows+1][levels]; conjugates: int64[rows], the row of seeds from which the inverse of a row is
    made. quarters: float64[primes][quarter_stride]. scratch: layout.row_doubles(table_size) doubles.

    A row and its conjugate follow each other, where both are among these rows: each needs the other's table.
    """
    table, conjugate = scratch, scratch + 8 * table_size
    product_scratch = scratch + 16 * table_size
    for index in range(first, last):
        k = index // rows
        r = index % rows
        mirror = load_word(conjugates + 8 * r)
        if mirror < 0 or mirror > rows:  # a faulty machine's: the rows have seeds up to there
            mirror = rows
        mirror_index = k * rows + mirror
        paired = mirror < rows and first <= mirror_index < last
        if paired and mirror < r:
            continue
        prime_constants = constants + 8 * CONSTANTS * k
        prime_quarters = quarters + 8 * quarter_stride * k
        prime_seeds = seeds + 8 * levels * (rows + 1) * k
        p = broadcast_long(load_double(prime_constants, PRIME))
        one_over_p = broadcast_long(load_double(prime_constants, ONE_OVER_P))
        if mode != ADD:
            build_table(table, prime_seeds + 8 * levels * r, prime_quarters, levels, prime_constants)
        if mode != ADD and (paired or mode & INVERSE):
            build_table(conjugate, prime_seeds + 8 * levels * mirror, prime_quarters, levels, prime_constants)
        place = 8 * (k * prime_stride + r * row_stride)
        ahead = 8 * row_stride * (mirror - r if paired and mirror > r else 1)
        _transform_row(
            mode, a + place, b + place, table, conjugate, table_size, columns, levels, ahead, product_scratch,
            one_over_p, p,
        )  # fmt: skip
        if paired and mirror > r:
            place = 8 * (k * prime_stride + mirror * row_stride)
            ahead = 8 * row_stride * (r + 1 - mirror)
            _transform_row(
                mode, a + place, b + place, conjugate, table, table_size, columns, levels, ahead, product_scratch,
                one_over_p, p,
            )  # fmt: skip
