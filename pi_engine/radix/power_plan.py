"""What the kernel of products with a power needs of a transform's plan, as one row of integers, and its workspace.

Nothing here imports Numba: a process whose kernels are stored never needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.layout import SPILL_GROUPS, STRIP, finish_doubles, row_doubles, state_doubles
from pi_engine.bigint.machine_faults import sealed

if TYPE_CHECKING:
    from pi_engine.bigint.plan import Plan

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
PLAN_FIELDS = len(FIELDS) + 4
"""With the seal behind them (`machine_faults.sealed`)."""


def record(plan: Plan) -> list[int]:
    """What the kernel needs of a plan, as a sealed row; the plan must be kept alive as long as it is used."""
    size = plan.size
    row = [int(getattr(plan, name) if hasattr(plan, name) else getattr(size, name)) for name in FIELDS]
    streaming = int(size.primes * plan.prime_stride > plan.STREAMING_DOUBLES)
    spills = 8 * finish_doubles(size.primes, size.rows, size.digits)
    return sealed([*row, state_doubles(size.digits), spills, streaming])


def workspace_bytes(plan: Plan) -> int:
    """Bytes of workspace for one product: a transformed operand, and scratch for the largest of the steps."""
    size = plan.size
    columns = 1024 + 8 * STRIP * size.rows * (1 + size.digits)
    rows = 8 * row_doubles(plan.row_table_doubles)
    finish = (
        8 * finish_doubles(size.primes, size.rows, size.digits) + size.rows * SPILL_GROUPS * size.coefficient_bits + 8
    )
    return int(8 * size.primes * plan.prime_stride + max(columns, rows, finish) + 64) // 64 * 64 + 64
