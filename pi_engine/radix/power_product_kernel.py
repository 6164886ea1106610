"""Products with one and the same power, whose transform is made once; inside a kernel, by one thread.

The power's transform is read by all threads; the other operand's is made and unmade in workspace of the thread's own,
which stays in its cache while it is small. Products are found modulo 2^size.bits − 1, in size.bits/64 limbs, not
reduced: 2^size.bits − 1 may stand for 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.columns import forward_columns
from pi_engine.bigint.crt import add_bytes
from pi_engine.bigint.finish import finish_columns
from pi_engine.bigint.layout import FORWARD_A, INVERSE, MULTIPLY, SPILL_GROUPS, STRIP
from pi_engine.bigint.rows import transform_rows
from pi_engine.bigint.words import load, store
from pi_engine.radix.power_plan import (
    BETA,
    BETA_SCALES,
    BITS,
    COFACTORS,
    COLUMN_LEVELS,
    COLUMN_TABLE_BYTES,
    COLUMN_TABLES,
    COLUMNS,
    CONJUGATES,
    CONSTANTS,
    DIGITS,
    HEAD_BYTES,
    HEADS,
    MASK,
    OFFSETS,
    PACKING,
    POWERS,
    PRIME_STRIDE,
    PRIMES,
    QUARTER_COUNT,
    QUARTERS,
    ROW_PASSES,
    ROW_SEEDS,
    ROW_STRIDE,
    ROW_TABLE_DOUBLES,
    ROWS,
    SPILLS,
    STATE,
    STREAMING,
)
from pi_engine.runtime.compilation import routine

MODE = FORWARD_A | MULTIPLY | INVERSE
ZERO, ONE = np.uint64(0), np.uint64(1)


@routine
def multiply_by_power(out, operand, limbs, power, plan, workspace):
    """Write operand·power modulo 2^BITS − 1 to the BITS/64 limbs at `out`; the operand has at most as many."""
    scratch = workspace + 8 * plan[PRIMES] * plan[PRIME_STRIDE]
    bits = plan[DIGITS] * plan[BETA]
    strips = plan[COLUMNS] // STRIP
    forward_columns(
        operand, 8 * limbs, plan[DIGITS], plan[MASK], bits, plan[OFFSETS], plan[PRIMES], plan[POWERS], plan[CONSTANTS],
        plan[HEADS], plan[COLUMN_LEVELS], plan[COLUMN_TABLES], plan[COLUMN_TABLE_BYTES], plan[HEAD_BYTES],
        plan[COLUMNS], workspace, plan[ROW_STRIDE], plan[PRIME_STRIDE], plan[STREAMING], scratch, 0, strips,
    )  # fmt: skip
    transform_rows(
        MODE, workspace, power, plan[ROW_STRIDE], plan[PRIME_STRIDE], plan[CONSTANTS], plan[ROWS], plan[COLUMNS],
        plan[ROW_PASSES], plan[ROW_SEEDS], plan[CONJUGATES], plan[QUARTERS], plan[QUARTER_COUNT], scratch,
        plan[ROW_TABLE_DOUBLES],
        0, plan[PRIMES] * plan[ROWS],
    )  # fmt: skip
    out_bytes = plan[BITS] // 8
    spills = scratch + plan[SPILLS]
    finish_columns(
        workspace, plan[ROW_STRIDE], plan[PRIME_STRIDE], plan[COLUMNS], plan[PRIMES], plan[CONSTANTS], plan[HEADS],
        plan[COLUMN_LEVELS], plan[COLUMN_TABLES], plan[COLUMN_TABLE_BYTES], plan[HEAD_BYTES], plan[DIGITS], plan[BETA],
        plan[BETA_SCALES], plan[COFACTORS], plan[PACKING], out, out_bytes, spills, plan[STATE], scratch, 0, strips,
    )  # fmt: skip
    row_bytes = plan[COLUMNS] // 8 * bits
    spill = SPILL_GROUPS * bits
    # What is left behind the last row begins again at the lowest limb: 2^BITS ≡ 1.
    carry = add_bytes(out, out_bytes, row_bytes, row_bytes, spills, spill, plan[ROWS] - 1)
    carry += add_bytes(out, out_bytes, 0, 0, spills + (plan[ROWS] - 1) * spill, spill, 1)
    place = np.uint64(out)
    for _ in range(3):  # a carry out of a number below 2^BITS leaves one that takes it without another
        if not carry:
            break
        rest = np.uint64(carry)
        carry = 1
        for i in range(out_bytes // 8):
            value = load(place, i) + rest
            rest = ONE if value < rest else ZERO
            store(place, i, value)
            if rest == ZERO:
                carry = 0
                break
