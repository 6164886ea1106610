"""Transforms inside other kernels, by one thread each: no step of them returns to Python.

All of a thread's steps are in workspace of its own that stays in its cache, so that threads share nothing but the tables. What a
transform of some size needs is one row of integers, numbers and addresses alike, made by `level_plan.record` from the size's plan.
"""

from __future__ import annotations

from pi_engine.bigint.columns import forward_columns
from pi_engine.bigint.crt import add_bytes
from pi_engine.bigint.finish import finish_columns
from pi_engine.bigint.layout import (
    CRT_DOUBLES,
    FORWARD_A,
    FORWARD_B,
    INVERSE,
    MULTIPLY,
    SPILL_GROUPS,
    SQUARE,
    STRIP,
)
from pi_engine.bigint.level_plan import (
    BETA,
    BETA_SCALES,
    COFACTORS,
    COLUMN_LEVELS,
    COLUMN_TABLE_BYTES,
    COLUMN_TABLES,
    COLUMNS,
    CONJUGATES,
    CONSTANTS_AT,
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
)
from pi_engine.bigint.rows import transform_rows
from pi_engine.runtime.compilation import routine


@routine
def operand_bytes(primes, prime_stride):
    """Bytes of one transformed operand."""
    return 8 * primes * prime_stride


@routine
def forward_step(target, source, limbs, plan, scratch):
    """The column pass of an operand of so many limbs at `source`, into the transformed operand at `target`."""
    forward_columns(
        source, 8 * limbs, plan[DIGITS], plan[MASK], plan[DIGITS] * plan[BETA], plan[OFFSETS], plan[PRIMES],
        plan[POWERS], plan[CONSTANTS_AT], plan[HEADS], plan[COLUMN_LEVELS], plan[COLUMN_TABLES],
        plan[COLUMN_TABLE_BYTES], plan[HEAD_BYTES], plan[COLUMNS], target, plan[ROW_STRIDE], plan[PRIME_STRIDE],
        0, scratch, 0, plan[COLUMNS] // STRIP,
    )  # fmt: skip


@routine
def row_step(mode, x, y, plan, scratch):
    """What `mode` (see layout) asks for, on all rows of x and y."""
    transform_rows(
        mode, x, y, plan[ROW_STRIDE], plan[PRIME_STRIDE], plan[CONSTANTS_AT], plan[ROWS], plan[COLUMNS],
        plan[ROW_PASSES], plan[ROW_SEEDS], plan[CONJUGATES], plan[QUARTERS], plan[QUARTER_COUNT], scratch,
        plan[ROW_TABLE_DOUBLES], 0, plan[PRIMES] * plan[ROWS],
    )  # fmt: skip


@routine
def finish_step(out, limbs, x, plan, scratch):
    """The integer whose rows x holds, in `limbs` limbs at `out`; it must fit them, and they the size."""
    bits = plan[DIGITS] * plan[BETA]
    state = 8 * (plan[DIGITS] + 2)  # layout.state_doubles
    spills = scratch + 8 * (CRT_DOUBLES + plan[ROWS] * (state + plan[PRIMES] * STRIP))  # layout.finish_doubles
    finish_columns(
        x, plan[ROW_STRIDE], plan[PRIME_STRIDE], plan[COLUMNS], plan[PRIMES], plan[CONSTANTS_AT], plan[HEADS],
        plan[COLUMN_LEVELS], plan[COLUMN_TABLES], plan[COLUMN_TABLE_BYTES], plan[HEAD_BYTES], plan[DIGITS], plan[BETA],
        plan[BETA_SCALES], plan[COFACTORS], plan[PACKING], out, 8 * limbs, spills, state, scratch,
        0, plan[COLUMNS] // STRIP,
    )  # fmt: skip
    # what the last row leaves behind is zero: the integer fits
    row_bytes = plan[COLUMNS] // 8 * bits
    add_bytes(out, 8 * limbs, row_bytes, row_bytes, spills, SPILL_GROUPS * bits, plan[ROWS] - 1)


@routine
def transform_product(out, a, n, b, m, plan, workspace):
    """Write the product of n and m limbs at a and b to n + m limbs at `out`; a at the same place as b is squared."""
    stride = operand_bytes(plan[PRIMES], plan[PRIME_STRIDE])
    x, y = workspace, workspace + stride
    scratch = workspace + 2 * stride
    forward_step(x, a, n, plan, scratch)
    if a == b and n == m:
        row_step(FORWARD_A | SQUARE | INVERSE, x, x, plan, scratch)
    else:
        forward_step(y, b, m, plan, scratch)
        row_step(FORWARD_A | FORWARD_B | MULTIPLY | INVERSE, x, y, plan, scratch)
    finish_step(out, n + m, x, plan, scratch)
