"""A cluster without processes, whose workers finish, go away and fail as a test wants it, one event after another."""

import itertools

from pi_engine.distributed.connection.cluster_use import ClusterUse, WorkerUse
from pi_engine.distributed.connection.worker_facts import WorkerFacts
from pi_engine.distributed.connection.worker_pool import Event
from pi_engine.distributed.nodes.node_faults import FullFolderError, OperandError
from pi_engine.distributed.nodes.node_tasks import MadeNode
from pi_engine.distributed.nodes.sum_job import SumJob
from pi_engine.splitting.compiled.compiled_tree import Cuts

QUEUE = 2


def job_of(halvings, *, shared=False, terms=1 << 14):
    cuts = Cuts.of(terms, 64, 1 << 10, 1, (terms * 64 >> halvings) + 64)
    assert cuts.halvings == halvings
    return SumJob("run", None, 0, terms, 1000, cuts, True, "/shared" if shared else None)


class FakeCluster:
    """The pool and the files of a run at once.

    Attributes:
        disk: what files hold, by worker (None in the shared folder) and name.
        started: all requests, in order, with their workers.
        gone: files that were taken away.
    """

    def __init__(self, count, rng, *, shared=False, hosts=1):
        self.use, self.workers, self.shared, self.rng = ClusterUse("fake"), {}, shared, rng
        self._numbers, self._queues, self._events = itertools.count(), {}, []
        self.disk, self.started, self.gone = {}, [], 0
        self.full, self.blind, self.refusals = set(), set(), []
        self._hosts = hosts
        for _ in range(count):
            self.join()
        self._events.clear()

    # ------------------------------------------------------------ workers

    def join(self, **facts):
        i = next(self._numbers)
        worker = WorkerFacts(f"tcp://{i}", f"w{i}", f"host{i % self._hosts}", facts.get("threads", 1), 0, "/tmp")
        self.workers[worker.address], self._queues[worker.address] = worker, []
        self.use.workers[worker.address] = WorkerUse(worker.name, worker.threads)
        self._events.append(Event(None, worker))
        return worker

    def lose(self, address):
        worker, tasks = self.workers.pop(address), self._queues.pop(address)
        self._events += [Event(task, worker, lost=True) for task, _ in tasks] or [Event(None, worker, lost=True)]
        if not self.shared:
            self.disk = {key: spans for key, spans in self.disk.items() if key[0] != address}

    # ------------------------------------------------------------ what a run asks of its pool

    def start(self, task, worker, function, request, *, prime=None):
        assert worker.address in self.workers
        self._queues[worker.address].append((task, request))
        assert len(self._queues[worker.address]) <= QUEUE
        self.started.append((request, worker.address))

    def cancel(self):
        for queue in self._queues.values():
            queue.clear()

    def events(self):
        self.before()
        busy = [address for address, queue in self._queues.items() if queue]
        if not self._events:
            assert busy, "the run waits for nothing"
            address = self.rng.choice(busy)
            task, request = self._queues[address].pop(0)
            worker = self.workers[address]
            try:
                self._events.append(Event(task, worker, self._make(request, address)))
            except (OperandError, FullFolderError) as error:
                self._events.append(Event(task, worker, error=error))
        events, self._events = self._events, []
        return events

    def before(self):
        """Called before each event; a test puts its own in the place."""

    def _make(self, request, address):
        terms = [(request.span.lo, request.span.hi)]
        if request.operands:
            terms = []
            for span, place in sorted(request.operands.items()):
                key = (None if self.shared else place.worker, place.file)
                if key not in self.disk:
                    raise OperandError(span.lo, span.hi, "it cannot be had", damaged=False)
                if self.disk[key] is None:
                    raise OperandError(span.lo, span.hi, "it is damaged", damaged=True)
                terms += self.disk[key]
        if address in self.full:
            raise FullFolderError("no space left")
        if self.refusals and self.refusals[-1] == request.span:
            terms = None  # what is written is not what was made
            self.refusals.pop()
        self.disk[None if self.shared else address, request.file] = terms
        size = request.span.hi - request.span.lo
        return MadeNode(size, request.file, sum(p.size for p in request.operands.values() if p.worker != address))

    # ------------------------------------------------------------ what it asks of its files

    def remove(self, places):
        for place in places:
            self.gone += self.disk.pop((None if self.shared else place.worker, place.file), None) is not None

    def admits(self, worker):
        return worker.address not in self.blind
