"""The cluster of a computation: its sums have their nodes made there, where they are long enough."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.distributed.connection.cluster import Cluster, open_cluster
from pi_engine.distributed.nodes.cluster_nodes import ClusterNodes, subtree_halvings
from pi_engine.runtime.storage.presence import is_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from distributed import Client

    from pi_engine.distributed.nodes.cluster_nodes import Custody
    from pi_engine.runtime.progress import Progress
    from pi_engine.runtime.repairs import Repairs
    from pi_engine.series.model.pi_series import PiSeries


class SumCluster(NamedTuple):
    """The cluster that makes the sums of a run.

    Attributes:
        cluster: it.
        scratch: the folder for files that its workers may see as well as this process does.
    """

    cluster: Cluster
    scratch: str | None

    @contextmanager
    def nodes(
        self,
        series: PiSeries,
        component: int,
        terms: int,
        fraction_bits: int,
        *,
        check: bool,
        custody: Custody | None,
        repairs: Repairs,
        progress: Progress,
    ) -> Iterator[ClusterNodes | None]:
        """The nodes of a sum; nothing of them is left on the cluster afterwards; None where it is too short for that.

        Args:
            series: it is the sum of one of its components.
            component: which.
            terms: how many.
            fraction_bits: of π.
            check: whether merges are compared with residues.
            custody: the nodes that a checkpoint keeps.
            repairs: of the run.
            progress: of the phase.

        Raises:
            ClusterError: all workers have gone away.
        """
        pool = self.cluster.pool
        while not pool.workers:  # all were lost in the sum before, and others are on their way
            pool.events()
        threads = sum(worker.threads for worker in pool.workers.values())
        if not subtree_halvings(series.components[component].sum, terms, threads):
            self.note(f"the sum of {terms} terms is too short to be divided: it was made here")
            yield None
            return
        nodes = ClusterNodes(
            self.cluster, series, component, terms, fraction_bits, folders=self._folders(),
            check=check, custody=custody, repairs=repairs, progress=progress,
        )  # fmt: skip
        try:
            yield nodes
        finally:
            nodes.close()

    def note(self, line: str) -> None:
        """Say why something was not done by the cluster."""
        self.cluster.use.notes.append(line)

    def _folders(self) -> list[Path]:
        """Where all workers and this process may see the same files: the scratch folder, or that of Dask's workers."""
        if self.scratch is not None:
            return [Path(self.scratch)]
        of_dask = [Path(worker.folder).parent for worker in list(self.cluster.pool.workers.values())[:1]]
        return [folder for folder in of_dask if is_folder(folder)]


@contextmanager
def open_sum_cluster(
    where: str | Client | Cluster, threads: int | None, scratch: str | os.PathLike[str] | None
) -> Iterator[SumCluster]:
    """The cluster of a computation, for its time; one that is open already stays open.

    Args:
        where: as `open_cluster` takes it.
        threads: of a task.
        scratch: a folder that its workers may see as well as this process does.

    Raises:
        UsageError, ClusterError, PiEngineError, TypeError: as `open_cluster`.
    """
    with open_cluster(where, threads=threads) as cluster:
        yield SumCluster(cluster, None if scratch is None else str(scratch))
