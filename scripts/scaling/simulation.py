"""A discrete simulation of a sum on W workers, task by task, by the driver's rule.

The rule is that of `pi_engine.distributed`: neighbouring chunks belong to one worker. A worker has two tasks at most, of which it does one.
Whoever has fewer gets, in this order: a merge whose larger operand lies there; the next chunk of its own; the last chunk of the worker that
has most left. Whoever has none also gets a merge of other workers'. The client makes the last merge.

A task pulls the operands that lie elsewhere first, and then does its work. A machine sends one record at a time and receives one at a
time, so a pull waits until both ends are free. The durations are the model's (`scripts.scaling.task_tree`). What the simulation adds is
what the model leaves out: who waits for whom.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.scaling.prediction import client_stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.scaling.task_tree import Task, TaskTree

QUEUE = 2
"""Tasks that a worker has at most."""

CLIENT = -1
"""The client's machine, among the workers."""

Name = tuple[int, int]
"""A task: its level, and its place there."""


@dataclass
class Simulated:
    """What has come of it.

    Attributes:
        seconds: until the digits are there.
        sum_seconds: until the last merge has ended.
        chunk_seconds: until the last chunk has ended.
        moved: bytes that went from one machine to another.
        busy: seconds of each machine's tasks, with what they waited for.
    """

    seconds: float = 0.0
    sum_seconds: float = 0.0
    chunk_seconds: float = 0.0
    moved: float = 0.0
    busy: dict[int, float] = field(default_factory=lambda: defaultdict(float))


class Machines:
    """The workers' and the client's clocks and lines: when a task ends that one of them is given."""

    def __init__(self, tree: TaskTree) -> None:
        """Nothing has begun."""
        self.tree, self.machine, self.found = tree, tree.work.machine, Simulated()
        self._free: dict[int, float] = defaultdict(float)
        self._sends: dict[int, float] = defaultdict(float)
        self._receives: dict[int, float] = defaultdict(float)

    def task(self, name: Name) -> Task:
        """What is known of a task."""
        return self.tree.levels[name[0]][name[1]]

    def end_of(self, name: Name, worker: int, now: float, sources: Sequence[tuple[int, float]] = ()) -> float:
        """When it ends, if it is given now; `sources`: which machines have its operands, and their bytes."""
        begin = ready = max(now, self._free[worker])
        for source, size in sources:
            if source != worker:
                start = max(ready, self._sends[source], self._receives[worker])
                ready = self._sends[source] = self._receives[worker] = start + size / self.machine.transfer_rate
                self.found.moved += size
        end = self._free[worker] = ready + self.task(name).seconds(self.machine)
        self.found.busy[worker] += end - begin
        if name[0] == 0:
            self.found.chunk_seconds = max(self.found.chunk_seconds, end)
        return end


class _Driver:
    """What waits for whom."""

    def __init__(self, machines: Machines, workers: int) -> None:
        self.machines, self.workers = machines, workers
        self.last = len(machines.tree.levels) - 1
        self.load = [0] * workers
        self.light = set(range(workers))
        self.own: list[deque[int]] = [deque() for _ in range(workers)]
        self.left = [0.0] * workers
        self.chunks_left = len(machines.tree.levels[0])
        self.merges: dict[int, dict[Name, None]] = defaultdict(dict)
        self.lies_at: dict[Name, int] = {}
        self.homes: dict[Name, int] = {}
        self.ends: list[tuple[float, int, Name]] = []
        self._divide()

    def seconds(self, chunk: int) -> float:
        return self.machines.task((0, chunk)).seconds(self.machines.machine)

    def _divide(self) -> None:
        """Neighbours to one worker, by predicted seconds."""
        chunks = range(len(self.machines.tree.levels[0]))
        total, before, worker = sum(map(self.seconds, chunks)), 0.0, 0
        for i in chunks:
            middle = before + self.seconds(i) / 2
            while middle * self.workers > total * (worker + 1) and worker + 1 < self.workers:
                worker += 1
            self.own[worker].append(i)
            self.left[worker] += self.seconds(i)
            before += self.seconds(i)

    def give(self, now: float) -> None:
        """Give tasks to whoever has too few."""
        for depth in range(QUEUE):
            for worker in self._free(depth):
                if self.merges[worker]:
                    self._start(next(iter(self.merges[worker])), worker, now)
                else:
                    self._start_chunk(worker, now)
        for worker in self._free(0):
            if not self.homes:
                return
            self._start(min(self.homes, key=lambda name: (name[1] << name[0], -name[0])), worker, now)

    def _free(self, depth: int) -> list[int]:
        return sorted(worker for worker in self.light if self.load[worker] <= depth)

    def _count(self, worker: int, change: int) -> None:
        if worker != CLIENT:
            self.load[worker] += change
            (self.light.add if self.load[worker] < QUEUE else self.light.discard)(worker)

    def _start_chunk(self, worker: int, now: float) -> None:
        if not self.chunks_left:
            return
        owner = worker if self.own[worker] else max(range(self.workers), key=self.left.__getitem__)
        if self.own[owner]:
            chunk = self.own[owner].popleft() if owner == worker else self.own[owner].pop()
            self.chunks_left -= 1
            self.left[owner] = self.left[owner] - self.seconds(chunk) if self.own[owner] else 0.0
            self._start((0, chunk), worker, now)

    def _start(self, name: Name, worker: int, now: float) -> None:
        level, i = name
        parts = ((level - 1, 2 * i), (level - 1, 2 * i + 1)) if level else ()
        sources = [(self.lies_at.pop(part), self.machines.task(part).node.file_bytes) for part in parts]
        if sources:
            self.merges[self.homes.pop(name)].pop(name, None)
        self._count(worker, 1)
        heapq.heappush(self.ends, (self.machines.end_of(name, worker, now, sources), worker, name))

    def end(self) -> float:
        """The next task ends; returns when."""
        now, worker, name = heapq.heappop(self.ends)
        self._count(worker, -1)
        self.lies_at[name] = worker
        other = name[0], name[1] ^ 1
        if other in self.lies_at and name[0] < self.last:
            self._merge_of(name, other, now)
        return now

    def _merge_of(self, name: Name, other: Name, now: float) -> None:
        merge = name[0] + 1, name[1] // 2
        sizes = [self.machines.task(x).node.file_bytes for x in (name, other)]
        home = self.lies_at[name if sizes[0] >= sizes[1] else other]
        self.homes[merge] = home
        if merge[0] == self.last:
            self._start(merge, CLIENT, now)
        else:
            self.merges[home][merge] = None


def simulate(tree: TaskTree, workers: int) -> Simulated:
    """Run all tasks on so many workers, and what follows on the client's machine."""
    driver, now = _Driver(Machines(tree), workers), 0.0
    driver.give(now)
    while driver.ends:
        now = driver.end()
        driver.give(now)
    return finished(driver.machines, now, workers)


def finished(machines: Machines, now: float, workers: int) -> Simulated:
    """What has come of a sum that has ended, with what follows it."""
    found = machines.found
    found.sum_seconds = now
    found.seconds = now + sum(stage.seconds for stage in client_stages(machines.tree, workers))
    return found
