"""Several levels of small nodes in one kernel call a thread: what Python does for a level takes as long as the merges of a short one.

All nodes of a level have room for the longest, and take one complex transform. The levels lie in two buffers in turn. What they are made of
stays until the end, so that it can be merged another way where a node is not proved. A single node at the end is made in two parts.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.runtime.limits.address_space import trim_heap
from pi_engine.runtime.machine_faults import machine_fault, require_fitting
from pi_engine.splitting.kernels.tree_kernels import UNPROVED_MERGE, merges_worker
from pi_engine.splitting.levels import merge_plans
from pi_engine.splitting.levels.merge_plans import ALIGNMENT, LevelSizes, fourier_plans
from pi_engine.splitting.records.level_record import MergePlans, fixed_places, merge_record
from pi_engine.splitting.records.node_level import NodeLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.kernel_record import KernelRecord

_PAUSE = 5e-5
"""Seconds that a thread sleeps which waits for another."""

STEP_LIMBS = 1 << 22
"""Limbs of results between two reports: some hundred milliseconds of work."""


def run_merges(
    turns: tuple[NDArray[np.uint64], int],
    record: KernelRecord,
    workspace: int,
    threads: int,
    *held: object,
    before: int = 0,
) -> int:
    """Run `merges_worker` on all threads; returns what is wrong.

    Args:
        turns: the array that the workers count in, and how many nodes may be claimed.
        record: what they read.
        workspace: bytes for each of them.
        threads: how many.
        held: what the record points to, kept alive.
        before: pieces of work in the last level but one, if there are several levels.
    """
    wrong = np.zeros(1, np.int64)
    ended, stop = turns
    waiting: set[int] = set()  # threads that are not in the kernel

    def await_others(thread: int) -> None:
        """Wait for another thread, which has been kept from its work.

        Where all wait, nobody works, and the counters cannot be right: the last thread in the kernel finds all nodes of the levels
        below made, and goes on to the end.
        """
        waiting.add(thread)
        if len(waiting) == threads and ended[-3] < before:
            wrong[0] = -1
        time.sleep(_PAUSE)
        waiting.discard(thread)

    def work(thread: int, _first: int, _last: int) -> None:
        block = pool.take(workspace)
        try:
            merges_worker(ended, stop, record.row, block.address, wrong)
            while before and not wrong[0] and ended[-3] < before:
                await_others(thread)
                merges_worker(ended, stop, record.row, block.address, wrong)
        finally:
            pool.give(block)

    share(work, threads, threads, *held)
    return int(wrong[0])


def levels_at_once(level: NodeLevel, most: int, most_bits: float) -> list[LevelSizes]:
    """What is known of the next levels, `most` at most, that can be made in one call.

    They take the complex transform, the Q of what they are made of has less than `most_bits`, and there are no residues.
    """
    require_fitting(np.abs(level.lengths) > len(level.buffer.limbs), "a number of the sum")
    sizes, below = LevelSizes.of(level), merge_plans.fourier_below()
    found: list[LevelSizes] = []
    while len(found) < most and sizes.nodes > 1 and sizes.longest < below and 64 * sizes.q < most_bits:
        sizes = sizes.merged()
        if sizes.nodes * sizes.node_limbs > STEP_LIMBS or level.residues is not None:
            break
        found.append(sizes)
    return found


LONG_BITS = 12 * 10**7
"""Bits of a sum's Q from which its tables take more memory than they are worth while its last nodes are merged: ten megabytes and
more. To make them again takes the root, the division and the next sum a twentieth of their time at 10^7 digits, whose Q is shorter."""


class RunLayout(NamedTuple):
    """Where the nodes of several levels lie, how they are merged, and what their record has of both."""

    offsets: list[NDArray[np.int64]]
    plans: MergePlans
    fixed: dict[int, int]


@functools.lru_cache(maxsize=2)
def layout_of(
    kind: merge_plans.Kind, below: LevelSizes, made: tuple[LevelSizes, ...], *, rightmost: bool, parts: int
) -> RunLayout:
    """Kept for the next sum of as many digits; `below` has the sizes of what the first level is made of."""
    plans = fourier_plans(kind, below, made, rightmost=rightmost)
    offsets = []
    for sizes in made:
        starts = np.arange(sizes.nodes, dtype=np.int64) * sizes.node_limbs
        p, q = (-(-n // ALIGNMENT) * ALIGNMENT for n in (sizes.p, sizes.q))
        offsets.append(np.stack([starts, starts + p, starts + p + q]))
    return RunLayout(offsets, plans, fixed_places(offsets, plans, parts))


def forget_layouts(bits: int) -> None:
    """Give the tables of the short levels back to the system, where the Q of the sum has as many as LONG_BITS bits."""
    if bits >= LONG_BITS:
        layout_of.cache_clear()
        fourier_plan_for.cache_clear()
        trim_heap()


def merge_levels(level: NodeLevel, found: Sequence[LevelSizes], threads: int, *, rightmost: bool) -> NodeLevel | None:
    """The last of the levels that `levels_at_once` has found, made in one kernel call a thread; None where that is not proved.

    The level's memory is released, unless there is no result.

    Raises:
        VerificationError: a table is damaged.
    """
    parts = 2 if found[-1].nodes < threads else 1
    layout = layout_of(merge_plans.FOURIER, LevelSizes.of(level), tuple(found), rightmost=rightmost, parts=parts)
    buffers = [PooledLimbs(max(s.nodes * s.node_limbs for s in found[j::2])) for j in range(min(2, len(found)))]
    lengths = (np.zeros((3, sizes.nodes), np.int64) for sizes in found)
    made = [
        NodeLevel(buffers[j % 2], *of_level) for j, of_level in enumerate(zip(layout.offsets, lengths, strict=True))
    ]
    record = merge_record(level, made, layout.fixed, modulus_table(random_prime()), spare_limbs=0)
    turns, stop = np.zeros(2 * len(found), np.uint64), 2 * len(level)
    before = found[-2].nodes if len(found) > 1 else 0
    wrong = run_merges((turns, stop), record, layout.plans.workspace, threads, level, made, layout, before=before)
    result = made[-1]
    if wrong == UNPROVED_MERGE:
        for buffer in buffers:
            buffer.release()
        return None
    if wrong or not result.lengths[1].all():
        raise machine_fault("the table of a level of the sum holds what cannot be")
    for buffer in (level.buffer, *buffers):
        if buffer is not result.buffer:
            buffer.release()
    return result
