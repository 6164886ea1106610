"""From the terms to the first level of nodes: how many subtrees, how large their numbers can be, on which threads.

For 0 ≤ k < n let |p(k)| < 2^b, |q(k)| < 2^c, |a(k)| < 2^d (`term_values`). A node of m terms has

    |P| < 2^(m·b),   |Q| < 2^(m·c),   |T| ≤ Σ_k |a(k)|·∏_{j≤k}|p(j)|·∏_{j>k}|q(j)| < m·2^(d + m·max(b, c)),

and a product of numbers of x and y bits is written in at most x/64 + y/64 + 2 limbs, a sum in one more: hence the
capacities of `_capacities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.runtime.machine_faults import machine_fault, require_fitting
from pi_engine.splitting.compiled.lane_subtrees import Work, lane_work, lanes_are_usable
from pi_engine.splitting.kernels.tree_kernels import subtrees_worker
from pi_engine.splitting.records.common_factors import divisor_table
from pi_engine.splitting.records.node_level import NodeLevel
from pi_engine.splitting.records.subtree_record import HEADER_LIMBS, Subtrees, subtree_record
from pi_engine.splitting.records.term_values import TermValues, term_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pi_engine.series.model.hypergeometric import HypergeometricSeries

BATCH_TERMS = 1 << 18
"""Terms between two reports: some ten milliseconds of work."""


def _capacities(p: TermValues, q: TermValues, a: TermValues, terms: int) -> tuple[int, int, int]:
    """Limbs that P, Q and T of a node of a given number of terms need while they are made."""
    longest = terms * max(p.bits, q.bits) + a.bits + terms.bit_length()
    return terms * p.bits // 64 + 3, terms * q.bits // 64 + 3, longest // 64 + 4


def build_subtrees(
    series: HypergeometricSeries,
    lo: int,
    hi: int,
    count: int,
    depth: int,
    *,
    threads: int,
    built: Callable[[int], None],
    divisors: Sequence[mpz] | None = None,
) -> NodeLevel:
    """The nodes of `count` subtrees of 2^depth blocks each, of the terms lo ≤ k < hi; all of them have a P.

    Every block must have at least one term: hi − lo ≥ 2·count·2^depth. `built` is called with the terms done, now and then.
    divisors: by what P and Q of 2^j blocks are divided, all except the Q of k = 0, for j = 0 … depth (`common_factors`).

    Raises:
        VerificationError: a number has outgrown the buffer that is large enough by proof.
    """
    values = [term_values(f, hi) for f in (series.p, series.q, series.a)]
    p, q, a = values
    node_terms = most_terms(hi - lo, count, depth)
    capacities = np.array([_capacities(p, q, a, m) for m in node_terms], np.int64)
    node_limbs = HEADER_LIMBS + int(capacities[depth].sum())
    buffer = PooledLimbs(count * node_limbs)
    lengths, wrong = np.zeros((3, count), np.int64), np.zeros(1, np.int64)
    subtrees = Subtrees(lo, hi, count, capacities, buffer.address, count * node_limbs, lengths)
    divisors = divisors or [mpz(1)] * (depth + 1)
    if lanes_are_usable(values, node_terms, count, divisors):
        worker, record, side_by_side, arena = lane_work(subtrees, values, node_terms, divisors)
    else:
        worker, record, side_by_side, arena = _work(subtrees, values, divisors)
    counter = np.zeros(1, np.uint64)
    pieces = count // side_by_side
    step = max(threads, pieces * BATCH_TERMS // (hi - lo))
    for done in range(0, pieces, step):
        stop = min(done + step, pieces)
        counter[0] = done

        def work(_thread: int, _first: int, _last: int, stop: int = stop) -> None:
            block = pool.take(arena)
            try:
                worker(counter, stop, record.row, block.address, wrong)
            finally:
                pool.give(block)

        share(work, threads, threads, buffer)
        require_fitting(wrong, "a leaf of the sum")
        built((hi - lo) * (stop - done) // pieces)
    if not lengths[1].all():
        raise machine_fault("a leaf of the sum was not built")
    return NodeLevel(buffer, _offsets(capacities[depth], count, node_limbs), lengths)


def _work(subtrees: Subtrees, values: list[TermValues], divisors: Sequence[mpz]) -> Work:
    """One subtree at a time, by GMP's products."""
    arena = _arena_limbs(subtrees.capacities, values)
    record = subtree_record(subtrees, values, divisor_table(divisors), arena, np.empty((0, 3), np.int64))
    return Work(subtrees_worker, record, 1, 8 * arena)


def _arena_limbs(capacities: NDArray[np.int64], values: list[TermValues]) -> int:
    """A waiting node a level, two in the making, two products, and the long values."""
    top = int(capacities[-1].sum()) + HEADER_LIMBS
    slots = int(capacities[:-1].sum()) + HEADER_LIMBS * (len(capacities) - 1)
    long_values = max(2 * int(f.longs.shape[2]) for f in values) + int(capacities[0, 2])
    return slots + 2 * top + 2 * int(capacities[-1, 2]) + long_values + 8


def _offsets(capacities: NDArray[np.int64], count: int, node_limbs: int) -> NDArray[np.int64]:
    starts = np.arange(count, dtype=np.int64) * node_limbs + HEADER_LIMBS
    return np.stack([starts, starts + capacities[0], starts + capacities[0] + capacities[1]])


def most_terms(terms: int, count: int, depth: int) -> list[int]:
    """How many terms the nodes of 2^j blocks have at most, for j = 0 … depth, in `count` subtrees of a given number of terms.

    Pieces of `cut` exceed their even share by at most two terms, and by one more at the end.

    The halves of a node may be those of different subtrees, as they are where eight lanes share one length
    (`lane_subtrees`). Let a subtree have 2h or 2h + 2 terms, the last of all one more, and 2^(depth − j) = D. The halves
    of a node of 2^j blocks have at most 2·⌈(h + 1)/2D⌉ terms each; with h + 1 = 2D·x + r they have 4x + 4·[r > 0]
    together. `largest` is at least 2h + 3, hence what stands here at least 4x + 4 + ⌊(2r + 1)/D⌋. Only the last node may
    have a term more; but there the left half is rounded up only if r > D. At the top the left half is rounded down,
    and 2h + 3 is what they have.
    """
    largest = terms // count + 3
    return [(largest >> (depth - j)) + 4 for j in range(depth)] + [largest]


def least_terms(terms: int, count: int, depth: int, above: int = 0) -> dict[int, int]:
    """How many terms the nodes of 2^j blocks have at least, by j, in `count` subtrees of a given number of terms.

    That is for j = 0 … depth, and for the nodes `above` levels above the subtrees. `cut` gives its pieces i to j at least
    2·⌊⌊terms/2⌋·(j − i)/pieces⌋ terms, since ⌊x + y⌋ − ⌊x⌋ ≥ ⌊y⌋; so what stands here for a node is at least twice what
    stands here for its halves.
    """
    half = terms // 2 // count
    least = {j: 2 * (half * 2**j // 2**depth) for j in range(depth + 1)}
    if above:
        least[depth + above] = 2 * (terms // 2 * 2**above // count)
    return least
