"""The files of a run's nodes, as the client reaches them: in the shared folder, or on the workers that have made them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.written_residues import DamagedRecordError
from pi_engine.distributed.connection.cluster_faults import talking_to
from pi_engine.distributed.nodes.node_faults import OperandError
from pi_engine.distributed.nodes.node_service import NodeService, pull, push, remove
from pi_engine.distributed.nodes.shared_folder import ANSWER_SECONDS, SharedFolder
from pi_engine.distributed.nodes.sum_job import NodePlace
from pi_engine.errors import CorruptFileError
from pi_engine.splitting.node_files.node_file import read_node, write_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.distributed.connection.worker_facts import WorkerFacts
    from pi_engine.distributed.nodes.sum_job import Span
    from pi_engine.splitting.compiled.upper_tree import LargeNode


class NodeStore:
    """Where the nodes of one sum are.

    Attributes:
        run: its name, which no other has.
        shared: the folder that all see; None where each worker has its own.
    """

    def __init__(self, cluster: Cluster, folders: Sequence[Path]) -> None:
        """Try whether all see one of the folders, and have the workers serve their files.

        Raises:
            ClusterError: the cluster fails.
        """
        self._client, self._pool = cluster.client, cluster.pool
        self._scheduler = str(self._client.scheduler.address)  # type: ignore[union-attr]
        self.run = os.urandom(6).hex()
        self._seen: set[str] = set()
        self.shared = self._try(folders)
        self._service = NodeService(self.run)
        self._given = 0
        with talking_to(self._scheduler):
            self._client.register_plugin(self._service, name=self._service.name)

    def _try(self, folders: Sequence[Path]) -> SharedFolder | None:
        for folder in folders:
            try:
                shared = SharedFolder(folder)
            except OSError:
                continue
            with talking_to(self._scheduler):
                self._pool.find_workers()  # so that nobody is asked who has gone away since
                workers = set(self._pool.workers)
                if workers and not shared.unseen_by(self._client, workers):
                    self._seen = workers
                    return shared
            shared.close()
        return None

    def admits(self, worker: WorkerFacts) -> bool:
        """Whether a worker sees what it must see."""
        if self.shared is None or worker.address in self._seen:
            return True
        with talking_to(self._scheduler):
            return not self.shared.unseen_by(self._client, [worker.address])

    def remove(self, places: Iterable[NodePlace]) -> None:
        """Take files away, in the background; that a worker has gone away is not a failure."""
        by_worker: dict[str, list[str]] = {}
        for place in places:
            if self.shared is not None:
                with contextlib.suppress(OSError):
                    (self.shared.path / place.file).unlink(missing_ok=True)
            elif place.worker in self._pool.workers:
                by_worker.setdefault(place.worker, []).append(place.file)
        for address, files in by_worker.items():
            loop = self._client.loop
            assert loop is not None
            asyncio.run_coroutine_threadsafe(self._remove(address, files), loop.asyncio_loop)  # type: ignore[attr-defined]

    async def _remove(self, address: str, files: list[str]) -> None:
        with contextlib.suppress(OSError):
            await remove(self._client.connection_args, address, self._service.name, files)

    def fetch(self, span: Span, place: NodePlace, threads: int) -> LargeNode:
        """A node, in the memory of this process.

        Raises:
            OperandError: it cannot be had, or is not what it was.
            CapacityError: there is no room for its file here.
        """
        try:
            if self.shared is not None:
                return read_node(self.shared.path / place.file, span.key, place.digest, threads)
            with tempfile.TemporaryDirectory(prefix="pi-engine-") as folder:
                path = Path(folder) / place.file
                self._client.sync(pull, self._client.connection_args, self._service.name, place, path)
                self._pool.use.bytes_fetched += place.size
                return read_node(path, span.key, place.digest, threads)
        except (CorruptFileError, DamagedRecordError) as error:
            raise OperandError(span.lo, span.hi, str(error), damaged=True) from error
        except OSError as error:
            raise OperandError(span.lo, span.hi, f"it cannot be had: {error}", damaged=False) from error

    def give(self, span: Span, node: LargeNode) -> NodePlace:
        """Put a node where the workers have it; the caller's memory is released.

        Raises:
            OSError: it cannot be written.
        """
        self._given += 1
        name, worker = f"{span.key}-given-{self._given}.node", next(iter(self._pool.workers))
        if self.shared is not None:
            written = write_node(self.shared.path / name, span.key, node)
        else:
            with tempfile.TemporaryDirectory(prefix="pi-engine-") as folder:
                written = write_node(Path(folder) / name, span.key, node)
                self._client.sync(
                    push, self._client.connection_args, worker, self._service.name, name, Path(folder) / name
                )
            self._pool.use.workers[worker].bytes_moved += written.size
        for number in node.numbers():
            number.release()
        return NodePlace(worker, name, written.size, written.digest)

    def close(self) -> None:
        """Take all files away; a cluster that fails now has done its part, and a worker that does not answer is not waited for."""
        try:
            if self.shared is not None:
                self.shared.close()  # first: this process may be ended while it waits for workers
            if self._client.status == "running":
                forget = self._client.scheduler.unregister_worker_plugin  # type: ignore[union-attr]
                self._client.sync(forget, name=self._service.name, callback_timeout=ANSWER_SECONDS)
        except Exception as error:  # noqa: BLE001 (Dask's, of any kind, and what is left goes with the worker's folder)
            logging.getLogger("pi_engine").debug("the folders of the workers were not removed: %s", error)
        finally:
            if self.shared is not None:
                self.shared.close()  # what workers were still writing
