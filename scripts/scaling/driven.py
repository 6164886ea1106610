"""The same simulation with the driver itself: `TreeRun` of the package gives the tasks, and its workers are simulated.

`scripts.scaling.simulation` has the driver's rule again, and the tests compare the two.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, cast

from pi_engine.distributed.connection.cluster_use import ClusterUse, WorkerUse
from pi_engine.distributed.connection.worker_facts import WorkerFacts
from pi_engine.distributed.connection.worker_pool import Event
from pi_engine.distributed.nodes.node_tasks import MadeNode
from pi_engine.distributed.nodes.sum_job import Span
from pi_engine.distributed.nodes.tree_run import TreeRun
from scripts.scaling.simulation import CLIENT, Machines, Simulated, finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pi_engine.distributed.nodes.sum_job import NodePlace, SumJob
    from scripts.scaling.simulation import Name
    from scripts.scaling.task_tree import TaskTree

_TERMS = 4
"""Terms of a chunk here: so many can be halved as the driver halves a range of terms."""


class SimulatedJob:
    """Of a `SumJob`, what the driver needs."""

    shared = None

    def __init__(self, tree: TaskTree) -> None:
        """Work is counted in predicted milliseconds."""
        self._tree = tree
        self.root = Span(0, _TERMS * len(tree.levels[0]), len(tree.levels) - 1)
        """A span's halvings are its level."""

    def name(self, span: Span) -> Name:
        """Which task makes it."""
        return span.halvings, span.lo // _TERMS >> span.halvings

    def work(self, span: Span, *, whole: bool) -> int:
        """What it takes; the driver only asks for that of chunks."""
        assert whole
        assert span.halvings == 0
        return round(1000 * self._tree.levels[0][span.lo // _TERMS].seconds(self._tree.work.machine))


class SimulatedPool:
    """Of a `WorkerPool` and a `NodeStore`, what the driver needs."""

    def __init__(self, machines: Machines, job: SimulatedJob, workers: int) -> None:
        """All workers are there from the beginning, and none is lost."""
        self.use, self._machines, self._job, self.now = ClusterUse("simulated"), machines, job, 0.0
        threads = machines.machine.threads
        names = [str(i) for i in range(workers)]
        self.workers = {name: WorkerFacts(name, name, name, threads, 0, "") for name in names}
        self.use.workers |= {name: WorkerUse(name, threads) for name in names}
        self._ends: list[tuple[float, int, Any, WorkerFacts]] = []
        self._started = 0

    def start(  # the types are the driver's
        self,
        task: Any,  # noqa: ANN401
        worker: WorkerFacts,
        function: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401
        prime: int | None = None,
    ) -> None:
        """A task is given."""
        assert function is not None
        assert prime is not None
        (request,) = arguments
        sources = [(int(place.worker), place.size) for place in request.operands.values()]
        end = self._machines.end_of(self._job.name(request.span), int(worker.name), self.now, sources)
        self._started += 1
        heapq.heappush(self._ends, (end, self._started, task, worker))

    def events(self) -> list[Event]:
        """The next task ends."""
        self.now, _, task, worker = heapq.heappop(self._ends)
        size = self._machines.task(self._job.name(task.span)).node.file_bytes
        return [Event(task, worker, MadeNode(int(size), ""))]

    def cancel(self) -> None:
        """Nothing is left."""
        assert not self._ends

    def remove(self, places: Iterable[NodePlace]) -> None:
        """Files take no time to be removed."""

    def admits(self, worker: WorkerFacts) -> bool:
        """All do."""
        return worker.name in self.workers


def simulate_driver(tree: TaskTree, workers: int) -> Simulated:
    """Run all tasks on so many workers, and what follows on the client's machine, at least two chunks."""
    machines, job = Machines(tree), SimulatedJob(tree)
    pool = SimulatedPool(machines, job, workers)
    run = TreeRun(cast("SumJob", job), pool, pool, 0, finished=_unnoticed, repeated=_unnoticed)
    halves = job.root.halves()
    run.make(halves, stopping=lambda: False)
    sources = [(int(run.stored[half].worker), run.stored[half].size) for half in halves]
    return finished(machines, machines.end_of(job.name(job.root), CLIENT, pool.now, sources), workers)


def _unnoticed(*_: object) -> None:
    """Nobody waits for it."""
