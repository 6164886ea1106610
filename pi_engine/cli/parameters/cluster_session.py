"""The cluster that --cluster names, for the time of a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import remark

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from pi_engine.distributed.connection.cluster import Cluster


@contextmanager
def cluster_session(
    where: str | None, *, threads: int | None = None, folder: str | os.PathLike[str] | None = None
) -> Iterator[Cluster | None]:
    """The cluster, or None without the option; Dask's dashboard is named in a line on stderr.

    Args:
        where: what --cluster was given.
        threads: of a task; by default as many as its worker has.
        folder: where workers that are started here put their files.

    Raises:
        UsageError: it names no cluster.
        ClusterError: it cannot be used.
    """
    if where is None:
        yield None
        return
    from pi_engine.distributed.connection.cluster import open_cluster

    with open_cluster(where, threads=threads, folder=folder) as cluster:
        if cluster.use.dashboard is not None:
            remark(f"pi-engine: Dask's dashboard: {cluster.use.dashboard}")
        yield cluster


def cluster_fields(cluster: Cluster | None) -> dict[str, object]:
    """What --json says of it: the field `cluster`, or nothing without the option."""
    return {} if cluster is None else {"cluster": cluster.use.as_json()}
