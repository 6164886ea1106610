"""Levels of many nodes: a kernel call each, the nodes shared out over the threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.ntt.description.record import workspace_bytes
from pi_engine.bigint.ntt.description.sizes import Size, cost, size_for
from pi_engine.bigint.ntt.tables import TransformPlan, plan_for
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.runtime.machine_faults import machine_fault, require_fitting
from pi_engine.splitting.compiled.node_residues import require_merge
from pi_engine.splitting.kernels.tree_kernels import BY_GMP, OPERANDS, SHARED, WITHOUT, merges_worker
from pi_engine.splitting.records.level_record import merge_record
from pi_engine.splitting.records.node_level import NodeLevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Indexes = NDArray[np.int64]

_ALIGNMENT = 8
"""Limbs: numbers begin on cache lines of their own, so that threads do not write to the same one."""

SUM_BITS = 2 * 192
"""Two chunks of the largest size: see the bound in `merge_kernel`."""

GMP_BELOW = 300
"""Limbs of P below which GMP multiplies it."""

_STEP_LIMBS = 1 << 22
"""Limbs of results between two reports: some hundred milliseconds of work."""


def node_size_limbs(p1: Indexes, q1: Indexes, t1: Indexes, q2: Indexes, t2: Indexes) -> Indexes:
    """Limbs of the longest product of each node."""
    longest: Indexes = np.maximum(np.maximum(t1 + q2, p1 + t2), q1 + q2)
    return longest


class _Plans(NamedTuple):
    """Row of a plan for every node, of one for its P (or how else it is made), and the plans themselves."""

    sizes: Indexes
    P_sizes: Indexes
    plans: list[TransformPlan]


def _sizes(limbs: Indexes, spare_bits: int) -> tuple[list[Size], Indexes]:
    """A few sizes for products of so many limbs, and the number of each product's own.

    A size's tables take 2 ms to make. Most nodes of a level differ by a few per cent, and with 10^6 limbs in all that
    much of the level's time is worth one more size.
    """
    grid = max(8, int(limbs.max()) // min(16, 1 + (int(limbs.sum()) >> 20)))
    different, which = np.unique(-(-limbs // grid) * grid, return_inverse=True)
    return [size_for(64 * int(n) + spare_bits) for n in different], which


def _plans(longest: Indexes, P_limbs: Indexes, P_shorter: Indexes, *, rightmost: bool) -> _Plans:
    rows: dict[Size, int] = {}
    shared, which = _sizes(longest, SUM_BITS)
    own, own_which = _sizes(P_limbs, 0)
    sizes = np.array([rows.setdefault(size, len(rows)) for size in shared], np.int64)[which]
    alone = np.array([cost(s) for s in own])[own_which] < 2 / 3 * np.array([cost(s) for s in shared])[which]
    by_gmp = P_shorter < GMP_BELOW
    if rightmost:
        by_gmp[-1] = True
    P_sizes = np.where(by_gmp, BY_GMP, SHARED)
    for i in np.flatnonzero(alone & ~by_gmp).tolist():
        P_sizes[i] = rows.setdefault(own[own_which[i]], len(rows))
    if rightmost:
        P_sizes[-1] = WITHOUT
    return _Plans(sizes, P_sizes, [plan_for(size) for size in rows])


def merge_level(
    level: NodeLevel, threads: int, merged: Callable[[float], None], *, rightmost: bool, begin: bool = False
) -> NodeLevel:
    """The next level, of half as many nodes; the last node has no P if the range ends the sum (`rightmost`).

    It has residues if this level has some, or `begin`: each number's as it was made.

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
    capacities = -(-results.T.ravel() // _ALIGNMENT) * _ALIGNMENT
    ends = np.cumsum(capacities, dtype=np.int64)
    offsets = np.ascontiguousarray((ends - capacities).reshape(nodes, 3).T)
    buffer = PooledLimbs(int(ends[-1]))
    lengths = np.zeros((3, nodes), np.int64)
    plans = _plans(node_size_limbs(p1, q1, t1, q2, t2), p1 + p2, np.minimum(p1, p2), rightmost=rightmost)
    records = np.array([plan.record() for plan in plans.plans])
    workspace = max(workspace_bytes(plan.size, OPERANDS) for plan in plans.plans)
    spare = int((t1 + q2 + p1 + t2).max())
    checked = begin or level.residues is not None
    made = NodeLevel(buffer, offsets, lengths, np.zeros((3, nodes, 2), np.uint64) if checked else None)
    rows, table = (plans.sizes, plans.P_sizes, records), modulus_table(random_prime())
    job = merge_record(level, made, rows, table, workspace=workspace, spare_limbs=spare)
    wrong = np.zeros(1, np.int64)
    counter = np.zeros(1, np.uint64)
    step = max(threads, min(nodes, nodes * _STEP_LIMBS // int(ends[-1])))
    for done in range(0, nodes, step):
        stop = min(done + step, nodes)
        counter[0] = done

        def work(_thread: int, _first: int, _last: int, stop: int = stop) -> None:
            block = pool.take(workspace + 8 * spare)
            try:
                merges_worker(counter, stop, job.row, block.address, wrong)
            finally:
                pool.give(block)

        share(work, threads, threads, level, made, plans)
        if not 0 <= wrong[0] <= 3 * nodes or not lengths[1, nodes - stop : nodes - done].all():
            raise machine_fault("the table of a level of the sum holds what cannot be")
        if wrong[0]:
            i, row = divmod(int(wrong[0]) - 1, 3)
            require_merge(False, row, 64 * abs(int(lengths[row, i])))  # noqa: FBT003 (what an assertion takes)
        merged((stop - done) / nodes)
    level.buffer.release()
    return made
