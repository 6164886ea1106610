"""A whole transform of contiguous data: radix-4 passes over 4^levels · width doubles.

The last pass leaves rings of `width` neighbouring doubles: 8 in the column pass, where they are independent columns,
and 4 in rows, where they are the coefficients of a polynomial modulo x^4 − t. Results stay in bit-reversed order, which
products do not mind.
"""

from pi_engine.bigint.butterflies import forward4, forward4_begin, forward4_end, inverse4, inverse4_begin, inverse4_end
from pi_engine.bigint.layout import WIDE, WIDTH
from pi_engine.bigint.simd import broadcast, broadcast_wide, widen
from pi_engine.bigint.simd_memory import load, load_double, load_wide, prefetch, store
from pi_engine.bigint.twiddles import level_doubles
from pi_engine.runtime.compilation import routine

# A subtree of at most this many doubles (16 KiB) is finished before the next is begun: it and its twiddles stay in the
# L1 cache.
SUBTREE = 2048


@routine(forceinline=True)
def _place(node, which):
    """Index of a twiddle in its level's table."""
    return (node // WIDTH * 6 + which) * WIDTH + node % WIDTH


@routine(forceinline=True)
def _wide_twiddles(table, node):
    return (
        broadcast_wide(load_double(table, _place(node, 0))), broadcast_wide(load_double(table, _place(node, 1))),
        broadcast_wide(load_double(table, _place(node, 2))), broadcast_wide(load_double(table, _place(node, 3))),
        broadcast_wide(load_double(table, _place(node, 4))), broadcast_wide(load_double(table, _place(node, 5))),
    )  # fmt: skip


@routine(forceinline=True)
def _twiddles(table, node):
    return (
        broadcast(load_double(table, _place(node, 0))), broadcast(load_double(table, _place(node, 1))),
        broadcast(load_double(table, _place(node, 2))), broadcast(load_double(table, _place(node, 3))),
        broadcast(load_double(table, _place(node, 4))), broadcast(load_double(table, _place(node, 5))),
    )  # fmt: skip


@routine(forceinline=True)
def _store4(x, i, quarter, a0, a1, a2, a3):
    store(x, i, a0)
    store(x, i + quarter, a1)
    store(x, i + 2 * quarter, a2)
    store(x, i + 3 * quarter, a3)


@routine
def _forward_pass(x, first, nodes, quarter, table, one_over_p, p):
    """Radix 4 on nodes first … first+nodes-1 of a level; x points at the first of them; 4·quarter doubles a node."""
    if quarter > 2 * WIDE:
        _forward_long_pass(x, first, nodes, quarter, table, one_over_p, p)
        return
    one_over_p, p = widen(one_over_p), widen(p)
    for node in range(first, first + nodes):
        square, square_q, root, root_q, turned, turned_q = _wide_twiddles(table, node)
        for i in range(0, quarter, WIDE):
            y0, y1, y2, y3 = forward4(
                load_wide(x, i), load_wide(x, i + quarter), load_wide(x, i + 2 * quarter), load_wide(x, i + 3 *
                quarter), square, square_q, root, root_q, turned, turned_q, one_over_p, p,
            )  # fmt: skip
            _store4(x, i, quarter, y0, y1, y2, y3)
        x += 32 * quarter


@routine
def _forward_long_pass(x, first, nodes, quarter, table, one_over_p, p):
    """_forward_pass where a quarter is long: each butterfly begins before the one ahead of it ends.

    The processor sees two chains of dependent operations instead of one; 12 cycles for sixteen points instead of 14 to
    15.
    """
    for node in range(first, first + nodes):
        square, square_q, root, root_q, turned, turned_q = _twiddles(table, node)
        a0, a1, a2, a3 = forward4_begin(
            load(x, 0), load(x, quarter), load(x, 2 * quarter), load(x, 3 * quarter), square, square_q, one_over_p, p
        )
        for i in range(WIDTH, quarter, WIDTH):
            b0, b1, b2, b3 = forward4_begin(
                load(x, i), load(x, i + quarter), load(x, i + 2 * quarter), load(x, i + 3 * quarter), square, square_q,
                one_over_p, p
            )  # fmt: skip
            a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, root, root_q, turned, turned_q, p)
            _store4(x, i - WIDTH, quarter, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, root, root_q, turned, turned_q, p)
        _store4(x, quarter - WIDTH, quarter, a0, a1, a2, a3)
        x += 32 * quarter


@routine
def _forward_narrow_pass(x, first, nodes, table, ahead, one_over_p, p):
    """The last forward pass of a row: sixteen doubles a node; asks for what lies `ahead` bytes further on."""
    for node in range(first, first + nodes):
        prefetch(x + ahead)
        prefetch(x + ahead + 64)
        square, square_q, root, root_q, turned, turned_q = _twiddles(table, node)
        y0, y1, y2, y3 = forward4(
            load(x, 0), load(x, 4), load(x, 8), load(x, 12),
            square, square_q, root, root_q, turned, turned_q, one_over_p, p,
        )  # fmt: skip
        _store4(x, 0, 4, y0, y1, y2, y3)
        x += 128


@routine
def _inverse_pass(x, first, nodes, quarter, table, level_nodes, one_over_p, p):
    """Inverse of _forward_pass; `table` is the conjugate row's, read backwards."""
    if quarter > 2 * WIDE:
        _inverse_long_pass(x, first, nodes, quarter, table, level_nodes, one_over_p, p)
        return
    one_over_p, p = widen(one_over_p), widen(p)
    for node in range(first, first + nodes):
        square, square_q, root, root_q, turned, turned_q = _wide_twiddles(table, level_nodes - 1 - node)
        for i in range(0, quarter, WIDE):
            x0, x1, x2, x3 = inverse4(
                load_wide(x, i), load_wide(x, i + quarter), load_wide(x, i + 2 * quarter), load_wide(x, i + 3 *
                quarter), square, square_q, root, root_q, turned, turned_q, one_over_p, p,
            )  # fmt: skip
            _store4(x, i, quarter, x0, x1, x2, x3)
        x += 32 * quarter


@routine
def _inverse_long_pass(x, first, nodes, quarter, table, level_nodes, one_over_p, p):
    """_inverse_pass where a quarter is long: each butterfly begins before the one ahead of it ends.

    The processor sees two chains of dependent operations instead of one; 12 cycles for sixteen points instead of 14 to
    15.
    """
    for node in range(first, first + nodes):
        square, square_q, root, root_q, turned, turned_q = _twiddles(table, level_nodes - 1 - node)
        a0, a1, a2, a3 = inverse4_begin(
            load(x, 0), load(x, quarter), load(x, 2 * quarter), load(x, 3 * quarter), root, root_q, turned, turned_q, p
        )
        for i in range(WIDTH, quarter, WIDTH):
            b0, b1, b2, b3 = inverse4_begin(
                load(x, i), load(x, i + quarter), load(x, i + 2 * quarter), load(x, i + 3 * quarter), root, root_q,
                turned, turned_q, p
            )  # fmt: skip
            a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, square, square_q, one_over_p, p)
            _store4(x, i - WIDTH, quarter, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, square, square_q, one_over_p, p)
        _store4(x, quarter - WIDTH, quarter, a0, a1, a2, a3)
        x += 32 * quarter


@routine
def _inverse_narrow_pass(x, first, nodes, table, level_nodes, one_over_p, p):
    """Inverse of _forward_narrow_pass."""
    for node in range(first, first + nodes):
        square, square_q, root, root_q, turned, turned_q = _twiddles(table, level_nodes - 1 - node)
        x0, x1, x2, x3 = inverse4(
            load(x, 0), load(x, 4), load(x, 8), load(x, 12),
            square, square_q, root, root_q, turned, turned_q, one_over_p, p,
        )  # fmt: skip
        _store4(x, 0, 4, x0, x1, x2, x3)
        x += 128


@routine
def forward(x, levels, width, table, ahead, one_over_p, p):
    """Transform 4^levels · width doubles in place, with the table of this row.

    The next row, `ahead` bytes further on, is prefetched.
    """
    nodes, quarter = 1, (width << (2 * levels)) // 4
    while 4 * quarter > SUBTREE and quarter > width:
        _forward_pass(x, 0, nodes, quarter, table, one_over_p, p)
        table += 8 * level_doubles(nodes)
        nodes *= 4
        quarter //= 4
    for subtree in range(nodes):
        _forward_subtree(x + 32 * quarter * subtree, subtree, nodes, quarter, width, table, ahead, one_over_p, p)


@routine
def _forward_subtree(x, subtree, level_nodes, quarter, width, table, ahead, one_over_p, p):
    nodes = 1
    while quarter >= width:
        if quarter >= WIDE:
            _forward_pass(x, subtree * nodes, nodes, quarter, table, one_over_p, p)
        else:
            _forward_narrow_pass(x, subtree * nodes, nodes, table, ahead, one_over_p, p)
        table += 8 * level_doubles(level_nodes)
        level_nodes *= 4
        nodes *= 4
        quarter //= 4


@routine
def inverse(x, levels, width, table, one_over_p, p):
    """4^levels times the inverse of `forward`, with the table of the conjugate row."""
    nodes, quarter = 1, (width << (2 * levels)) // 4
    while 4 * quarter > SUBTREE and quarter > width:
        table += 8 * level_doubles(nodes)
        nodes *= 4
        quarter //= 4
    for subtree in range(nodes):
        _inverse_subtree(x + 32 * quarter * subtree, subtree, nodes, quarter, width, table, one_over_p, p)
    while nodes > 1:
        nodes //= 4
        quarter *= 4
        table -= 8 * level_doubles(nodes)
        _inverse_pass(x, 0, nodes, quarter, table, nodes, one_over_p, p)


@routine
def _inverse_subtree(x, subtree, level_nodes, quarter, width, table, one_over_p, p):
    nodes = 1
    while quarter > width:
        table += 8 * level_doubles(level_nodes)
        level_nodes *= 4
        nodes *= 4
        quarter //= 4
    while nodes >= 1 and quarter >= width:
        if quarter >= WIDE:
            _inverse_pass(x, subtree * nodes, nodes, quarter, table, level_nodes, one_over_p, p)
        else:
            _inverse_narrow_pass(x, subtree * nodes, nodes, table, level_nodes, one_over_p, p)
        level_nodes //= 4
        nodes //= 4
        quarter *= 4
        table -= 8 * level_doubles(level_nodes)
