"""The steps of the transform over all points: rings split into rings of a quarter, subtree after subtree, and back.

A ring that fits the L1 cache is finished before the next is begun; a larger one is split when its first part is needed, and joined when
its last part is done. So forward steps, products and the way back follow each other while the points are in the caches.
"""

from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.fft_record import ADD, JOIN, MULTIPLY, SPLIT_X, SPLIT_Y, SUBTRACT
from pi_engine.bigint.fft.description.fft_sizes import TAIL
from pi_engine.bigint.fft.kernels.complex_vectors import (
    add_points,
    join_columns,
    join_four,
    join_rows,
    join_two,
    multiply_and_join_columns,
    multiply_points,
    split_columns,
    split_in_four,
    split_in_two,
    split_rows,
    subtract_points,
)
from pi_engine.bigint.vectors.load_store import load_integer
from pi_engine.bigint.vectors.simd import GROUP, LONG
from pi_engine.runtime.compilation.routine import routine

BLOCK = 16 * LONG
TAIL_BYTES = 16 * TAIL
TABLE_BYTES = 8 * at.TAIL_DOUBLES


@routine
def split_ring(x, points, table):
    """A step of radix 4."""
    for place in range(x, x + 4 * points, BLOCK):
        split_in_four(place, 4 * points, table)


@routine
def join_ring(x, points, table):
    """The inverse of split_ring."""
    for place in range(x, x + 4 * points, BLOCK):
        join_four(place, 4 * points, table)


@routine
def level_table(record, level, node):
    """The twiddles of a node of a level of radix 4: three of 16 bytes for each of radix·4^level nodes."""
    radix = load_integer(record, at.RADIX)
    return load_integer(record, at.LEVELS_AT) + 16 * radix * ((1 << 2 * level) - 1) + 48 * node


@routine
def split_leaf(x, points, level, leaf, record):
    """All steps of a ring of a level, number `leaf` among those of the level."""
    nodes = 1
    while level < load_integer(record, at.QUARTERINGS):
        table = level_table(record, level, leaf * nodes)
        for node in range(nodes):
            split_ring(x + 16 * points * node, points, table + 48 * node)
        level += 1
        nodes *= 4
        points //= 4
    if load_integer(record, at.HALVING):
        table = load_integer(record, at.HALVES_AT) + 16 * leaf * nodes
        for node in range(nodes):
            for place in range(x + 2 * TAIL_BYTES * node, x + 2 * TAIL_BYTES * node + TAIL_BYTES, BLOCK):
                split_in_two(place, TAIL_BYTES, table + 16 * node)
        nodes *= 2
    table = load_integer(record, at.TAILS_AT) + TABLE_BYTES * leaf * nodes
    for node in range(0, nodes, GROUP):
        split_rows(x + TAIL_BYTES * node, table + TABLE_BYTES * node)
    for node in range(0, nodes, GROUP):
        split_columns(x + TAIL_BYTES * node, table + TABLE_BYTES * node)


@routine
def join_leaf(x, y, multiplied, points, level, leaf, record):
    """The inverse of split_leaf; of the products of the values at x and y if `multiplied`."""
    nodes = 1 << 2 * (load_integer(record, at.QUARTERINGS) - level)
    halving = load_integer(record, at.HALVING)
    tails = nodes << halving
    table = load_integer(record, at.TAILS_AT) + TABLE_BYTES * leaf * tails
    if multiplied:
        for node in range(0, tails, GROUP):
            multiply_and_join_columns(x + TAIL_BYTES * node, y + TAIL_BYTES * node, table + TABLE_BYTES * node)
    else:
        for node in range(0, tails, GROUP):
            join_columns(x + TAIL_BYTES * node, table + TABLE_BYTES * node)
    for node in range(0, tails, GROUP):
        join_rows(x + TAIL_BYTES * node, table + TABLE_BYTES * node)
    if halving:
        table = load_integer(record, at.HALVES_AT) + 16 * leaf * nodes
        for node in range(nodes):
            for place in range(x + 2 * TAIL_BYTES * node, x + 2 * TAIL_BYTES * node + TAIL_BYTES, BLOCK):
                join_two(place, TAIL_BYTES, table + 16 * node)
    points >>= 2 * (load_integer(record, at.QUARTERINGS) - level)
    level = load_integer(record, at.QUARTERINGS)
    while nodes > 1:
        level -= 1
        nodes //= 4
        points *= 4
        table = level_table(record, level, leaf * nodes)
        for node in range(nodes):
            join_ring(x + 16 * points * node, points, table + 48 * node)


@routine
def _combine(mode, x, y, points):
    """The products, sums or differences of a given number of values."""
    if mode & MULTIPLY:
        for place in range(0, 16 * points, BLOCK):
            multiply_points(x + place, y + place)
    if mode & ADD:
        for place in range(0, 16 * points, BLOCK):
            add_points(x + place, y + place)
    if mode & SUBTRACT:
        for place in range(0, 16 * points, BLOCK):
            subtract_points(x + place, y + place)


@routine
def pass_rings(mode, x, y, record):
    """What `mode` asks for on the operands x and y, whose first step has been made or whose last one will be."""
    pass_some_rings(mode, x, y, record, (0, load_integer(record, at.RADIX)))


@routine
def pass_some_rings(mode, x, y, record, ends):
    """The same of the rings of the first step from ends[0] on, before ends[1]."""
    radix = load_integer(record, at.RADIX)
    ring = load_integer(record, at.POINTS) // radix
    depth, leaf = 0, ring
    while leaf > at.LEAF_POINTS:
        leaf //= 4
        depth += 1
    for number in range(ends[0] << 2 * depth, ends[1] << 2 * depth):
        for level in range(depth):
            span = 2 * (depth - level)
            if number & ((1 << span) - 1) == 0:
                node, points = number >> span, ring >> 2 * level
                table = level_table(record, level, node)
                if mode & SPLIT_X:
                    split_ring(x + 16 * points * node, points, table)
                if mode & SPLIT_Y:
                    split_ring(y + 16 * points * node, points, table)
        place = 16 * leaf * number
        if mode & SPLIT_X:
            split_leaf(x + place, leaf, depth, number, record)
        if mode & SPLIT_Y:
            split_leaf(y + place, leaf, depth, number, record)
        fused = mode & MULTIPLY != 0 and mode & JOIN != 0
        if not fused:
            _combine(mode, x + place, y + place, leaf)
        if mode & JOIN:
            join_leaf(x + place, y + place, fused, leaf, depth, number, record)
            for level in range(depth - 1, -1, -1):
                span = 2 * (depth - level)
                if (number + 1) & ((1 << span) - 1) == 0:
                    node, points = number >> span, ring >> 2 * level
                    join_ring(x + 16 * points * node, points, level_table(record, level, node))
