"""The bottom of the tree, compiled: P, Q and T of some hundred consecutive terms, from the series' polynomials.

A subtree is 2^d blocks of a few terms. A block is accumulated term by term, word by word,

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k),

and blocks are merged as soon as there are two of a size, with GMP's products, so that all of it stays in the core's
first two caches. Numbers are signed lengths and addresses, as in
`bigint.mpn.kernel_integers`. They fit their buffers, by proof (`subtrees`). Memory and processors can be faulty, though: a
number that would not fit is not written but becomes 0, and `wrong`, an address, gets a word that is not 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.mpn.kernel_integers import product, signed_sum
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import address_of, claim, is_sealed, load, store
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels import tree_kernels
from pi_engine.splitting.kernels.division_kernel import divide_exactly
from pi_engine.splitting.kernels.value_kernel import times_values, unfit, values_in
from pi_engine.splitting.records import subtree_record as at

ONE = np.uint64(1)
HEADER = np.uint64(8 * at.HEADER_LIMBS)
"""Bytes of a node's three signed lengths; behind them lie P, Q and T, in buffers of their level's `capacities`, in limbs."""

cut = routine(tree_kernels.cut)


@routine
def node_limbs(capacities):
    """Limbs of a node with these capacities: the header, and the buffers for P, Q and T."""
    return at.HEADER_LIMBS + capacities[0] + capacities[1] + capacities[2]


@routine
def fitting(length, capacity, wrong):
    """A signed length that has been in memory, if a buffer of a given number of limbs can have it."""
    return length if -capacity <= length <= capacity else unfit(wrong)


@routine
def fitting_sum(out, a, a_length, b, b_length, capacity, wrong):
    """Write a + b for signed lengths; returns the signed length."""
    if max(abs(a_length), abs(b_length)) >= capacity:
        return unfit(wrong)
    return signed_sum(out, a, a_length, b, b_length)


@routine
def term_block(node, capacities, lo, hi, values, scratch, wrong):
    """The node of the terms lo ≤ k < hi, lo < hi, one by one.

    scratch: a buffer for a T, and what `times_values` needs.
    """
    p, q, a = values
    P = node + HEADER
    Q = P + np.uint64(8 * capacities[0])
    T = Q + np.uint64(8 * capacities[1])
    term = scratch
    scratch += np.uint64(8 * capacities[2])
    store(P, 0, ONE)
    store(Q, 0, ONE)
    P_length, Q_length, T_length = 1, 1, 0
    for k in range(lo, hi):
        if k > 0:
            if T_length != 0:
                T_length = times_values(T, T, T_length, q, k, scratch, capacities[2], wrong)
            Q_length = times_values(Q, Q, Q_length, q, k, scratch, capacities[1], wrong)
            P_length = times_values(P, P, P_length, p, k, scratch, capacities[0], wrong)
        term_length = times_values(term, P, P_length, a, k, scratch, capacities[2], wrong)
        T_length = fitting_sum(T, T, T_length, term, term_length, capacities[2], wrong)
    store(node, 0, np.uint64(P_length))
    store(node, 1, np.uint64(Q_length))
    store(node, 2, np.uint64(T_length))


@routine
def signed_product(out, a, a_length, b, b_length, capacity, wrong):
    """Write a·b for signed lengths; returns the signed length."""
    if abs(a_length) + abs(b_length) > capacity:
        return unfit(wrong)
    n = product(out, a, abs(a_length), b, abs(b_length))
    return -n if (a_length < 0) != (b_length < 0) else n


@routine
def lengths_of(node, capacities, wrong):
    """The signed lengths of a node's P, Q and T."""
    return (
        fitting(np.int64(load(node, 0)), capacities[0], wrong),
        fitting(np.int64(load(node, 1)), capacities[1], wrong),
        fitting(np.int64(load(node, 2)), capacities[2], wrong),
    )


@routine
def merge(out, out_capacities, left, right, capacities, scratch, wrong):
    """Write the node of two neighbours of one level to `out`, a level higher. `scratch`: buffers for two of its T."""
    step_Q = np.uint64(8 * capacities[0])
    step_T = step_Q + np.uint64(8 * capacities[1])
    P1_length, Q1_length, T1_length = lengths_of(left, capacities, wrong)
    P2_length, Q2_length, T2_length = lengths_of(right, capacities, wrong)
    P1, P2 = left + HEADER, right + HEADER
    Q1, Q2 = P1 + step_Q, P2 + step_Q
    T1, T2 = P1 + step_T, P2 + step_T
    P = out + HEADER
    Q = P + np.uint64(8 * out_capacities[0])
    T = Q + np.uint64(8 * out_capacities[1])
    TQ, PT = scratch, scratch + np.uint64(8 * out_capacities[2])
    TQ_length = signed_product(TQ, T1, T1_length, Q2, Q2_length, out_capacities[2], wrong)
    PT_length = signed_product(PT, P1, P1_length, T2, T2_length, out_capacities[2], wrong)
    store(out, 0, np.uint64(signed_product(P, P1, P1_length, P2, P2_length, out_capacities[0], wrong)))
    store(out, 1, np.uint64(signed_product(Q, Q1, Q1_length, Q2, Q2_length, out_capacities[1], wrong)))
    store(out, 2, np.uint64(fitting_sum(T, TQ, TQ_length, PT, PT_length, out_capacities[2], wrong)))


@routine
def divide_out(node, capacities, common, level, first, wrong):
    """Divide a node's P and Q by what all nodes of its level have in common; the `first` of all keeps its Q."""
    lengths, divisors = common
    limbs = lengths[level]
    if limbs == 0:
        return
    if limbs < 0 or limbs >= divisors.shape[1]:
        unfit(wrong)
        return
    inverse = divisors[level, 0]
    divisor = address_of(divisors) + np.uint64(8 * (level * divisors.shape[1] + 1))
    P = node + HEADER
    P_length, Q_length, _ = lengths_of(node, capacities, wrong)
    store(node, 0, np.uint64(divide_exactly(P, P_length, divisor, limbs, inverse)))
    if not first:
        Q = P + np.uint64(8 * capacities[0])
        store(node, 1, np.uint64(divide_exactly(Q, Q_length, divisor, limbs, inverse)))


@routine
def subtree(out, lo, hi, capacities, values, common, arena, wrong):
    """The node of lo ≤ k < hi at `out`, with a row of `capacities` for every level. `arena`: see `subtrees._arena_limbs`.

    common: lengths and rows of a `common_factors.DivisorTable`.

    As in a binary counter, the left neighbour that waits for a partner at level j lies in slot j.
    """
    depth = len(capacities) - 1
    slots = arena
    spare = slots
    for j in range(depth):
        spare += np.uint64(8 * node_limbs(capacities[j]))
    largest = np.uint64(8 * node_limbs(capacities[depth]))
    other = spare + largest
    scratch = other + largest
    blocks = 1 << depth
    for i in range(blocks):
        # The block's node and its merges: as many as i has trailing ones.
        level, slot = 0, slots
        target = slot if i & 1 == 0 and depth > 0 else spare if depth > 0 else out
        term_block(target, capacities[0], cut(lo, hi, i, blocks), cut(lo, hi, i + 1, blocks), values, scratch, wrong)
        node = target
        divide_out(node, capacities[0], common, 0, lo == 0 and i == 0, wrong)
        while (i >> level) & 1 == 1:
            left = slot
            slot += np.uint64(8 * node_limbs(capacities[level]))
            level += 1
            if level == depth:
                target = out
            elif (i >> level) & 1 == 0:
                target = slot
            else:
                target = other if node == spare else spare
            merge(target, capacities[level], left, node, capacities[level - 1], scratch, wrong)
            node = target
            divide_out(node, capacities[level], common, level, lo == 0 and i + 1 == 1 << level, wrong)


@routine
def buffers_fit(capacities, width, arena_limbs):
    """Whether the buffers of all levels are within an arena of a given number of limbs. width: words of a long factor."""
    depth = len(capacities) - 1
    used, widest = 0, 0
    for j in range(depth + 1):
        for i in range(3):
            if capacities[j, i] < 1 or capacities[j, i] > arena_limbs:
                return False
        node = node_limbs(capacities[j])
        used += node if j < depth else 2 * node
        widest = max(widest, capacities[j, 2])
    in_block = capacities[0, 2] + max(capacities[0, 0], capacities[0, 1], capacities[0, 2]) + 2 * width
    return used + max(2 * widest, in_block) <= arena_limbs


@kernel("void(uint64[::1], int64, int64[::1], int64, int64[::1])")
def subtrees_worker(counter, stop, record, arena, wrong):
    """Build subtrees until the `stop`-th is claimed; the node of number i goes to the i-th place.

    record: see `subtree_record`. arena: the address of the thread's own.
    wrong: its one number is no longer 0 where the record is damaged, or something would not have fitted.
    """
    fault = address_of(wrong)
    if not is_sealed(record):
        unfit(fault)
        return
    capacities, lengths = array_in(record, at.CAPACITIES, 2, np.int64), array_in(record, at.LENGTHS, 2, np.int64)
    p = values_in(record, at.P_WORDS, at.P_LONGS)
    q = values_in(record, at.Q_WORDS, at.Q_LONGS)
    a = values_in(record, at.A_WORDS, at.A_LONGS)
    common = array_in(record, at.DIVISOR_LENGTHS, 1, np.int64), array_in(record, at.DIVISORS, 2, np.uint64)
    count, stride = record[at.COUNT], node_limbs(capacities[len(capacities) - 1])
    width = max(p[1].shape[2], q[1].shape[2], a[1].shape[2])
    if not buffers_fit(capacities, width, record[at.ARENA]) or count * stride > record[at.LIMBS]:
        unfit(fault)
        return
    first, last, nodes = record[at.FIRST], record[at.LAST], np.uint64(record[at.NODES_AT])
    for _ in range(stop):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= stop:
            return
        # Later terms are larger: the last ones first, so that no thread ends long after the others.
        i = count - 1 - turn
        out = nodes + np.uint64(8 * i * stride)
        lo, hi = cut(first, last, i, count), cut(first, last, i + 1, count)
        subtree(out, lo, hi, capacities, (p, q, a), common, np.uint64(arena), fault)
        for j in range(3):
            lengths[j, i] = np.int64(load(out, j))
