"""Tasks for workers, one at a time each; what has become of them, and which workers come and go.

A task is pinned to its worker, so that whoever gives tasks decides where they run, and knows what a worker had when it is lost.
Dask then repeats nothing by itself.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.distributed.connection.cluster_faults import ClusterError, talking_to
from pi_engine.distributed.connection.cluster_use import ClusterUse, WorkerUse
from pi_engine.distributed.connection.worker_facts import describe, described_here, facts_of, fault_of
from pi_engine.distributed.connection.worker_task import run_task

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from distributed import Client, Future

    from pi_engine.distributed.connection.worker_facts import WorkerFacts

LOOK_SECONDS = 0.5
"""How often the scheduler is asked which workers are there."""

ALONE_SECONDS = 15.0
"""How long a cluster may be without workers: Dask's nannies start lost ones again within some seconds."""

DESCRIBE_SECONDS = 5.0
"""How long a worker may take to say what it is."""


class Event(NamedTuple):
    """What has happened.

    Attributes:
        task: what was named when it was started; None where a worker has joined.
        worker: which; a lost one is not among the pool's any more.
        value: what the task has returned.
        error: what it has raised.
        lost: whether it went with its worker.
    """

    task: Hashable | None
    worker: WorkerFacts
    value: Any = None
    error: Exception | None = None
    lost: bool = False


class _Running(NamedTuple):
    task: Hashable
    worker: WorkerFacts


class WorkerPool:
    """The workers of a cluster that can take part.

    Attributes:
        workers: by address.
        use: what has been done.
    """

    def __init__(self, client: Client, use: ClusterUse, threads: int | None) -> None:
        """`threads`: of a task, by default as many as Dask gives its worker."""
        self.client, self.use, self._threads = client, use, threads
        self._scheduler = str(client.scheduler.address)  # type: ignore[union-attr]
        self.workers: dict[str, WorkerFacts] = {}
        self._refused: set[str] = set()
        self._running: dict[Future[Any], _Running] = {}
        self._events: list[Event] = []
        self._looked = self._last_there = time.monotonic()
        self._numbers = itertools.count()

    # ------------------------------------------------------------ workers

    def find_workers(self) -> dict[str, str]:
        """Take in the workers that have come; returns why others cannot take part, by name."""
        with talking_to(self._scheduler):
            there = self.client.scheduler_info(n_workers=-1)["workers"]
        new = [address for address in there if address not in self.workers and address not in self._refused]
        faults = self._take_in(new)
        self._lose(set(self.workers) - set(there))
        if self.workers:
            self._last_there = time.monotonic()
        return faults

    def _take_in(self, new: Iterable[str]) -> dict[str, str]:
        faults, here = {}, described_here()
        for address, found in self._descriptions(list(new)).items():
            name = f"{found.get('host', '?')}:{found.get('process', '?')}"
            fault = fault_of(found, here)
            if fault is not None:
                self._refused.add(address)
                faults[name] = fault
                continue
            worker = facts_of(address, found, self._threads)
            self.workers[address] = worker
            self.use.workers[address] = WorkerUse(worker.name, worker.threads)
            self._events.append(Event(None, worker))
        return faults

    def _descriptions(self, addresses: list[str]) -> dict[str, dict[str, Any]]:
        """What workers say; of one that does not answer nothing, so that it is asked again."""
        if not addresses:
            return {}
        import cloudpickle

        from pi_engine.distributed.connection import worker_facts

        cloudpickle.register_pickle_by_value(worker_facts)  # they may have no such module
        try:
            with talking_to(self._scheduler):
                found = self.client.run(describe, workers=addresses, on_error="return")
        finally:
            cloudpickle.unregister_pickle_by_value(worker_facts)
        return {
            address: {"missing": f"{type(one).__name__}: {one}"} if isinstance(one, Exception) else one
            for address, one in found.items()
            if not isinstance(one, OSError)
        }

    def _lose(self, gone: set[str]) -> None:
        for address in gone:
            worker = self.workers.pop(address)
            self.use.workers[address].lost = True
            tasks = {future: running for future, running in self._running.items() if running.worker.address == address}
            for future, running in tasks.items():
                del self._running[future]
                future.cancel(force=True)
                self.use.repeated += 1
                self._events.append(Event(running.task, worker, lost=True))
            if not tasks:
                self._events.append(Event(None, worker, lost=True))

    def idle(self) -> list[WorkerFacts]:
        """Workers without a task."""
        busy = {running.worker.address for running in self._running.values()}
        return [worker for address, worker in self.workers.items() if address not in busy]

    # ------------------------------------------------------------ tasks

    def start(
        self,
        task: Hashable,
        worker: WorkerFacts,
        function: Callable[..., Any],
        *arguments: object,
        prime: int | None = None,
    ) -> None:
        """Have a worker call a function, which must be importable there; `task` names it in its event."""
        with talking_to(self._scheduler):
            future = self.client.submit(
                run_task, function, arguments, prime,
                key=f"pi-engine-{id(self)}-{next(self._numbers)}", workers=[worker.address], pure=False,
            )  # fmt: skip
        self._running[future] = _Running(task, worker)

    def cancel(self) -> None:
        """Have nothing more of this come back; a task that has begun ends by itself."""
        for future in self._running:
            future.cancel(force=True)
        self._running.clear()

    def events(self) -> list[Event]:
        """What has happened since the last call; waits until something has.

        Raises:
            ClusterError: the scheduler or all workers have gone away.
        """
        from distributed import wait

        while True:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self.find_workers()
                self._looked = time.monotonic()
                if time.monotonic() - self._last_there > ALONE_SECONDS:
                    raise ClusterError(
                        f"all workers of the cluster {self.use.where} have gone away: start others, and run again"
                    )
            done: Iterable[Future[Any]] = ()
            if self._running and not self._events:
                try:
                    with_done = wait(list(self._running), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
                    done = with_done.done
                except TimeoutError:
                    done = ()
                except Exception:  # noqa: BLE001 (cancelled or lost: its state says so)
                    done = [future for future in self._running if future.status != "pending"]
            elif not self._events:
                time.sleep(LOOK_SECONDS / 5)
            for future in list(done):
                self._take(future)
            if self._events:
                events, self._events = self._events, []
                return events

    def _take(self, future: Future[Any]) -> None:
        running = self._running.pop(future)
        if future.status != "finished":
            self.use.repeated += 1
            self._events.append(Event(running.task, running.worker, lost=True))
            return
        with talking_to(self._scheduler):
            outcome = future.result()
        future.release()
        use = self.use.workers[running.worker.address]
        use.tasks += 1
        use.seconds += outcome.seconds
        self._events.append(Event(running.task, running.worker, outcome.value, outcome.error))
