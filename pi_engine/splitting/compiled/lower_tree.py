"""Levels of many nodes: a kernel call each, the nodes shared out over the threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.runtime.machine_faults import machine_fault, require_fitting
from pi_engine.splitting.compiled.node_residues import require_merge
from pi_engine.splitting.kernels.tree_kernels import UNPROVED_MERGE
from pi_engine.splitting.levels.level_runs import STEP_LIMBS, run_merges
from pi_engine.splitting.levels.merge_plans import ALIGNMENT, fourier_below, merge_plans, node_size_limbs
from pi_engine.splitting.records.level_record import MergePlans, fixed_places, merge_record
from pi_engine.splitting.records.node_level import NodeLevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.buffers.kernel_record import KernelRecord


def merge_level(
    level: NodeLevel,
    threads: int,
    merged: Callable[[float], None],
    *,
    rightmost: bool,
    begin: bool = False,
    below: int | None = None,
) -> NodeLevel:
    """The next level, of half as many nodes; the last node has no P if the range ends the sum (`rightmost`).

    It has residues if this level has some, or `begin`: each number's as it was made. below: as in `merge_plans`, instead of what is
    measured.

    The level's memory is released. `merged` is called with the share of the level that has been done, now and then.

    Raises:
        VerificationError: the level has residues, and a number's are not those of its operands; or a table is damaged.
    """
    nodes = len(level) // 2
    limbs = len(level.buffer.limbs)
    require_fitting((level.lengths > limbs) | (level.lengths < -limbs), "a number of the sum")
    sizes = np.abs(level.lengths)
    (p1, q1, t1), (p2, q2, t2) = sizes[:, ::2], sizes[:, 1::2]
    results = np.stack([p1 + p2, q1 + q2, np.maximum(t1 + q2, p1 + t2) + 1])
    if rightmost:
        results[0, -1] = 0
    capacities = -(-results.T.ravel() // ALIGNMENT) * ALIGNMENT
    ends = np.cumsum(capacities, dtype=np.int64)
    offsets = np.ascontiguousarray((ends - capacities).reshape(nodes, 3).T)
    buffer = PooledLimbs(int(ends[-1]))
    lengths = np.zeros((3, nodes), np.int64)
    spare = int((t1 + q2 + p1 + t2).max())
    checked = begin or level.residues is not None
    made = NodeLevel(buffer, offsets, lengths, np.zeros((3, nodes, 2), np.uint64) if checked else None)
    table = modulus_table(random_prime())
    step = max(threads, min(nodes, nodes * STEP_LIMBS // int(ends[-1])))

    def job(below: int) -> tuple[MergePlans, KernelRecord]:
        longest = node_size_limbs(p1, q1, t1, q2, t2)
        plans = merge_plans(longest, p1 + p2, np.minimum(p1, p2), rightmost=rightmost, below=below)
        fixed = fixed_places([offsets], plans, 1)
        return plans, merge_record(level, [made], fixed, table, spare_limbs=spare)

    def merge(first: int, stop: int, plans: MergePlans, record: KernelRecord) -> int:
        """Make the nodes of these turns; returns what the kernel says is wrong."""
        turns = np.array([first, 0], np.uint64)
        return run_merges((turns, stop), record, plans.workspace + 8 * spare, threads, level, made, plans)

    usual = job(fourier_below() if below is None else below)
    for done in range(0, nodes, step):
        stop = min(done + step, nodes)
        wrong = merge(done, stop, *usual)
        if wrong == UNPROVED_MERGE:
            wrong = merge(done, stop, *job(0))
        if not 0 <= wrong <= 3 * nodes or not lengths[1, nodes - stop : nodes - done].all():
            raise machine_fault("the table of a level of the sum holds what cannot be")
        if wrong:
            i, row = divmod(wrong - 1, 3)
            require_merge(False, row, 64 * abs(int(lengths[row, i])))  # noqa: FBT003 (what an assertion takes)
        merged((stop - done) / nodes)
    level.buffer.release()
    return made
