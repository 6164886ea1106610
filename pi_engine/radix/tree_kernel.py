"""The lower tree of both conversions: a thread takes a subtree through all its levels while it is in cache.

A level is described by one row of `levels` (see the names below): every node of a level has the same length, so that no
node needs a description of its own. `powers` says how the numbers of a node lie, and why the errors stay below two
units.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint import mpn
from pi_engine.bigint.residue_kernels import residues_at
from pi_engine.bigint.words import address_of, claim, is_sealed, load, store
from pi_engine.radix.conversion_kernels import REPORTED
from pi_engine.radix.power_plan import BITS
from pi_engine.radix.power_product_kernel import multiply_by_power
from pi_engine.radix.words import DECIMALS_PER_WORD
from pi_engine.runtime.compilation import routine

# Columns of `levels`: words of a half, whole limbs of 2^(19·half), limbs of the power, where the power is, where its
# transform is or 0, which row of `plans`.
HALF, SHIFT, POWER_LIMBS, POWER, TRANSFORM, PLAN = range(6)
ZERO, ONE = np.uint64(0), np.uint64(1)
WORD = np.uint64(10**DECIMALS_PER_WORD)
HALF_WORD = np.uint64(5 * 10**18)
BELOW = np.uint64(2)  # units that a leaf is lowered by, so that its error has one sign


@routine
def _copy(target, source, limbs):
    for i in range(limbs):
        store(target, i, load(source, i))


@routine
def _times_power(out, operand, limbs, level, plans, workspace):
    if level[TRANSFORM]:
        multiply_by_power(np.int64(out), np.int64(operand), limbs, level[TRANSFORM], plans[level[PLAN]], workspace)
    elif limbs >= level[POWER_LIMBS]:
        mpn.mul(out, operand, limbs, np.uint64(level[POWER]), level[POWER_LIMBS])
    else:
        mpn.mul(out, np.uint64(level[POWER]), level[POWER_LIMBS], operand, limbs)


@routine
def _split(target, source, level, plans, report, table, product, workspace):
    """Two fractions of half + 1 limbs from one of 2·half + 1: its first words, and what its first words leave.

    report: where to put the residues that `spine` wants, modulo 2^61 − 1 and the prime of `table`, or 0.
    """
    half, shift = level[HALF], level[SHIFT]
    used = 2 * half + 1 - shift
    _copy(target, source + np.uint64(8 * half), half + 1)
    _times_power(product, source, used, level, plans, workspace)
    _copy(target + np.uint64(8 * (half + 1)), product + np.uint64(8 * (half - shift)), half + 1)
    if report != ZERO:
        whole = plans[level[PLAN], BITS] // 64 if level[TRANSFORM] else used + level[POWER_LIMBS]
        residues_at(source, used, table, report)
        residues_at(source + np.uint64(8 * used), shift, table, report + np.uint64(16))
        residues_at(product, half - shift, table, report + np.uint64(32))
        residues_at(product + np.uint64(8 * (half - shift)), half + 1, table, report + np.uint64(48))
        residues_at(product + np.uint64(8 * used), whole - used, table, report + np.uint64(64))


@routine
def are_sealed(levels, plans, wrong):
    """Whether no row of these tables is damaged; else `wrong`, an array, gets a 1."""
    sound = True
    for i in range(len(levels)):
        sound = sound and is_sealed(levels[i])
    for i in range(len(plans)):
        sound = sound and is_sealed(plans[i])
    if not sound:
        wrong[0] = 1
    return sound


@routine
def split_nodes(counter, nodes, levels, plans, source, target, report, table, product, workspace, wrong):
    """Split fractions of the level of the last row of `levels` until all are claimed.

    report: uint64[levels][REPORTED][2], what to report of the last node of a level, or 0.
    wrong: its one number becomes 1 where a table is damaged, as in the other kernels here.
    """
    if not are_sealed(levels, plans, wrong):
        return
    level = levels[len(levels) - 1]
    long, short = 8 * (2 * level[HALF] + 1), 8 * (level[HALF] + 1)
    for _ in range(nodes + 1):
        i = claim(address_of(counter))
        if i < 0 or i >= nodes:
            return
        place = np.uint64(report + 16 * REPORTED * (len(levels) - 1) if report and i == nodes - 1 else 0)
        _split(
            np.uint64(target + 2 * i * short),
            np.uint64(source + i * long),
            level,
            plans,
            place,
            table,
            np.uint64(product),
            workspace,
        )


@routine
def _leaf_words(words, fraction, count):
    """The `count` words of a fraction of count + 1 limbs, which is destroyed; returns the 64 bits that remain.

    Each word lets the lowest limb go, which lowers the rest by less than one unit.
    """
    borrow = BELOW
    for i in range(count + 1):
        value = load(fraction, i)
        store(fraction, i, value - borrow)
        borrow = ONE if value < borrow else ZERO
        if borrow == ZERO:
            break
    for i in range(count):
        store(words, i, mpn.mul_1(fraction, fraction, count + 1 - i, WORD))
        fraction += np.uint64(8)
    return load(fraction, 0)


@routine
def fractions_to_words(
    counter,
    nodes,
    top,
    leaf,
    levels,
    plans,
    source,
    words,
    tails,
    report,
    table,
    last_leaf,
    buffers,
    product,
    workspace,
    wrong,
):
    """Take fractions of level `top` to words, and to the tail behind every leaf, until all are claimed.

    source: nodes · (leaf·2^top + 1) limbs. words: nodes·leaf·2^top, tails: nodes·2^top.
    buffers: 2 · 2^top · (leaf + 1) limbs.
    report, table: as in `split_nodes`. last_leaf: gets the leaf + 1 limbs of the last leaf's fraction.
    """
    if not are_sealed(levels, plans, wrong):
        return
    size = leaf << top
    width = 8 * (leaf + 1) << top
    for _ in range(nodes + 1):
        node = claim(address_of(counter))
        if node < 0 or node >= nodes:
            return
        current = np.uint64(source + 8 * node * (size + 1))
        which = 0
        for j in range(top, 0, -1):
            level = levels[j]
            target = np.uint64(buffers + which * width)
            which = 1 - which
            long, short = 8 * (2 * level[HALF] + 1), 8 * (level[HALF] + 1)
            for i in range(1 << (top - j)):
                last = node == nodes - 1 and i == (1 << (top - j)) - 1
                place = np.uint64(report + 16 * REPORTED * j if report and last else 0)
                _split(
                    target + np.uint64(2 * i * short),
                    current + np.uint64(i * long),
                    level,
                    plans,
                    place,
                    table,
                    np.uint64(product),
                    workspace,
                )
            current = target
        for i in range(1 << top):
            place = np.uint64(words + 8 * (node * size + i * leaf))
            if node == nodes - 1 and i == (1 << top) - 1:
                _copy(np.uint64(last_leaf), current + np.uint64(8 * i * (leaf + 1)), leaf + 1)
            tail = _leaf_words(place, current + np.uint64(8 * i * (leaf + 1)), leaf)
            store(np.uint64(tails), (node << top) + i, tail)


@routine
def _leaf_integer(limbs, words, count):
    """The integer of `count` words, in as many limbs."""
    for i in range(count):
        high = mpn.mul_1(limbs, limbs, i, WORD) if i else ZERO
        carry = load(words, i)
        place = 0
        while carry != ZERO and place < i:
            value = load(limbs, place) + carry
            carry = ONE if value < carry else ZERO
            store(limbs, place, value)
            place += 1
        store(limbs, i, high + carry)


@routine
def _join(target, source, level, plans, product, workspace):
    """The integer of 2·half limbs from those of its first and last words, of half limbs each."""
    half, shift, power = level[HALF], level[SHIFT], level[POWER_LIMBS]
    low = source + np.uint64(8 * half)
    _times_power(product, source, half, level, plans, workspace)
    _copy(target, low, shift)
    carry = mpn.add_n(target + np.uint64(8 * shift), product, low + np.uint64(8 * shift), half - shift)
    for i in range(half - shift, half + power):
        value = load(product, i) + carry
        carry = ONE if value < carry else ZERO
        store(target, shift + i, value)
    for i in range(half + power + shift, 2 * half):
        store(target, i, carry)
        carry = ZERO


@routine
def join_nodes(counter, nodes, levels, plans, source, target, product, workspace, wrong):
    """Join integers of the level below to those of the level of the last row of `levels` until all are claimed."""
    if not are_sealed(levels, plans, wrong):
        return
    level = levels[len(levels) - 1]
    for _ in range(nodes + 1):
        i = claim(address_of(counter))
        if i < 0 or i >= nodes:
            return
        step = 16 * i * level[HALF]
        _join(np.uint64(target + step), np.uint64(source + step), level, plans, np.uint64(product), workspace)


@routine
def words_to_integers(counter, nodes, top, leaf, levels, plans, words, target, buffers, product, workspace, wrong):
    """Take words to integers of level `top`, leaf·2^top limbs each, until all are claimed.

    buffers: 2 · leaf·2^top limbs.
    """
    if not are_sealed(levels, plans, wrong):
        return
    size = leaf << top
    for _ in range(nodes + 1):
        node = claim(address_of(counter))
        if node < 0 or node >= nodes:
            return
        result = target + 8 * node * size
        current = np.uint64(buffers if top else result)
        for i in range(1 << top):
            _leaf_integer(current + np.uint64(8 * i * leaf), np.uint64(words + 8 * (node * size + i * leaf)), leaf)
        which = 1
        for j in range(1, top + 1):
            level = levels[j]
            half = level[HALF]
            place = np.uint64(result if j == top else buffers + 8 * size * which)
            which = 1 - which
            for i in range(1 << (top - j)):
                step = np.uint64(16 * i * half)
                _join(place + step, current + step, level, plans, np.uint64(product), workspace)
            current = place


@routine
def settle_leaves(words, tails, leaf, limit):
    """Raise by one, modulo 10^(19·leaf), those leaves of the tree whose true tail has passed 1 where theirs has not.

    A tail at or above `limit` is either truly that high, or has been lowered through 0; the first word of the next leaf
    tells which. The last leaf is left as it is. Returns how many were raised.
    """
    count = 0
    for i in range(len(tails) - 2, -1, -1):
        if tails[i] >= limit and words[(i + 1) * leaf] < HALF_WORD:
            count += 1
            for k in range((i + 1) * leaf - 1, i * leaf - 1, -1):
                if words[k] + ONE < WORD:
                    words[k] += ONE
                    break
                words[k] = ZERO
    return count


@routine
def add_into(target, addend, limbs, rest):
    """Add `limbs` limbs at `addend` to those at `target`, and the carry to the `rest` limbs behind."""
    place = np.uint64(target)
    carry = mpn.add_n(place, place, np.uint64(addend), limbs)
    i = limbs
    while carry != ZERO and i < limbs + rest:
        value = load(place, i) + carry
        carry = ONE if value < carry else ZERO
        store(place, i, value)
        i += 1
