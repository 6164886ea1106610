"""Exact division of a node's numbers by a known odd divisor d: of short ones limb by limb, of long ones by a product.

Modulo 2^(64·w), w limbs being enough for the quotient, x/d is x·d⁻¹: only the lowest w limbs of x are looked at
(Jebelean, An algorithm for exact division, Journal of Symbolic Computation 15, 1993).
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint import mpn
from pi_engine.bigint.layout import FORWARD_A, INVERSE, MULTIPLY
from pi_engine.bigint.level_transform import finish_step, forward_step, operand_bytes, row_step
from pi_engine.bigint.words import address_of, claim, is_sealed, load, store
from pi_engine.runtime.compilation import routine
from pi_engine.splitting.tree_kernels import DIVISION_OPERANDS

ZERO = np.uint64(0)


@routine
def divide(x, length, divisor, limbs, inverse):
    """Replace x by x/d, for an odd d of so many limbs that divides it; x ≠ 0. Returns the signed length.

    The quotient's lowest limb is x₀/d₀ modulo 2^64; what x less that limb times d leaves has one limb less to divide.
    """
    width = max(abs(length) - limbs + 1, 0)
    for i in range(width):
        digit = load(x, i) * inverse
        place = x + np.uint64(8 * i)
        n = min(limbs, width - i)
        borrow = mpn.submul_1(place, divisor, n, digit)
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


@routine
def quotients_claimed(
    counter, first, stop, plan, workspace, spare, inverse, inverse_limbs, limbs, place, place_limbs, offsets, lengths, wrong
):  # fmt: skip
    """Divide the numbers `first` ≤ i < `stop` by d of so many `limbs`, in their places; what has no limbs is left alone.

    workspace: of the thread's own, 64-byte aligned, for DIVISION_OPERANDS operands of the plan and scratch.
    spare: room for the longest quotient and `inverse_limbs` limbs.
    inverse: the address of 1/d modulo 2^(64·inverse_limbs), no shorter than any quotient.
    wrong: its one number becomes 1 where the plan is damaged, or a number would not lie in the `place_limbs` limbs at `place`.
    """
    if not is_sealed(plan):
        wrong[0] = 1
        return
    record = np.int64(address_of(plan))
    step = operand_bytes(record)
    x, y = workspace, workspace + step
    scratch = workspace + DIVISION_OPERANDS * step
    forward_step(y, inverse, inverse_limbs, record, scratch)
    row_step(FORWARD_A, y, y, record, scratch)
    for _ in range(stop):
        i = first + claim(address_of(counter))
        if i < first or i >= stop:
            return
        length = abs(lengths[i])
        if length == 0:
            continue
        width = length - limbs + 1
        if not (0 < width <= inverse_limbs and 0 <= offsets[i] <= place_limbs - length):
            wrong[0] = 1
            return
        number = place + 8 * offsets[i]
        forward_step(x, number, width, record, scratch)
        row_step(FORWARD_A | MULTIPLY | INVERSE, x, y, record, scratch)
        finish_step(spare, width + inverse_limbs, x, record, scratch)
        for j in range(width):
            store(np.uint64(number), j, load(np.uint64(spare), j))
        while width > 0 and load(np.uint64(number), width - 1) == ZERO:
            width -= 1
        lengths[i] = -width if lengths[i] < 0 else width
