"""The bottom of the tree, compiled: P, Q and T of some hundred consecutive terms, from the series' polynomials.

A subtree is 2^d blocks of a few terms. A block is accumulated term by term, word by word,

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k),

and blocks are merged as soon as there are two of a size, with GMP's products, so that all of it stays in the core's
first two caches. Threads claim subtrees from a counter. Numbers are signed lengths and addresses, as in
`bigint.level_kernels`; the caller has proved that they fit the room they are given (`subtrees`).
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint import mpn
from pi_engine.bigint.level_kernels import product, signed_sum
from pi_engine.bigint.words import address_of, claim, load, store
from pi_engine.runtime.compilation import routine
from pi_engine.splitting import tree_kernels
from pi_engine.splitting.division_kernel import divide

ZERO = np.uint64(0)
ONE = np.uint64(1)
HEADER = np.uint64(24)
"""Bytes of a node's three signed lengths; behind them lie P, Q and T, each in its level's room of limbs (`rooms`)."""

cut = routine(tree_kernels.cut)


@routine
def times_word(out, x, length, value):
    """Write x·value for |value| < 2^63; returns the signed length. `out` may be x."""
    if length == 0 or value == 0:
        return 0
    n = abs(length)
    carry = mpn.mul_1(out, x, n, np.uint64(abs(value)))
    if carry != ZERO:
        store(out, n, carry)
        n += 1
    return -n if (length < 0) != (value < 0) else n


@routine
def word_value(words, group, k):
    """The value of one word-sized factor."""
    degree = words.shape[1] - 1
    value = words[group, degree]
    for i in range(degree - 1, -1, -1):
        value = value * k + words[group, i]
    return value


@routine
def long_value(longs, factor, k, out):
    """Write |value| of one long factor, modulo 2^(64·width) by Horner's rule; returns the signed length."""
    width = longs.shape[2]
    for j in range(width):
        store(out, j, longs[factor, longs.shape[1] - 1, j])
    for i in range(longs.shape[1] - 2, -1, -1):
        mpn.mul_1(out, out, width, np.uint64(k))
        carry = ZERO
        for j in range(width):
            x = longs[factor, i, j]
            y = load(out, j) + carry
            carry = np.uint64(y < carry)
            y += x
            carry += np.uint64(y < x)
            store(out, j, y)
    negative = np.int64(load(out, width - 1)) < 0
    if negative:
        carry = ONE
        for j in range(width):
            y = ~load(out, j) + carry
            carry = np.uint64(carry != ZERO and y == ZERO)
            store(out, j, y)
    length = width
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return -length if negative else length


@routine
def times_values(out, x, length, words, longs, k, scratch):
    """Write x·f(k), f as in `term_values`; returns the signed length. `out` may be x."""
    for group in range(words.shape[0]):
        length = times_word(out, x, length, word_value(words, group, k))
        x = out
    for factor in range(longs.shape[0]):
        found = long_value(longs, factor, k, scratch)
        place = scratch + np.uint64(8 * longs.shape[2])
        n = product(place, x, abs(length), scratch, abs(found))
        for i in range(n):
            store(out, i, load(place, i))
        length = -n if (length < 0) != (found < 0) else n
        x = out
    return length


@routine
def block(node, rooms, lo, hi, values, scratch):
    """The node of the terms lo ≤ k < hi, lo < hi, one by one.

    scratch: the room of a T, and what `times_values` needs.
    """
    p_words, p_longs, q_words, q_longs, a_words, a_longs = values
    P = node + HEADER
    Q = P + np.uint64(8 * rooms[0])
    T = Q + np.uint64(8 * rooms[1])
    term = scratch
    scratch += np.uint64(8 * rooms[2])
    store(P, 0, ONE)
    store(Q, 0, ONE)
    P_length, Q_length, T_length = 1, 1, 0
    for k in range(lo, hi):
        if k > 0:
            if T_length != 0:
                T_length = times_values(T, T, T_length, q_words, q_longs, k, scratch)
            Q_length = times_values(Q, Q, Q_length, q_words, q_longs, k, scratch)
            P_length = times_values(P, P, P_length, p_words, p_longs, k, scratch)
        term_length = times_values(term, P, P_length, a_words, a_longs, k, scratch)
        T_length = signed_sum(T, T, T_length, term, term_length)
    store(node, 0, np.uint64(P_length))
    store(node, 1, np.uint64(Q_length))
    store(node, 2, np.uint64(T_length))


@routine
def signed_product(out, a, a_length, b, b_length):
    """Write a·b for signed lengths; returns the signed length."""
    n = product(out, a, abs(a_length), b, abs(b_length))
    return -n if (a_length < 0) != (b_length < 0) else n


@routine
def merge(out, out_rooms, left, right, rooms, scratch):
    """Write the node of two neighbours of one level to `out`, a level higher. `scratch`: two rooms of its T."""
    step_Q = np.uint64(8 * rooms[0])
    step_T = step_Q + np.uint64(8 * rooms[1])
    P1_length, Q1_length, T1_length = np.int64(load(left, 0)), np.int64(load(left, 1)), np.int64(load(left, 2))
    P2_length, Q2_length, T2_length = np.int64(load(right, 0)), np.int64(load(right, 1)), np.int64(load(right, 2))
    P1, P2 = left + HEADER, right + HEADER
    Q1, Q2 = P1 + step_Q, P2 + step_Q
    T1, T2 = P1 + step_T, P2 + step_T
    P = out + HEADER
    Q = P + np.uint64(8 * out_rooms[0])
    T = Q + np.uint64(8 * out_rooms[1])
    TQ, PT = scratch, scratch + np.uint64(8 * out_rooms[2])
    TQ_length = signed_product(TQ, T1, T1_length, Q2, Q2_length)
    PT_length = signed_product(PT, P1, P1_length, T2, T2_length)
    store(out, 0, np.uint64(signed_product(P, P1, P1_length, P2, P2_length)))
    store(out, 1, np.uint64(signed_product(Q, Q1, Q1_length, Q2, Q2_length)))
    store(out, 2, np.uint64(signed_sum(T, TQ, TQ_length, PT, PT_length)))


@routine
def take_out(node, rooms, lengths, divisors, level, first):
    """Divide a node's P and Q by what all nodes of its level have in common; the `first` of all keeps its Q."""
    limbs = lengths[level]
    if limbs == 0:
        return
    inverse = divisors[level, 0]
    divisor = address_of(divisors) + np.uint64(8 * (level * divisors.shape[1] + 1))
    P = node + HEADER
    store(node, 0, np.uint64(divide(P, np.int64(load(node, 0)), divisor, limbs, inverse)))
    if not first:
        Q = P + np.uint64(8 * rooms[0])
        store(node, 1, np.uint64(divide(Q, np.int64(load(node, 1)), divisor, limbs, inverse)))


@routine
def subtree(out, lo, hi, depth, rooms, values, common, arena):
    """The node of lo ≤ k < hi from 2^depth blocks, at `out`. `arena`: see `subtrees._arena_limbs`.

    common: lengths and rows of a `common_factors.DivisorTable`.

    As in a binary counter, the left neighbour that waits for a partner at level j lies in slot j.
    """
    slots = arena
    spare = slots
    for j in range(depth):
        spare += np.uint64(8 * (3 + rooms[j, 0] + rooms[j, 1] + rooms[j, 2]))
    largest = np.uint64(8 * (3 + rooms[depth, 0] + rooms[depth, 1] + rooms[depth, 2]))
    other = spare + largest
    scratch = other + largest
    blocks = 1 << depth
    for i in range(blocks):
        # The block's node and its merges: as many as i has trailing ones.
        level, slot = 0, slots
        target = slot if i & 1 == 0 and depth > 0 else spare if depth > 0 else out
        block(target, rooms[0], cut(lo, hi, i, blocks), cut(lo, hi, i + 1, blocks), values, scratch)
        node = target
        take_out(node, rooms[0], common[0], common[1], 0, lo == 0 and i == 0)
        while (i >> level) & 1 == 1:
            left = slot
            slot += np.uint64(8 * (3 + rooms[level, 0] + rooms[level, 1] + rooms[level, 2]))
            level += 1
            if level == depth:
                target = out
            elif (i >> level) & 1 == 0:
                target = slot
            else:
                target = other if node == spare else spare
            merge(target, rooms[level], left, node, rooms[level - 1], scratch)
            node = target
            take_out(node, rooms[level], common[0], common[1], level, lo == 0 and i + 1 == 1 << level)


@routine
def subtrees_claimed(
    counter, stop, first, last, count, depth, rooms,
    p_words, p_longs, q_words, q_longs, a_words, a_longs, divisor_lengths, divisors, arena, place, lengths,
):  # fmt: skip
    """Build subtrees of `first` ≤ k < `last`, number i of `count` at i rooms behind `place`.

    Until the `stop`-th is claimed. arena: the thread's own.
    """
    values = p_words, p_longs, q_words, q_longs, a_words, a_longs
    room = 3 + rooms[depth, 0] + rooms[depth, 1] + rooms[depth, 2]
    while True:
        turn = claim(address_of(counter))
        if turn >= stop:
            return
        # Later terms are larger: the last ones first, so that no thread ends long after the others.
        i = count - 1 - turn
        out = np.uint64(place) + np.uint64(8 * i * room)
        lo, hi = cut(first, last, i, count), cut(first, last, i + 1, count)
        subtree(out, lo, hi, depth, rooms, values, (divisor_lengths, divisors), np.uint64(arena))
        for j in range(3):
            lengths[j, i] = np.int64(load(out, j))
