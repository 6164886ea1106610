"""Which nodes can be made now, and which worker makes which subtrees: neighbours on one worker, to be merged where they are made."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

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

    def next(self, ready: Iterable[Span], worker: WorkerFacts) -> Span:
        """What a worker makes next, of subtrees in the order of their terms.

        That is the first of its own. Whoever has none takes the last one of those who have most to do.
        """
        lists: dict[str | None, list[Span]] = {}
        for span in ready:
            lists.setdefault(self._homes.get(span), []).append(span)
        if worker.address in lists:
            return lists[worker.address][0]
        return max(lists.values(), key=lambda spans: sum(map(self._work, spans)))[-1]


class ReadyNodes:
    """The nodes that can be made now, both kinds in the order of their terms.

    A sum has thousands of nodes, so the whole tree is looked at once, and then only what a begun task or a stored node changes. Where
    a node has been lost, so that nodes below it may be needed again, the whole tree is looked at once more.

    Attributes:
        subtrees: nodes to be made from their terms.
        merges: nodes whose two halves are stored.
    """

    def __init__(self, stored: Container[Span], running: Container[Span], leaf_halvings: int) -> None:
        """Nothing is wanted yet; `stored` and `running` belong to the caller, who says what changes in them."""
        self._stored, self._running, self._leaf_halvings = stored, running, leaf_halvings
        self._wanted: Sequence[Span] = ()
        self.subtrees: dict[Span, None] = {}
        self.merges: list[Span] = []

    def want(self, wanted: Sequence[Span]) -> None:
        """From now on these nodes are wanted, and what they are made of."""
        self._wanted = wanted
        self.look()

    def look(self) -> None:
        """Look at the whole tree: a node has been lost, or a task has failed."""
        self.subtrees, self.merges = {}, []
        self._look_below(self._wanted)

    def _look_below(self, wanted: Iterable[Span]) -> None:
        for span in wanted:
            if span in self._stored or span in self._running:
                continue
            if span.halvings <= self._leaf_halvings:
                self.subtrees[span] = None
            elif all(half in self._stored for half in span.halves()):
                self.merges.append(span)
            else:
                self._look_below(span.halves())

    def begun(self, span: Span) -> None:
        """A task makes the node."""
        if span.halvings <= self._leaf_halvings:
            del self.subtrees[span]
        else:
            self.merges.remove(span)

    def made(self, span: Span) -> None:
        """The node is stored: its merge with the other half may have become possible."""
        merge = self._awaited_merge(span)
        if merge is not None and all(half in self._stored for half in merge.halves()):
            insort(self.merges, merge)

    def _awaited_merge(self, span: Span) -> Span | None:
        """The node that has this one as a half; None where this one is wanted for itself."""
        node = next((node for node in self._wanted if node.lo <= span.lo and span.hi <= node.hi), span)
        while node != span:
            halves = node.halves()
            if span in halves:
                return node
            node = halves[0] if span.hi <= halves[0].hi else halves[1]
        return None
