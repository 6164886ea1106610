"""The bottom of the tree, compiled: P, Q and T of some hundred consecutive terms, from the series' polynomials.

A subtree is 2^d blocks of a few terms. A block is accumulated term by term, word by word,

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k),

and blocks are merged as soon as there are two of a size, with GMP's products, so that all of it stays in the core's
first two caches. Threads claim subtrees from a counter. Numbers are signed lengths and addresses, as in
`bigint.level_kernels`. They fit the room they are given, by proof (`subtrees`). Memory and processors can be faulty, though: a
number that would not fit is not written but becomes 0, and `wrong`, an address, gets a word that is not 0.
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
def unfit(wrong):
    """The length of what would not have fitted."""
    store(wrong, 0, ONE)
    return 0


@routine
def within(length, room, wrong):
    """A signed length that has been in memory, if a room of so many limbs can have it."""
    return length if -room <= length <= room else unfit(wrong)


@routine
def times_word(out, x, length, value, room, wrong):
    """Write x·value for |value| < 2^63; returns the signed length. `out`, of `room` limbs, may be x."""
    if length == 0 or value == 0:
        return 0
    n = abs(length)
    if n > room:
        return unfit(wrong)
    carry = mpn.mul_1(out, x, n, np.uint64(abs(value)))
    if carry != ZERO:
        if n == room:
            return unfit(wrong)
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
def times_values(out, x, length, words, longs, k, scratch, room, wrong):
    """Write x·f(k), f as in `term_values`; returns the signed length. `out`, of `room` limbs, may be x."""
    for group in range(words.shape[0]):
        length = times_word(out, x, length, word_value(words, group, k), room, wrong)
        x = out
    for factor in range(longs.shape[0]):
        found = long_value(longs, factor, k, scratch)
        place = scratch + np.uint64(8 * longs.shape[2])
        n = product(place, x, abs(length), scratch, abs(found))
        if n > room:
            return unfit(wrong)
        for i in range(n):
            store(out, i, load(place, i))
        length = -n if (length < 0) != (found < 0) else n
        x = out
    return length


@routine
def fitting_sum(out, a, a_length, b, b_length, room, wrong):
    """Write a + b for signed lengths; returns the signed length."""
    if max(abs(a_length), abs(b_length)) >= room:
        return unfit(wrong)
    return signed_sum(out, a, a_length, b, b_length)


@routine
def block(node, rooms, lo, hi, values, scratch, wrong):
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
                T_length = times_values(T, T, T_length, q_words, q_longs, k, scratch, rooms[2], wrong)
            Q_length = times_values(Q, Q, Q_length, q_words, q_longs, k, scratch, rooms[1], wrong)
            P_length = times_values(P, P, P_length, p_words, p_longs, k, scratch, rooms[0], wrong)
        term_length = times_values(term, P, P_length, a_words, a_longs, k, scratch, rooms[2], wrong)
        T_length = fitting_sum(T, T, T_length, term, term_length, rooms[2], wrong)
    store(node, 0, np.uint64(P_length))
    store(node, 1, np.uint64(Q_length))
    store(node, 2, np.uint64(T_length))


@routine
def signed_product(out, a, a_length, b, b_length, room, wrong):
    """Write a·b for signed lengths; returns the signed length."""
    if abs(a_length) + abs(b_length) > room:
        return unfit(wrong)
    n = product(out, a, abs(a_length), b, abs(b_length))
    return -n if (a_length < 0) != (b_length < 0) else n


@routine
def lengths_of(node, rooms, wrong):
    """The signed lengths of a node's P, Q and T."""
    return (
        within(np.int64(load(node, 0)), rooms[0], wrong),
        within(np.int64(load(node, 1)), rooms[1], wrong),
        within(np.int64(load(node, 2)), rooms[2], wrong),
    )


@routine
def merge(out, out_rooms, left, right, rooms, scratch, wrong):
    """Write the node of two neighbours of one level to `out`, a level higher. `scratch`: two rooms of its T."""
    step_Q = np.uint64(8 * rooms[0])
    step_T = step_Q + np.uint64(8 * rooms[1])
    P1_length, Q1_length, T1_length = lengths_of(left, rooms, wrong)
    P2_length, Q2_length, T2_length = lengths_of(right, rooms, wrong)
    P1, P2 = left + HEADER, right + HEADER
    Q1, Q2 = P1 + step_Q, P2 + step_Q
    T1, T2 = P1 + step_T, P2 + step_T
    P = out + HEADER
    Q = P + np.uint64(8 * out_rooms[0])
    T = Q + np.uint64(8 * out_rooms[1])
    TQ, PT = scratch, scratch + np.uint64(8 * out_rooms[2])
    TQ_length = signed_product(TQ, T1, T1_length, Q2, Q2_length, out_rooms[2], wrong)
    PT_length = signed_product(PT, P1, P1_length, T2, T2_length, out_rooms[2], wrong)
    store(out, 0, np.uint64(signed_product(P, P1, P1_length, P2, P2_length, out_rooms[0], wrong)))
    store(out, 1, np.uint64(signed_product(Q, Q1, Q1_length, Q2, Q2_length, out_rooms[1], wrong)))
    store(out, 2, np.uint64(fitting_sum(T, TQ, TQ_length, PT, PT_length, out_rooms[2], wrong)))


@routine
def divide_out(node, rooms, lengths, divisors, level, first, wrong):
    """Divide a node's P and Q by what all nodes of its level have in common; the `first` of all keeps its Q."""
    limbs = lengths[level]
    if limbs == 0:
        return
    if limbs < 0 or limbs >= divisors.shape[1]:
        unfit(wrong)
        return
    inverse = divisors[level, 0]
    divisor = address_of(divisors) + np.uint64(8 * (level * divisors.shape[1] + 1))
    P = node + HEADER
    P_length, Q_length, _ = lengths_of(node, rooms, wrong)
    store(node, 0, np.uint64(divide(P, P_length, divisor, limbs, inverse)))
    if not first:
        Q = P + np.uint64(8 * rooms[0])
        store(node, 1, np.uint64(divide(Q, Q_length, divisor, limbs, inverse)))


@routine
def subtree(out, lo, hi, depth, rooms, values, common, arena, wrong):
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
        block(target, rooms[0], cut(lo, hi, i, blocks), cut(lo, hi, i + 1, blocks), values, scratch, wrong)
        node = target
        divide_out(node, rooms[0], common[0], common[1], 0, lo == 0 and i == 0, wrong)
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
            merge(target, rooms[level], left, node, rooms[level - 1], scratch, wrong)
            node = target
            divide_out(node, rooms[level], common[0], common[1], level, lo == 0 and i + 1 == 1 << level, wrong)


@routine
def rooms_fit(rooms, depth, width, arena_limbs):
    """Whether the rooms of all levels are within an arena of so many limbs. width: words of a long factor."""
    used, widest = 0, 0
    for j in range(depth + 1):
        for i in range(3):
            if rooms[j, i] < 1 or rooms[j, i] > arena_limbs:
                return False
        node = 3 + rooms[j, 0] + rooms[j, 1] + rooms[j, 2]
        used += node if j < depth else 2 * node
        widest = max(widest, rooms[j, 2])
    in_block = rooms[0, 2] + max(rooms[0, 0], rooms[0, 1], rooms[0, 2]) + 2 * width
    return used + max(2 * widest, in_block) <= arena_limbs


@routine
def subtrees_claimed(
    counter, stop, first, last, count, depth, rooms,
    p_words, p_longs, q_words, q_longs, a_words, a_longs, divisor_lengths, divisors, arena, arena_limbs, place, limbs,
    lengths, wrong,
):  # fmt: skip
    """Build subtrees of `first` ≤ k < `last`, number i of `count` at i rooms behind `place`.

    Until the `stop`-th is claimed. arena: the thread's own, of so many limbs, as there are `limbs` at `place`.
    wrong: its one number is no longer 0 where something would not have fitted.
    """
    fault = address_of(wrong)
    values = p_words, p_longs, q_words, q_longs, a_words, a_longs
    room = 3 + rooms[depth, 0] + rooms[depth, 1] + rooms[depth, 2]
    width = max(p_longs.shape[2], q_longs.shape[2], a_longs.shape[2])
    if not rooms_fit(rooms, depth, width, arena_limbs) or count * room > limbs:
        unfit(fault)
        return
    for _ in range(stop):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= stop:
            return
        # Later terms are larger: the last ones first, so that no thread ends long after the others.
        i = count - 1 - turn
        out = np.uint64(place) + np.uint64(8 * i * room)
        lo, hi = cut(first, last, i, count), cut(first, last, i + 1, count)
        subtree(out, lo, hi, depth, rooms, values, (divisor_lengths, divisors), np.uint64(arena), fault)
        for j in range(3):
            lengths[j, i] = np.int64(load(out, j))
