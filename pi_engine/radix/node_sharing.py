"""Giving the nodes of the conversion tree to threads: whole subtrees at the bottom, nodes of one level above them.

What happens to a node is `tree_kernel`'s; here is what its kernels need besides the numbers: the levels as rows of
integers, a counter that nodes are claimed from, and workspace of each thread's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.fft.description.fft_record import workspace_of
from pi_engine.bigint.ntt.description.record import FIELDS, streams, whole_lines, workspace_bytes
from pi_engine.radix.kernels import conversion_kernels as at
from pi_engine.runtime.machine_faults import machine_fault, require_fitting

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.buffers.workspace import Workspace
    from pi_engine.radix.powers import Powers, Shape

MOST_WORDS = 12_000
"""Words of a subtree: its levels and a transform of its top stay in the L2 cache."""

SUBTREES_PER_THREAD = 4

SHARED_FROM_WORDS = 12_000
"""Words of a whole tree from which a second thread pays: below, handing work over takes longer than is won."""

Kernel = Callable[..., object]


class Numbers(NamedTuple):
    """What a kernel of the tree reads and writes, as `conversion_kernels` names it; None where it is not wanted."""

    source: Limbs
    target: Limbs
    tails: Limbs | None = None
    last_leaf: Limbs | None = None
    report: Limbs | None = None
    table: Limbs | None = None


def useful_threads(shape: Shape, threads: int) -> int:
    """How many of the threads a conversion is given."""
    return threads if shape.words >= SHARED_FROM_WORDS else 1


def subtree_level(shape: Shape, threads: int) -> int:
    """The level whose nodes are the subtrees: small enough for the cache, enough of them to keep all threads busy."""
    level = shape.height
    least = SUBTREES_PER_THREAD * threads if threads > 1 else 1
    while level > 1 and (shape.leaf << level > MOST_WORDS or 1 << (shape.height - level) < least):
        level -= 1
    return level


class Levels:
    """The levels from `first` to `last` of one conversion, as the kernels take them."""

    def __init__(self, powers: Powers, first: int, last: int) -> None:
        """Describe the levels; their powers must stay until the kernels have ended."""
        shape = powers.shape
        self.leaf, self.last, self.count = shape.leaf, last, 1 << (shape.height - last)
        self.rows = np.zeros((last + 1, at.LEVEL_PLACES + 1), np.int64)
        plans = []
        product = workspace = 0
        for level in range(first, last + 1):
            power, half, shift = powers.at(level), shape.half(level), shape.shift(level)
            limbs = 2 * half + 1 - shift + len(power.limbs)
            transform = fourier = 0
            if power.factor is not None:
                ring, limbs = power.factor.ring, power.factor.ring.limbs
                transform, fourier = power.factor.place(), ring.plan.address
                workspace = max(workspace, workspace_of(ring.plan.size, 1))
                # where a product is not proved GMP makes the whole
                product = max(product, 8 * (2 * half + 1 - shift + len(power.limbs)))
            if power.plan is not None and power.transformed is not None:
                transform = power.transformed.address(0)
                size = power.plan.size
                limbs = size.bits // 64
                workspace = max(workspace, workspace_bytes(size, operands=1))
                plans.append(power.plan.record(streaming=streams(size, size.primes)))
            described = {
                at.HALF: half, at.SHIFT: shift, at.POWER_LIMBS: len(power.limbs), at.POWER: power.limbs.ctypes.data,
                at.TRANSFORM: transform, at.FOURIER: fourier, at.PLAN: max(len(plans) - 1, 0), at.PRODUCT_LIMBS: limbs,
            }  # fmt: skip
            self.rows[level] = KernelRecord(at.LEVEL_PLACES, described).row
            product = max(product, 8 * limbs)
        self.plans = np.array(plans or [np.zeros(FIELDS, np.int64)])
        self.product, self.workspace = product, workspace
        self._powers = powers  # whose limbs and transforms the rows point to

    def subtrees(self, kernel: Kernel, numbers: Numbers, threads: int, workspace: Workspace) -> None:
        """Call a kernel that works on subtrees, from every thread."""
        self._run(kernel, numbers, threads, workspace, 2 * 8 * (self.leaf + 1) << self.last)

    def nodes(self, kernel: Kernel, numbers: Numbers, threads: int, workspace: Workspace) -> None:
        """Call a kernel that works on the nodes of the last level, from every thread."""
        self._run(kernel, numbers, threads, workspace, 0)

    def _run(self, kernel: Kernel, numbers: Numbers, threads: int, workspace: Workspace, buffers: int) -> None:
        counter, wrong = np.zeros(1, np.uint64), np.zeros(1, np.int64)
        product_at = whole_lines(buffers)
        workspace_at = product_at + whole_lines(self.product)
        each = workspace_at + whole_lines(self.workspace)
        job = {
            at.NODES: self.count, at.TOP: self.last, at.LEAF: self.leaf, at.PRODUCT: product_at, at.WORKSPACE: workspace_at,
        }  # fmt: skip
        places = at.SOURCE, at.TARGET, at.TAILS, at.LAST_LEAF, at.REPORT, at.TABLE
        job |= {place: 0 if x is None else x.ctypes.data for place, x in zip(places, numbers, strict=True)}
        row = KernelRecord(at.JOB_PLACES, job).row
        threads = min(threads, self.count)
        start = workspace.address(each * threads)

        def task(thread: int, _first: int, _last: int) -> None:
            kernel(counter, row, self.rows, self.plans, start + thread * each, wrong)

        share(task, threads, threads, numbers, workspace, self._powers)
        require_fitting(wrong, "a table of the conversion")
        if int(counter[0]) != self.count + threads:
            raise machine_fault("the count of the conversion's nodes is not theirs")
