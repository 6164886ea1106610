"""The transform of a row: radix-4 passes over 4^levels · 4 contiguous doubles.

The last pass leaves rings of four neighbouring doubles, the coefficients of a polynomial modulo x^4 − t. Results stay
in bit-reversed order, which products do not mind.
"""

from pi_engine.bigint.ntt.description.layout import ONE_OVER_P, PRIME
from pi_engine.bigint.ntt.kernels.passes.butterflies import (
    forward4_begin,
    forward4_begin_lazy,
    forward4_end,
    forward4_end_tight,
    inverse4_begin,
    inverse4_end,
)
from pi_engine.bigint.ntt.kernels.passes.twiddles import level_doubles, place
from pi_engine.bigint.vectors.load_store import (
    broadcast_group,
    load_double,
    load_group,
    load_long,
    prefetch,
    store_group,
    store_vector,
)
from pi_engine.bigint.vectors.simd import GROUP, LONG, broadcast_long
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.runtime.compilation.routine import routine

# A subtree of at most this many doubles (16 KiB) is finished before the next is begun: it and its twiddles stay in the
# L1 cache.
SUBTREE = 2048

# Doubles of a node of the last level.
NODE = 4 * WIDTH


@routine(forceinline=True)
def _twiddle(table, node, which):
    return broadcast_long(load_double(table, place(node, which)))


@routine(forceinline=True)
def squares_of(table, node):
    """The twiddles t² of a node, and that over p, in all lanes."""
    return _twiddle(table, node, 0), _twiddle(table, node, 1)


@routine(forceinline=True)
def roots_of(table, node):
    """Its twiddles t and i·t, each followed by itself over p."""
    return (
        _twiddle(table, node, 2), _twiddle(table, node, 3), _twiddle(table, node, 4), _twiddle(table, node, 5),
    )  # fmt: skip


@routine(forceinline=True)
def _group_squares(table, node, step):
    """The squares of GROUP nodes that follow `node` in steps of 1 or of −1; a group lies in one group of the table."""
    return broadcast_group(table, place(node, 0), step), broadcast_group(table, place(node, 1), step)


@routine(forceinline=True)
def _group_roots(table, node, step):
    return (
        broadcast_group(table, place(node, 2), step), broadcast_group(table, place(node, 3), step),
        broadcast_group(table, place(node, 4), step), broadcast_group(table, place(node, 5), step),
    )  # fmt: skip


@routine(forceinline=True)
def load4(x, i, quarter):
    return load_long(x, i), load_long(x, i + quarter), load_long(x, i + 2 * quarter), load_long(x, i + 3 * quarter)


@routine(forceinline=True)
def store4(x, i, quarter, a0, a1, a2, a3):
    store_vector(x, i, a0)
    store_vector(x, i + quarter, a1)
    store_vector(x, i + 2 * quarter, a2)
    store_vector(x, i + 3 * quarter, a3)


@routine(forceinline=True)
def _load_nodes(x):
    """The quarters of GROUP neighbouring nodes of the last level."""
    return load_group(x, 0, NODE), load_group(x, 4, NODE), load_group(x, 8, NODE), load_group(x, 12, NODE)


@routine(forceinline=True)
def _store_nodes(x, a0, a1, a2, a3):
    store_group(x, 0, NODE, a0)
    store_group(x, 4, NODE, a1)
    store_group(x, 8, NODE, a2)
    store_group(x, 12, NODE, a3)


# In all passes each butterfly begins before the one ahead of it ends: the processor sees two chains of dependent
# operations instead of one. Its window is too short to find the second by itself.


@routine
def _forward_pass(x, first, nodes, quarter, table, lazy, one_over_p, p):
    """Radix 4 on nodes first … first+nodes-1 of a level; x points at the first of them; 4·quarter doubles a node.

    lazy: without the reduction, which only every other pass needs.
    """
    for node in range(first, first + nodes):
        squares = squares_of(table, node)
        roots = roots_of(table, node)
        x0, x1, x2, x3 = load4(x, 0, quarter)
        if lazy:
            a0, a1, a2, a3 = forward4_begin_lazy(x0, x1, x2, x3, squares, p)
            for i in range(LONG, quarter, LONG):
                x0, x1, x2, x3 = load4(x, i, quarter)
                b0, b1, b2, b3 = forward4_begin_lazy(x0, x1, x2, x3, squares, p)
                a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
                store4(x, i - LONG, quarter, a0, a1, a2, a3)
                a0, a1, a2, a3 = b0, b1, b2, b3
        else:
            a0, a1, a2, a3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
            for i in range(LONG, quarter, LONG):
                x0, x1, x2, x3 = load4(x, i, quarter)
                b0, b1, b2, b3 = forward4_begin(x0, x1, x2, x3, squares, one_over_p, p)
                a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
                store4(x, i - LONG, quarter, a0, a1, a2, a3)
                a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = forward4_end(a0, a1, a2, a3, roots, p)
        store4(x, quarter - LONG, quarter, a0, a1, a2, a3)
        x += 32 * quarter


@routine(forceinline=True)
def _prefetch_nodes(place):
    for line in range(2 * GROUP):
        prefetch(place + 64 * line)


@routine
def _forward_narrow_pass(x, first, nodes, table, ahead, one_over_p, p):
    """The last forward pass of a row, tight: sixteen doubles a node; asks for what lies `ahead` bytes further on."""
    squares = _group_squares(table, first, 1)
    x0, x1, x2, x3 = _load_nodes(x)
    a0, a1, a2, a3 = forward4_begin_lazy(x0, x1, x2, x3, squares, p)
    for node in range(first, first + nodes - GROUP, GROUP):
        _prefetch_nodes(x + ahead)
        squares = _group_squares(table, node + GROUP, 1)
        x0, x1, x2, x3 = _load_nodes(x + 8 * NODE * GROUP)
        b0, b1, b2, b3 = forward4_begin_lazy(x0, x1, x2, x3, squares, p)
        roots = _group_roots(table, node, 1)
        a0, a1, a2, a3 = forward4_end_tight(a0, a1, a2, a3, roots, one_over_p, p)
        _store_nodes(x, a0, a1, a2, a3)
        a0, a1, a2, a3 = b0, b1, b2, b3
        x += 8 * NODE * GROUP
    _prefetch_nodes(x + ahead)
    roots = _group_roots(table, first + nodes - GROUP, 1)
    a0, a1, a2, a3 = forward4_end_tight(a0, a1, a2, a3, roots, one_over_p, p)
    _store_nodes(x, a0, a1, a2, a3)


@routine
def _inverse_pass(x, first, nodes, quarter, table, level_nodes, one_over_p, p):
    """Inverse of _forward_pass; `table` is the conjugate row's, read backwards."""
    for node in range(first, first + nodes):
        squares = squares_of(table, level_nodes - 1 - node)
        roots = roots_of(table, level_nodes - 1 - node)
        y0, y1, y2, y3 = load4(x, 0, quarter)
        a0, a1, a2, a3 = inverse4_begin(y0, y1, y2, y3, roots, p)
        for i in range(LONG, quarter, LONG):
            y0, y1, y2, y3 = load4(x, i, quarter)
            b0, b1, b2, b3 = inverse4_begin(y0, y1, y2, y3, roots, p)
            a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
            store4(x, i - LONG, quarter, a0, a1, a2, a3)
            a0, a1, a2, a3 = b0, b1, b2, b3
        a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
        store4(x, quarter - LONG, quarter, a0, a1, a2, a3)
        x += 32 * quarter


@routine
def _inverse_narrow_pass(x, first, nodes, table, level_nodes, one_over_p, p):
    """Inverse of _forward_narrow_pass."""
    place = level_nodes - 1 - first
    roots = _group_roots(table, place, -1)
    y0, y1, y2, y3 = _load_nodes(x)
    a0, a1, a2, a3 = inverse4_begin(y0, y1, y2, y3, roots, p)
    for node in range(place, place - nodes + GROUP, -GROUP):
        roots = _group_roots(table, node - GROUP, -1)
        y0, y1, y2, y3 = _load_nodes(x + 8 * NODE * GROUP)
        b0, b1, b2, b3 = inverse4_begin(y0, y1, y2, y3, roots, p)
        squares = _group_squares(table, node, -1)
        a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
        _store_nodes(x, a0, a1, a2, a3)
        a0, a1, a2, a3 = b0, b1, b2, b3
        x += 8 * NODE * GROUP
    squares = _group_squares(table, place - nodes + GROUP, -1)
    a0, a1, a2, a3 = inverse4_end(a0, a1, a2, a3, squares, one_over_p, p)
    _store_nodes(x, a0, a1, a2, a3)


@routine
def split_subtrees(levels):
    """How a row is cut: subtrees, a quarter of one, bytes of table before its levels, whether it begins lazily."""
    nodes, quarter, offset = 1, 1 << (2 * levels), 0
    lazy = (levels & 1) ^ 1
    while 4 * quarter > SUBTREE and quarter > WIDTH:
        offset += 8 * level_doubles(nodes)
        nodes *= 4
        quarter //= 4
        lazy ^= 1
    return nodes, quarter, offset, lazy


@routine
def forward_long(x, levels, table, one_over_p, p):
    """The forward passes that reach across subtrees.

    The last of all passes is tight, and every other one before it lazy.
    """
    nodes, quarter = 1, 1 << (2 * levels)
    lazy = (levels & 1) ^ 1
    while 4 * quarter > SUBTREE and quarter > WIDTH:
        _forward_pass(x, 0, nodes, quarter, table, lazy, one_over_p, p)
        table += 8 * level_doubles(nodes)
        nodes *= 4
        quarter //= 4
        lazy ^= 1


@routine
def forward_subtree(x, subtree, level_nodes, quarter, table, lazy, ahead, constants):
    """All passes of a subtree at x; the last one prefetches what lies `ahead` bytes further on."""
    p = broadcast_long(load_double(constants, PRIME))
    one_over_p = broadcast_long(load_double(constants, ONE_OVER_P))
    nodes = 1
    while quarter >= WIDTH:
        if quarter > WIDTH:
            _forward_pass(x, subtree * nodes, nodes, quarter, table, lazy, one_over_p, p)
        else:
            _forward_narrow_pass(x, subtree * nodes, nodes, table, ahead, one_over_p, p)
        table += 8 * level_doubles(level_nodes)
        level_nodes *= 4
        nodes *= 4
        quarter //= 4
        lazy ^= 1


@routine
def inverse_subtree(x, subtree, level_nodes, quarter, table, one_over_p, p):
    """Inverse of forward_subtree, with the table of the conjugate row."""
    nodes = 1
    while quarter > WIDTH:
        table += 8 * level_doubles(level_nodes)
        level_nodes *= 4
        nodes *= 4
        quarter //= 4
    while nodes >= 1 and quarter >= WIDTH:
        if quarter > WIDTH:
            _inverse_pass(x, subtree * nodes, nodes, quarter, table, level_nodes, one_over_p, p)
        else:
            _inverse_narrow_pass(x, subtree * nodes, nodes, table, level_nodes, one_over_p, p)
        level_nodes //= 4
        nodes //= 4
        quarter *= 4
        table -= 8 * level_doubles(level_nodes)


@routine
def inverse_long(x, levels, table, one_over_p, p):
    """Inverse of forward_long, with the table of the conjugate row."""
    nodes, quarter, offset, _lazy = split_subtrees(levels)
    table += offset
    while nodes > 1:
        nodes //= 4
        quarter *= 4
        table -= 8 * level_doubles(nodes)
        _inverse_pass(x, 0, nodes, quarter, table, nodes, one_over_p, p)
