"""Those products of a level that go through the transform: which they are, by which plan each, in whose workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pi_engine.bigint.batch import Batch, Indexes

TRANSFORM_ALL = 1
"""As `transform_from`: every product goes through the transform."""


@dataclass(frozen=True)
class LargeProducts:
    """Numbers of the products, largest first; each one's row in `records`; the plans those rows point into."""

    jobs: Indexes
    sizes: Indexes
    records: Indexes
    plans: tuple[Any, ...]
    workspace: int
    counter: Any

    @classmethod
    def of(cls, a: Batch, b: Batch, transform_from: int) -> LargeProducts | None:
        """The products whose smaller operand has `transform_from` limbs or more; None where there are none."""
        n, m = np.abs(a.lengths), np.abs(b.lengths)
        jobs = np.flatnonzero(np.minimum(n, m) >= max(transform_from, 1))
        if not len(jobs):
            return None
        from pi_engine.bigint.level_plan import record, workspace_bytes
        from pi_engine.bigint.plan import plan_for
        from pi_engine.bigint.sizes import size_for

        totals = (n + m)[jobs]
        order = np.argsort(-totals, kind="stable")
        jobs, totals = jobs[order], totals[order]
        different, which = np.unique(totals, return_inverse=True)
        plans = [plan_for(size_for(64 * int(total))) for total in different]
        records = np.array([record(plan) for plan in plans], np.int64)
        return cls(
            jobs,
            which.astype(np.int64),
            records,
            tuple(plans),
            max(map(workspace_bytes, plans)),
            np.zeros(1, np.uint64),
        )

    def multiply(self, *arrays: Any, check: bool) -> int:
        """Work through them until all are claimed, in workspace of this thread's own; to be called once by every thread."""
        from pi_engine.bigint.batch_kernels import multiply_transformed_claimed
        from pi_engine.bigint.workspace import pool

        block = pool.take(self.workspace)
        try:
            return int(
                multiply_transformed_claimed(
                    self.counter, self.jobs, self.sizes, self.records, (block.address + 63) & -64, check, *arrays
                )
            )
        finally:
            pool.give(block)
