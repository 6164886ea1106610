"""A level of merges in one kernel: every operand of a node is transformed once.

A node takes six forward and three inverse transforms, where four separate products take twelve: T₁Q₂ + P₁T₂ is
added up before the inverse. Where P is much shorter than Q, P₁P₂ by itself in a transform of its own size is cheaper
still; the caller decides. Threads claim nodes from a counter and work in three transformed operands of their own.

Bound. A coefficient of a product of x and y chunks of c bits is a sum of at most min(x, y) terms of at most
(2^c − 1)². The caller sees to size.bits = c·points ≥ 64·max(t₁ + q₂, p₁ + t₂) + 2c for lengths in limbs. So in chunks
⌈64·t₁/c⌉ + ⌈64·q₂/c⌉ < 64·(t₁ + q₂)/c + 2 ≤ points, and the lesser of the two is below points/2; likewise for P₁T₂.
T₁Q₂ + P₁T₂ together has coefficients below points·(2^c − 1)², what a size guarantees for one product
(`sizes.largest_beta`).
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.layout import ADD, FORWARD_A, FORWARD_B, INVERSE, MULTIPLY
from pi_engine.bigint.level_kernels import product, signed_sum
from pi_engine.bigint.level_transform import (
    finish_step,
    forward_step,
    operand_bytes,
    record_at,
    row_step,
    transform_product,
)
from pi_engine.bigint.words import address_of, claim, is_sealed, load
from pi_engine.runtime.compilation import routine
from pi_engine.splitting.merge_check_kernel import merge_is_wrong
from pi_engine.splitting.tree_kernels import BY_GMP, OPERANDS, SHARED, WITHOUT

ZERO = np.uint64(0)


@routine
def trimmed(place, length, negative):
    """The signed length of a number without its leading zeros."""
    while length > 0 and load(np.uint64(place), length - 1) == ZERO:
        length -= 1
    return -length if negative else length


@routine
def numbers(place, offsets, i):
    """The addresses of P, Q and T of node i."""
    return place + 8 * offsets[0, i], place + 8 * offsets[1, i], place + 8 * offsets[2, i]


@routine
def lie_within(offsets, lengths, i, limbs):
    """Whether P, Q and T of node i lie in the `limbs` limbs of their level."""
    for row in range(3):
        length = lengths[row, i]
        if not (-limbs <= length <= limbs and 0 <= offsets[row, i] <= limbs - abs(length)):
            return False
    return True


@routine
def merge_fits(i, sizes, P_sizes, plans, limbs, offsets, lengths, out_limbs, out_offsets, spare_limbs):
    """Whether the tables say nothing of node i that cannot be."""
    left, right = 2 * i, 2 * i + 1
    if not (lie_within(offsets, lengths, left, limbs) and lie_within(offsets, lengths, right, limbs)):
        return False
    if not (0 <= sizes[i] < len(plans) and WITHOUT <= P_sizes[i] < len(plans)):
        return False
    if not is_sealed(plans[sizes[i]]) or (P_sizes[i] >= 0 and not is_sealed(plans[P_sizes[i]])):
        return False
    p1, q1, t1 = abs(lengths[0, left]), abs(lengths[1, left]), abs(lengths[2, left])
    p2, q2, t2 = abs(lengths[0, right]), abs(lengths[1, right]), abs(lengths[2, right])
    P = p1 + p2 if P_sizes[i] != WITHOUT else 0
    for row, length in ((0, P), (1, q1 + q2), (2, max(t1 + q2, p1 + t2) + 1)):
        if not 0 <= out_offsets[row, i] <= out_limbs - length:
            return False
    return t1 + q2 + p1 + t2 <= spare_limbs


@routine
def merge_products(out, P1, n, P2, m, z, x, plan, scratch, how, plans, workspace):
    """Write |P₁P₂|; z is P₁ transformed, x another operand's room."""
    if how == SHARED:
        forward_step(x, P2, m, plan, scratch)
        row_step(FORWARD_A | MULTIPLY | INVERSE, x, z, plan, scratch)
        finish_step(out, n + m, x, plan, scratch)
    elif how == BY_GMP:
        product(np.uint64(out), np.uint64(P1), n, np.uint64(P2), m)
    else:
        transform_product(out, P1, n, P2, m, record_at(plans, how), workspace)


@routine
def difference(out, x, x_limbs, x_negative, y, y_limbs, plan, scratch, spare):
    """Write the sum of two products of different signs, transformed back one by one; returns its signed length."""
    other = spare + 8 * x_limbs
    row_step(INVERSE, x, x, plan, scratch)
    finish_step(spare, x_limbs, x, plan, scratch)
    row_step(INVERSE, y, y, plan, scratch)
    finish_step(other, y_limbs, y, plan, scratch)
    x_length = trimmed(spare, x_limbs, x_negative)
    y_length = trimmed(other, y_limbs, not x_negative)
    return signed_sum(np.uint64(out), np.uint64(spare), x_length, np.uint64(other), y_length)


@routine
def merges_claimed(
    counter, stop, sizes, P_sizes, plans, workspace, spare, spare_limbs, place, place_limbs, offsets, lengths,
    out_place, out_limbs, out_offsets, out_lengths, residues, out_residues, table, wrong
):  # fmt: skip
    """Merge nodes 2i and 2i + 1 into node i, by the plan in row sizes[i], until the `stop`-th is claimed.

    workspace: of the thread's own, 64-byte aligned, for `OPERANDS` operands and scratch.
    spare: room for T₁Q₂ and P₁T₂, of so many limbs, as there are `place_limbs` at `place` and `out_limbs` at `out_place`.
    residues, out_residues, table: as in `merge_check_kernel`; no columns where there are none, and where none are to be found.
    wrong: its one number becomes 3·i + row + 1 where P, Q or T (rows 0 to 2) of node i is wrong, and −1 where the tables say of
    a node what cannot be.
    """
    count = len(sizes)
    for _ in range(stop):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= stop:
            return
        # Later terms are larger, and the dearest nodes go first.
        i = count - 1 - turn
        left, right = 2 * i, 2 * i + 1
        if not merge_fits(
            i, sizes, P_sizes, plans, place_limbs, offsets, lengths, out_limbs, out_offsets, spare_limbs
        ):  # fmt: skip
            wrong[0] = -1
            return
        plan = record_at(plans, sizes[i])
        step = operand_bytes(plan)
        x, y, z = workspace, workspace + step, workspace + 2 * step
        scratch = workspace + OPERANDS * step
        P1, Q1, T1 = numbers(place, offsets, left)
        P2, Q2, T2 = numbers(place, offsets, right)
        P, Q, T = numbers(out_place, out_offsets, i)
        p1, q1, t1 = abs(lengths[0, left]), abs(lengths[1, left]), abs(lengths[2, left])
        p2, q2, t2 = abs(lengths[0, right]), abs(lengths[1, right]), abs(lengths[2, right])

        forward_step(x, Q1, q1, plan, scratch)
        forward_step(y, Q2, q2, plan, scratch)
        row_step(FORWARD_A | FORWARD_B | MULTIPLY | INVERSE, x, y, plan, scratch)
        finish_step(Q, q1 + q2, x, plan, scratch)
        out_lengths[1, i] = trimmed(Q, q1 + q2, (lengths[1, left] < 0) != (lengths[1, right] < 0))

        forward_step(x, T1, t1, plan, scratch)
        row_step(FORWARD_A | MULTIPLY, x, y, plan, scratch)
        forward_step(y, T2, t2, plan, scratch)
        forward_step(z, P1, p1, plan, scratch)
        row_step(FORWARD_A | FORWARD_B | MULTIPLY, y, z, plan, scratch)
        TQ_negative = (lengths[2, left] < 0) != (lengths[1, right] < 0)
        if TQ_negative == ((lengths[0, left] < 0) != (lengths[2, right] < 0)) or t1 == 0 or t2 == 0:
            if t1 == 0:
                TQ_negative = (lengths[0, left] < 0) != (lengths[2, right] < 0)
            limbs = max(t1 + q2, p1 + t2) + 1
            row_step(ADD | INVERSE, x, y, plan, scratch)
            finish_step(T, limbs, x, plan, scratch)
            out_lengths[2, i] = trimmed(T, limbs, TQ_negative)
        else:
            out_lengths[2, i] = difference(T, x, t1 + q2, TQ_negative, y, p1 + t2, plan, scratch, spare)

        if P_sizes[i] != WITHOUT:
            merge_products(P, P1, p1, P2, p2, z, x, plan, scratch, P_sizes[i], plans, workspace)
            out_lengths[0, i] = trimmed(P, p1 + p2, (lengths[0, left] < 0) != (lengths[0, right] < 0))

        if out_residues.shape[1]:
            found = merge_is_wrong(i, P_sizes[i], residues, out_place, out_offsets, out_lengths, out_residues, table)
            if found:
                wrong[0] = 3 * i + found
