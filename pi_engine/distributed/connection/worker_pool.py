"""Tasks for workers, one at a time each; what has become of them, and which workers come and go.

A task is pinned to its worker, so that whoever gives tasks decides where they run, and knows what a worker had when it is lost.
Dask then repeats nothing by itself.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import queue
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.distributed.connection import worker_questions
from pi_engine.distributed.connection.cluster_faults import ClusterError, scheduler_gone, talking_to
from pi_engine.distributed.connection.cluster_use import ClusterUse, WorkerUse
from pi_engine.distributed.connection.worker_facts import described_here, facts_of, fault_of
from pi_engine.distributed.connection.worker_questions import SignsOfLife, WorkerQuestions
from pi_engine.distributed.connection.worker_task import packed, run_task

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from distributed import Client, Future

    from pi_engine.distributed.connection.worker_facts import WorkerFacts
    from pi_engine.distributed.connection.worker_task import Outcome

LOOK_SECONDS = 0.5
"""How often the scheduler is asked which workers are there."""

ALONE_SECONDS = 15.0
"""How long a cluster may be without workers: Dask's nannies start lost ones again within some seconds."""

SCHEDULER_SECONDS = 30.0
"""How long a scheduler that has answered before may take to answer."""


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
    """A task, where it runs, and how many seconds what it has found may take to come."""

    task: Hashable
    worker: WorkerFacts
    patience: float = LOOK_SECONDS


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
        self._ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._events: list[Event] = []
        self._questions, self._signs = WorkerQuestions(client), SignsOfLife()
        self._here = described_here()
        self._looked = self._last_there = time.monotonic()
        self._run, self._numbers = uuid.uuid4().hex, itertools.count()

    # ------------------------------------------------------------ workers

    def find_workers(self, until: float = 0.0) -> dict[str, str]:
        """Ask workers that have come, and take in those that have answered; returns why others cannot take part, by name.

        Until that time (of `time.monotonic`) wait for the answers.

        Raises:
            ClusterError: the scheduler does not answer.
        """
        with talking_to(self._scheduler):
            there = self._there()
        self._lose(set(self.workers) - there)
        self._questions.ask(there - set(self.workers) - self._refused)
        faults = {}
        for address, found in self._questions.answers(until).items():
            fault = fault_of(found, self._here)
            if address not in there:
                continue  # it has answered, and has gone away since
            if fault is None:
                self._take_in(facts_of(address, found, self._threads))
            else:
                self._refused.add(address)
                faults[f"{found['host']}:{found['process']}" if "host" in found else address] = fault
        if self.workers:
            self._last_there = time.monotonic()
        return faults

    def _there(self) -> set[str]:
        """The addresses of all workers that the scheduler knows and has heard of.

        Not by `Client.scheduler_info`, whose answer the client's own looks, which list no workers, may replace on the way.
        """
        if self.client.status != "running":
            raise scheduler_gone(self._scheduler)
        identity = self.client.scheduler.identity  # type: ignore[union-attr]
        found = self.client.sync(identity, n_workers=-1, callback_timeout=SCHEDULER_SECONDS)
        self._signs.hear({address: worker["last_seen"] for address, worker in found["workers"].items()})
        return set(found["workers"]) - self._signs.given_up()

    @property
    def unanswered(self) -> int:
        """How many workers have been asked what they are, and have not said so."""
        return self._questions.open

    def _take_in(self, worker: WorkerFacts) -> None:
        self.workers[worker.address] = worker
        self.use.workers[worker.address] = WorkerUse(worker.name, worker.threads)
        self._events.append(Event(None, worker))

    def _lose(self, gone: set[str]) -> None:
        for address in gone:
            worker = self.workers.pop(address)
            self.use.workers[address].lost = True
            tasks = {future: running for future, running in self._running.items() if running.worker.address == address}
            for future, running in tasks.items():
                del self._running[future]
                self._forget([future])
                self.use.repeated += 1
                self._events.append(Event(running.task, worker, lost=True))
            if not tasks:
                self._events.append(Event(None, worker, lost=True))

    def ready(self, most: int) -> list[WorkerFacts]:
        """Workers with fewer than a given number of tasks, those with the fewest first: a second task waits there, and begins at once."""
        busy = Counter(running.worker.address for running in self._running.values())
        found = [worker for address, worker in self.workers.items() if busy[address] < most]
        return sorted(found, key=lambda worker: busy[worker.address])

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
                run_task, packed(function, arguments), prime,
                key=f"pi-engine-{self._run}-{next(self._numbers)}", workers=[worker.address], pure=False,
            )  # fmt: skip
        self._running[future] = _Running(task, worker)
        future.add_done_callback(self._ended.put)

    def cancel(self) -> None:
        """Have nothing more of this come back; a task that has begun ends by itself."""
        self._forget(list(self._running))
        self._running.clear()

    def _forget(self, futures: list[Future[Any]]) -> None:
        if futures and self.client.status == "running":
            with contextlib.suppress(Exception):  # the scheduler has gone away, and its tasks with it
                self.client.cancel(futures, force=True)

    def events(self) -> list[Event]:
        """What has happened since the last call; waits until something has.

        Raises:
            ClusterError: the scheduler or all workers have gone away.
        """
        while True:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._look()
            for future in [] if self._events else self._finished():
                self._take(future)
            if self._events:
                events, self._events = self._events, []
                return events

    def _look(self) -> None:
        """Which workers are there; who came in the middle and cannot take part is in the notes."""
        for name, fault in self.find_workers().items():
            self.use.notes.append(f"the worker {name} was not used: it {fault}")
        for address in self._signs.newly_silent(self.workers):
            logging.getLogger("pi_engine").warning(
                "pi-engine: the worker %s has not been heard of for %.0f s; after %.0f s others do its work",
                self.workers[address].name, self._signs.silence(address), worker_questions.GIVEN_UP_SECONDS,
            )  # fmt: skip
        self._looked = time.monotonic()
        if time.monotonic() - self._last_there > ALONE_SECONDS:
            raise ClusterError(
                f"all workers of the cluster {self.use.where} have gone away: start others, and run again"
            )

    def _finished(self) -> list[Future[Any]]:
        """Tasks that have come to an end, waited for until the next look."""
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self._ended.get(timeout=LOOK_SECONDS))
            while True:
                found.append(self._ended.get_nowait())
        if self.client.status != "running":
            raise scheduler_gone(self._scheduler)
        return [future for future in found if future in self._running]

    def _take(self, future: Future[Any]) -> None:
        running = self._running.pop(future)
        if future.status != "finished":
            self._fail(future, running)
            return
        try:
            with talking_to(self._scheduler):
                outcome = self._fetched(future, running)
        except ClusterError:
            if self.client.status != "running":
                raise
            self._fail(future, running)  # the worker has gone away with what it had found
            return
        if outcome is None:
            self._running[future] = running._replace(patience=2 * running.patience)
            self._ended.put(future)
            return
        future.release()
        use = self.use.workers[running.worker.address]
        use.tasks += 1
        use.seconds += outcome.seconds
        self._events.append(Event(running.task, running.worker, outcome.value, outcome.error))

    def _fetched(self, future: Future[Any], running: _Running) -> Outcome | None:
        """What the worker has found; None where it does not come, so that the next look may show that the worker has gone."""
        try:
            return future.result(timeout=running.patience)  # type: ignore[no-any-return]
        except TimeoutError:
            if running.patience > SCHEDULER_SECONDS:
                raise
            return None

    def _fail(self, future: Future[Any], running: _Running) -> None:
        """A task without an outcome: its worker was lost, or could not even begin it."""
        from distributed.scheduler import KilledWorker

        error = future.exception() if future.status == "error" else None
        if error is None or isinstance(error, KilledWorker):
            self.use.repeated += 1
            self._events.append(Event(running.task, running.worker, lost=True))
            return
        said = ClusterError(
            f"the worker {running.worker.name} cannot run a task ({type(error).__name__}: {error}): install the same there as here"
        )
        self._events.append(Event(running.task, running.worker, error=said))
