"""Products with one and the same power, whose transform is made once; inside a kernel, by one thread.

The power's transform is read by all threads; the other operand's is made and unmade in workspace of the thread's own,
which stays in its cache while it is small. Products are found modulo 2^size.bits − 1, in size.bits/64 limbs, not
reduced: 2^size.bits − 1 may stand for 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pi_engine.bigint.columns import forward_columns
from pi_engine.bigint.crt import add_bytes
from pi_engine.bigint.finish import finish_columns
from pi_engine.bigint.layout import FORWARD_A, INVERSE, MULTIPLY, SPILL_GROUPS, STRIP, finish_doubles, state_doubles
from pi_engine.bigint.rows import transform_rows
from pi_engine.bigint.words import load, store
from pi_engine.runtime.compilation import routine

FIELDS = (
    "primes", "digits", "beta", "mask", "heads", "column_levels", "row_passes", "rows", "columns", "row_stride",
    "prime_stride", "quarter_count", "row_table_doubles", "column_table_bytes", "head_bytes", "offsets_at", "powers_at",
    "constants_at", "column_tables_at", "row_seeds_at", "conjugates_at", "quarters_at", "beta_scales_at",
    "cofactors_at", "packing_at", "bits",
)  # fmt: skip
(
    PRIMES, DIGITS, BETA, MASK, HEADS, COLUMN_LEVELS, ROW_PASSES, ROWS, COLUMNS, ROW_STRIDE,
    PRIME_STRIDE, QUARTER_COUNT, ROW_TABLE_DOUBLES, COLUMN_TABLE_BYTES, HEAD_BYTES, OFFSETS, POWERS,
    CONSTANTS, COLUMN_TABLES, ROW_SEEDS, CONJUGATES, QUARTERS, BETA_SCALES,
    COFACTORS, PACKING, BITS,
    STATE, SPILLS, STREAMING,
) = range(len(FIELDS) + 3)  # fmt: skip
PLAN_FIELDS = len(FIELDS) + 3
MODE = FORWARD_A | MULTIPLY | INVERSE
ZERO, ONE = np.uint64(0), np.uint64(1)


def record(plan: Any) -> list[int]:
    """What the kernel needs of a plan, as integers; the plan must be kept alive as long as they are used."""
    size = plan.size
    row = [int(getattr(plan, name) if hasattr(plan, name) else getattr(size, name)) for name in FIELDS]
    streaming = int(size.primes * plan.prime_stride > plan.STREAMING_DOUBLES)
    return [*row, state_doubles(size.digits), 8 * finish_doubles(size.primes, size.rows, size.digits), streaming]


def workspace_bytes(plan: Any) -> int:
    """Bytes of workspace for one product: a transformed operand, and scratch for the largest of the steps."""
    size = plan.size
    columns = 1024 + 8 * STRIP * size.rows * (1 + size.digits)
    rows = 8 * (plan.row_table_doubles + max(size.columns // 4, 8))
    finish = (
        8 * finish_doubles(size.primes, size.rows, size.digits) + size.rows * SPILL_GROUPS * size.coefficient_bits + 8
    )
    return int(8 * size.primes * plan.prime_stride + max(columns, rows, finish) + 64) // 64 * 64 + 64


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
    while carry:
        rest = np.uint64(carry)
        carry = 1
        for i in range(out_bytes // 8):
            value = load(place, i) + rest
            rest = ONE if value < rest else ZERO
            store(place, i, value)
            if rest == ZERO:
                carry = 0
                break
