"""The larger products of a level, each by the number-theoretic transform inside one kernel: no step of it returns to Python.

A thread claims a product, extracts and transforms both operands, multiplies, transforms back and recomposes, all in workspace of its
own that stays in its cache; so the threads share nothing but the tables. What a transform of some size needs is one row of
integers, numbers and addresses alike, made by `level_plan.record` from the size's plan.
"""

from __future__ import annotations

import numpy as np

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
from pi_engine.bigint.level_kernels import is_right
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
from pi_engine.bigint.words import address_of, claim, is_sealed, load
from pi_engine.runtime.compilation import routine

ZERO = np.uint64(0)


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


@routine
def multiply_transformed_claimed(
    counter,
    jobs,
    sizes,
    plans,
    workspace,
    check,
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
    """Work through the products `jobs`, job j by the plan in row sizes[j], until all are claimed. Returns a wrong one's number, or −1."""
    wrong = -1
    a_base, b_base, base = np.uint64(a_place), np.uint64(b_place), np.uint64(place)
    for _ in range(len(jobs) + 1):
        turn = claim(address_of(counter))
        if turn < 0 or turn >= len(jobs):
            return wrong
        i = jobs[turn]
        if not (0 <= i < len(lengths) and 0 <= sizes[turn] < len(plans) and is_sealed(plans[sizes[turn]])):
            return 0  # a faulty machine's
        n, m = abs(a_lengths[i]), abs(b_lengths[i])
        a, b = a_base + np.uint64(8 * a_offsets[i]), b_base + np.uint64(8 * b_offsets[i])
        out = base + np.uint64(8 * offsets[i])
        transform_product(np.int64(out), np.int64(a), n, np.int64(b), m, plans[sizes[turn]], workspace)
        length = n + m
        while length > 0 and load(out, length - 1) == ZERO:
            length -= 1
        if check and not is_right(out, length, a, n, b, m):
            wrong = i
        lengths[i] = length if (a_lengths[i] < 0) == (b_lengths[i] < 0) else -length
    return wrong
