"""The row pass: forward for one or both operands, the product, and back, while a row is in the cache."""

from pi_engine.bigint.binomial import multiply_modulo_binomial
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
    WIDTH,
)
from pi_engine.bigint.modular import reduce
from pi_engine.bigint.passes import forward, inverse
from pi_engine.bigint.simd import broadcast, transpose
from pi_engine.bigint.simd_memory import load, load_double, load_word, store
from pi_engine.bigint.twiddles import build_ring_roots, build_table, level_doubles
from pi_engine.runtime.compilation import routine


@routine
def _multiply_row(a, b, roots, columns, one_over_p, p):
    """Put a·b into a, in the rings x^4 − t, sixteen points (four rings, a lane each) at a time."""
    for i in range(0, columns, 4 * WIDTH):
        a0, a1, a2, a3 = transpose(load(a, i), load(a, i + 4), load(a, i + 8), load(a, i + 12))
        b0, b1, b2, b3 = transpose(load(b, i), load(b, i + 4), load(b, i + 8), load(b, i + 12))
        c0, c1, c2, c3 = multiply_modulo_binomial(a0, a1, a2, a3, b0, b1, b2, b3, load(roots, i // 4), one_over_p, p)
        c0, c1, c2, c3 = transpose(c0, c1, c2, c3)
        store(a, i, c0)
        store(a, i + 4, c1)
        store(a, i + 8, c2)
        store(a, i + 12, c3)


@routine
def _add_row(a, b, columns, one_over_p, p):
    for i in range(0, columns, WIDTH):
        store(a, i, reduce(load(a, i) + load(b, i), one_over_p, p))


@routine
def transform_rows(
    mode, a, b, row_stride, prime_stride, constants, rows, columns, levels,
    seeds, conjugates, quarters, quarter_stride, scratch, table_size, first, last,
):  # fmt: skip
    """Rows first … last-1, row number k·rows + r being row r of prime k.

    seeds: float64[primes][rows+1][levels]; conjugates: int64[rows], the row of seeds from which the inverse of a row is
    made. quarters: float64[primes][quarter_stride]. scratch: table_size doubles for a twiddle table, columns/4 for the
    roots of the smallest rings.
    """
    roots = scratch + 8 * table_size
    for index in range(first, last):
        k = index // rows
        r = index % rows
        prime_constants = constants + 8 * CONSTANTS * k
        prime_quarters = quarters + 8 * quarter_stride * k
        prime_seeds = seeds + 8 * levels * (rows + 1) * k
        p = broadcast(load_double(prime_constants, PRIME))
        one_over_p = broadcast(load_double(prime_constants, ONE_OVER_P))
        row_a = a + 8 * (k * prime_stride + r * row_stride)
        row_b = b + 8 * (k * prime_stride + r * row_stride)
        if mode & (FORWARD_A | FORWARD_B | MULTIPLY | SQUARE):
            build_table(scratch, prime_seeds + 8 * levels * r, prime_quarters, levels, prime_constants)
        if mode & FORWARD_A:
            forward(row_a, levels, 4, scratch, 8 * row_stride, one_over_p, p)
        if mode & FORWARD_B:
            forward(row_b, levels, 4, scratch, 8 * row_stride, one_over_p, p)
        if mode & (MULTIPLY | SQUARE):
            build_ring_roots(roots, scratch + 8 * (table_size - level_doubles(columns // 16)), columns // 16)
        if mode & MULTIPLY:
            _multiply_row(row_a, row_b, roots, columns, one_over_p, p)
        if mode & SQUARE:
            _multiply_row(row_a, row_a, roots, columns, one_over_p, p)
        if mode & ADD:
            _add_row(row_a, row_b, columns, one_over_p, p)
        if mode & INVERSE:
            conjugate = load_word(conjugates + 8 * r)
            build_table(scratch, prime_seeds + 8 * levels * conjugate, prime_quarters, levels, prime_constants)
            inverse(row_a, levels, 4, scratch, one_over_p, p)
