"""The tasks of one `Cluster.map`: which come next, which are out, and which have lost their workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster_faults import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.distributed.connection.worker_pool import Event

ATTEMPTS = 3
"""How many workers may be lost with a task before it is to blame."""


class TaskQueue:
    """Tuples of arguments, numbered from 0 in their order, and given out until each has come back.

    Attributes:
        out: those that have been given out, and not come back.
    """

    def __init__(self, tasks: Iterable[tuple[Any, ...]], ahead: int) -> None:
        """`ahead`: tasks that a worker has at once; if it is lost, only one of them had begun."""
        self._following = enumerate(tasks)
        self._most = ATTEMPTS * ahead
        self._again: list[int] = []
        self._lost: dict[int, int] = {}
        self.out: dict[int, tuple[Any, ...]] = {}

    def next(self) -> tuple[int, tuple[Any, ...]] | None:
        """A task and its number, those first whose workers were lost; None where all are out."""
        if self._again:
            i = self._again.pop()
            return i, self.out[i]
        following = next(self._following, None)
        if following is not None:
            self.out[following[0]] = following[1]
        return following

    def came_back(self, i: int) -> None:
        """Task i is done."""
        del self.out[i]
        self._lost.pop(i, None)

    def was_lost(self, i: int, event: Event) -> None:
        """Task i is to be given out again.

        Raises:
            ClusterError: it was lost too often.
        """
        times = self._lost[i] = self._lost.get(i, 0) + 1
        if times >= self._most:
            raise ClusterError(
                f"workers were lost {times} times with the same task, the last of them {event.worker.name}: check their memory, "
                "and run again"
            )
        self._again.append(i)
