"""The plain tree of binary splitting, by gmpy2 alone: O(M(n)·log n) for n terms, its subtrees in threads.

The range is cut into a few subtrees a thread, which are summed side by side and merged pairwise. Products of large numbers release
the interpreter's lock, so that the threads overlap; small ones do not (`release_gil`).
"""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.runtime.progress import silent
from pi_engine.runtime.thread_count import release_gil
from pi_engine.splitting.plain.node import Node, leaf, merge

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from gmpy2 import mpz

    from pi_engine.runtime.progress import Progress
    from pi_engine.series.model.hypergeometric import HypergeometricSeries

LEAF_TERMS = 512
"""Terms of a leaf at most: with 64 a sum of 705 terms takes a tenth longer, with 8 twice as long; with 1024 none is quicker."""

_PARALLEL_TERMS = 4096
"""Below, one thread: 60 000 digits of Chudnovsky's series take less time than the threads' hand-over."""

_RELEASE_BITS = 1 << 17
"""Operands from here on release the lock: a product takes about 30 µs, the hand-over about one."""

_SUBTREE_TERMS = 128
"""The least a subtree holds, however many threads there are."""

_SUBTREES_PER_THREAD = 4
"""A few, so that one that ends early leaves little idle time."""


class _Cancelled(Exception):  # noqa: N818 (not an error: it ends the work of a thread)
    pass


class _Meter:
    """Counts terms × levels of the tree as they are merged, the same amount of work to a first approximation."""

    def __init__(self, terms: int, progress: Progress) -> None:
        self.cancelled = False
        self._lock = threading.Lock()
        self._progress = progress
        self._done = 0
        self._reported = 0
        self._total = terms * max(1, (terms // LEAF_TERMS).bit_length())
        self._step = max(1, self._total // 500)

    def merged(self, terms: int) -> None:
        """`terms` terms have gone up by one level."""
        if self.cancelled:
            raise _Cancelled
        with self._lock:
            self._done += terms
            if self._done - self._reported >= self._step:
                self._reported = self._done
                self._progress("sum", min(self._done, self._total), self._total)


def split_plain(series: HypergeometricSeries, terms: int, *, threads: int = 1, progress: Progress = silent) -> Node:
    """Sum terms 0 ≤ k < `terms` of `series` as `split` does: for small sums, and the reference for the compiled tree."""
    meter = _Meter(terms, progress)
    parallel = threads > 1 and terms >= _PARALLEL_TERMS
    subtree = _subtree_builder(series, meter, parallel=parallel)
    if not parallel:
        return subtree(0, terms, rightmost=True)
    pieces = min(1 << (threads * _SUBTREES_PER_THREAD - 1).bit_length(), terms // _SUBTREE_TERMS)
    pieces = 1 << (pieces.bit_length() - 1)  # a power of two, so that they merge in pairs
    cuts = [terms * i // pieces for i in range(pieces + 1)]
    from concurrent.futures import ThreadPoolExecutor  # not for small sums

    pool = ThreadPoolExecutor(min(threads, pieces), "split")
    try:
        nodes = HandOver(*_results([pool.submit(subtree, lo, hi, rightmost=hi == terms) for lo, hi in pairwise(cuts)]))
        while len(nodes) > 1:
            nodes = _merge_pairs(pool, nodes)
            meter.merged(terms)
    finally:
        # an interrupt must not wait for subtrees that nobody wants any more
        meter.cancelled = True
        pool.shutdown(wait=False, cancel_futures=True)
    return nodes.take()


class _Subtree(Protocol):
    def __call__(self, lo: int, hi: int, *, rightmost: bool) -> Node: ...


def _subtree_builder(series: HypergeometricSeries, meter: _Meter, *, parallel: bool) -> _Subtree:
    def subtree(lo: int, hi: int, *, rightmost: bool) -> Node:
        if hi - lo <= LEAF_TERMS:
            node = leaf(series, lo, hi)
            return node._replace(P=None) if rightmost else node
        middle = (lo + hi) // 2
        left = subtree(lo, middle, rightmost=False)
        right = subtree(middle, hi, rightmost=rightmost)
        if parallel:
            release_gil(left.Q.bit_length() >= _RELEASE_BITS)
        node = merge(left, right)
        meter.merged(hi - lo)
        return node

    return subtree


def _results(jobs: list[Future[Node]]) -> list[Node]:
    """The results in order. The first error of any job is raised at once, not after the jobs that stand before it."""
    from concurrent.futures import FIRST_EXCEPTION, wait

    for job in wait(jobs, return_when=FIRST_EXCEPTION).done:
        job.result()
    return [job.result() for job in jobs]


def _product(x: mpz, y: mpz) -> mpz:
    release_gil(True)  # noqa: FBT003 (a switch)
    return x * y


def _merge_pairs(pool: ThreadPoolExecutor, nodes: HandOver[Node]) -> HandOver[Node]:
    """One level up: every product of every pair is a job of its own, so that the last merges use all threads."""
    jobs = []
    while len(nodes):
        left, right = nodes.take(), nodes.take()
        assert left.P is not None
        jobs.append(
            (
                None if right.P is None else pool.submit(_product, left.P, right.P),
                pool.submit(_product, left.Q, right.Q),
                pool.submit(_product, left.T, right.Q),
                pool.submit(_product, left.P, right.T),
            )
        )
    del left, right  # the last pair goes with its products, as the others do
    merged = (Node(None if P is None else P.result(), Q.result(), TQ.result() + PT.result()) for P, Q, TQ, PT in jobs)
    return HandOver(*merged)
