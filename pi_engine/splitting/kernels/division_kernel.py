"""Exact division of a node's numbers by a known odd divisor d: of short ones limb by limb, of long ones by a product.

Modulo 2^(64·w), w limbs being enough for the quotient, x/d is x·d⁻¹: only the lowest w limbs of x are looked at
(Jebelean, An algorithm for exact division, Journal of Symbolic Computation 15, 1993).
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.mpn import mpn_calls
from pi_engine.bigint.ntt.description.layout import FORWARD_A, INVERSE, MULTIPLY
from pi_engine.bigint.ntt.kernels.in_kernel import finish_step, forward_step, operand_bytes, row_step
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import address_of, claim, is_sealed, load, store
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels.node_level_kernel import address_in, level_in, lies_within
from pi_engine.splitting.kernels.tree_kernels import DIVISION_OPERANDS
from pi_engine.splitting.records import level_record as at

ZERO = np.uint64(0)


@routine
def divide_exactly(x, length, divisor, limbs, inverse):
    """Replace x by x/d, for an odd d of a given number of limbs that divides it; x ≠ 0. Returns the signed length.

    The quotient's lowest limb is x₀/d₀ modulo 2^64; what x less that limb times d leaves has one limb less to divide.
    """
    width = max(abs(length) - limbs + 1, 0)
    for i in range(width):
        digit = load(x, i) * inverse
        place = x + np.uint64(8 * i)
        n = min(limbs, width - i)
        borrow = mpn_calls.submul_1(place, divisor, n, digit)
        store(x, i, digit)
        j = i + n
        while borrow != ZERO and j < width:
            limb = load(x, j)
            store(x, j, limb - borrow)
            borrow = np.uint64(limb < borrow)
            j += 1
    while width > 0 and load(x, width - 1) == ZERO:
        width -= 1
    return -width if length < 0 else width


@kernel("void(uint64[::1], int64, int64[::1], int64, int64[::1])")
def quotients_worker(counter, stop, record, workspace, wrong):
    """Divide numbers of a level by d in their places until the `stop`-th is claimed; what has no limbs is left alone.

    record: see `level_record`. workspace: the address of the thread's own, on a cache line, for DIVISION_OPERANDS operands and scratch,
    and the buffer for a quotient.
    wrong: its one number becomes 1 where the record is damaged, or a number would not lie in the limbs of its level.
    """
    if not is_sealed(record) or not is_sealed(array_in(record, at.PLAN, 1, np.int64)):
        wrong[0] = 1
        return
    level, row, inverse = level_in(record, 0), record[at.DIVIDED_ROW], array_in(record, at.INVERSE, 1, np.uint64)
    lengths, plan = level[3][row], record[at.PLAN]
    step = operand_bytes(plan)
    x, y = workspace, workspace + step
    scratch, spare = workspace + DIVISION_OPERANDS * step, workspace + record[at.DIVISION_WORKSPACE]
    forward_step(y, np.int64(address_of(inverse)), len(inverse), plan, scratch)
    row_step(FORWARD_A, y, y, plan, scratch)
    for _ in range(stop):
        i = claim(address_of(counter))
        if i < record[at.FIRST] or i >= stop:
            return
        length = abs(lengths[i])
        if length == 0:
            continue
        width = length - record[at.DIVISOR_LIMBS] + 1
        if not (0 < width <= len(inverse) and lies_within(level, row, i)):
            wrong[0] = 1
            return
        number = address_in(level, row, i)
        forward_step(x, number, width, plan, scratch)
        row_step(FORWARD_A | MULTIPLY | INVERSE, x, y, plan, scratch)
        finish_step(spare, width + len(inverse), x, plan, scratch)
        for j in range(width):
            store(np.uint64(number), j, load(np.uint64(spare), j))
        while width > 0 and load(np.uint64(number), width - 1) == ZERO:
            width -= 1
        lengths[i] = -width if lengths[i] < 0 else width
