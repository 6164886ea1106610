"""Levels of many nodes: a kernel call each, the nodes shared out over the threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.fft.description.fft_record import RECORD_FIELDS, workspace_of
from pi_engine.bigint.fft.description.fft_sizes import fourier_cost, fourier_size_for
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.bigint.ntt.description.record import FIELDS, workspace_bytes
from pi_engine.bigint.ntt.description.sizes import cost, size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.runtime.compilation.kernel_folder import has_avx512
from pi_engine.runtime.machine_faults import machine_fault, require_fitting
from pi_engine.splitting.compiled.node_residues import require_merge
from pi_engine.splitting.kernels.tree_kernels import BY_GMP, OPERANDS, SHARED, UNPROVED_MERGE, WITHOUT, merges_worker
from pi_engine.splitting.records.level_record import MergePlans, merge_record
from pi_engine.splitting.records.node_level import NodeLevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.kernel_record import KernelRecord

    Indexes = NDArray[np.int64]

_ALIGNMENT = 8
"""Limbs: numbers begin on cache lines of their own, so that threads do not write to the same one."""

SUM_BITS = 2 * 192
"""Two chunks of the largest size: see the bound in `merge_kernel`."""

GMP_BELOW = 300
"""Limbs of P below which GMP multiplies it."""

GMP_BELOW_FOURIER = 60
"""The same in nodes that take the complex transform."""

FOURIER_BELOW = (3_100_000 if not has_avx512() else 6_000_000) // 64
"""Limbs of the longest product of nodes that take the complex transform. On AVX2 (Zen 3, 512 KiB of L2) it takes .65 of the other's time to
720 000 bits, .92 at 3 million, and 1.15 at 6 million; with registers of eight doubles (Zen 4, 1 MiB of L2) a prototype was the
faster one to 8 million."""

_STEP_LIMBS = 1 << 22
"""Limbs of results between two reports: some hundred milliseconds of work."""


def node_size_limbs(p1: Indexes, q1: Indexes, t1: Indexes, q2: Indexes, t2: Indexes) -> Indexes:
    """Limbs of the longest product of each node."""
    longest: Indexes = np.maximum(np.maximum(t1 + q2, p1 + t2), q1 + q2)
    return longest


class _Kind(NamedTuple):
    """A kind of transform: the sizes for this many bits of a merge and of a product, what they cost, and their plans."""

    merge_size: Callable[[int], Any]
    product_size: Callable[[int], Any]
    cost: Callable[[Any], float]
    plan: Callable[[Any], Any]


_NUMBER_THEORETIC = _Kind(lambda bits: size_for(bits + SUM_BITS), size_for, cost, plan_for)
_FOURIER = _Kind(lambda bits: fourier_size_for(bits + 64, 2), fourier_size_for, fourier_cost, fourier_plan_for)


def _sizes(limbs: Indexes, size_of: Callable[[int], Any]) -> tuple[list[Any], Indexes]:
    """A few sizes for products of a given number of limbs, and the number of each product's own.

    A size's tables take 2 ms to make. Most nodes of a level differ by a few per cent, and with 10^6 limbs in all that
    much of the level's time is worth one more size.
    """
    longest, steps = int(limbs.max()), min(16, 1 + (int(limbs.sum()) >> 20))
    if steps == 1:
        return [size_of(64 * longest)], np.zeros_like(limbs)
    grid = max(8, longest // steps)
    different, which = np.unique(-(-limbs // grid) * grid, return_inverse=True)
    return [size_of(64 * int(n)) for n in different], which


def _plans(
    kind: _Kind, longest: Indexes, P_limbs: Indexes, by_gmp: NDArray[np.bool_]
) -> tuple[list[Any], Indexes, Indexes]:
    """The plans of nodes of one kind, the row of each, and that of its P or how else it is made."""
    rows: dict[Any, int] = {}
    shared, which = _sizes(longest, kind.merge_size)
    own, own_which = _sizes(P_limbs, kind.product_size)
    sizes = np.array([rows.setdefault(size, len(rows)) for size in shared], np.int64)[which]
    alone = np.array([kind.cost(s) for s in own])[own_which] < 2 / 3 * np.array([kind.cost(s) for s in shared])[which]
    P_sizes = np.where(by_gmp, BY_GMP, SHARED)
    for i in np.flatnonzero(alone & ~by_gmp).tolist():
        P_sizes[i] = rows.setdefault(own[own_which[i]], len(rows))
    return [kind.plan(size) for size in rows], sizes, P_sizes


def merge_plans(
    longest: Indexes, P_limbs: Indexes, P_shorter: Indexes, *, rightmost: bool, fourier: bool
) -> MergePlans:
    """Which transform every node takes, and its P.

    Args:
        longest: limbs of the longest product of each node.
        P_limbs: of P₁P₂.
        P_shorter: of the shorter one of P₁ and P₂.
        rightmost: whether the last node needs no P.
        fourier: whether nodes below FOURIER_BELOW take the complex transform.
    """
    complex_ones = (longest < FOURIER_BELOW) & fourier
    by_gmp = P_shorter < np.where(complex_ones, GMP_BELOW_FOURIER, GMP_BELOW)
    if rightmost:
        by_gmp[-1] = True
    sizes, P_sizes = np.zeros_like(longest), np.zeros_like(longest)
    kept: list[list[Any]] = []
    for kind, of in ((_NUMBER_THEORETIC, ~complex_ones), (_FOURIER, complex_ones)):
        plans: list[Any] = []
        if of.any():
            plans, sizes[of], P_sizes[of] = _plans(kind, longest[of], P_limbs[of], by_gmp[of])
        kept.append(plans)
    if rightmost:
        P_sizes[-1] = WITHOUT
    transforms, fourier_transforms = kept
    workspace = max(
        *(workspace_bytes(plan.size, OPERANDS) for plan in transforms),
        *(workspace_of(plan.size, OPERANDS) for plan in fourier_transforms),
        0,
    )
    return MergePlans(
        sizes, complex_ones.astype(np.int64), P_sizes,
        np.array([plan.record() for plan in transforms], np.int64).reshape(-1, FIELDS),
        np.array([plan.record for plan in fourier_transforms], np.int64).reshape(-1, RECORD_FIELDS),
        workspace, kept,
    )  # fmt: skip


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
    spare = int((t1 + q2 + p1 + t2).max())
    checked = begin or level.residues is not None
    made = NodeLevel(buffer, offsets, lengths, np.zeros((3, nodes, 2), np.uint64) if checked else None)
    table = modulus_table(random_prime())
    counter = np.zeros(1, np.uint64)
    step = max(threads, min(nodes, nodes * _STEP_LIMBS // int(ends[-1])))

    def job(*, fourier: bool) -> tuple[MergePlans, KernelRecord]:
        longest = node_size_limbs(p1, q1, t1, q2, t2)
        plans = merge_plans(longest, p1 + p2, np.minimum(p1, p2), rightmost=rightmost, fourier=fourier)
        return plans, merge_record(level, made, plans, table, spare_limbs=spare)

    def merge(first: int, stop: int, plans: MergePlans, record: KernelRecord) -> int:
        """Make the nodes of these turns; returns what the kernel says is wrong."""
        wrong = np.zeros(1, np.int64)
        counter[0] = first

        def work(_thread: int, _first: int, _last: int) -> None:
            block = pool.take(plans.workspace + 8 * spare)
            try:
                merges_worker(counter, stop, record.row, block.address, wrong)
            finally:
                pool.give(block)

        share(work, threads, threads, level, made, plans)
        return int(wrong[0])

    usual = job(fourier=True)
    for done in range(0, nodes, step):
        stop = min(done + step, nodes)
        wrong = merge(done, stop, *usual)
        if wrong == UNPROVED_MERGE:
            wrong = merge(done, stop, *job(fourier=False))
        if not 0 <= wrong <= 3 * nodes or not lengths[1, nodes - stop : nodes - done].all():
            raise machine_fault("the table of a level of the sum holds what cannot be")
        if wrong:
            i, row = divmod(wrong - 1, 3)
            require_merge(False, row, 64 * abs(int(lengths[row, i])))  # noqa: FBT003 (what an assertion takes)
        merged((stop - done) / nodes)
    level.buffer.release()
    return made
