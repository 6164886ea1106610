"""What ran where: tasks, seconds and bytes of each worker, for --json."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass
class WorkerUse:
    """What a worker has done.

    Attributes:
        name: for people.
        threads: of each of its tasks.
        tasks: that it has finished.
        seconds: of wall-clock time that they took.
        bytes_moved: that came to it from elsewhere.
        lost: whether it went away before the end.
    """

    name: str
    threads: int
    tasks: int = 0
    seconds: float = 0.0
    bytes_moved: int = 0
    lost: bool = False


@dataclass
class ClusterUse:
    """What a cluster has done for a run.

    Attributes:
        where: the cluster, as it was named.
        dashboard: the address of Dask's page, where there is one.
        workers: by address.
        bytes_fetched: that came from workers to this process, besides what tasks return.
        repeated: tasks that were given to another worker because theirs was lost.
        notes: what else should be known, a line each.
    """

    where: str
    dashboard: str | None = None
    workers: dict[str, WorkerUse] = field(default_factory=dict)
    bytes_fetched: int = 0
    repeated: int = 0
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """As an object of --json."""
        workers = [{**asdict(use), "seconds": round(use.seconds, 6)} for use in self.workers.values()]
        moved = self.bytes_fetched + sum(use.bytes_moved for use in self.workers.values())
        return {
            "where": self.where,
            "dashboard": self.dashboard,
            "workers": workers,
            "bytes_moved": moved,
            "tasks_repeated": self.repeated,
            "notes": list(self.notes),
        }
