"""Products modulo x^4 − t, by which the transform ends two levels early.

Below four points a radix-4 level costs more (three transforms, and twiddles for a quarter of all points) than sixteen
products that are reduced only once for each coefficient. With s = t·b, a ring's product is four vectors added up,

    a·b = a0·(b0, b1, b2, b3) + a1·(s3, b0, b1, b2) + a2·(s2, s3, b0, b1) + a3·(s1, s2, s3, b0),

and each is four neighbours in memory where s is written before b. A product x·y splits without error into a
multiple of 2^50 and a remainder,

    new = fma(x, y, old), old having the ulp 2^50, and fma(x, y, old − new),

and both are summed. Bounds in units of p < 0.65·2^50: a as the last pass leaves it, at most 1.37; b reduced to
1/2 and s to 1/2 + 0.05. Four products are at most 4·1.37·0.55·p² < 2^101, so that their sum stays in the binade
[2^102, 2^103) of the magic number. The four remainders, at most 2^49 each, sum exactly to at most 2^51. The quotient by
p, below 3.02·p < 2^51, is taken from both sums together and off by at most 1/2 + 2^-52·3.02·p < 0.99, which bounds the
result; and the high sum without q·p is at most 0.99·p + 2^51 < 2^53, hence exact.

Three loops over blocks of nodes that stay in the L1 cache, because one chain of dependent operations would be longer
than what the processor looks ahead: 52 cycles for sixteen points on Zen 3, 82 in one loop.
"""

from pi_engine.bigint.ntt.description.layout import PRODUCT_NODES
from pi_engine.bigint.ntt.kernels.passes.twiddles import place
from pi_engine.bigint.vectors.load_store import (
    broadcast_group,
    load_group,
    load_group_unaligned,
    store_group,
    store_vector,
)
from pi_engine.bigint.vectors.modular import mulmod, mulmod_negated, reduce, rounded_product
from pi_engine.bigint.vectors.simd import GROUP, LONG, broadcast_like, fma, fnma
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.runtime.compilation.routine import routine

# Doubles near it are multiples of 2^50.
MAGIC = 1.5 * 2.0**102


@routine(forceinline=True)
def accumulate(x, y, high):
    """x·y added to `high`, a multiple of its ulp, and what the addition has rounded off."""
    new = fma(x, y, high)
    return new, fma(x, y, high - new)


@routine(forceinline=True)
def product_sums(a0, a1, a2, a3, b, v1, v2, v3):
    """a0·b + a1·v1 + a2·v2 + a3·v3 in two parts.

    Two sums, of two products each, advance side by side: one from the magic number, one from its negative, so that it
    cancels when they are added.
    """
    upper, low0 = accumulate(a0, b, broadcast_like(MAGIC, b))
    lower, low2 = accumulate(a2, v2, broadcast_like(-MAGIC, b))
    upper, low1 = accumulate(a1, v1, upper)
    lower, low3 = accumulate(a3, v3, lower)
    return upper + lower, (low0 + low2) + (low1 + low3)


@routine(forceinline=True)
def remainder(high, low, one_over_p, p):
    """The remainder of high + low modulo p."""
    return fnma(rounded_product(high + low, one_over_p), p, high) + low


@routine(forceinline=True)
def _prepare(b, table, first, nodes, scratch, one_over_p, p):
    """Write s and b of every ring; the rings of a node are x^4 = t, −t, i·t, −i·t."""
    for node in range(first, first + nodes, GROUP):
        root = broadcast_group(table, place(node, 2), 1)
        root_q = broadcast_group(table, place(node, 3), 1)
        times_i = broadcast_group(table, place(node, 4), 1)
        times_i_q = broadcast_group(table, place(node, 5), 1)
        b0, b1 = reduce(load_group(b, 0, 16), one_over_p, p), reduce(load_group(b, 4, 16), one_over_p, p)
        b2, b3 = reduce(load_group(b, 8, 16), one_over_p, p), reduce(load_group(b, 12, 16), one_over_p, p)
        store_group(scratch, 0, 32, mulmod(b0, root, root_q, p))
        store_group(scratch, 4, 32, b0)
        store_group(scratch, 8, 32, mulmod_negated(b1, root, root_q, p))
        store_group(scratch, 12, 32, b1)
        store_group(scratch, 16, 32, mulmod(b2, times_i, times_i_q, p))
        store_group(scratch, 20, 32, b2)
        store_group(scratch, 24, 32, mulmod_negated(b3, times_i, times_i_q, p))
        store_group(scratch, 28, 32, b3)
        b += 8 * 4 * LONG
        scratch += 8 * 8 * LONG


@routine
def multiply_rings(a, b, table, nodes, scratch, one_over_p, p):
    """Put a·b into a, for `nodes` nodes of sixteen doubles, with the table of a row's last level.

    scratch: 32·PRODUCT_NODES doubles.
    """
    for first in range(0, nodes, PRODUCT_NODES):
        block = min(PRODUCT_NODES, nodes - first)
        _prepare(b + 128 * first, table, first, block, scratch, one_over_p, p)
        rings = a + 128 * first
        for i in range(0, 4 * WIDTH * block, LONG):
            high, low = product_sums(
                broadcast_group(rings, i, 4), broadcast_group(rings, i + 1, 4),
                broadcast_group(rings, i + 2, 4), broadcast_group(rings, i + 3, 4),
                load_group(scratch, 2 * i + 4, 8), load_group_unaligned(scratch, 2 * i + 3, 8),
                load_group_unaligned(scratch, 2 * i + 2, 8), load_group_unaligned(scratch, 2 * i + 1, 8),
            )  # fmt: skip
            store_group(scratch, 2 * i, 8, high)
            store_group(scratch, 2 * i + 4, 8, low)
        for i in range(0, 4 * WIDTH * block, LONG):
            high, low = load_group(scratch, 2 * i, 8), load_group(scratch, 2 * i + 4, 8)
            store_vector(rings, i, remainder(high, low, one_over_p, p))
