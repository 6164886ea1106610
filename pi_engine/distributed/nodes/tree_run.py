"""The nodes of a sum on the workers of a cluster: which is made where and when, and which is made again.

What is known of a node is whether it is stored, and where, and whether a task makes it. All else follows: a node that is asked for and not
stored is made of its halves, and these are asked for in turn, down to the subtrees that one task makes from their terms. So a node that is
lost is made again, and what it is made of too where that has been removed.

Subtrees are divided among the workers (`work_division`). A merge runs where the larger of its operands lies, or on a worker without work.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.nodes.node_faults import FullFolderError, OperandError
from pi_engine.distributed.nodes.node_tasks import MadeNode, NodeRequest, make_node
from pi_engine.distributed.nodes.sum_job import NodePlace
from pi_engine.distributed.nodes.work_division import ReadyNodes, WorkDivision
from pi_engine.errors import CapacityError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pi_engine.distributed.connection.worker_facts import WorkerFacts
    from pi_engine.distributed.connection.worker_pool import Event
    from pi_engine.distributed.nodes.run_parts import Files, Pool
    from pi_engine.distributed.nodes.sum_job import Span, SumJob
    from pi_engine.runtime.repairs import Repair

ATTEMPTS = 3
"""How often the same node may be lost with a worker, or be damaged, before the run ends."""

QUEUE = 2
"""Tasks of a worker: the next one is there when it has finished one."""


class _Task(NamedTuple):
    span: Span
    request: NodeRequest


class TreeRun:
    """The nodes of one sum.

    Attributes:
        stored: those that are there, by what they are.
    """

    def __init__(
        self,
        job: SumJob,
        pool: Pool,
        files: Files,
        leaf_halvings: int,
        *,
        finished: Callable[[Span, NodePlace], None],
        repeated: Callable[[Repair], None],
    ) -> None:
        """Nothing is made yet.

        leaf_halvings: of the subtrees that one task makes from their terms.
        finished: called with every node that is stored, and its place.
        repeated: called with every step that a worker has repeated.
        """
        self.job, self.pool, self.files, self.leaf_halvings = job, pool, files, leaf_halvings
        self._finished, self._repeated = finished, repeated
        self.stored: dict[Span, NodePlace] = {}
        self._running: dict[Span, str] = {}
        self._ready = ReadyNodes(self.stored, self._running, leaf_halvings)
        self._failures: dict[Span, int] = {}
        self._division = WorkDivision([], [], partial(job.work, whole=True))
        self._excluded: set[str] = set()
        self._full: dict[str, str] = {}
        self._files = 0

    def make(self, wanted: Sequence[Span], *, stopping: Callable[[], bool]) -> bool:
        """Have nodes stored; False where `stopping` was true before they were: then every task has ended.

        Raises:
            ClusterError: the cluster fails, or a node was lost too often.
            CapacityError: no worker has room for a node.
            Exception: what a task has raised.
        """
        try:
            self._settle(wanted)
            while not all(span in self.stored for span in wanted):
                ends = stopping()
                if not ends:
                    self._assign()
                elif not self._running:
                    return False
                for event in self.pool.events():
                    self._take(event)
            return True
        finally:
            self.pool.cancel()
            self._running.clear()

    # ------------------------------------------------------------ what is to be done

    def _settle(self, wanted: Sequence[Span]) -> None:
        for worker in list(self.pool.workers.values()):
            self._welcome(worker)
        leaves = [leaf for span in wanted for leaf in span.leaves(self.leaf_halvings)]
        self._division = WorkDivision(leaves, self._eligible(), partial(self.job.work, whole=True))
        self._ready.want(wanted)

    def _eligible(self) -> list[WorkerFacts]:
        return [worker for address, worker in self.pool.workers.items() if address not in self._excluded]

    def _load(self, address: str) -> int:
        return sum(1 for other in self._running.values() if other == address)

    def _assign(self) -> None:
        """Give tasks to whoever has too few; merges first, which free disk."""
        ready = self._ready
        for depth in range(QUEUE):
            for worker in self._free(depth):
                own = next((span for span in ready.merges if self._home(span) == worker.address), None)
                if own is not None:
                    self._start(own, worker)
                elif ready.subtrees:
                    self._start(self._division.next(ready.subtrees, worker), worker)
            for worker in self._free(0):
                if ready.merges:
                    self._start(ready.merges[0], worker)
        if not self._running:
            self._explain()

    def _free(self, depth: int) -> list[WorkerFacts]:
        """Workers with a given number of tasks at most, and room on disk."""
        load = Counter(self._running.values())
        return [x for x in self._eligible() if load[x.address] <= depth and x.address not in self._full]

    def _explain(self) -> None:
        """Raise where there are workers, and none of them can be given a task."""
        for address, reason in self._full.items():
            name = self.pool.use.workers[address].name
            raise CapacityError(
                f"no worker has room for a node of the sum; {name} says: {reason}: make room there, or name a folder that all workers "
                "see with --scratch"
            )
        if self.pool.workers and not self._eligible():
            raise ClusterError(
                f"no worker sees the folder {self.job.shared} any more: make it available, and run again"
            )

    def _home(self, span: Span) -> str:
        """Where the larger operand of a merge lies."""
        return max((self.stored[half] for half in span.halves()), key=lambda place: place.size).worker

    def _start(self, span: Span, worker: WorkerFacts) -> None:
        """Begin a task; a merge gets more threads where nothing else can be begun now."""
        self._ready.begun(span)
        threads, operands = worker.threads, {}
        if span.halvings > self.leaf_halvings:
            operands = {half: self.stored[half] for half in span.halves()}
            if not self._ready.subtrees and not self._ready.merges:
                threads = self._threads_of_host(worker)
        self._files += 1
        request = NodeRequest(self.job, span, threads, f"{span.key}-{self._files}.node", operands)
        self._running[span] = worker.address
        self.pool.start(_Task(span, request), worker, make_node, request, prime=random_prime())

    def _threads_of_host(self, worker: WorkerFacts) -> int:
        """Those of a worker, and where the others of its host have nothing to do theirs too."""
        others = [other for other in self.pool.workers.values() if other.host == worker.host and other != worker]
        if any(self._load(other.address) for other in others):
            return worker.threads
        return worker.threads + sum(other.threads for other in others)

    # ------------------------------------------------------------ what has happened

    def _take(self, event: Event) -> None:
        address = event.worker.address
        if event.lost and address not in self.pool.workers:
            self._forget(address)
        if not isinstance(event.task, _Task):
            if not event.lost:
                self._welcome(event.worker)
            return
        span, request = event.task
        self._running.pop(span, None)
        if event.lost:
            self._fail(span, f"the last worker that was lost with it is {event.worker.name}: check its memory")
        elif isinstance(event.error, OperandError):
            self._refuse(event.error, request)
        elif isinstance(event.error, FullFolderError):
            self._full[address] = str(event.error)
            self.pool.use.notes.append(f"the folder of the worker {event.worker.name} was full: {event.error}")
        elif event.error is not None:
            raise event.error
        else:
            self._store(span, request, address, event.value)
            return
        self._ready.look()

    def _store(self, span: Span, request: NodeRequest, address: str, made: MadeNode) -> None:
        for repair in made.repairs:
            self._repeated(repair)
        place = NodePlace(address, request.file, made.size, made.digest)
        use = self.pool.use.workers.get(address)
        if use is not None:
            use.bytes_moved += made.moved
        self.put(span, place)
        self._finished(span, place)

    def put(self, span: Span, place: NodePlace) -> None:
        """A node is there; those that it has been made of are not needed any more."""
        self.stored[span] = place
        within = [other for other in self.stored if other != span and span.lo <= other.lo and other.hi <= span.hi]
        places = [self.stored.pop(other) for other in within]
        self.files.remove(places)
        for gone in places:
            self._full.pop(gone.worker, None)
        self._ready.made(span)

    def drop(self, span: Span, reason: str) -> None:
        """A node is not what it was: it is made again.

        Raises:
            ClusterError: it was so too often.
        """
        place = self.stored.pop(span, None)
        if place is not None:
            self.files.remove([place])
        self.pool.use.notes.append(f"{span} were summed again: {reason}")
        self._fail(span, reason)

    def _refuse(self, error: OperandError, request: NodeRequest) -> None:
        """An operand could not be used; if it has been replaced meanwhile, the merge is only begun again."""
        for span, place in request.operands.items():
            if (span.lo, span.hi) == (error.lo, error.hi) and self.stored.get(span) == place:
                self.drop(span, error.reason)

    def _fail(self, span: Span, reason: str) -> None:
        self._failures[span] = self._failures.get(span, 0) + 1
        if self._failures[span] >= ATTEMPTS:
            raise ClusterError(f"{span} were lost {ATTEMPTS} times; {reason}, and run again")

    def _forget(self, address: str) -> None:
        """A worker is gone, with the files that only it had."""
        self._full.pop(address, None)
        if self.job.shared is None:
            for span in [span for span, place in self.stored.items() if place.worker == address]:
                del self.stored[span]
        self._ready.look()

    def _welcome(self, worker: WorkerFacts) -> None:
        if worker.address not in self._excluded and not self.files.admits(worker):
            self._excluded.add(worker.address)
            self.pool.use.notes.append(
                f"the worker {worker.name} has no part in the sum: it does not see the folder of the others"
            )
