"""What the kernels need of a transform: its record, one row of integers, numbers and addresses alike; and the workspace it takes.

Kernels that Python calls and kernels that run inside others read the same record, and each looks at its seal first
(`kernel_record`). A record is for all primes of a size or for some that follow each other: its tables begin with those of
the first. Nothing here imports Numba: a process whose kernels are stored never needs it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bigint.ntt.description.layout import COLUMN_BLOCK, SPILL_GROUPS, finish_doubles, row_doubles

if TYPE_CHECKING:
    from pi_engine.bigint.ntt.description.sizes import Size

(
    PRIMES, DIGITS, BETA, BITS, OUTER_RADIX, COLUMN_LEVELS, ROW_PASSES, ROWS, COLUMNS, ROW_STRIDE, PRIME_STRIDE,
    QUARTER_COUNT, ROW_TABLE_DOUBLES, PART_BYTES, COLUMN_TABLE_BYTES, STATE, SPILLS, STREAMING,
    OFFSETS_AT, POWERS_AT, CONSTANTS_AT, COLUMN_TABLES_AT, ROW_SEEDS_AT, CONJUGATES_AT, QUARTERS_AT, BETA_SCALES_AT,
    COFACTORS_AT, PACKING_AT, PLACES,
) = range(29)  # fmt: skip
FIELDS = PLACES + 1
"""Numbers of a record, its seal included."""

BLOCK_BYTES = 1024
"""The scratch of the column pass begins with a block of limbs that is completed with zeros: at most 4·48 bytes, and what is read beyond."""

STREAMING_DOUBLES = (8 << 20) // 8
"""A column pass that writes more than 8 MiB bypasses the caches: its rows would not stay there until they are read. Measured: at 4 MB
4 % slower, at 15 MB 6 %, at 40 and 150 MB a fifth faster than to ask for the lines and write them."""


class Scratch(NamedTuple):
    """Bytes of scratch of the three passes, and where in that of the last one the spills begin."""

    columns: int
    rows: int
    finish: int
    spills: int

    @property
    def largest(self) -> int:
        """Bytes that are enough for each of them, in turn."""
        return max(self[:3])


@cache
def scratch_of(size: Size) -> Scratch:
    """What one thread needs besides the transformed operands."""
    columns = BLOCK_BYTES + 8 * COLUMN_BLOCK * size.rows * (1 + size.digits)
    rows = 8 * row_doubles(size.row_table_doubles)
    spills = 8 * finish_doubles(size.primes, size.rows, size.digits)
    finish = spills + size.rows * SPILL_GROUPS * size.coefficient_bits
    return Scratch(whole_lines(columns), whole_lines(rows), whole_lines(finish), spills)


@cache
def workspace_bytes(size: Size, operands: int = 2, threads: int = 1, *, low_memory: bool = False) -> int:
    """Bytes of transformed operands, and of scratch for every thread; with `low_memory` the last operand is that of one prime."""
    residues = operands * size.primes - (size.primes - 1 if low_memory else 0)
    return whole_lines(8 * size.prime_stride * residues) + threads * scratch_of(size).largest


def streams(size: Size, operands: int) -> bool:
    """Whether a column pass of a given number of operands modulo one prime should bypass the caches."""
    return operands * size.prime_stride > STREAMING_DOUBLES


def whole_lines(size: int) -> int:
    """The size in bytes, rounded up to whole cache lines."""
    return -(-size // 64) * 64
