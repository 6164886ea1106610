"""A cluster of workers that compute parts of a run: found or started, looked at, and left as it was."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster_address import parse_address
from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.cluster_use import ClusterUse
from pi_engine.distributed.connection.task_queue import TaskQueue
from pi_engine.distributed.connection.worker_pool import WorkerPool
from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.thread_count import available_threads, thread_count

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import SupportsIndex

    from distributed import Client

CONNECT_SECONDS = 4.0
"""How long a scheduler may take to answer."""

WORKERS_SECONDS = 3.0
"""How long the workers of a cluster are waited for: until one is there, and all that are there have said what they are."""

LOCAL_SECONDS = 120.0
"""The same for workers that were started here."""

AHEAD = 2
"""Tasks that a worker has at once: the second one waits there, so that it begins when the first one ends."""


class Cluster:
    """A cluster that a run may use.

    Attributes:
        client: Dask's.
        pool: its workers.
        use: what they have done.
        is_local: whether its workers are processes of this machine that were started for this run.
    """

    def __init__(self, client: Client, name: str, *, threads: int | None = None, is_local: bool = False) -> None:
        """Look at its workers.

        Raises:
            ClusterError: there are none, or one cannot take part.
        """
        self.client, self.is_local = client, is_local
        self.use = ClusterUse(name, _dashboard(client))
        self.pool = WorkerPool(client, self.use, threads)
        end = time.monotonic() + (LOCAL_SECONDS if is_local else WORKERS_SECONDS)
        while True:
            faults = self.pool.find_workers(end)
            if faults:
                worker, fault = next(iter(faults.items()))
                more = f", and {len(faults) - 1} more cannot be used either" if len(faults) > 1 else ""
                raise ClusterError(
                    f"the worker {worker} of the cluster {name} {fault}{more}: install the same there as here, and start it again"
                )
            if self.pool.workers:
                return
            if time.monotonic() > end:
                raise ClusterError(self._no_workers())
            time.sleep(0.05)

    def _no_workers(self) -> str:
        if asked := self.pool.unanswered:
            return (
                f"none of the {asked} workers of the cluster {self.use.where} has answered within {WORKERS_SECONDS:.0f} s: "
                "see whether they are busy with something else"
            )
        return f"the cluster {self.use.where} has no workers: start some with 'dask worker {_scheduler(self.client)}'"

    def map(
        self,
        function: Callable[..., Any],
        tasks: Iterable[tuple[Any, ...]],
    ) -> Iterator[tuple[int, Any]]:
        """Call a function for each tuple of arguments, each on some worker; (index, value) as they come, in any order.

        Args:
            function: importable on the workers, as all that it takes and returns must be. An argument that is `THREADS` becomes the
                number of threads that it may use.
            tasks: its arguments, the long ones first; taken as workers become free.

        Raises:
            ClusterError: the cluster fails, or a task has lost too many workers.
            Exception: what the function has raised.
        """
        queue = TaskQueue(tasks, AHEAD)
        try:
            self._give(queue, function)
            while queue.out:
                for event in self.pool.events():
                    i = event.task
                    if event.error is not None:
                        raise event.error
                    if isinstance(i, int) and event.lost:
                        queue.was_lost(i, event)
                    elif isinstance(i, int):
                        queue.came_back(i)
                        self._give(queue, function)
                        yield i, event.value
                self._give(queue, function)
        finally:
            self.pool.cancel()

    def _give(self, queue: TaskQueue, function: Callable[..., Any]) -> None:
        """Give out tasks while there are some, and workers for them."""
        while workers := self.pool.ready(AHEAD):
            task = queue.next()
            if task is None:
                return
            arguments = [workers[0].threads if argument is THREADS else argument for argument in task[1]]
            self.pool.start(task[0], workers[0], function, *arguments)


class _Threads:
    """Stands for the number of threads of whatever worker runs a task."""


THREADS = _Threads()


@contextmanager
def open_cluster(
    where: str | Client | Cluster, *, threads: SupportsIndex | None = None, folder: str | os.PathLike[str] | None = None
) -> Iterator[Cluster]:
    """The cluster of that name, or of a client. It stays open. A cluster that is open already is returned as it is.

    Args:
        where: an address as --cluster takes it, a `distributed.Client`, or a `Cluster`.
        threads: of a task; by default as many as Dask gives its worker, and the processors of this machine are divided among the workers
            of `local:N`.
        folder: where workers that are started here put their files; by default where the system has temporary ones.

    Raises:
        TypeError: `where` has another type, or `threads` is not an integer.
        UsageError: it does not name a cluster, or `threads` is less than 1.
        ClusterError: it does not answer, has no workers, or they cannot take part.
        PiEngineError: `distributed` is not installed.
    """
    count = None if threads is None else thread_count(threads)
    if isinstance(where, Cluster):
        yield where
        return
    address = parse_address(where) if isinstance(where, str) else None
    if importlib.util.find_spec("distributed") is None:
        from pi_engine.runtime.installation import command_to_install

        raise PiEngineError(f"a cluster needs Dask: run {command_to_install('distributed cloudpickle', 'distributed')}")
    with ExitStack() as stack:
        if address is not None and address.local is not None:
            from pi_engine.distributed.connection.local_cluster import started

            client = stack.enter_context(started(address.local, folder))
            count = count or max(1, available_threads() // address.local)
            yield Cluster(client, address.text, threads=count, is_local=True)
            return
        if address is not None:
            from pi_engine.distributed.connection.scheduler_client import connected

            client = stack.enter_context(connected(address, CONNECT_SECONDS))
            yield Cluster(client, address.text, threads=count)
            return
        from distributed import Client

        if not isinstance(where, Client):
            raise TypeError(f"cluster takes an address or a distributed.Client, not {type(where).__name__}")
        if where.asynchronous:
            raise UsageError("the client is asynchronous: give one that is not")
        if where.status != "running":
            raise ClusterError(f"the client of the cluster is {where.status}: connect it first")
        yield Cluster(where, _scheduler(where), threads=count)


def _scheduler(client: Client) -> str:
    return str(client.scheduler.address)  # type: ignore[union-attr]


def _dashboard(client: Client) -> str | None:
    """Dask's page, where it has one: for that the scheduler needs bokeh."""
    with contextlib.suppress(Exception):  # it has no bokeh, or runs nothing that it is sent; the page is not needed
        client.run_on_scheduler(importlib.metadata.version, "bokeh")
        return str(client.dashboard_link) or None
    return None
