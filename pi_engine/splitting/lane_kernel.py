"""The bottom of the tree, eight subtrees at once: what `leaf_kernel` does word by word, in vectors of digits.

Lane l of a node is the node of subtree l. All lanes take the same steps: a block is as many terms as the longest of the
eight, and where a lane has no term left it is merged with the node P = Q = 1, T = 0. A term is a node too, with
P = p(k), Q = q(k) and T = a(k)·p(k).

A node lies at an address: the signs of P, Q and T, their lengths, then the three numbers, each with its zeros around,
in the room of its level. They fit, by proof (`lane_subtrees`); what would not, because of a fault of this machine, becomes 0,
and `wrong`, an address, gets a word that is not 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.digit_lanes import broadcast_word, lanes_right_signed, load_lanes, store_lanes
from pi_engine.bigint.lane_arithmetic import (
    DIGIT,
    ONE,
    SIGN_BIT,
    ZERO,
    digits_of_words,
    exact_quotient,
    pack,
    pad,
    product,
    spread_divisor,
    sum_of_products,
)
from pi_engine.bigint.widths import DIGIT_BITS, LANE_PAD, LANES
from pi_engine.bigint.words import address_of, claim, load, stack, store
from pi_engine.runtime.compilation import routine
from pi_engine.splitting import tree_kernels
from pi_engine.splitting.lane_room_kernel import NODE_PAD, fits, fitting, results_fit, rooms_fit

LENGTHS = 3
"""The vector behind the three signs whose first words are the lengths."""

cut = routine(tree_kernels.cut)


@routine
def numbers(node, rooms):
    """The addresses of a node's P, Q and T."""
    P = node + DIGIT * np.uint64(NODE_PAD)
    Q = P + DIGIT * np.uint64(rooms[0])
    return P, Q, Q + DIGIT * np.uint64(rooms[1])


@routine
def lengths(node, rooms, wrong):
    """The lengths of a node's P, Q and T."""
    place = node + DIGIT * np.uint64(LENGTHS)
    return (
        fitting(np.int64(load(place, 0)), rooms[0], wrong),
        fitting(np.int64(load(place, 1)), rooms[1], wrong),
        fitting(np.int64(load(place, 2)), rooms[2], wrong),
    )


@routine
def set_length(node, number, length):
    """Write a length."""
    store(node + DIGIT * np.uint64(LENGTHS), number, np.uint64(length))


@routine
def values(out, spare, group_words, k, chosen, otherwise):
    """Write |f(k)|, f as in `term_values` without long factors; returns length and sign.

    Lanes that are not `chosen`, a mask, get the word `otherwise` in each factor. spare: two numbers' room.
    """
    other = broadcast_word(otherwise) & (chosen ^ broadcast_word(~ZERO))
    degree = group_words.shape[1] - 1
    length, sign = 0, broadcast_word(ZERO)
    step = DIGIT * np.uint64(tree_kernels.VALUE_DIGITS)
    for group in range(group_words.shape[0]):
        value = broadcast_word(np.uint64(group_words[group, degree]))
        for i in range(degree - 1, -1, -1):
            value = value * k + broadcast_word(np.uint64(group_words[group, i]))
        value = (value & chosen) | other
        if group == 0:
            length, sign = digits_of_words(out, value)
        else:
            n, other_sign = digits_of_words(spare, value)
            sign = sign ^ other_sign
            m = product(spare + step, out, length, spare, n)
            for j in range(m):
                store_lanes(out, j, load_lanes(spare + step, j))
            pad(out, m)
            length = m
    return length, sign


@routine
def term(node, rooms, k, last, tables, spare, wrong):
    """The node of term k of every lane; of no term where k ≥ `last`. spare: three values' room."""
    p_words, q_words, a_words = tables
    P, Q, T = numbers(node, rooms)
    within = lanes_right_signed(k - last, SIGN_BIT)
    zero = broadcast_word(ZERO)
    not_first = lanes_right_signed(zero - k, SIGN_BIT)
    step = DIGIT * np.uint64(tree_kernels.VALUE_DIGITS)
    spare += DIGIT * np.uint64(LANE_PAD)
    p, p_sign = values(P, spare + step, p_words, k, within & not_first, ONE)
    q, q_sign = values(Q, spare + step, q_words, k, within & not_first, ONE)
    a, a_sign = values(spare, spare + step, a_words, k, within, ZERO)
    store_lanes(node, 0, p_sign)
    store_lanes(node, 1, q_sign)
    store_lanes(node, 2, a_sign ^ p_sign)
    set_length(node, 0, p)
    set_length(node, 1, q)
    set_length(node, 2, product(T, P, p, spare, a) if fits(p + a, rooms[2], wrong) else 0)


@routine
def divided(out, node, number, x, length, sign, level, common, first, divisor, wrong):
    """Write |x| as a number of a node, over what all nodes of its level have in common.

    first: whether lane 0 keeps what it has. divisor: room for the longest and its inverse.
    """
    store_lanes(node, number, sign)
    limbs = common[0][level]
    if limbs >= common[1].shape[1]:
        store(wrong, 0, ONE)
        limbs = 1
    inverse = divisor
    place = divisor + DIGIT * np.uint64(1 + LANE_PAD)
    words = address_of(common[1]) + np.uint64(8 * (level * common[1].shape[1]))
    spread_divisor(place, inverse, words, limbs, first)
    width = length if first else max(length - limbs + 1, 0)
    set_length(node, number, exact_quotient(out, x, width, place, limbs, inverse))


@routine
def merge(out, out_rooms, left, right, rooms, level, common, first, scratch, wrong):
    """Write the node of two neighbours of one room, divided by what its level has in common if `level` ≥ 0.

    scratch: a product, and a divisor.
    """
    P1, Q1, T1 = numbers(left, rooms)
    P2, Q2, T2 = numbers(right, rooms)
    p1, q1, t1 = lengths(left, rooms, wrong)
    p2, q2, t2 = lengths(right, rooms, wrong)
    longest = max(p1 + p2, q1 + q2, t1 + q2 + 1, p1 + t2 + 1)
    if not (
        fits(p1 + p2, out_rooms[0], wrong) and fits(q1 + q2, out_rooms[1], wrong) and fits(longest, out_rooms[2], wrong)
    ):
        p1, q1, t1, p2, q2, t2 = 0, 0, 0, 0, 0, 0
    P, Q, T = numbers(out, out_rooms)
    P_sign = load_lanes(left, 0) ^ load_lanes(right, 0)
    Q_sign = load_lanes(left, 1) ^ load_lanes(right, 1)
    TQ_sign, PT_sign = load_lanes(left, 2) ^ load_lanes(right, 1), load_lanes(left, 0) ^ load_lanes(right, 2)
    t, T_sign = sum_of_products(T, T1, t1, Q2, q2, TQ_sign, P1, p1, T2, t2, PT_sign)
    store_lanes(out, 2, T_sign)
    set_length(out, 2, t)
    if level >= 0 and common[0][level] > 0:
        raw = scratch + DIGIT * np.uint64(LANE_PAD)
        divisor = scratch + DIGIT * np.uint64(out_rooms[2])
        p = product(raw, P1, p1, P2, p2)
        divided(P, out, 0, raw, p, P_sign, level, common, False, divisor, wrong)
        q = product(raw, Q1, q1, Q2, q2)
        divided(Q, out, 1, raw, q, Q_sign, level, common, first, divisor, wrong)
    else:
        store_lanes(out, 0, P_sign)
        store_lanes(out, 1, Q_sign)
        set_length(out, 0, product(P, P1, p1, P2, p2))
        set_length(out, 1, product(Q, Q1, q1, Q2, q2))


@routine
def block(target, rooms, begins, ends, tables, common, first, places, most, wrong):
    """The nodes of the terms begins ≤ k < ends of every lane, one by one.

    begins, ends: addresses of a word a lane, at most `most` terms apart. places: two nodes, and scratch.
    """
    node, other, scratch = places
    lo, hi = load_lanes(begins, 0), load_lanes(ends, 0)
    terms = 1
    for lane in range(LANES):
        terms = max(terms, np.int64(load(ends, lane)) - np.int64(load(begins, lane)))
    if terms > most:
        store(wrong, 0, ONE)
        terms = 1
    single = scratch
    spare = single + DIGIT * np.uint64(NODE_PAD + rooms[0] + rooms[1] + rooms[2])
    # A block of one term has nothing in common with the others.
    term(target if terms == 1 else node, rooms, lo, hi, tables, spare, wrong)
    for i in range(1, terms):
        term(single, rooms, lo + broadcast_word(np.uint64(i)), hi, tables, spare, wrong)
        last = i == terms - 1
        out = target if last else other
        merge(out, rooms, node, single, rooms, 0 if last else -1, common, first, spare, wrong)
        node, other = out, node


@routine
def subtree(out, bounds, depth, rooms, tables, common, first, arena, most, wrong):
    """The nodes of eight ranges, of 2^depth blocks each, at `out`.

    bounds: the address of the lanes' first terms, and of their ends. first: whether lane 0 begins with k = 0.
    As in a binary counter, the left neighbour that waits for a partner at level j lies in slot j.
    """
    slots = arena
    spare = slots
    for j in range(depth):
        spare += DIGIT * np.uint64(NODE_PAD + rooms[j, 0] + rooms[j, 1] + rooms[j, 2])
    largest = DIGIT * np.uint64(NODE_PAD + rooms[depth, 0] + rooms[depth, 1] + rooms[depth, 2])
    other = spare + largest
    scratch = other + largest
    smallest = DIGIT * np.uint64(NODE_PAD + rooms[0, 0] + rooms[0, 1] + rooms[0, 2])
    places = scratch, scratch + smallest, scratch + smallest + smallest
    begins = stack(8)
    ends = stack(8)
    blocks = 1 << depth
    for i in range(blocks):
        for lane in range(LANES):
            lo, hi = np.int64(load(bounds, lane)), np.int64(load(bounds, LANES + lane))
            store(begins, lane, np.uint64(cut(lo, hi, i, blocks)))
            store(ends, lane, np.uint64(cut(lo, hi, i + 1, blocks)))
        level, slot = 0, slots
        target = slot if i & 1 == 0 and depth > 0 else spare if depth > 0 else out
        block(target, rooms[0], begins, ends, tables, common, first and i == 0, places, most, wrong)
        node = target
        while (i >> level) & 1 == 1:
            left = slot
            slot += DIGIT * np.uint64(NODE_PAD + rooms[level, 0] + rooms[level, 1] + rooms[level, 2])
            level += 1
            if level == depth:
                target = out
            elif (i >> level) & 1 == 0:
                target = slot
            else:
                target = other if node == spare else spare
            leftmost = first and i + 1 == 1 << level
            merge(target, rooms[level], left, node, rooms[level - 1], level, common, leftmost, scratch, wrong)
            node = target


@routine
def lane_subtrees_claimed(
    counter, stop, first, last, count, depth, rooms, p_words, q_words, a_words, divisor_lengths, divisors, arena,
    arena_digits, place, limb_rooms, limbs, lengths_out, wrong,
):  # fmt: skip
    """Build eight neighbouring subtrees at a time of `count`, as `leaf_kernel.subtrees_claimed` does.

    stop: in eights. rooms: digits, arena: the thread's own (`lane_subtrees`), of so many digits. limb_rooms: limbs of P, Q and
    T of a result, from one result to the next, and before its P; there are `limbs` at `place`.
    """
    fault = address_of(wrong)
    tables = p_words, q_words, a_words
    common = divisor_lengths, divisors
    room = limb_rooms[3]
    stride = np.uint64(8 * room)
    bounds = stack(16)
    node = np.uint64(arena)
    free = node + DIGIT * np.uint64(NODE_PAD + rooms[depth, 0] + rooms[depth, 1] + rooms[depth, 2])
    groups = max(len(p_words), len(q_words), len(a_words))
    if not rooms_fit(rooms, depth, groups, divisors.shape[1], arena_digits) or not results_fit(
        limb_rooms, count, limbs
    ):
        store(fault, 0, ONE)
        return
    most = (last - first) // (count << depth) + 8  # `subtrees.most_terms` has five more than the share at most
    for _ in range(stop):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= stop:
            return
        i = count - LANES * (turn + 1)
        for lane in range(LANES):
            store(bounds, lane, np.uint64(cut(first, last, i + lane, count)))
            store(bounds, LANES + lane, np.uint64(cut(first, last, i + lane + 1, count)))
        subtree(node, bounds, depth, rooms, tables, common, first == 0 and i == 0, free, most, fault)
        places = numbers(node, rooms[depth])
        digits = lengths(node, rooms[depth], fault)
        out = np.uint64(place) + np.uint64(8 * i * room + 8 * limb_rooms[4])
        for j in range(3):
            found = address_of(lengths_out) + np.uint64(8 * (j * count + i))
            length = digits[j]
            if DIGIT_BITS * length > 64 * limb_rooms[j]:
                store(fault, 0, ONE)
                length = 0
            pack(out, stride, places[j], length, node + DIGIT * np.uint64(j), found)
            out += np.uint64(8 * limb_rooms[j])
