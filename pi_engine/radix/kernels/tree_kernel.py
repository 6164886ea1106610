"""The lower tree of both conversions: a thread takes a subtree through all its levels while it is in cache.

A level is described by one row of `levels` (see `conversion_kernels`): every node of a level has the same length, so that no
node needs a description of its own. `powers` says how the numbers of a node lie, and why the errors stay below two
units.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.fft.description.fft_record import RECORD_FIELDS
from pi_engine.bigint.fft.kernels.negacyclic_products import ring_product
from pi_engine.bigint.mpn import mpn_calls
from pi_engine.bigint.ntt.kernels.in_kernel import multiply_transformed, record_at
from pi_engine.bigint.residues.kernels.residue_kernels import residues_at
from pi_engine.bigint.vectors.words import address_of, claim, is_sealed, is_sealed_at, load, store
from pi_engine.radix.kernels import conversion_kernels as at
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.radix.kernels.product_folding import fold_product
from pi_engine.runtime.compilation.routine import kernel, routine

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
    if level[at.FOURIER]:
        if not ring_product(np.int64(out), np.int64(operand), limbs, level[at.TRANSFORM], level[at.FOURIER], workspace):
            _multiply(out, operand, limbs, level)
            fold_product(out, limbs + level[at.POWER_LIMBS], level[at.PRODUCT_LIMBS])
    elif level[at.TRANSFORM]:
        multiply_transformed(
            np.int64(out),
            level[at.PRODUCT_LIMBS],
            np.int64(operand),
            limbs,
            level[at.TRANSFORM],
            record_at(plans, level[at.PLAN]),
            workspace,
        )
    else:
        _multiply(out, operand, limbs, level)


@routine
def _multiply(out, operand, limbs, level):
    """The whole product of a number and the power, by GMP."""
    if limbs >= level[at.POWER_LIMBS]:
        mpn_calls.mul(out, operand, limbs, np.uint64(level[at.POWER]), level[at.POWER_LIMBS])
    else:
        mpn_calls.mul(out, np.uint64(level[at.POWER]), level[at.POWER_LIMBS], operand, limbs)


@routine
def _split(target, source, level, plans, report, job, workspace):
    """Two fractions of half + 1 limbs from one of 2·half + 1: its first words, and what its first words leave.

    report: where to put the residues that `right_edge_check` wants, modulo 2^61 − 1 and the prime of the job's table, or 0.
    """
    half, shift = level[at.HALF], level[at.SHIFT]
    used = 2 * half + 1 - shift
    product = np.uint64(workspace + job[at.PRODUCT])
    _copy(target, source + np.uint64(8 * half), half + 1)
    _times_power(product, source, used, level, plans, workspace + job[at.WORKSPACE])
    _copy(target + np.uint64(8 * (half + 1)), product + np.uint64(8 * (half - shift)), half + 1)
    if report != ZERO:
        table = np.uint64(job[at.TABLE])
        residues_at(source, used, table, report)
        residues_at(source + np.uint64(8 * used), shift, table, report + np.uint64(16))
        residues_at(product, half - shift, table, report + np.uint64(32))
        residues_at(product + np.uint64(8 * (half - shift)), half + 1, table, report + np.uint64(48))
        residues_at(product + np.uint64(8 * used), level[at.PRODUCT_LIMBS] - used, table, report + np.uint64(64))


@routine
def are_sealed(job, levels, plans, wrong):
    """Whether the job and all rows of the tables are undamaged; else `wrong`, an array, gets a 1."""
    sound = is_sealed(job)
    for i in range(len(levels)):
        sound = sound and is_sealed(levels[i])
        if sound and levels[i][at.FOURIER]:
            sound = is_sealed_at(np.uint64(levels[i][at.FOURIER]), RECORD_FIELDS)
    for i in range(len(plans)):
        sound = sound and is_sealed(plans[i])
    if not sound:
        wrong[0] = 1
    return sound


@routine
def _report_place(job, level, is_last):
    """Where the last node of a level reports, if it is the last; else 0."""
    return np.uint64(job[at.REPORT] + 16 * at.REPORTED * level if job[at.REPORT] and is_last else 0)


@kernel("void(uint64[::1], int64[::1], int64[:, ::1], int64[:, ::1], int64, int64[::1])")
def split_nodes(counter, job, levels, plans, workspace, wrong):
    """Split fractions of the level of the last row of `levels` until all are claimed.

    job, levels, plans: sealed rows, of `conversion_kernels`, of a level each, of a transform each (`record`). wrong: its one
    number becomes 1 where one is damaged. All kernels of the tree have these arguments.
    """
    if not are_sealed(job, levels, plans, wrong):
        return
    nodes, level = job[at.NODES], levels[len(levels) - 1]
    long, short = 8 * (2 * level[at.HALF] + 1), 8 * (level[at.HALF] + 1)
    for _ in range(nodes + 1):
        i = claim(address_of(counter))
        if i < 0 or i >= nodes:
            return
        target, source = np.uint64(job[at.TARGET] + 2 * i * short), np.uint64(job[at.SOURCE] + i * long)
        _split(target, source, level, plans, _report_place(job, len(levels) - 1, i == nodes - 1), job, workspace)


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
        store(words, i, mpn_calls.mul_1(fraction, fraction, count + 1 - i, WORD))
        fraction += np.uint64(8)
    return load(fraction, 0)


@kernel("void(uint64[::1], int64[::1], int64[:, ::1], int64[:, ::1], int64, int64[::1])")
def fractions_to_words(counter, job, levels, plans, workspace, wrong):
    """Take fractions of level TOP to words, and to the tail behind every leaf, until all are claimed.

    SOURCE: NODES · (leaf·2^top + 1) limbs. TARGET: NODES·leaf·2^top words, TAILS: NODES·2^top. LAST_LEAF: gets the leaf + 1 limbs of
    the last leaf's fraction. The workspace begins with buffers of 2 · 2^top · (leaf + 1) limbs.
    """
    if not are_sealed(job, levels, plans, wrong):
        return
    nodes, top, leaf = job[at.NODES], job[at.TOP], job[at.LEAF]
    size = leaf << top
    width = 8 * (leaf + 1) << top
    for _ in range(nodes + 1):
        node = claim(address_of(counter))
        if node < 0 or node >= nodes:
            return
        current = np.uint64(job[at.SOURCE] + 8 * node * (size + 1))
        which = 0
        for j in range(top, 0, -1):
            level = levels[j]
            target = np.uint64(workspace + which * width)
            which = 1 - which
            long, short = 8 * (2 * level[at.HALF] + 1), 8 * (level[at.HALF] + 1)
            for i in range(1 << (top - j)):
                place = _report_place(job, j, node == nodes - 1 and i == (1 << (top - j)) - 1)
                _split(
                    target + np.uint64(2 * i * short),
                    current + np.uint64(i * long),
                    level,
                    plans,
                    place,
                    job,
                    workspace,
                )
            current = target
        for i in range(1 << top):
            place = np.uint64(job[at.TARGET] + 8 * (node * size + i * leaf))
            if node == nodes - 1 and i == (1 << top) - 1:
                _copy(np.uint64(job[at.LAST_LEAF]), current + np.uint64(8 * i * (leaf + 1)), leaf + 1)
            tail = _leaf_words(place, current + np.uint64(8 * i * (leaf + 1)), leaf)
            store(np.uint64(job[at.TAILS]), (node << top) + i, tail)


@routine
def _leaf_integer(limbs, words, count):
    """The integer of `count` words, in as many limbs."""
    for i in range(count):
        high = mpn_calls.mul_1(limbs, limbs, i, WORD) if i else ZERO
        carry = load(words, i)
        place = 0
        while carry != ZERO and place < i:
            value = load(limbs, place) + carry
            carry = ONE if value < carry else ZERO
            store(limbs, place, value)
            place += 1
        store(limbs, i, high + carry)


@routine
def _join(target, source, level, plans, job, workspace):
    """The integer of 2·half limbs from those of its first and last words, of half limbs each."""
    half, shift, power = level[at.HALF], level[at.SHIFT], level[at.POWER_LIMBS]
    low = source + np.uint64(8 * half)
    product = np.uint64(workspace + job[at.PRODUCT])
    _times_power(product, source, half, level, plans, workspace + job[at.WORKSPACE])
    _copy(target, low, shift)
    carry = mpn_calls.add_n(target + np.uint64(8 * shift), product, low + np.uint64(8 * shift), half - shift)
    for i in range(half - shift, half + power):
        value = load(product, i) + carry
        carry = ONE if value < carry else ZERO
        store(target, shift + i, value)
    for i in range(half + power + shift, 2 * half):
        store(target, i, carry)
        carry = ZERO


@kernel("void(uint64[::1], int64[::1], int64[:, ::1], int64[:, ::1], int64, int64[::1])")
def join_nodes(counter, job, levels, plans, workspace, wrong):
    """Join integers of the level below to those of the level of the last row of `levels` until all are claimed."""
    if not are_sealed(job, levels, plans, wrong):
        return
    nodes, level = job[at.NODES], levels[len(levels) - 1]
    for _ in range(nodes + 1):
        i = claim(address_of(counter))
        if i < 0 or i >= nodes:
            return
        step = 16 * i * level[at.HALF]
        _join(np.uint64(job[at.TARGET] + step), np.uint64(job[at.SOURCE] + step), level, plans, job, workspace)


@kernel("void(uint64[::1], int64[::1], int64[:, ::1], int64[:, ::1], int64, int64[::1])")
def words_to_integers(counter, job, levels, plans, workspace, wrong):
    """Take words to integers of level TOP, leaf·2^top limbs each, until all are claimed.

    The workspace begins with buffers of 2 · leaf·2^top limbs.
    """
    if not are_sealed(job, levels, plans, wrong):
        return
    nodes, top, leaf = job[at.NODES], job[at.TOP], job[at.LEAF]
    size = leaf << top
    for _ in range(nodes + 1):
        node = claim(address_of(counter))
        if node < 0 or node >= nodes:
            return
        result, words = job[at.TARGET] + 8 * node * size, job[at.SOURCE] + 8 * node * size
        current = np.uint64(workspace if top else result)
        for i in range(1 << top):
            _leaf_integer(current + np.uint64(8 * i * leaf), np.uint64(words + 8 * i * leaf), leaf)
        which = 1
        for j in range(1, top + 1):
            level = levels[j]
            place = np.uint64(result if j == top else workspace + 8 * size * which)
            which = 1 - which
            for i in range(1 << (top - j)):
                step = np.uint64(16 * i * level[at.HALF])
                _join(place + step, current + step, level, plans, job, workspace)
            current = place


@kernel("int64(uint64[::1], uint64[::1], int64, uint64)")
def propagate_carries(words, tails, leaf, limit):
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


@kernel("void(int64, int64, int64, int64)")
def add_into(target, addend, limbs, rest):
    """Add `limbs` limbs at `addend` to those at `target`, and the carry to the `rest` limbs behind."""
    place = np.uint64(target)
    carry = mpn_calls.add_n(place, place, np.uint64(addend), limbs)
    i = limbs
    while carry != ZERO and i < limbs + rest:
        value = load(place, i) + carry
        carry = ONE if value < carry else ZERO
        store(place, i, value)
        i += 1
