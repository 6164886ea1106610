"""The tasks of a sum on a cluster: chunks of terms, and merges of two nodes each, with what each of them takes."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from scripts.scaling.machine import RECORD_RATE, Machine
from scripts.scaling.node_sizes import NodeBits, SumSizes
from scripts.scaling.work import MERGE_BYTES_PER_BIT, Cost, Work

CHUNKS_PER_THREAD = 8
LEAST_CHUNK_BITS = 1 << 21
"""As the driver cuts a sum: SUBTREES and LEAST_SUBTREE_BITS there."""


class Task(NamedTuple):
    """A chunk, or a merge.

    Attributes:
        node: what it makes.
        arithmetic: seconds.
        disk_bytes: written and read because they do not fit in memory, records among them.
        records: bytes of its operands' and its own records.
        smaller: bytes of the smaller operand; 0 of a chunk.
        operands: bytes of both.
        memory: bytes that it takes so that nothing more goes to disk.
        product_bits: of the largest product; 0 of a chunk.
    """

    node: NodeBits
    arithmetic: float
    disk_bytes: float
    records: float
    smaller: float
    operands: float
    memory: float
    product_bits: float

    def seconds(self, machine: Machine) -> float:
        """What it takes where its operands lie."""
        return self.arithmetic + self.records / RECORD_RATE + self.disk_bytes / machine.disk


@dataclass(frozen=True)
class TaskTree:
    """All tasks.

    Attributes:
        work: of the run.
        levels: the chunks, then the merges of each level, up to the root alone. Task i merges what tasks 2·i and 2·i + 1 below have made.
    """

    work: Work
    levels: tuple[tuple[Task, ...], ...]

    @classmethod
    def of(cls, digits: int, machine: Machine, chunks: int) -> TaskTree:
        """The tasks of N digits in so many chunks, a power of two."""
        return cls(Work(SumSizes.of(digits), machine), _levels(digits, replace(machine, network=math.inf), chunks))

    @property
    def is_divided(self) -> bool:
        """Whether there is a cluster: then the client makes the root of what two workers have made."""
        return len(self.levels) > 1


@functools.lru_cache(maxsize=8)
def _levels(digits: int, machine: Machine, chunks: int) -> tuple[tuple[Task, ...], ...]:
    """All tasks; they do not depend on the network."""
    work = Work(SumSizes.of(digits), machine)
    ends = [work.sizes.terms * i // chunks for i in range(chunks + 1)]
    levels = [tuple(_chunk(work, lo, hi, alone=chunks == 1) for lo, hi in pairwise(ends))]
    while len(levels[-1]) > 1:
        below, ends = levels[-1], ends[::2]
        parts = zip(below[::2], below[1::2], pairwise(ends), strict=True)
        levels.append(tuple(_merge(work, left.node, right.node, lo, hi) for left, right, (lo, hi) in parts))
    return tuple(levels)


def chunks_for(digits: int, workers: int, machine: Machine) -> int:
    """How many chunks the driver makes: eight for each thread of all workers, rounded up to a power of two; one without a cluster."""
    if workers == 1:
        return 1
    sizes = SumSizes.of(digits)
    wanted = (CHUNKS_PER_THREAD * workers * machine.threads - 1).bit_length()
    most = int(sizes.terms * sizes.undivided_bits / LEAST_CHUNK_BITS).bit_length() - 1
    return 1 << max(0, min(wanted, most))


def _chunk(work: Work, lo: int, hi: int, *, alone: bool) -> Task:
    node = work.sizes.node(lo, hi)
    memory, records = MERGE_BYTES_PER_BIT * node.q, 0.0 if alone else node.file_bytes
    return _task(work, node, work.subtree(lo, hi), memory, records)


def _merge(work: Work, left: NodeBits, right: NodeBits, lo: int, hi: int) -> Task:
    node, length = work.sizes.node(lo, hi), left.q + right.q
    sizes = left.file_bytes, right.file_bytes
    written = 0.0 if hi - lo == work.sizes.terms else node.file_bytes  # the root stays with the client
    task = _task(work, node, work.merge(left, right), MERGE_BYTES_PER_BIT * length, sum(sizes) + written)
    return task._replace(smaller=min(sizes), operands=sum(sizes), product_bits=length)


def _task(work: Work, node: NodeBits, cost: Cost, memory: float, records: float) -> Task:
    """Records go through the disk where the page cache has no room for them beside the work."""
    stored = records if memory + records > work.machine.memory else 0.0
    return Task(node, cost.seconds, cost.disk_bytes + stored, records, 0.0, 0.0, memory, 0.0)
