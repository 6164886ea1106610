"""One level of products in one kernel call: planning it, and working through it on as many threads as call.

Every thread runs the same kernel and claims the next group of products from a shared counter until none is left. Groups are neighbours
in memory, of about equal cost, and the dearest come first, so that no thread ends long after the others. Products below the
crossover are GMP's, with the scratch that GMP takes for itself.

Kernels take limbs as addresses, int64: arrays of every layout and writability would be compiled for one by one.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint import mpn
from pi_engine.bigint.batch import ALIGNMENT
from pi_engine.bigint.residue_kernels import mersenne_residue, multiply_mersenne
from pi_engine.bigint.words import address_of, claim, load, store
from pi_engine.runtime.compilation import routine

ZERO = np.uint64(0)


@routine
def product_cost(n, m):
    """Nanoseconds, roughly, of GMP's n × m limbs, n ≥ m: schoolbook, then Toom as one power, then its FFT. For sharing out only.

    Fitted within 30 % to times on AMD Zen 3.
    """
    if m <= 24:
        return 14.0 + 0.65 * n * m
    return min(0.65 * n * 24.0 * (m / 24.0) ** 0.55, 95.0 * (n + m))


@routine
def plan(below, a_room, a_offsets, a_lengths, b_room, b_offsets, b_lengths, offsets, group_cost, groups, total):
    """Place the results and cut the level into groups.

    Fills `offsets` (where each result begins; last entry: limbs in all), `groups` (where each group begins) and `total[0]` (the cost in
    ns). Returns the number of groups, or −1 − i where number i lies outside the `a_room`, `b_room` limbs there are. Products whose
    smaller operand has `below` limbs or more are left to the transform: they have a place and no cost.
    """
    count = len(a_lengths)
    place, made = 0, 0
    cost = 0.0
    total[0] = 0.0
    for i in range(count):
        n, m = abs(a_lengths[i]), abs(b_lengths[i])
        if a_offsets[i] < 0 or a_offsets[i] + n > a_room or b_offsets[i] < 0 or b_offsets[i] + m > b_room:
            return -1 - i
        offsets[i] = place
        place += (n + m + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        if i == 0 or cost >= group_cost:
            groups[made] = i
            made += 1
            cost = 0.0
        step = product_cost(max(n, m), min(n, m)) if min(n, m) < below else 0.0
        cost += step
        total[0] += step
    offsets[count] = place
    groups[made] = count
    return made


@routine
def product(out, a, n, b, m):
    """Write |a|·|b| of n and m limbs; returns its length without leading zeros. The result must not overlap the operands."""
    if n == 0 or m == 0:
        return 0
    if n < m:
        a, n, b, m = b, m, a, n
    if a == b and n == m:
        mpn.sqr(out, a, n)
    else:
        mpn.mul(out, a, n, b, m)
    length = n + m
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return length


@routine
def is_right(out, length, a, n, b, m):
    """Whether the product's residue modulo 2^61 − 1 is that of its factors; all three are in cache."""
    x = mersenne_residue(a, n)
    y = x if a == b and n == m else mersenne_residue(b, m)
    return multiply_mersenne(x, y) == mersenne_residue(out, length)


@routine
def multiply_claimed(
    counter,
    groups,
    order,
    below,
    check_from,
    a_place,
    a_offsets,
    a_lengths,
    b_place,
    b_offsets,
    b_lengths,
    place,
    offsets,
    lengths,
):
    """Multiply what is smaller than `below`, group after group, until all are claimed.

    Returns the number of a product whose check failed, or −1.
    """
    wrong = -1
    a_base, b_base, base = np.uint64(a_place), np.uint64(b_place), np.uint64(place)
    for _ in range(len(order) + 1):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= len(order):
            return wrong
        group = order[turn]
        if not 0 <= group < len(groups) - 1:
            return 0  # a faulty machine's
        for i in range(groups[group], groups[group + 1]):
            n, m = abs(a_lengths[i]), abs(b_lengths[i])
            if min(n, m) >= below:
                continue
            a, b = a_base + np.uint64(8 * a_offsets[i]), b_base + np.uint64(8 * b_offsets[i])
            out = base + np.uint64(8 * offsets[i])
            length = product(out, a, n, b, m)
            if n + m >= check_from and not is_right(out, length, a, n, b, m):
                wrong = i
            lengths[i] = length if (a_lengths[i] < 0) == (b_lengths[i] < 0) else -length
    return wrong


@routine
def signed_sum(out, a, a_length, b, b_length):
    """Write a + b for signed lengths; returns the sum's signed length. `out` has room for the longer operand and one limb more."""
    n, m = abs(a_length), abs(b_length)
    if n < m:
        a, a_length, n, b, b_length, m = b, b_length, m, a, a_length, n
    negative = a_length < 0
    if negative == (b_length < 0):
        carry = mpn.add_n(out, a, b, m) if m else ZERO
        for i in range(m, n):
            x = load(a, i) + carry
            carry = np.uint64(x < carry)
            store(out, i, x)
        store(out, n, carry)
        length = n + 1
    else:
        if n == m and mpn.cmp(a, b, n) < 0:
            a, b, negative = b, a, not negative
        borrow = mpn.sub_n(out, a, b, m) if m else ZERO
        for i in range(m, n):
            x = load(a, i)
            store(out, i, x - borrow)
            borrow = np.uint64(x < borrow)
        length = n
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return -length if negative else length


@routine
def add_range(start, stop, a_place, a_offsets, a_lengths, b_place, b_offsets, b_lengths, place, offsets, lengths):
    """Sums `start` to `stop` of a level."""
    a_base, b_base, base = np.uint64(a_place), np.uint64(b_place), np.uint64(place)
    for i in range(start, stop):
        a, b = a_base + np.uint64(8 * a_offsets[i]), b_base + np.uint64(8 * b_offsets[i])
        lengths[i] = signed_sum(base + np.uint64(8 * offsets[i]), a, a_lengths[i], b, b_lengths[i])
