"""Which transform merges a node, and how its P is made: by GMP, with the node, or in a shorter transform of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pi_engine.bigint.fft.description.fft_record import RECORD_FIELDS, workspace_of
from pi_engine.bigint.fft.description.fft_sizes import fourier_cost, fourier_size_for
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.bigint.ntt.description.record import FIELDS, workspace_bytes
from pi_engine.bigint.ntt.description.sizes import cost, size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.product import thresholds
from pi_engine.runtime.compilation.kernel_folder import has_avx512
from pi_engine.splitting.kernels.tree_kernels import BY_GMP, OPERANDS, SHARED, WITHOUT
from pi_engine.splitting.records.level_record import MergePlans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pi_engine.splitting.records.node_level import NodeLevel

    Indexes = NDArray[np.int64]

ALIGNMENT = 8
"""Limbs: numbers begin on cache lines of their own, so that threads do not write to the same one."""

SUM_BITS = 2 * 192
"""Two chunks of the largest size: see the bound in `merge_kernel`."""

GMP_BELOW = 300
"""Limbs of P below which GMP multiplies it."""

GMP_BELOW_FOURIER = 60
"""The same in nodes that take the complex transform."""

FOURIER_BELOW = (3_100_000 if not has_avx512() else 6_000_000) // 64
"""Limbs of the longest product of nodes that take the complex transform, if `tune` has not measured that. On AVX2 (Zen 3, 512 KiB
of L2) it takes .65 of the other's time to 720 000 bits, .92 at 3 million, and 1.15 at 6 million; with registers of eight doubles
(Zen 4, 1 MiB of L2) a prototype was the faster one to 8 million."""


def fourier_below() -> int:
    """Limbs of the longest product of nodes from which they take the number-theoretic transform."""
    measured = thresholds().merge
    return measured // 64 if measured else FOURIER_BELOW


def node_size_limbs(p1: Indexes, q1: Indexes, t1: Indexes, q2: Indexes, t2: Indexes) -> Indexes:
    """Limbs of the longest product of each node."""
    longest: Indexes = np.maximum(np.maximum(t1 + q2, p1 + t2), q1 + q2)
    return longest


class Kind(NamedTuple):
    """A kind of transform: the sizes for the bits of a merge and of a product, what they cost, and their plans."""

    merge_size: Callable[[int], Any]
    product_size: Callable[[int], Any]
    cost: Callable[[Any], float]
    plan: Callable[[Any], Any]


_NUMBER_THEORETIC = Kind(lambda bits: size_for(bits + SUM_BITS), size_for, cost, plan_for)
FOURIER = Kind(lambda bits: fourier_size_for(bits + 64, 2), fourier_size_for, fourier_cost, fourier_plan_for)


def _sizes(limbs: Indexes, size_of: Callable[[int], Any]) -> tuple[list[Any], Indexes]:
    """A few sizes for products of these lengths, and the number of each product's own.

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
    kind: Kind, longest: Indexes, P_limbs: Indexes, by_gmp: NDArray[np.bool_]
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


def merge_plans(longest: Indexes, P_limbs: Indexes, P_shorter: Indexes, *, rightmost: bool, below: int) -> MergePlans:
    """Which transform every node takes, and its P.

    Args:
        longest: limbs of the longest product of each node.
        P_limbs: of P₁P₂.
        P_shorter: of the shorter one of P₁ and P₂.
        rightmost: whether the last node needs no P.
        below: limbs of the longest product below which nodes take the complex transform.
    """
    complex_ones = longest < below
    by_gmp = P_shorter < np.where(complex_ones, GMP_BELOW_FOURIER, GMP_BELOW)
    if rightmost:
        by_gmp[-1] = True
    sizes, P_sizes = np.zeros_like(longest), np.zeros_like(longest)
    kept: list[list[Any]] = []
    for kind, of in ((_NUMBER_THEORETIC, ~complex_ones), (FOURIER, complex_ones)):
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
        [np.stack([sizes, complex_ones.astype(np.int64), P_sizes])],
        np.array([plan.record() for plan in transforms], np.int64).reshape(-1, FIELDS),
        np.array([plan.record for plan in fourier_transforms], np.int64).reshape(-1, RECORD_FIELDS),
        workspace, kept,
    )  # fmt: skip


class LevelSizes(NamedTuple):
    """The most limbs that P, Q and T of a node have, and how many nodes there are."""

    nodes: int
    p: int
    q: int
    t: int

    @classmethod
    def of(cls, level: NodeLevel) -> LevelSizes:
        """Those of a level as it is."""
        p, q, t = np.abs(level.lengths).max(axis=1).tolist()
        return cls(len(level), p, q, t)

    def merged(self) -> LevelSizes:
        """Those of the next level, at most."""
        return LevelSizes(self.nodes // 2, 2 * self.p, 2 * self.q, self.t + max(self.p, self.q) + 1)

    @property
    def longest(self) -> int:
        """Limbs of the longest product of a merge, at most."""
        return max(self.t + max(self.p, self.q), 2 * self.q)

    @property
    def node_limbs(self) -> int:
        """Limbs of a node, each number on cache lines of its own."""
        return sum(-(-n // ALIGNMENT) * ALIGNMENT for n in (self.p, self.q, self.t))


def fourier_plans(kind: Kind, below: LevelSizes, made: Sequence[LevelSizes], *, rightmost: bool) -> MergePlans:
    """One complex transform for all nodes of a level, and one for its P; kind: FOURIER."""
    rows: dict[Any, int] = {}
    ways = []
    for sizes in made:
        shared, own = kind.merge_size(64 * below.longest), kind.product_size(64 * sizes.p)
        how = BY_GMP if below.p < GMP_BELOW_FOURIER else SHARED
        if how == SHARED and kind.cost(own) < 2 / 3 * kind.cost(shared):
            how = rows.setdefault(own, len(rows))
        way = np.empty((3, sizes.nodes), np.int64)
        way[0], way[1], way[2] = rows.setdefault(shared, len(rows)), 1, how
        if rightmost:
            way[2, -1] = WITHOUT
        ways.append(way)
        below = sizes
    plans = [kind.plan(size) for size in rows]
    workspace = max(workspace_of(plan.size, OPERANDS) for plan in plans)
    records = np.array([plan.record for plan in plans], np.int64)
    return MergePlans(ways, np.empty((0, FIELDS), np.int64), records, workspace, plans)
