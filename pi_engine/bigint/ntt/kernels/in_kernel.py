"""Transforms inside other kernels, by one thread each: no step of them returns to Python.

All of a thread's steps are in workspace of its own (`record.workspace_bytes`) that stays in its cache, so that threads share
only the tables.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.ntt.description.layout import (
    COLUMN_BLOCK,
    FORWARD_A,
    FORWARD_B,
    INVERSE,
    MULTIPLY,
    SPILL_GROUPS,
    SQUARE,
)
from pi_engine.bigint.ntt.description.record import BITS, COLUMNS, FIELDS, PRIME_STRIDE, PRIMES, ROWS, SPILLS
from pi_engine.bigint.ntt.kernels.columns import forward_columns
from pi_engine.bigint.ntt.kernels.crt_and_carry import add_bytes
from pi_engine.bigint.ntt.kernels.finish import finish_columns
from pi_engine.bigint.ntt.kernels.rows import transform_rows
from pi_engine.bigint.vectors.load_store import load_integer
from pi_engine.bigint.vectors.words import address_of, load, store
from pi_engine.runtime.compilation.routine import routine

ZERO, ONE = np.uint64(0), np.uint64(1)


@routine
def record_at(records, i):
    """The address of row i of a table of records."""
    return np.int64(address_of(records)) + 8 * FIELDS * i


@routine
def operand_bytes(record):
    """Bytes of one transformed operand."""
    return 8 * load_integer(record, PRIMES) * load_integer(record, PRIME_STRIDE)


@routine
def forward_step(target, source, limbs, record, scratch):
    """The column pass of an operand of a given number of limbs at `source`, into the transformed operand at `target`."""
    forward_columns(record, source, 8 * limbs, target, scratch, 0, load_integer(record, COLUMNS) // COLUMN_BLOCK)


@routine
def row_step(mode, x, y, record, scratch):
    """What `mode` (see layout) asks for, on all rows of x and y."""
    transform_rows(record, mode, x, y, scratch, 0, load_integer(record, PRIMES) * load_integer(record, ROWS))


@routine
def finish_step(out, limbs, x, record, scratch):
    """The lowest `limbs` limbs, at `out`, of the integer whose rows x holds.

    Where they are all limbs of the size, what passes their end is added at their beginning: 2^size.bits ≡ 1.
    """
    columns, rows, bits = load_integer(record, COLUMNS), load_integer(record, ROWS), load_integer(record, BITS)
    finish_columns(record, x, out, 8 * limbs, scratch, 0, columns // COLUMN_BLOCK)
    row_bytes = columns // 8 * bits
    spills, spill = scratch + load_integer(record, SPILLS), SPILL_GROUPS * bits
    carry = add_bytes(out, 8 * limbs, row_bytes, row_bytes, spills, spill, rows - 1)
    if 8 * limbs == rows * row_bytes:
        carry += add_bytes(out, 8 * limbs, 0, 0, spills + (rows - 1) * spill, spill, 1)
        for _ in range(3):  # a carry out of a number below 2^size.bits leaves one that takes it without another
            if carry:
                carry = _add_word(out, limbs, carry)


@routine
def _add_word(out, limbs, word):
    """Add a word to the limbs at `out`; returns the carry."""
    place, rest = np.uint64(out), np.uint64(word)
    for i in range(limbs):
        value = load(place, i) + rest
        rest = ONE if value < rest else ZERO
        store(place, i, value)
        if rest == ZERO:
            break
    return np.int64(rest)


@routine
def transform_product(out, a, n, b, m, record, workspace):
    """Write the product of n and m limbs at a and b to n + m limbs at `out`; a at the same place as b is squared."""
    step = operand_bytes(record)
    x, y = workspace, workspace + step
    scratch = workspace + 2 * step
    forward_step(x, a, n, record, scratch)
    if a == b and n == m:
        row_step(FORWARD_A | SQUARE | INVERSE, x, x, record, scratch)
    else:
        forward_step(y, b, m, record, scratch)
        row_step(FORWARD_A | FORWARD_B | MULTIPLY | INVERSE, x, y, record, scratch)
    finish_step(out, n + m, x, record, scratch)


@routine
def multiply_transformed(out, limbs, a, n, factor, record, workspace):
    """Write the lowest `limbs` limbs of the product of n limbs at a with a factor that has been transformed.

    The product is that modulo 2^size.bits − 1, not reduced: 2^size.bits − 1 may stand for 0.
    """
    scratch = workspace + operand_bytes(record)
    forward_step(workspace, a, n, record, scratch)
    row_step(FORWARD_A | MULTIPLY | INVERSE, workspace, factor, record, scratch)
    finish_step(out, limbs, workspace, record, scratch)
