"""The model: seconds, bytes and cost of N digits on W workers.

Level j of the tree has 2^j merges. W workers do them in max(Σ of their seconds / W, the longest of them): all at once while 2^j ≤ W. Chunks
go the same way. Each worker has neighbouring chunks, so that nothing moves while 2^j ≥ W; above that every merge waits for its smaller
operand. The last merge is the client's, which has to wait for both operands, and alone makes root, division, conversion and check, as in a
run without a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scripts.scaling.lifts import Lift, lifted_merge, lifted_phase
from scripts.scaling.task_tree import TaskTree, chunks_for
from scripts.scaling.work import RUN_BYTES_PER_BIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.scaling.machine import Machine
    from scripts.scaling.task_tree import Task


class Stage(NamedTuple):
    """A part of the run that comes after the one before it.

    Attributes:
        name: "chunks", "merges", or a phase.
        side_by_side: how many machines can work at it at once.
        seconds: of wall-clock time.
        alone: seconds of one worker for all of it, without moving anything.
        moved: bytes that go from one machine to another.
        disk_bytes: written and read.
    """

    name: str
    side_by_side: int
    seconds: float
    alone: float
    moved: float
    disk_bytes: float


@dataclass(frozen=True)
class Prediction:
    """What N digits take.

    Attributes:
        digits: N.
        workers: W.
        stages: in their order.
        chunk_memory: bytes that the largest chunk takes so that nothing of it goes to disk.
        top_memory: the same of the client, which has the root.
        stored: bytes of nodes that lie on all disks at once, at most.
    """

    digits: int
    workers: int
    stages: tuple[Stage, ...]
    chunk_memory: float
    top_memory: float
    stored: float

    @property
    def seconds(self) -> float:
        """Of the whole run."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def moved(self) -> float:
        """Bytes that go through the network."""
        return sum(stage.moved for stage in self.stages)

    @property
    def disk_bytes(self) -> float:
        """Bytes that all disks write and read."""
        return sum(stage.disk_bytes for stage in self.stages)

    @property
    def cost(self) -> float:
        """Seconds of all workers, busy or not."""
        return self.workers * self.seconds


def predict(
    digits: int, workers: int, machine: Machine, *, chunks: int | None = None, lift: Lift = Lift.AS_BUILT
) -> Prediction:
    """N digits on so many workers, and a client whose machine is like theirs.

    Args:
        digits: N.
        workers: W.
        machine: of each.
        chunks: a power of two; by default `chunks_for` says.
        lift: how products of few nodes are made.
    """
    tree = TaskTree.of(digits, machine, chunks_for(digits, workers, machine) if chunks is None else chunks)
    stages = (*sum_stages(tree, workers, lift), *client_stages(tree, workers, lift))
    chunk_memory = max(task.memory for task in tree.levels[0])
    top = RUN_BYTES_PER_BIT * tree.work.sizes.bits
    return Prediction(digits, workers, stages, chunk_memory, top, _stored(tree))


def sum_stages(tree: TaskTree, workers: int, lift: Lift = Lift.AS_BUILT) -> Iterator[Stage]:
    """The levels, chunks first."""
    machine = tree.work.machine
    for height, tasks in enumerate(tree.levels):
        group = max(1, workers // len(tasks))
        each, moved = [], 0.0
        for task in tasks:
            waits_for = moved_bytes(tree, height, task, workers)
            moved += waits_for
            usual = task.seconds(machine) + waits_for / machine.transfer_rate
            each.append(min(usual, lifted_merge(task, machine, group, lift)) if height else usual)
        yield Stage(
            "merges" if height else "chunks",
            len(tasks),
            max(sum(each) / workers, *each) if len(each) > 1 else each[0],
            sum(task.seconds(machine) for task in tasks),
            moved,
            sum(task.disk_bytes for task in tasks),
        )


def moved_bytes(tree: TaskTree, height: int, task: Task, workers: int) -> float:
    """What comes from elsewhere for a task."""
    if height and height == len(tree.levels) - 1:
        return task.operands
    return task.smaller if len(tree.levels[height]) < workers else 0.0


def client_stages(tree: TaskTree, workers: int, lift: Lift = Lift.AS_BUILT) -> Iterator[Stage]:
    """What follows the sum."""
    machine = tree.work.machine
    for name, cost in tree.work.phases().items():
        alone = cost.seconds + cost.disk_bytes / machine.disk
        seconds = min(alone, lifted_phase(tree.work, cost, workers, lift))
        yield Stage(name, 1, seconds, alone, 0.0, cost.disk_bytes)


def _stored(tree: TaskTree) -> float:
    """A level's nodes and those of the level above, which are made of them."""
    totals = [sum(task.node.file_bytes for task in tasks) for tasks in tree.levels]
    return (
        max(below + above for below, above in zip(totals, [*totals[1:], 0.0], strict=True)) if tree.is_divided else 0.0
    )
