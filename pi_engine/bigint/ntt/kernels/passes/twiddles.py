"""Twiddles of one row (or one part of the columns), made from the row's few roots and one table shared by all rows.

Row r is the ring x^C = e(θ), e(φ) standing for the root of unity of angle 2π·φ. Its node j on level l, of 4^l, is the
ring x^(C/4^l) = e(φ), φ = θ/4^l + β(j), β(j) being j with its bits reversed behind the binary point. Radix 4 wants t =
e(φ/4):

    t(l, j) = e(θ/4^(l+1)) · e(β(j)/4) = seed[l] · quarter[j].

Conjugates: the row θ' = 1 − θ has φ'(l, 4^l − 1 − j) = 1 − φ(l, j), so the inverse of row θ reads the table of row θ'
backwards.

Layout: level after level, groups of WIDTH nodes (one group at least), each group six vectors: t², t²/p, t, t/p, i·t,
i·t/p.
"""

from pi_engine.bigint.ntt.description.layout import IMAGINARY, ONE_OVER_P, PRIME
from pi_engine.bigint.vectors.load_store import load_double, load_vector, store_vector
from pi_engine.bigint.vectors.modular import mulmod_reduced
from pi_engine.bigint.vectors.simd import broadcast
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.runtime.compilation.routine import kernel, routine


@routine(forceinline=True)
def level_doubles(nodes):
    """Doubles that a level of a given number of nodes takes in a table."""
    return 6 * max(nodes, WIDTH)


@routine(forceinline=True)
def place(node, which):
    """Index of a twiddle in its level's table; `which` in the order above."""
    return (node // WIDTH * 6 + which) * WIDTH + node % WIDTH


@routine
def build_table(table, seeds, quarters, levels, constants):
    """Fill a table from seeds[0 … levels-1] and quarter[0 … 4^(levels-1)-1]; about 30 operations a node."""
    p = broadcast(load_double(constants, PRIME))
    one_over_p = broadcast(load_double(constants, ONE_OVER_P))
    imaginary = broadcast(load_double(constants, IMAGINARY))
    nodes = 1
    for level in range(levels):
        seed = broadcast(load_double(seeds, level))
        for j in range(0, nodes, WIDTH):
            root = mulmod_reduced(load_vector(quarters, j), seed, one_over_p, p)
            square = mulmod_reduced(root, root, one_over_p, p)
            times_i = mulmod_reduced(root, imaginary, one_over_p, p)
            group = table + 48 * j
            store_vector(group, 0, square)
            store_vector(group, WIDTH, square * one_over_p)
            store_vector(group, 2 * WIDTH, root)
            store_vector(group, 3 * WIDTH, root * one_over_p)
            store_vector(group, 4 * WIDTH, times_i)
            store_vector(group, 5 * WIDTH, times_i * one_over_p)
        table += 8 * level_doubles(nodes)
        nodes *= 4


@kernel("void(int64, int64, int64, int64, int64, int64, int64)")
def build_tables(tables, table_size, seeds, quarters, count, levels, constants):
    """`count` tables for one prime, one after the other, from seeds float64[count][levels]."""
    for index in range(count):
        build_table(tables + 8 * index * table_size, seeds + 8 * index * levels, quarters, levels, constants)
