"""Which worker makes which subtrees: neighbours on one worker, so that they are merged where they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pi_engine.distributed.connection.worker_facts import WorkerFacts
    from pi_engine.distributed.nodes.sum_job import Span


class WorkDivision:
    """The subtrees of a sum in the order of their terms, divided by predicted work in proportion to the workers' threads."""

    def __init__(self, subtrees: Sequence[Span], workers: Sequence[WorkerFacts], work: Callable[[Span], int]) -> None:
        """`work`: predicted, of a subtree."""
        self._work = work
        self._homes: dict[Span, str] = {}
        total, before, i = sum(map(work, subtrees)), 0, 0
        threads = sum(worker.threads for worker in workers)
        share = workers[0].threads if workers else 0
        for span in subtrees if workers else ():
            middle = before + work(span) / 2
            while middle * threads > total * share and i + 1 < len(workers):
                i += 1
                share += workers[i].threads
            self._homes[span] = workers[i].address
            before += work(span)

    def next(self, ready: Sequence[Span], worker: WorkerFacts) -> Span:
        """What a worker makes next, of subtrees in the order of their terms.

        That is the first of its own. Whoever has none takes the last one of those who have most to do.
        """
        lists: dict[str | None, list[Span]] = {}
        for span in ready:
            lists.setdefault(self._homes.get(span), []).append(span)
        if worker.address in lists:
            return lists[worker.address][0]
        return max(lists.values(), key=lambda spans: sum(map(self._work, spans)))[-1]
