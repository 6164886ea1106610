"""What a run on a cluster needs of its workers and of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from pi_engine.distributed.connection.cluster_use import ClusterUse
    from pi_engine.distributed.connection.worker_facts import WorkerFacts
    from pi_engine.distributed.connection.worker_pool import Event
    from pi_engine.distributed.nodes.sum_job import NodePlace


class Pool(Protocol):
    """Of `WorkerPool`, what a run needs."""

    workers: dict[str, WorkerFacts]
    use: ClusterUse

    def start(
        self,
        task: Hashable,
        worker: WorkerFacts,
        function: Callable[..., Any],
        *arguments: object,
        prime: int | None = None,
    ) -> None:
        """Have a worker call a function."""
        ...

    def events(self) -> list[Event]:
        """What has happened since."""
        ...

    def cancel(self) -> None:
        """Have nothing more come back."""
        ...


class Files(Protocol):
    """Of `NodeStore`, what a run needs."""

    def remove(self, places: Iterable[NodePlace]) -> None:
        """Take files away."""
        ...

    def admits(self, worker: WorkerFacts) -> bool:
        """Whether a worker that has joined can take part."""
        ...
