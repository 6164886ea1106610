"""The transforms of a column block: each of its COLUMN_BLOCK columns by itself, all rows of the matrix in a buffer.

The first backward and the last forward level touch the rows in their place in the matrix, so that nothing is copied,
unless the rows are to bypass the caches; the last backward level multiplies by the scale that Chinese remainders want.

Bounds in units of p: `columns` hands over at most 0.93. Where the rows are six times or twice a power of four and the
operand fills half of them, the first step has nothing to add: a third of the rows get at most 3·0.93, and forward4
makes 2.02 of it. That is what rows may be given (butterflies.FORWARD_BOUND), and 3·0.93 is not: where no level follows, the
outer step reduces. Backward, the scaled level leaves at most 1/2 + 0.325·K, and of two together twice 1/2 + 0.1625·K: 1.49 for
K = 1.49. The outer step makes 3·2 times as much of it, and reduction 1/2.
"""

from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.ntt.description import record as at
from pi_engine.bigint.ntt.kernels.passes.butterflies import forward4_begin, forward4_end, inverse4_begin, inverse4_end
from pi_engine.bigint.ntt.kernels.passes.outer_radix import join_outer, split_half_filled, split_outer, split_three
from pi_engine.bigint.ntt.kernels.passes.row_passes import load4, roots_of, squares_of, store4
from pi_engine.bigint.ntt.kernels.passes.twiddles import level_doubles
from pi_engine.bigint.vectors.load_store import (
    load_double,
    load_integer,
    load_long,
    load_wide,
    prefetch_to_write,
    store_streaming,
    store_vector,
)
from pi_engine.bigint.vectors.modular import mulmod, reduce
from pi_engine.bigint.vectors.simd import LONG, broadcast_long, broadcast_wide
from pi_engine.bigint.vectors.widths import WIDE
from pi_engine.runtime.compilation.routine import routine


@routine
def _clear(x, first, last):
    """Zeros from double `first` to `last`."""
    zero = broadcast_wide(0.0)
    for i in range(first, last, WIDE):
        store_vector(x, i, zero)


@routine
def _forward_level(source, target, nodes, quarter, table, one_over_p, p):
    """A level of `nodes` nodes from `source` to `target`, which may be the same."""
    for node in range(nodes):
        squares, roots = squares_of(table, node), roots_of(table, node)
        x0, x1, x2, x3 = load4(source, 0, quarter)
        a0, a1, a2, a3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
        for i in range(LONG, quarter, LONG):
            x0, x1, x2, x3 = load4(source, i, quarter)
            b0, b1, b2, b3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
            a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
            store4(target, i - LONG, quarter, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
        store4(target, quarter - LONG, quarter, a0, a1, a2, a3)
        source += 32 * quarter
        target += 32 * quarter


@routine
def _last_forward_level(source, target, nodes, table, row_stride, ahead, one_over_p, p):
    """The level of single rows, from the buffer to the matrix at `target`, its rows row_stride doubles apart.

    Where the next column block will be written, `ahead` bytes on, is asked for.
    """
    for node in range(nodes):
        for r in range(4):
            prefetch_to_write(target + ahead + 8 * row_stride * r)
            prefetch_to_write(target + ahead + 8 * row_stride * r + 64)
        squares, roots = squares_of(table, node), roots_of(table, node)
        x0, x1, x2, x3 = load4(source, 0, layout.COLUMN_BLOCK)
        a0, a1, a2, a3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
        for i in range(LONG, layout.COLUMN_BLOCK, LONG):
            x0, x1, x2, x3 = load4(source, i, layout.COLUMN_BLOCK)
            b0, b1, b2, b3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
            a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
            store4(target, i - LONG, row_stride, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
        store4(target, layout.COLUMN_BLOCK - LONG, row_stride, a0, a1, a2, a3)
        source += 32 * layout.COLUMN_BLOCK
        target += 32 * row_stride


@routine
def _stream(x, rows, target, row_stride):
    """Copy rows past the caches: whole lines one after the other, or the memory writes them in pieces."""
    for _ in range(rows):
        for i in range(0, layout.COLUMN_BLOCK, WIDE):
            store_streaming(target, i, load_wide(x, i))
        x += 8 * layout.COLUMN_BLOCK
        target += 8 * row_stride


@routine
def forward_column_block(record, k, x, used, target, ahead):
    """Transform the rows of the buffer x modulo prime k, and put them into the matrix. The first `used` rows are filled."""
    outer_radix, levels = load_integer(record, at.OUTER_RADIX), load_integer(record, at.COLUMN_LEVELS)
    rows = load_integer(record, at.ROWS)
    row_stride, streaming = load_integer(record, at.ROW_STRIDE), load_integer(record, at.STREAMING)
    tables = load_integer(record, at.COLUMN_TABLES_AT) + k * load_integer(record, at.COLUMN_TABLE_BYTES)
    constants = load_integer(record, at.CONSTANTS_AT) + 8 * layout.CONSTANTS * k
    quantity = layout.COLUMN_BLOCK << (2 * levels)
    p = broadcast_long(load_double(constants, layout.PRIME))
    one_over_p = broadcast_long(load_double(constants, layout.ONE_OVER_P))
    half_filled = 2 * used <= rows
    same = outer_radix == 2 and half_filled and levels > 0
    if same:
        # Both halves start with the same numbers.
        _clear(x, layout.COLUMN_BLOCK * used, quantity)
    elif outer_radix == 6 and half_filled and levels:
        # Without levels rows follow, which may be given less than this leaves.
        _clear(x, layout.COLUMN_BLOCK * used, 3 * quantity)
        split_half_filled(x, quantity, constants)
    else:
        _clear(x, layout.COLUMN_BLOCK * used, layout.COLUMN_BLOCK * rows)
        if outer_radix == 3 and levels:
            split_three(x, quantity, constants)
        else:
            split_outer(x, outer_radix, quantity, constants)
    for index in range(outer_radix - 1, -1, -1):
        part = x + 8 * index * quantity
        source = x if same else part
        table = tables + index * load_integer(record, at.PART_BYTES)
        nodes, quarter = 1, quantity // 4
        last = layout.COLUMN_BLOCK // 4 if streaming else layout.COLUMN_BLOCK
        while quarter > last:
            _forward_level(source, part, nodes, quarter, table, one_over_p, p)
            source = part
            table += 8 * level_doubles(nodes)
            nodes *= 4
            quarter //= 4
        place = target + 8 * (index * row_stride << (2 * levels))
        if quarter == layout.COLUMN_BLOCK:
            _last_forward_level(source, place, nodes, table, row_stride, ahead, one_over_p, p)
        elif streaming:
            _stream(part, nodes, place, row_stride)
        else:
            for i in range(0, layout.COLUMN_BLOCK, WIDE):
                store_vector(place, i, load_wide(part, i))


@routine
def _inverse_level(source, source_stride, x, nodes, quarter, table, one_over_p, p):
    """A level of `nodes` nodes, from rows source_stride doubles apart (a quarter each) to the buffer x."""
    for node in range(nodes - 1, -1, -1):
        squares, roots = squares_of(table, node), roots_of(table, node)
        y0, y1, y2, y3 = load4(source, 0, source_stride)
        a0, a1, a2, a3 = inverse4_begin(y0, y1, y2, y3, roots, p)
        for i in range(LONG, quarter, LONG):
            y0, y1, y2, y3 = load4(source, i, source_stride)
            b0, b1, b2, b3 = inverse4_begin(y0, y1, y2, y3, roots, p)
            a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
            store4(x, i - LONG, quarter, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
        store4(x, quarter - LONG, quarter, a0, a1, a2, a3)
        source += 32 * source_stride
        x += 32 * quarter


@routine(forceinline=True)
def scaled_inverse4(y0, y1, y2, y3, squares, roots, scale, p):
    """The inverse butterfly times the scale, unreduced. The roots carry the scale with them, and so does the second pair of squares."""
    square, square_q, scaled, scaled_q = squares
    root, root_q, times_i, times_i_q = roots
    a0, a2 = y0 + y1, y2 + y3
    a1 = mulmod(y1 - y0, times_i, times_i_q, p)
    a3 = mulmod(y3 - y2, root, root_q, p)
    return (
        mulmod(a0 + a2, scale[0], scale[1], p), a1 + a3,
        mulmod(a2 - a0, scaled, scaled_q, p), mulmod(a3 - a1, square, square_q, p),
    )  # fmt: skip


@routine(forceinline=True)
def _final(table, place):
    """A twiddle of the last level, and itself over p."""
    return broadcast_long(load_double(table, place)), broadcast_long(load_double(table, place + 1))


@routine
def _scaled_inverse_level(source, source_stride, x, quarter, final, alone, one_over_p, p):
    """The level of one node, its result multiplied by the scale; reduced to 1/2 where no outer step follows (`alone`)."""
    squares = _final(final, layout.FINAL_SQUARE) + _final(final, layout.FINAL_SQUARE_SCALED)
    roots = _final(final, layout.FINAL_ROOT) + _final(final, layout.FINAL_TIMES_I)
    scale = _final(final, layout.FINAL_SCALE)
    for i in range(0, quarter, LONG):
        y0, y1, y2, y3 = load4(source, i, source_stride)
        x0, x1, x2, x3 = scaled_inverse4(y0, y1, y2, y3, squares, roots, scale, p)
        if alone:
            x0, x1, x2 = reduce(x0, one_over_p, p), reduce(x1, one_over_p, p), reduce(x2, one_over_p, p)
        store4(x, i, quarter, x0, x1, x2, x3)


@routine
def inverse_column_block(record, k, source, x):
    """The inverse of forward_column_block modulo prime k, from rows of the matrix at `source` to the buffer x, times the scale."""
    outer_radix, levels = load_integer(record, at.OUTER_RADIX), load_integer(record, at.COLUMN_LEVELS)
    row_stride = load_integer(record, at.ROW_STRIDE)
    part_bytes = load_integer(record, at.PART_BYTES)
    # The tables of the conjugate parts follow those of the parts.
    tables = (
        load_integer(record, at.COLUMN_TABLES_AT)
        + k * load_integer(record, at.COLUMN_TABLE_BYTES)
        + outer_radix * part_bytes
    )
    constants = load_integer(record, at.CONSTANTS_AT) + 8 * layout.CONSTANTS * k
    quantity = layout.COLUMN_BLOCK << (2 * levels)
    p = broadcast_long(load_double(constants, layout.PRIME))
    one_over_p = broadcast_long(load_double(constants, layout.ONE_OVER_P))
    for index in range(outer_radix):
        part = x + 8 * index * quantity
        final = tables + (index + 1) * part_bytes - 8 * layout.FINAL_DOUBLES
        place, stride = source, row_stride
        nodes, quarter = (1 << (2 * levels)) // 4, layout.COLUMN_BLOCK
        table = tables + index * part_bytes
        level = 1
        while level < nodes:
            table += 8 * level_doubles(level)
            level *= 4
        while nodes > 1:
            _inverse_level(place, stride, part, nodes, quarter, table, one_over_p, p)
            place = part
            nodes //= 4
            quarter *= 4
            stride = quarter
            table -= 8 * level_doubles(nodes)
        if levels:
            _scaled_inverse_level(place, stride, part, quarter, final, outer_radix == 1, one_over_p, p)
        else:
            scale = broadcast_long(load_double(constants, layout.SCALE))
            scale_q = broadcast_long(load_double(constants, layout.SCALE_OVER_P))
            for i in range(0, layout.COLUMN_BLOCK, LONG):
                store_vector(part, i, reduce(mulmod(load_long(place, i), scale, scale_q, p), one_over_p, p))
        source += 8 * row_stride << (2 * levels)
    join_outer(x, outer_radix, quantity, constants)
