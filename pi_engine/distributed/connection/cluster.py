"""A cluster of workers that compute parts of a run: found or started, looked at, and left as it was."""

from __future__ import annotations

import importlib.util
import logging
import time
from collections import deque
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster_address import parse_address
from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.cluster_use import ClusterUse
from pi_engine.distributed.connection.worker_pool import WorkerPool
from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.thread_count import available_threads

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

    from pi_engine.distributed.connection.cluster_address import ClusterAddress

CONNECT_SECONDS = 6.0
"""How long a scheduler may take to answer."""

WORKERS_SECONDS = 3.0
"""How long a cluster that has no workers yet is waited for."""

ATTEMPTS = 3
"""How many workers may be lost with a task before it is to blame."""


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
        end = time.monotonic() + WORKERS_SECONDS
        while True:
            faults = self.pool.find_workers()
            if faults:
                worker, fault = next(iter(faults.items()))
                more = f", and so it is with {len(faults) - 1} more" if len(faults) > 1 else ""
                raise ClusterError(
                    f"the worker {worker} of the cluster {name} {fault}{more}: install the same there, then start it again"
                )
            if self.pool.workers:
                return
            if time.monotonic() > end:
                raise ClusterError(
                    f"the cluster {name} has no workers: start some with 'dask worker {_scheduler(client)}'"
                )
            time.sleep(0.1)

    def map(
        self,
        function: Callable[..., Any],
        tasks: Sequence[tuple[Any, ...]],
        *,
        done: Callable[[int], None] | None = None,
    ) -> Iterator[tuple[int, Any]]:
        """Call a function for each tuple of arguments, each on some worker; (index, value) as they come, in any order.

        Args:
            function: importable on the workers, as all that it takes and returns must be. An argument that is `THREADS` becomes the
                number of threads that it may use.
            tasks: its arguments, the long ones first.
            done: called with the index of each finished task.

        Raises:
            ClusterError: the cluster fails, or a task has lost `ATTEMPTS` workers.
            Exception: what the function has raised.
        """
        waiting, lost = deque(range(len(tasks))), [0] * len(tasks)
        left = len(tasks)
        try:
            while left:
                for worker in self.pool.idle():
                    if waiting:
                        i = waiting.popleft()
                        arguments = [worker.threads if argument is THREADS else argument for argument in tasks[i]]
                        self.pool.start(i, worker, function, *arguments)
                for event in self.pool.events():
                    i = event.task  # type: ignore[assignment]
                    if i is None:
                        continue
                    if event.lost:
                        lost[i] += 1
                        if lost[i] >= ATTEMPTS:
                            raise ClusterError(
                                f"{ATTEMPTS} workers were lost with the same task, the last of them {event.worker.name}: "
                                "see to their memory, and run again"
                            )
                        waiting.appendleft(i)
                        continue
                    if event.error is not None:
                        raise event.error
                    left -= 1
                    if done is not None:
                        done(i)
                    yield i, event.value
        finally:
            self.pool.cancel()


class _Threads:
    """Stands for the number of threads of whatever worker runs a task."""


THREADS = _Threads()


@contextmanager
def open_cluster(
    where: str | Client, *, threads: int | None = None, folder: str | os.PathLike[str] | None = None
) -> Iterator[Cluster]:
    """The cluster of that name, or of a client, which stays open.

    Args:
        where: an address as --cluster takes it, or a `distributed.Client`.
        threads: of a task; by default as many as Dask gives its worker, and the processors of this machine are divided among the workers
            of `local:N`.
        folder: where workers that are started here put their files; by default where Dask does.

    Raises:
        UsageError: it is none.
        ClusterError: it does not answer, has no workers, or they cannot take part.
        PiEngineError: `distributed` is not installed.
    """
    if importlib.util.find_spec("distributed") is None:
        from pi_engine.runtime.installation import command_to_install

        raise PiEngineError(f"a cluster needs distributed: run {command_to_install('distributed', 'distributed')}")
    with ExitStack() as stack:
        if isinstance(where, str):
            address = parse_address(where)
            if address.local is None:
                client = stack.enter_context(_connected(address))
            else:
                client = stack.enter_context(_started(address.local, folder))
                threads = threads or max(1, available_threads() // address.local)
            yield Cluster(client, address.text, threads=threads, is_local=address.local is not None)
            return
        from distributed import Client

        if not isinstance(where, Client):
            raise TypeError(f"cluster takes an address or a distributed.Client, not {type(where).__name__}")
        if where.asynchronous:
            raise UsageError("the client is asynchronous: give one that is not")
        if where.status != "running":
            raise ClusterError(f"the client of the cluster is {where.status}: connect it first")
        yield Cluster(where, _scheduler(where), threads=threads)


@contextmanager
def _connected(address: ClusterAddress) -> Iterator[Client]:
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says there, the errors here say
    try:
        client = Client(address.scheduler, timeout=CONNECT_SECONDS, set_as_default=False, name="pi-engine")
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"the scheduler {address.scheduler} does not answer within {CONNECT_SECONDS:.0f} s: see whether it runs, and whether it "
            "can be reached from here"
        ) from error
    except (TypeError, ValueError, RuntimeError) as error:  # TLS without certificates
        raise ClusterError(f"the cluster {address.text} cannot be used: {error}") from error
    try:
        yield client
    finally:
        client.close(timeout=2)


@contextmanager
def _started(count: int, folder: str | os.PathLike[str] | None) -> Iterator[Client]:
    """Worker processes on this machine, which listen on its loopback only, and end with this one."""
    from distributed import Client, LocalCluster

    quiet = logging.CRITICAL + 1
    logging.getLogger("distributed").setLevel(quiet)
    with LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
        silence_logs=quiet, memory_limit=0, local_directory=None if folder is None else str(folder),
    ) as cluster, Client(cluster, set_as_default=False, name="pi-engine") as client:  # fmt: skip
        yield client


def _scheduler(client: Client) -> str:
    return str(client.scheduler.address)  # type: ignore[union-attr]


def _dashboard(client: Client) -> str | None:
    """Dask's page, where it has one: for that the scheduler needs bokeh."""
    if importlib.util.find_spec("bokeh") is None:
        return None
    return str(client.dashboard_link) or None
