"""The tree of a sum in the client, whose nodes a cluster makes: the client merges the last two, since it must hold the result anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pi_engine.distributed.nodes.node_faults import OperandError
from pi_engine.distributed.nodes.node_store import NodeStore
from pi_engine.distributed.nodes.sum_job import Span, SumJob
from pi_engine.distributed.nodes.tree_run import TreeRun
from pi_engine.splitting.compiled.compiled_tree import CHUNK_BITS, LEAST_CHUNK, cuts_for
from pi_engine.splitting.compiled.node_keeper import NodeKeeper
from pi_engine.splitting.records.term_values import term_values

if TYPE_CHECKING:
    from pathlib import Path

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.distributed.nodes.sum_job import NodePlace
    from pi_engine.runtime.progress import Progress
    from pi_engine.runtime.repairs import Repairs
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.splitting.compiled.compiled_tree import Cuts
    from pi_engine.splitting.compiled.upper_tree import LargeNode

SUBTREES = 8
"""Subtrees for each thread of a worker: with fewer the last ones keep some workers waiting for the others."""

LEAST_SUBTREE_BITS = 1 << 21
"""Bits of Q of a subtree at least: a smaller one takes less time than giving it to a worker does."""


class Custody(NodeKeeper, Protocol):
    """Of a checkpoint's nodes, what a cluster needs besides."""

    @property
    def stopping(self) -> bool:
        """Whether the run has been asked to end."""
        ...

    def step_done(self) -> None:
        """End the run if it has been asked to."""
        ...

    def keeps(self, lo: int, hi: int) -> bool:
        """Whether the node is kept."""
        ...

    def is_worth(self, lo: int, hi: int, size: int) -> bool:
        """Whether a node of `size` bytes that is elsewhere is worth being brought here and kept."""
        ...

    def keep_at_once(self, lo: int, hi: int, node: LargeNode) -> None:
        """Keep a finished node in the place of those within it."""
        ...


def subtree_halvings(series: HypergeometricSeries, terms: int, threads: int) -> int:
    """How often a sum is halved, so that `threads` threads in all have enough subtrees; 0 where it is too short for a cluster."""
    bits = terms * term_values(series.q, terms).bits
    most = bits // LEAST_SUBTREE_BITS
    halvings = (SUBTREES * threads - 1).bit_length()
    return max(0, min(halvings, most.bit_length() - 1, (terms // (2 * LEAST_CHUNK)).bit_length() - 1))


class ClusterNodes:
    """The `NodeKeeper` of a sum whose nodes a cluster makes.

    Attributes:
        report: the progress of the whole, for `split`.
    """

    def __init__(
        self,
        cluster: Cluster,
        series: PiSeries,
        component: int,
        terms: int,
        fraction_bits: int,
        *,
        folders: list[Path],
        check: bool,
        custody: Custody | None,
        repairs: Repairs,
        progress: Progress,
    ) -> None:
        """Nothing is made yet."""
        self._cluster, self._series, self._component = cluster, series, component
        self._terms, self._bits, self._check = terms, fraction_bits, check
        self._custody, self._repairs, self._progress = custody, repairs, progress
        self._folders = folders
        self._store: NodeStore | None = None
        self._run: TreeRun | None = None
        self._cuts: Cuts | None = None
        self._leaf = 0
        self._done: dict[Span, int] = {}
        self._told = 0

    def cuts(self, cuts: Cuts) -> Cuts:
        """See `NodeKeeper`: chunks for all workers; those of an earlier run go on as they are."""
        series, workers = self._series.components[self._component].sum, list(self._cluster.pool.workers.values())
        halvings = subtree_halvings(series, self._terms, sum(worker.threads for worker in workers))
        threads = min(worker.threads for worker in workers)
        chunk_bits = min(CHUNK_BITS, cuts.terms * cuts.term_bits * 17 // 16 >> halvings)
        cuts = cuts_for(series, self._terms, threads, chunk_bits)
        cuts = cuts if self._custody is None else self._custody.cuts(cuts)
        self._cuts, self._leaf = cuts, max(0, cuts.halvings - halvings)
        return cuts

    def load(self, lo: int, hi: int, threads: int) -> LargeNode | None:
        """See `NodeKeeper`."""
        kept = self._kept(lo, hi, threads)
        if kept is not None:
            return kept
        assert self._cuts is not None
        root = Span(0, self._terms, self._cuts.halvings)
        span = next((half for half in root.halves() if (half.lo, half.hi) == (lo, hi)), None)
        if span is None:
            return None
        run = self._begun(threads)
        while True:
            wanted = [half for half in root.halves() if not self._is_kept(half)]
            if not run.make([*wanted, *({span} - set(wanted))], stopping=self._is_stopping):
                self._leave(threads)
            try:
                return self._fetched(span, run.stored[span], threads)
            except OperandError as error:
                run.drop(span, error.reason)

    def keep(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        if self._custody is not None:
            self._custody.keep(lo, hi, node)

    def leave(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        if self._custody is not None:
            self._custody.leave(lo, hi, node)

    def report(self, phase: str, done: int, total: int) -> None:
        """Progress that only goes on: the tree in the client counts again what the cluster has done."""
        if done >= self._told:
            self._told = done
            self._progress(phase, done, total)

    def close(self) -> None:
        """Nothing is left on the cluster."""
        if self._store is not None:
            self._store.close()

    # ------------------------------------------------------------ the cluster's work

    def _begun(self, threads: int) -> TreeRun:
        """The run, which has the nodes that an earlier one has left."""
        if self._run is not None:
            return self._run
        assert self._cuts is not None
        self._store = store = NodeStore(self._cluster, self._folders)
        job = SumJob(
            store.run, self._series, self._component, self._terms, self._bits, self._cuts, self._check,
            None if store.shared is None else str(store.shared.path),
        )  # fmt: skip
        self._run = run = TreeRun(
            job, self._cluster.pool, store, self._leaf,
            finished=lambda span, place: self._finished(span, place, threads), repeated=self._repairs.note,
        )  # fmt: skip
        for half in Span(0, self._terms, self._cuts.halvings).halves():
            if not self._is_kept(half):
                self._give(half, run, store, threads)
        return run

    def _give(self, span: Span, run: TreeRun, store: NodeStore, threads: int) -> None:
        """Let the workers have the nodes of an earlier run within a node."""
        if self._custody is None or span.halvings <= self._leaf:
            return
        for half in span.halves():
            node = self._kept(half.lo, half.hi, threads)
            if node is None:
                self._give(half, run, store, threads)
            else:
                run.put(half, store.give(half, node))
                self._count(half, run.job.work(half, whole=True))

    def _finished(self, span: Span, place: NodePlace, threads: int) -> None:
        """A node is stored: it counts, and a checkpoint keeps it where that is worth it."""
        assert self._run is not None
        self._count(span, self._run.job.work(span, whole=span.halvings <= self._leaf))
        if self._custody is None or not self._custody.is_worth(span.lo, span.hi, place.size):
            return
        try:
            node = self._fetched(span, place, threads)
        except OperandError:  # whoever merges it has it made again
            return
        self._custody.keep_at_once(span.lo, span.hi, node)
        for number in node.numbers():
            number.release()

    def _fetched(self, span: Span, place: NodePlace, threads: int) -> LargeNode:
        assert self._store is not None
        return self._store.fetch(span, place, threads)

    def _count(self, span: Span, work: int) -> None:
        assert self._cuts is not None
        self._done[span] = work
        total = self._cuts.terms * self._cuts.levels
        self.report("sum", min(total, sum(self._done.values())), total)

    # ------------------------------------------------------------ the checkpoint

    def _is_kept(self, span: Span) -> bool:
        return self._custody is not None and self._custody.keeps(span.lo, span.hi)

    def _kept(self, lo: int, hi: int, threads: int) -> LargeNode | None:
        """A node of an earlier run; None if there is none, or it is damaged."""
        if self._custody is None or not self._custody.keeps(lo, hi):
            return None
        return self._custody.load(lo, hi, threads)

    def _is_stopping(self) -> bool:
        return self._custody is not None and self._custody.stopping

    def _leave(self, threads: int) -> None:
        """Keep what is finished, and end the run as it has been asked to."""
        assert self._custody is not None
        assert self._run is not None
        for span, place in list(self._run.stored.items()):
            if not self._custody.keeps(span.lo, span.hi):
                try:
                    node = self._fetched(span, place, threads)
                except OperandError:
                    continue
                self._custody.leave(span.lo, span.hi, node)
        self._custody.step_done()
