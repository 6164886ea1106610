"""Hexadecimal digits of π at a position: by this process, or by the workers of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.proof.bbp import hex_digits as here

if TYPE_CHECKING:
    from typing import SupportsIndex

    from distributed import Client

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.runtime.progress import Progress


def hex_digits(
    position: SupportsIndex,
    *,
    count: SupportsIndex = 14,
    formula: str = "bellard",
    threads: SupportsIndex | None = None,
    progress: Progress | None = None,
    cluster: str | Client | Cluster | None = None,
) -> str:
    """The `count` hexadecimal digits of π that begin at `position`; 1 is the first after the point. Upper case.

    Every digit is certain: the error of the sum is bounded, and if it leaves a digit open, more is computed. The first ten digits or
    more cost one evaluation, which takes position·log(position) steps. Each further ten or so cost one more.

    Args:
        position: from 1 to 10^12.
        count: from 1 to 10 000.
        formula: "bellard" or "plouffe".
        threads: how many to use, by default all; on a cluster those of each worker.
        progress: called as (phase, done, total).
        cluster: where to add up the terms of positions from 10^6 on: an address as `--cluster` takes it, or a
            `distributed.Client`. By default here.

    Raises:
        TypeError: position, count or threads is not an integer, or cluster is of another type.
        UsageError: position or count is out of range, or there is no such formula, or no such cluster.
        VerificationError: two evaluations contradict each other.
        PiEngineError: the cluster cannot be used, or fails.
    """
    if cluster is None:
        return here.hex_digits(position, count=count, formula=formula, threads=threads, progress=progress)
    from pi_engine.distributed.bbp.term_tasks import on_workers
    from pi_engine.distributed.connection.cluster import open_cluster

    position, count = here.require_digits(position, count, formula)
    with open_cluster(cluster, threads=threads) as opened:
        return here.hex_digits(
            position, count=count, formula=formula, threads=threads, progress=progress, elsewhere=on_workers(opened)
        )
