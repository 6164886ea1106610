"""A whole level of the tree at once: many products, or many sums, in one kernel call over all threads.

Called one by one from Python, the small products of the lower tree cost more in calls than in arithmetic. Here a level is two
batches of operands, number i of one against number i of the other, and the call's fixed cost is shared by all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint import batch_kernels as kernels
from pi_engine.bigint.batch import ALIGNMENT, Batch, Indexes
from pi_engine.bigint.large_products import LargeProducts
from pi_engine.bigint.limb_limit import MAX_LIMBS
from pi_engine.bigint.product import thresholds, transform_is_usable
from pi_engine.errors import CapacityError, VerificationError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pi_engine.bigint.limbs import Limbs

GROUP_NS = 20_000.0  # smaller groups are spent on claiming them, larger ones leave threads waiting at the end
GROUPS_PER_THREAD = 16
ALONE_BELOW_NS = 100_000.0  # below, handing work to another thread takes longer than doing it
NEVER = 2**62  # limbs: no product is that large
CHECK_FROM_LIMBS = 1024  # of the product: from here on its residue costs less than 2 % of it


def multiply_level(
    a: Batch,
    b: Batch,
    pool: Executor | None = None,
    threads: int = 1,
    *,
    out: Limbs | None = None,
    check_from: int = CHECK_FROM_LIMBS,
    transform_from: int | None = None,
) -> Batch:
    """The products a[i]·b[i], as a batch. Exact for any signs and lengths; a number that appears in both is squared.

    The calling thread works too: `threads` − 1 tasks go to the pool. Results are written to `out` if given (at least
    `product_room(a, b)` limbs, not overlapping the operands; memory that has been used before saves the page faults, up
    to a third of the time), else to new memory. Products whose smaller operand has `transform_from` limbs or more, by
    default what `pi-engine tune` has found, go through the transform. Those of at least `check_from` limbs (NEVER in
    tests only) are checked modulo 2^61 − 1; a failure raises VerificationError.
    """
    count = _common_length(a, b)
    if transform_from is None:
        transform_from = thresholds().batch // 64 if transform_is_usable() else NEVER
    transform_from = max(transform_from, 1)  # zeros are not the transform's
    offsets, lengths = np.empty(count + 1, np.int64), np.empty(count, np.int64)
    groups = np.empty(count + 1, np.int64)
    left, right = _indexes(a), _indexes(b)
    rooms = (len(a.limbs), *left, len(b.limbs), *right)
    total = np.empty(1)
    made = kernels.plan(transform_from, *rooms, offsets, GROUP_NS, groups, total)
    if made < 0:
        raise ValueError(f"number {-1 - made} of the level lies outside its limbs")
    cost = float(total[0])
    limbs = _room(a, b, int(offsets[count]), out)
    if cost > GROUP_NS * GROUPS_PER_THREAD * threads:
        made = kernels.plan(transform_from, *rooms, offsets, cost / (GROUPS_PER_THREAD * threads), groups, total)
    order = _dearest_first(offsets, groups[: made + 1])
    counter = np.zeros(1, np.uint64)
    large = None if transform_from == NEVER else LargeProducts.of(a, b, transform_from)

    def work() -> int:
        # Addresses are taken here, so that the task itself keeps the arrays alive, even past an interrupt of the calling thread.
        places = (_place(a.limbs), *left, _place(b.limbs), *right, _place(limbs), offsets, lengths)
        wrong = -1 if large is None else large.multiply(*places, check=check_from < NEVER)
        return max(wrong, int(kernels.multiply_claimed(counter, groups, order, transform_from, check_from, *places)))

    alone = pool is None or (large is None and cost < ALONE_BELOW_NS)
    others = [] if pool is None or alone else [pool.submit(work) for _ in range(threads - 1)]
    failures = [work(), *(other.result() for other in others)]
    if max(failures) >= 0:
        raise VerificationError(
            f"product {max(failures)} of a level is wrong modulo 2^61 − 1: run again, and if it happens twice test the memory"
        )
    return Batch(limbs, offsets[:count], lengths)


def add_level(a: Batch, b: Batch, pool: Executor | None = None, threads: int = 1, out: Limbs | None = None) -> Batch:
    """The sums a[i] + b[i], as a batch; signs as they are. At the speed of memory."""
    count = _common_length(a, b)
    if count and (_outside(a) or _outside(b)):
        raise ValueError("a number of the level lies outside its limbs")
    room = np.maximum(np.abs(a.lengths), np.abs(b.lengths)) + 1
    ends = np.cumsum(-(-room // ALIGNMENT) * ALIGNMENT, dtype=np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), ends])
    limbs = _room(a, b, int(offsets[count]), out)
    lengths = np.empty(count, np.int64)
    parts = threads if pool is not None and len(limbs) * 0.5 > ALONE_BELOW_NS else 1
    parts = min(parts, max(count, 1))
    cuts = np.searchsorted(offsets, np.linspace(0, offsets[count], parts + 1)[1:-1]).tolist()
    ranges = list(zip([0, *cuts], [*cuts, count], strict=True))
    left, right = _indexes(a), _indexes(b)

    def work(start: int, stop: int) -> None:
        kernels.add_range(start, stop, _place(a.limbs), *left, _place(b.limbs), *right, _place(limbs), offsets, lengths)

    others = [pool.submit(work, *r) for r in ranges[1:]] if pool is not None else []
    work(*ranges[0])
    for other in others:
        other.result()
    return Batch(limbs, offsets[:count], lengths)


def product_room(a: Batch, b: Batch) -> int:
    """Limbs that `out` must have for `multiply_level(a, b)`."""
    sizes = np.abs(a.lengths) + np.abs(b.lengths)
    return int((-(-sizes // ALIGNMENT) * ALIGNMENT).sum())


def _common_length(a: Batch, b: Batch) -> int:
    if len(a) != len(b):
        raise ValueError(f"a level of {len(a)} by {len(b)} numbers")
    return len(a)


def _place(limbs: Limbs) -> int:
    return int(limbs.ctypes.data)


def _indexes(batch: Batch) -> tuple[Indexes, Indexes]:
    """Offsets and lengths in the one layout that kernels are compiled for; no copy where they have it."""
    offsets, lengths = (np.require(x, np.int64, ["C", "W"]) for x in (batch.offsets, batch.lengths))
    return offsets, lengths


def _outside(batch: Batch) -> bool:
    return bool(batch.offsets.min() < 0 or (batch.offsets + np.abs(batch.lengths)).max() > len(batch.limbs))


def _room(a: Batch, b: Batch, size: int, out: Limbs | None) -> Limbs:
    """The array that the results go to."""
    if max((int(np.abs(x.lengths).max(initial=0)) for x in (a, b)), default=0) > MAX_LIMBS // 2:
        raise CapacityError("a product in a level would have more than 2^31 - 1 limbs; compute fewer digits")
    if out is None:
        return np.empty(size, np.uint64)
    if len(out) < size or out.dtype != np.uint64 or not out.flags.c_contiguous or not out.flags.writeable:
        raise ValueError(f"the results need a writable contiguous uint64 array of {size} limbs")
    if np.may_share_memory(out, a.limbs) or np.may_share_memory(out, b.limbs):
        raise ValueError("the results must not overlap the operands")
    return out


def _dearest_first(offsets: Indexes, groups: Indexes) -> Indexes:
    """The order in which groups are claimed. By the room of their results, which rises with the cost."""
    return np.argsort(offsets[groups[:-1]] - offsets[groups[1:]], kind="stable").astype(np.int64)
