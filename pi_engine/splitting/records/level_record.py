"""The records of the kernels that work on levels of nodes: merges, divisions by a common factor, and residues."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.kernel_record import ARRAY, KernelRecord, places_of_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.kernel_record import Words
    from pi_engine.splitting.records.node_level import NodeLevel

# A level, in any of the records: where its limbs begin, how many there are, and the arrays of `NodeLevel`.
LIMBS_AT, LIMBS, OFFSETS, LENGTHS, RESIDUES = 0, 1, 2, 2 + ARRAY, 2 + 2 * ARRAY
_LEVEL = RESIDUES + ARRAY

# Of merges: the level that is merged; limbs of a buffer for T₁Q₂ and P₁T₂, which follows a transform's workspace of so many bytes in that
# of a thread; the plans of either kind, and the table of the random prime (`modulus_table`); how many levels are made, one of the other.
CHILDREN = 0
SPARE_LIMBS, WORKSPACE = range(_LEVEL, _LEVEL + 2)
PLANS, FOURIER_PLANS, TABLE = range(WORKSPACE + 1, WORKSPACE + 1 + 3 * ARRAY, ARRAY)
LEVELS = TABLE + ARRAY
# Then for each of these: the level; for every node the row of its plan and whether that is a complex transform's, and the row for its P;
# and into how many parts a node is shared out, 1 or 2 (T, and Q with P).
MADE = LEVELS + 1
SIZES, BY_FOURIER, P_SIZES = range(_LEVEL, _LEVEL + 3 * ARRAY, ARRAY)
PARTS = P_SIZES + ARRAY
MADE_PLACES = PARTS + 1

# Of divisions: a level and which row of it, the first node that is divided, limbs of the divisor; a buffer for a quotient and as many
# limbs as the inverse has follows a transform's workspace of so many bytes; the inverse, and the transform's plan.
DIVIDED_ROW, FIRST, DIVISOR_LIMBS, DIVISION_WORKSPACE = range(_LEVEL, _LEVEL + 4)
INVERSE, PLAN = DIVISION_WORKSPACE + 1, DIVISION_WORKSPACE + 1 + ARRAY
_DIVISIONS = PLAN + ARRAY

# Of residues: a level, where they are to stand, and the table of the random prime.
FOUND, MODULUS = _LEVEL, _LEVEL + ARRAY
_RESIDUES = MODULUS + ARRAY


_NO_RESIDUES = np.empty((3, 0, 2), np.uint64)


def _level(level: NodeLevel, place: int) -> dict[int, int | Words]:
    residues = _NO_RESIDUES if level.residues is None else level.residues
    return {
        place + LIMBS_AT: level.buffer.address, place + LIMBS: len(level.buffer.limbs),
        place + OFFSETS: level.offsets, place + LENGTHS: level.lengths, place + RESIDUES: residues,
    }  # fmt: skip


class MergePlans(NamedTuple):
    """How the nodes of a level are merged, or of several, one made of the other.

    Attributes:
        ways: of each level int64[3][nodes]: the row of every node's plan among those of its kind; 1 where that kind is the complex
            transform, else 0; and the row of the plan of its P, of the same kind, or how else that is made (`tree_kernels`).
        records: the records of the transforms, int64[…][FIELDS].
        fourier_records: of the complex transforms, int64[…][RECORD_FIELDS].
        workspace: bytes for the transforms of a merge by the largest of them.
        plans: what the records point to, kept alive.
    """

    ways: Sequence[NDArray[np.int64]]
    records: NDArray[np.int64]
    fourier_records: NDArray[np.int64]
    workspace: int
    plans: object


def fixed_places(offsets: Sequence[NDArray[np.int64]], plans: MergePlans, parts: int) -> dict[int, int]:
    """What a record of merges says of the levels that are made, except their limbs and lengths; without residues.

    It can be kept for levels of the same sizes. Who keeps it keeps `offsets` and `plans` alive.

    Args:
        offsets: of each level, as `NodeLevel.offsets`.
        plans: which node takes which.
        parts: into how many parts the nodes of the last level are shared out.
    """
    values = {LEVELS: len(offsets), WORKSPACE: plans.workspace}
    values |= places_of_array(PLANS, plans.records) | places_of_array(FOURIER_PLANS, plans.fourier_records)
    for j, (starts, ways) in enumerate(zip(offsets, plans.ways, strict=True)):
        place = MADE + MADE_PLACES * j
        values |= places_of_array(place + OFFSETS, starts) | places_of_array(place + RESIDUES, _NO_RESIDUES)
        for row, way in zip((SIZES, BY_FOURIER, P_SIZES), ways, strict=True):
            values |= places_of_array(place + row, way)
        values[place + PARTS] = parts if j == len(offsets) - 1 else 1
    return values


def merge_record(
    children: NodeLevel,
    made: Sequence[NodeLevel],
    fixed: dict[int, int],
    table: NDArray[np.uint64],
    *,
    spare_limbs: int,
) -> KernelRecord:
    """The record of `merge_kernel.merges_worker`.

    Args:
        children: the level that is merged.
        made: the levels of the results, one made of the other; they have residues if these are to be found.
        fixed: their `fixed_places`.
        table: the table of the random prime.
        spare_limbs: limbs of the buffer behind the transforms of a merge.
    """
    values: dict[int, int | Words] = {**fixed, **_level(children, CHILDREN), SPARE_LIMBS: spare_limbs, TABLE: table}
    for j, level in enumerate(made):
        place = MADE + MADE_PLACES * j
        values[place + LIMBS_AT], values[place + LIMBS] = level.buffer.address, len(level.buffer.limbs)
        values[place + LENGTHS] = level.lengths
        if level.residues is not None:
            values |= places_of_array(place + RESIDUES, level.residues)
    return KernelRecord(MADE + MADE_PLACES * len(made), values)


def division_record(
    level: NodeLevel,
    row: int,
    first: int,
    inverse: NDArray[np.uint64],
    plan: NDArray[np.int64],
    *,
    limbs: int,
    workspace: int,
) -> KernelRecord:
    """The record of `division_kernel.quotients_worker`.

    Args:
        level: whose numbers are divided.
        row: 0 for P, 1 for Q.
        first: the first node that is divided.
        inverse: 1/d modulo 2^64 to the power of its length, which no quotient exceeds.
        plan: the record of the transform.
        limbs: of d.
        workspace: bytes for the transforms of a division.
    """
    return KernelRecord(
        _DIVISIONS,
        {
            **_level(level, 0), DIVIDED_ROW: row, FIRST: first, DIVISOR_LIMBS: limbs, DIVISION_WORKSPACE: workspace,
            INVERSE: inverse, PLAN: plan,
        },
    )  # fmt: skip


def residue_record(level: NodeLevel, found: NDArray[np.uint64], table: NDArray[np.uint64]) -> KernelRecord:
    """The record of `merge_check_kernel.residues_worker`; found: uint64[rows][nodes][2], for the first rows of the level."""
    return KernelRecord(_RESIDUES, {**_level(level, 0), FOUND: found, MODULUS: table})
