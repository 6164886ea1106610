"""What a kernel needs of a transform's plan, as one row of integers, and how much workspace its products take.

Nothing here imports Numba: a process whose kernels are stored never needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.layout import SPILL_GROUPS, STRIP, finish_doubles, row_doubles
from pi_engine.bigint.machine_faults import sealed

if TYPE_CHECKING:
    from pi_engine.bigint.plan import Plan

FIELDS = (
    "primes", "digits", "beta", "mask", "heads", "column_levels", "row_passes", "rows", "columns", "points", "row_stride",
    "prime_stride", "quarter_count", "row_table_doubles", "column_table_bytes", "head_bytes", "offsets_at", "powers_at",
    "constants_at", "column_tables_at", "row_seeds_at", "conjugates_at", "quarters_at", "beta_scales_at", "cofactors_at", "packing_at",
)  # fmt: skip
(
    PRIMES, DIGITS, BETA, MASK, HEADS, COLUMN_LEVELS, ROW_PASSES, ROWS, COLUMNS, POINTS, ROW_STRIDE,
    PRIME_STRIDE, QUARTER_COUNT, ROW_TABLE_DOUBLES, COLUMN_TABLE_BYTES, HEAD_BYTES, OFFSETS, POWERS,
    CONSTANTS_AT, COLUMN_TABLES, ROW_SEEDS, CONJUGATES, QUARTERS, BETA_SCALES, COFACTORS, PACKING,
) = range(len(FIELDS))  # fmt: skip


def record(plan: Plan) -> list[int]:
    """The sealed row of `FIELDS` of a plan; the plan must be kept alive as long as the row is used."""
    return sealed(int(getattr(plan, name) if hasattr(plan, name) else getattr(plan.size, name)) for name in FIELDS)


def workspace_bytes(plan: Plan, operands: int = 2) -> int:
    """Bytes that one thread needs for products of this plan: so many transformed operands, and scratch for a step."""
    size = plan.size
    columns = 1024 + 8 * STRIP * size.rows * (1 + size.digits)
    rows = 8 * row_doubles(plan.row_table_doubles)
    spills = size.rows * SPILL_GROUPS * size.coefficient_bits + 8
    scratch = max(columns, rows, 8 * finish_doubles(size.primes, size.rows, size.digits) + spills)
    return operands * 8 * size.primes * plan.prime_stride + int(scratch + 63) // 64 * 64 + 64
