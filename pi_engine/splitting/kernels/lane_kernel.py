"""The bottom of the tree, eight subtrees at once: what `leaf_kernel` does word by word, in vectors of digits.

Lane l of a node is the node of subtree l. All lanes take the same steps: a block is as many terms as the longest of the
eight, and where a lane has no term left it is merged with the node P = Q = 1, T = 0. A term is a node too, with
P = p(k), Q = q(k) and T = a(k)·p(k).

Numbers fit their buffers, by proof (`lane_subtrees`). One that would not, because of a fault of this machine, becomes 0, and `wrong`,
an address, gets a word that is not 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.interleaved import broadcast_word, lanes_right_signed, load_lanes, store_lanes
from pi_engine.bigint.vectors.interleaved_arithmetic import (
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
from pi_engine.bigint.vectors.lane_widths import DIGIT_BITS, LANE_PAD, LANES
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import address_of, claim, is_sealed, load, stack, store
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels import tree_kernels
from pi_engine.splitting.kernels.lane_node_kernel import (
    buffers_fit,
    length_fits,
    lengths,
    node_digits,
    numbers,
    results_fit,
    set_length,
)
from pi_engine.splitting.records import subtree_record as at

cut = routine(tree_kernels.cut)


@routine
def values(out, spare, group_words, k, chosen, otherwise):
    """Write |f(k)|, f as in `term_values` without long factors; returns length and sign.

    Lanes that are not `chosen`, a mask, get the word `otherwise` in each factor. spare: a buffer for two numbers.
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
def term(node, capacities, k, last, tables, spare, wrong):
    """The node of term k of every lane; of no term where k ≥ `last`. spare: a buffer for three values."""
    p_words, q_words, a_words = tables
    P, Q, T = numbers(node, capacities)
    inside = lanes_right_signed(k - last, SIGN_BIT)
    zero = broadcast_word(ZERO)
    not_first = lanes_right_signed(zero - k, SIGN_BIT)
    step = DIGIT * np.uint64(tree_kernels.VALUE_DIGITS)
    spare += DIGIT * np.uint64(LANE_PAD)
    p, p_sign = values(P, spare + step, p_words, k, inside & not_first, ONE)
    q, q_sign = values(Q, spare + step, q_words, k, inside & not_first, ONE)
    a, a_sign = values(spare, spare + step, a_words, k, inside, ZERO)
    store_lanes(node, 0, p_sign)
    store_lanes(node, 1, q_sign)
    store_lanes(node, 2, a_sign ^ p_sign)
    set_length(node, 0, p)
    set_length(node, 1, q)
    set_length(node, 2, product(T, P, p, spare, a) if length_fits(p + a, capacities[2], wrong) else 0)


@routine
def divisor_of(common, level, wrong):
    """What all nodes of a level have in common: how many digits, none where nothing is divided, and the address of its inverse."""
    lengths, rows = common
    digits = max(lengths[level], 0)
    if digits >= rows.shape[1]:
        store(wrong, 0, ONE)
        digits = 1
    return digits, address_of(rows) + np.uint64(8 * (level * rows.shape[1]))


@routine
def divide_out(out, node, number, raw, divisor, first, scratch):
    """Write |x| over the divisor as a number of a node, for the x, its length and its sign in `raw`.

    first: whether lane 0 keeps what it has. scratch: a buffer for the longest divisor and its inverse.
    """
    x, length, sign = raw
    digits, words = divisor
    store_lanes(node, number, sign)
    place = scratch + DIGIT * np.uint64(1 + LANE_PAD)
    spread_divisor(place, scratch, words, digits, first)
    width = length if first else max(length - digits + 1, 0)
    set_length(node, number, exact_quotient(out, x, width, place, digits, scratch))


@routine
def merge(out, out_capacities, left, right, capacities, divisor, first, scratch, wrong):
    """Write the node of two neighbours of one level, its P and Q divided by the divisor (`divisor_of`).

    scratch: a product, and a divisor.
    """
    P1, Q1, T1 = numbers(left, capacities)
    P2, Q2, T2 = numbers(right, capacities)
    p1, q1, t1 = lengths(left, capacities, wrong)
    p2, q2, t2 = lengths(right, capacities, wrong)
    longest = max(p1 + p2, q1 + q2, t1 + q2 + 1, p1 + t2 + 1)
    if not (
        length_fits(p1 + p2, out_capacities[0], wrong)
        and length_fits(q1 + q2, out_capacities[1], wrong)
        and length_fits(longest, out_capacities[2], wrong)
    ):
        p1, q1, t1, p2, q2, t2 = 0, 0, 0, 0, 0, 0
    P, Q, T = numbers(out, out_capacities)
    P_sign = load_lanes(left, 0) ^ load_lanes(right, 0)
    Q_sign = load_lanes(left, 1) ^ load_lanes(right, 1)
    TQ_sign, PT_sign = load_lanes(left, 2) ^ load_lanes(right, 1), load_lanes(left, 0) ^ load_lanes(right, 2)
    t, T_sign = sum_of_products(T, (T1, t1, Q2, q2, TQ_sign), (P1, p1, T2, t2, PT_sign))
    store_lanes(out, 2, T_sign)
    set_length(out, 2, t)
    if divisor[0] > 0:
        raw = scratch + DIGIT * np.uint64(LANE_PAD)
        scratch += DIGIT * np.uint64(out_capacities[2])
        p = product(raw, P1, p1, P2, p2)
        divide_out(P, out, 0, (raw, p, P_sign), divisor, False, scratch)
        q = product(raw, Q1, q1, Q2, q2)
        divide_out(Q, out, 1, (raw, q, Q_sign), divisor, first, scratch)
    else:
        store_lanes(out, 0, P_sign)
        store_lanes(out, 1, Q_sign)
        set_length(out, 0, product(P, P1, p1, P2, p2))
        set_length(out, 1, product(Q, Q1, q1, Q2, q2))


@routine
def term_block(target, capacities, bounds, tables, divisor, first, places, most, wrong):
    """The nodes of the terms of a block of every lane, one by one.

    bounds: the address of the lanes' first terms, and of their ends, at most `most` terms apart. places: two nodes, and scratch.
    """
    node, other, scratch = places
    begins, ends = bounds, bounds + np.uint64(8 * LANES)
    lo, hi = load_lanes(begins, 0), load_lanes(ends, 0)
    terms = 1
    for lane in range(LANES):
        terms = max(terms, np.int64(load(ends, lane)) - np.int64(load(begins, lane)))
    if terms > most:
        store(wrong, 0, ONE)
        terms = 1
    single = scratch
    spare = single + DIGIT * np.uint64(node_digits(capacities))
    # A block of one term has nothing in common with the others, and nodes on the way to more are not divided.
    nothing = 0, divisor[1]
    term(target if terms == 1 else node, capacities, lo, hi, tables, spare, wrong)
    for i in range(1, terms):
        term(single, capacities, lo + broadcast_word(np.uint64(i)), hi, tables, spare, wrong)
        last = i == terms - 1
        out = target if last else other
        merge(out, capacities, node, single, capacities, divisor if last else nothing, first, spare, wrong)
        node, other = out, node


@routine
def subtree(out, bounds, capacities, tables, common, first, arena, most, wrong):
    """The nodes of eight ranges at `out`, with a row of `capacities` for every level.

    bounds: the address of the lanes' first terms, and of their ends. first: whether lane 0 begins with k = 0.
    As in a binary counter, the left neighbour that waits for a partner at level j lies in slot j.
    """
    depth = len(capacities) - 1
    slots = arena
    spare = slots
    for j in range(depth):
        spare += DIGIT * np.uint64(node_digits(capacities[j]))
    largest = DIGIT * np.uint64(node_digits(capacities[depth]))
    other = spare + largest
    scratch = other + largest
    smallest = DIGIT * np.uint64(node_digits(capacities[0]))
    places = scratch, scratch + smallest, scratch + smallest + smallest
    of_block = stack(16)
    blocks = 1 << depth
    for i in range(blocks):
        for lane in range(LANES):
            lo, hi = np.int64(load(bounds, lane)), np.int64(load(bounds, LANES + lane))
            store(of_block, lane, np.uint64(cut(lo, hi, i, blocks)))
            store(of_block, LANES + lane, np.uint64(cut(lo, hi, i + 1, blocks)))
        level, slot = 0, slots
        target = slot if i & 1 == 0 and depth > 0 else spare if depth > 0 else out
        lowest = divisor_of(common, 0, wrong)
        term_block(target, capacities[0], of_block, tables, lowest, first and i == 0, places, most, wrong)
        node = target
        while (i >> level) & 1 == 1:
            left = slot
            slot += DIGIT * np.uint64(node_digits(capacities[level]))
            level += 1
            if level == depth:
                target = out
            elif (i >> level) & 1 == 0:
                target = slot
            else:
                target = other if node == spare else spare
            leftmost = first and i + 1 == 1 << level
            divisor = divisor_of(common, level, wrong)
            merge(target, capacities[level], left, node, capacities[level - 1], divisor, leftmost, scratch, wrong)
            node = target


@kernel("void(uint64[::1], int64, int64[::1], int64, int64[::1])")
def lane_subtrees_worker(counter, stop, record, arena, wrong):
    """Build eight neighbouring subtrees at a time until the `stop`-th eight is claimed, as `leaf_kernel.subtrees_worker` does.

    record: see `subtree_record`. arena: the address of the thread's own (`lane_subtrees`).
    wrong: its one number is no longer 0 where the record is damaged, or something would not have fitted.
    """
    fault = address_of(wrong)
    if not is_sealed(record):
        store(fault, 0, ONE)
        return
    p = array_in(record, at.P_WORDS, 2, np.int64)
    q = array_in(record, at.Q_WORDS, 2, np.int64)
    a = array_in(record, at.A_WORDS, 2, np.int64)
    limb_capacities = array_in(record, at.CAPACITIES, 2, np.int64)
    capacities = array_in(record, at.DIGIT_CAPACITIES, 2, np.int64)
    common = array_in(record, at.DIVISOR_LENGTHS, 1, np.int64), array_in(record, at.DIVISORS, 2, np.uint64)
    found = array_in(record, at.LENGTHS, 2, np.int64)
    depth = len(capacities) - 1
    count, out_capacities, top = record[at.COUNT], limb_capacities[len(limb_capacities) - 1], capacities[depth]
    if (
        max(len(p), len(q), len(a)) > tree_kernels.VALUE_WORDS
        or not buffers_fit(capacities, len(p), len(q), common[1].shape[1], record[at.ARENA])
        or not results_fit(out_capacities, count, record[at.LIMBS])
    ):
        store(fault, 0, ONE)
        return
    stride = at.HEADER_LIMBS + out_capacities[0] + out_capacities[1] + out_capacities[2]
    first, last, nodes = record[at.FIRST], record[at.LAST], np.uint64(record[at.NODES_AT])
    bounds = stack(16)
    node = np.uint64(arena)
    free = node + DIGIT * np.uint64(node_digits(top))
    # `subtrees.most_terms` has five more than the share at most.
    most = (last - first) // (count << depth) + 8
    for _ in range(stop):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= stop:
            return
        i = count - LANES * (turn + 1)
        for lane in range(LANES):
            store(bounds, lane, np.uint64(cut(first, last, i + lane, count)))
            store(bounds, LANES + lane, np.uint64(cut(first, last, i + lane + 1, count)))
        subtree(node, bounds, capacities, (p, q, a), common, first == 0 and i == 0, free, most, fault)
        places, digits = numbers(node, top), lengths(node, top, fault)
        out = nodes + np.uint64(8 * (i * stride + at.HEADER_LIMBS))
        for j in range(3):
            length = digits[j]
            if DIGIT_BITS * length > 64 * out_capacities[j]:
                store(fault, 0, ONE)
                length = 0
            into = address_of(found) + np.uint64(8 * (j * count + i))
            pack(out, np.uint64(8 * stride), places[j], length, node + DIGIT * np.uint64(j), into)
            out += np.uint64(8 * out_capacities[j])
