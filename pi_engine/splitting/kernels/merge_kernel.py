"""A level of merges in one kernel: every operand of a node is transformed once.

A node takes six forward and three inverse transforms, where four separate products take twelve: T₁Q₂ + P₁T₂ is
added up before the inverse. Where P is much shorter than Q, P₁P₂ by itself in a transform of its own size is cheaper
still; the caller decides. Threads take nodes from a counter and work in three transformed operands of their own.

Bound. A coefficient of a product of x and y chunks of c bits is a sum of at most min(x, y) terms of at most
(2^c − 1)². The caller sees to size.bits = c·points ≥ 64·max(t₁ + q₂, p₁ + t₂) + 2c for lengths in limbs. So in chunks
⌈64·t₁/c⌉ + ⌈64·q₂/c⌉ < 64·(t₁ + q₂)/c + 2 ≤ points, and the lesser of the two is below points/2; likewise for P₁T₂.
T₁Q₂ + P₁T₂ together has coefficients below points·(2^c − 1)², what a size guarantees for one product
(`sizes.largest_beta`).

Shorter nodes take the complex transform (`error_bound` has its proof): T₁Q₂ ± P₁T₂ is one sum there whatever the signs, since the
result is signed. For these the caller sees to product_bits ≥ 64·(max(t₁ + q₂, p₁ + t₂, q₁ + q₂) + 1), a limb for the sign.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.fft.description.fft_record import OPERAND_BYTES, PROVED, RECORD_FIELDS
from pi_engine.bigint.fft.kernels import fourier_products as fourier
from pi_engine.bigint.fft.kernels import ring_passes as rings
from pi_engine.bigint.mpn.kernel_integers import product, signed_sum
from pi_engine.bigint.ntt.description.layout import ADD, FORWARD_A, FORWARD_B, INVERSE, MULTIPLY
from pi_engine.bigint.ntt.kernels.in_kernel import (
    finish_step,
    forward_step,
    operand_bytes,
    record_at,
    row_step,
    transform_product,
)
from pi_engine.bigint.vectors.load_store import load_integer
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import address_of, announce, announced, claim, is_sealed, load
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels.merge_check_kernel import merge_is_wrong
from pi_engine.splitting.kernels.node_level_kernel import address_in, level_in, lies_within
from pi_engine.splitting.kernels.tree_kernels import BY_GMP, OPERANDS, SHARED, UNPROVED_MERGE, WITHOUT
from pi_engine.splitting.records import level_record as at

ZERO = np.uint64(0)
WITH_T, WITH_Q = 1, 2  # the numbers of a node that one thread makes: T; Q and P
WAITING = 20_000  # looks at a level that another thread has not done yet: some 20 µs


@routine
def trimmed(place, length, negative):
    """The signed length of a number without its leading zeros."""
    while length > 0 and load(np.uint64(place), length - 1) == ZERO:
        length -= 1
    return -length if negative else length


@routine
def numbers(level, i):
    """The addresses of P, Q and T of node i."""
    return address_in(level, 0, i), address_in(level, 1, i), address_in(level, 2, i)


@routine
def sizes_of(level, i):
    """The lengths of P, Q and T of node i without their signs."""
    lengths = level[3]
    return abs(lengths[0, i]), abs(lengths[1, i]), abs(lengths[2, i])


@routine
def differ(level, x_row, y_row, i):
    """Whether a number of node 2i and one of node 2i + 1 differ in sign."""
    lengths = level[3]
    return (lengths[x_row, 2 * i] < 0) != (lengths[y_row, 2 * i + 1] < 0)


@routine
def merge_fits(i, ways, children, nodes, spare_limbs):
    """Whether the tables say nothing of node i that cannot be. ways: see `merges_worker`."""
    sizes, by_fourier, P_sizes, transforms, fourier_plans = ways
    left, right = 2 * i, 2 * i + 1
    plans = fourier_plans if by_fourier[i] else transforms
    for row in range(3):
        if not (lies_within(children, row, left) and lies_within(children, row, right)):
            return False
    if not (0 <= sizes[i] < len(plans) and WITHOUT <= P_sizes[i] < len(plans)):
        return False
    if not is_sealed(plans[sizes[i]]) or (P_sizes[i] >= 0 and not is_sealed(plans[P_sizes[i]])):
        return False
    p1, q1, t1 = sizes_of(children, left)
    p2, q2, t2 = sizes_of(children, right)
    P = p1 + p2 if P_sizes[i] != WITHOUT else 0
    limbs, offsets = nodes[1], nodes[2]
    for row, length in ((0, P), (1, q1 + q2), (2, max(t1 + q2, p1 + t2) + 1)):
        if not 0 <= offsets[row, i] <= limbs - length:
            return False
    return by_fourier[i] != 0 or t1 + q2 + p1 + t2 <= spare_limbs


@routine
def merge_products(out, factors, how, plan, plans, operands, workspace):
    """Write |P₁P₂|. factors: addresses and lengths. operands: buffers of transforms, the second with P₁ transformed, and scratch."""
    P1, n, P2, m = factors
    x, z, scratch = operands
    if how == SHARED:
        forward_step(x, P2, m, plan, scratch)
        row_step(FORWARD_A | MULTIPLY | INVERSE, x, z, plan, scratch)
        finish_step(out, n + m, x, plan, scratch)
    elif how == BY_GMP:
        product(np.uint64(out), np.uint64(P1), n, np.uint64(P2), m)
    else:
        transform_product(out, P1, n, P2, m, record_at(plans, how), workspace)


@routine
def difference(out, x, y, x_negative, plan, scratch, spare):
    """Write the sum of two products of different signs, transformed back one by one; returns its signed length.

    x, y: a transform and the limbs of its product.
    """
    other = spare + 8 * x[1]
    row_step(INVERSE, x[0], x[0], plan, scratch)
    finish_step(spare, x[1], x[0], plan, scratch)
    row_step(INVERSE, y[0], y[0], plan, scratch)
    finish_step(other, y[1], y[0], plan, scratch)
    x_length = trimmed(spare, x[1], x_negative)
    y_length = trimmed(other, y[1], not x_negative)
    return signed_sum(np.uint64(out), np.uint64(spare), x_length, np.uint64(other), y_length)


@routine
def merge_by_fourier(i, wanted, ways, children, nodes, workspace):
    """`merge` by the complex transform, of the numbers that are `wanted`; returns whether all of the result is proved."""
    sizes, _, P_sizes, _, plans = ways
    plan, how = _fourier_record(plans, sizes[i]), P_sizes[i]
    step = load_integer(plan, OPERAND_BYTES)
    x, y, z, scratch = workspace, workspace + step, workspace + 2 * step, workspace + OPERANDS * step
    P1, Q1, T1 = numbers(children, 2 * i)
    P2, Q2, T2 = numbers(children, 2 * i + 1)
    P, Q, T = numbers(nodes, i)
    p1, q1, t1 = sizes_of(children, 2 * i)
    p2, q2, t2 = sizes_of(children, 2 * i + 1)
    lengths = nodes[3]

    proved, P1_squares = True, 0.0
    Q2_squares = fourier.forward_step(y, Q2, q2, plan, scratch)
    if wanted & WITH_Q:
        Q1_squares = fourier.forward_step(x, Q1, q1, plan, scratch)
        rings.pass_rings(rings.SPLIT_X | rings.SPLIT_Y | rings.MULTIPLY | rings.JOIN, x, y, plan)
        distance = fourier.finish_step(Q, q1 + q2, x, plan, scratch)
        proved = fourier.is_proved(fourier.error_of(Q1_squares, Q2_squares, plan), distance)
        lengths[1, i] = trimmed(Q, q1 + q2, differ(children, 1, 1, i))

    if wanted & WITH_T:
        TQ_negative, PT_negative = differ(children, 2, 1, i), differ(children, 0, 2, i)
        T1_squares = fourier.forward_step(x, T1, t1, plan, scratch)
        split_y = 0 if wanted & WITH_Q else rings.SPLIT_Y
        rings.pass_rings(split_y | rings.SPLIT_X | rings.MULTIPLY, x, y, plan)
        T2_squares = fourier.forward_step(y, T2, t2, plan, scratch)
        P1_squares = fourier.forward_step(z, P1, p1, plan, scratch)
        rings.pass_rings(rings.SPLIT_X | rings.SPLIT_Y | rings.MULTIPLY, y, z, plan)
        rings.pass_rings((rings.ADD if TQ_negative == PT_negative else rings.SUBTRACT) | rings.JOIN, x, y, plan)
        limbs = max(t1 + q2, p1 + t2) + 1
        distance = fourier.finish_step(T, limbs, x, plan, scratch)
        error = fourier.error_of(T1_squares, Q2_squares, plan) + fourier.error_of(T2_squares, P1_squares, plan)
        proved = proved and fourier.is_proved(error, distance)
        lengths[2, i] = trimmed(T, limbs, TQ_negative != fourier.made_positive(T, limbs))

    if how == WITHOUT or not wanted & WITH_Q:
        return proved
    if how == SHARED:
        again = 0
        if not wanted & WITH_T:
            P1_squares, again = fourier.forward_step(z, P1, p1, plan, scratch), rings.SPLIT_Y
        P2_squares = fourier.forward_step(x, P2, p2, plan, scratch)
        rings.pass_rings(again | rings.SPLIT_X | rings.MULTIPLY | rings.JOIN, x, z, plan)
        distance = fourier.finish_step(P, p1 + p2, x, plan, scratch)
        proved = proved and fourier.is_proved(fourier.error_of(P1_squares, P2_squares, plan), distance)
    elif how == BY_GMP:
        product(np.uint64(P), np.uint64(P1), p1, np.uint64(P2), p2)
    else:
        own = _fourier_record(plans, how)
        proved = proved and fourier.fourier_product(P, P1, p1, P2, p2, own, workspace) == PROVED
    lengths[0, i] = trimmed(P, p1 + p2, differ(children, 0, 0, i))
    return proved


@routine
def _fourier_record(plans, row):
    """The address of a row of the complex transforms' records."""
    return np.int64(address_of(plans)) + 8 * RECORD_FIELDS * row


@routine
def merge(i, ways, children, nodes, workspace, spare):
    """Make P, Q and T of node i. workspace: for `OPERANDS` operands and scratch. spare: for T₁Q₂ and P₁T₂."""
    sizes, _, P_sizes, plans, _ = ways
    plan, lengths = record_at(plans, sizes[i]), nodes[3]
    step = operand_bytes(plan)
    x, y, z = workspace, workspace + step, workspace + 2 * step
    scratch = workspace + OPERANDS * step
    P1, Q1, T1 = numbers(children, 2 * i)
    P2, Q2, T2 = numbers(children, 2 * i + 1)
    P, Q, T = numbers(nodes, i)
    p1, q1, t1 = sizes_of(children, 2 * i)
    p2, q2, t2 = sizes_of(children, 2 * i + 1)

    forward_step(x, Q1, q1, plan, scratch)
    forward_step(y, Q2, q2, plan, scratch)
    row_step(FORWARD_A | FORWARD_B | MULTIPLY | INVERSE, x, y, plan, scratch)
    finish_step(Q, q1 + q2, x, plan, scratch)
    lengths[1, i] = trimmed(Q, q1 + q2, differ(children, 1, 1, i))

    forward_step(x, T1, t1, plan, scratch)
    row_step(FORWARD_A | MULTIPLY, x, y, plan, scratch)
    forward_step(y, T2, t2, plan, scratch)
    forward_step(z, P1, p1, plan, scratch)
    row_step(FORWARD_A | FORWARD_B | MULTIPLY, y, z, plan, scratch)
    TQ_negative, PT_negative = differ(children, 2, 1, i), differ(children, 0, 2, i)
    if TQ_negative == PT_negative or t1 == 0 or t2 == 0:
        limbs = max(t1 + q2, p1 + t2) + 1
        row_step(ADD | INVERSE, x, y, plan, scratch)
        finish_step(T, limbs, x, plan, scratch)
        lengths[2, i] = trimmed(T, limbs, PT_negative if t1 == 0 else TQ_negative)
    else:
        lengths[2, i] = difference(T, (x, t1 + q2), (y, p1 + t2), TQ_negative, plan, scratch, spare)

    if P_sizes[i] != WITHOUT:
        merge_products(P, (P1, p1, P2, p2), P_sizes[i], plan, plans, (x, z, scratch), workspace)
        lengths[0, i] = trimmed(P, p1 + p2, differ(children, 0, 0, i))


@routine
def merge_one(i, wanted, ways, children, nodes, of_merge):
    """Make the numbers of node i that are `wanted`; returns what the workers are to report, 0 if all is well."""
    workspace, spare, spare_limbs, table = of_merge
    if not merge_fits(i, ways, children, nodes, spare_limbs):
        return -1
    if ways[1][i]:
        if not merge_by_fourier(i, wanted, ways, children, nodes, workspace):
            return UNPROVED_MERGE
    else:
        merge(i, ways, children, nodes, workspace, spare)
    found = merge_is_wrong(i, ways[2][i], children, nodes, table) if nodes[4].shape[1] else 0
    return 3 * i + found if found else 0


@routine
def merge_level(turns, stop, parts, ways, children, nodes, of_merge, wrong):
    """Take turns in making the nodes of a level until the `stop`-th is claimed; turns: the addresses of those claimed and ended."""
    count = parts * len(ways[0])
    for _ in range(stop):
        turn = claim(turns[0])
        if turn < 0 or turn >= min(stop, count):
            return
        # Later terms are larger, and the dearest nodes go first; of a node T.
        i = len(ways[0]) - 1 - turn // parts
        wanted = WITH_T | WITH_Q if parts == 1 else WITH_T if turn % parts == 0 else WITH_Q
        found = merge_one(i, wanted, ways, children, nodes, of_merge)
        if found:
            wrong[0] = found
            return
        announce(turns[1])


@kernel("void(uint64[::1], int64, int64[::1], int64, int64[::1])")
def merges_worker(turns, stop, record, workspace, wrong):
    """Merge nodes 2i and 2i + 1 of a level into node i of the next, and so on for as many levels as the record says.

    A thread goes on to a level when the one below is done. After WAITING looks at that it returns all the same: call it again, until the
    last level is done, or something is wrong.

    turns: for every level how many pieces of work have been claimed, and how many have ended. stop: how many may be claimed.
    record: see `level_record`. workspace: the address of the thread's own, on a cache line.
    wrong: its one number becomes 3·i + row + 1 where P, Q or T (rows 0 to 2) of node i is wrong, −1 where the record is damaged, or says
    of a node what cannot be, and UNPROVED_MERGE where the complex transform has not proved a node: no number made in this call counts then.
    """
    if not is_sealed(record):
        wrong[0] = -1
        return
    plans, fourier_plans = array_in(record, at.PLANS, 2, np.int64), array_in(record, at.FOURIER_PLANS, 2, np.int64)
    of_merge = workspace, workspace + record[at.WORKSPACE], record[at.SPARE_LIMBS], np.uint64(record[at.TABLE])
    children = level_in(record, at.CHILDREN)
    for level in range(record[at.LEVELS]):
        place = at.MADE + at.MADE_PLACES * level
        nodes = level_in(record, place)
        sizes = array_in(record, place + at.SIZES, 1, np.int64)
        by_fourier = array_in(record, place + at.BY_FOURIER, 1, np.int64)
        ways = sizes, by_fourier, array_in(record, place + at.P_SIZES, 1, np.int64), plans, fourier_plans
        claimed = address_of(turns) + np.uint64(16 * level)
        ended, parts = claimed + np.uint64(8), record[place + at.PARTS]
        merge_level((claimed, ended), stop, parts, ways, children, nodes, of_merge, wrong)
        if level == record[at.LEVELS] - 1:
            return
        looks = 0
        while announced(ended) < parts * len(sizes):
            looks += 1
            if looks > WAITING or announced(address_of(wrong)) != 0:
                return
        children = nodes
