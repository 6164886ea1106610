"""The tree for large sums: subtrees in a kernel, levels in kernels, then one large merge after the other.

The range is cut into chunks, so that not all leaves have to be in memory at once. A chunk goes up level by level while
its nodes are many and small; then one merge at a time has all threads inside, as have the chunks' own merges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from pi_engine.bigint.product import thresholds
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.bigint.vectors.lane_widths import BY_DOUBLES, LANES
from pi_engine.runtime.progress import WorkMeter
from pi_engine.splitting.compiled.lane_subtrees import lanes_fit
from pi_engine.splitting.compiled.level_division import divide_level
from pi_engine.splitting.compiled.lower_tree import merge_level
from pi_engine.splitting.compiled.node_merge import integers_of_root, merge_with_diagnosis, park
from pi_engine.splitting.compiled.node_residues import with_residues
from pi_engine.splitting.compiled.subtrees import build_subtrees, least_terms
from pi_engine.splitting.compiled.truncated_nodes import truncated
from pi_engine.splitting.compiled.upper_tree import LargeNode
from pi_engine.splitting.kernels.tree_kernels import cut
from pi_engine.splitting.levels.level_runs import forget_layouts, levels_at_once, merge_levels
from pi_engine.splitting.plain.node import Node, Truncated
from pi_engine.splitting.records.common_factors import divisors_by_level
from pi_engine.splitting.records.term_values import term_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmpy2 import mpz

    from pi_engine.runtime.progress import Progress
    from pi_engine.runtime.repairs import Repairs
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.splitting.compiled.node_keeper import NodeKeeper
    from pi_engine.splitting.records.node_level import NodeLevel

BLOCK_TERMS = 8
"""Terms that are accumulated one by one."""

SUBTREE_BITS = 10_000
"""Bits of Q at the root of a subtree, this to twice as many, unless `tune` has measured it: then the complex transform is faster."""

LANE_SUBTREE_BITS = 64_000
"""The same at the root of each of eight subtrees side by side elsewhere: their products go on beating the transform."""

LANE_BITS = 450_000
"""Bits of Q from which on there are eight subtrees for every thread, the threads rounded down to a power of two, though
the subtrees are smaller then; below, that costs more levels than it gains."""

CHUNK_BITS = 1 << 28
"""Bits of Q at the root of a chunk: its leaves take about three times as much, in bits."""

CHUNK_BYTES = 20
"""What a chunk takes to be made, at most, by bytes of the Q at its root."""

DIVIDE_AGAIN_LEVELS = 10
"""Levels above the subtrees from which on common factors are divided out once more, half-way up."""

SIDE_BY_SIDE_BITS = 1 << 24
"""Bits of Q from which on nodes are merged one at a time: no slower, and the threads share one workspace instead of having one each."""

LEAST_SIDE_BY_SIDE_BITS = 1 << 21
"""The least `SIDE_BY_SIDE_BITS`, where the nodes outgrow what the sum needs of them, so that they lose the rest."""

LEAST_CHUNK = 4
"""Terms of a chunk at least, so that it has two subtrees."""

LARGE_BITS = 1 << 22
"""Bits of Q from which on merges are checked one by one: below, the shadow sees them all together, at half of the cost."""


@dataclass(frozen=True)
class Cuts:
    """Where a sum is cut: into 2^halvings chunks, each into `subtrees` subtrees, each into 2^depth blocks.

    Attributes:
        terms: terms of the sum.
        term_bits: bits of Q that a term adds.
        subtree_terms: about how many terms a subtree has.
        halvings: how often the sum is halved until its parts are chunks.
        least: terms of the smallest chunk.
        subtrees: how many a chunk has, a power of two.
        depth: how often a subtree is halved until its parts are blocks.
    """

    terms: int
    term_bits: int
    subtree_terms: int
    halvings: int
    least: int
    subtrees: int
    depth: int

    @classmethod
    def of(cls, terms: int, term_bits: int, subtree_bits: int, fewest: int, chunk_bits: int = CHUNK_BITS) -> Cuts:
        """Cuts for subtrees and chunks of a given number of bits; at least `fewest` of them a chunk, if they have two terms each."""
        subtree_terms = max(2, subtree_bits // term_bits)
        chunk_terms = max(2 * subtree_terms, chunk_bits // term_bits)
        halvings, least, most = 0, terms, terms
        while most > chunk_terms and least >= 2 * LEAST_CHUNK:
            halvings, least, most = halvings + 1, 2 * (least // 4), most - 2 * (most // 4)
        subtrees = 1 << max(0, (least // subtree_terms).bit_length() - 1)
        while subtrees < fewest and 4 * subtrees <= least:
            subtrees *= 2
        depth = max(0, (least // subtrees // BLOCK_TERMS).bit_length() - 1)
        return cls(terms, term_bits, subtree_terms, halvings, least, subtrees, depth)

    def with_parts(self, halvings: int, subtrees: int, depth: int) -> Cuts | None:
        """The same sum cut otherwise; None where it cannot be cut so."""
        least = most = self.terms
        for _ in range(halvings):
            least, most = 2 * (least // 4), most - 2 * (most // 4)
            if least < LEAST_CHUNK:
                return None
        if subtrees.bit_count() != 1 or (subtrees << depth) * 2 > least:  # as `build_subtrees` needs it
            return None
        return replace(self, halvings=halvings, least=least, subtrees=subtrees, depth=depth)

    @property
    def blocks(self) -> int:
        """Of the whole sum."""
        return self.subtrees << (self.halvings + self.depth)

    @property
    def levels(self) -> int:
        """Levels of merges above the blocks, about."""
        return max(1, (self.terms // self.subtree_terms).bit_length()) + 3

    def second_division(self) -> int:
        """After how many levels above the subtrees the nodes are divided once more; 0 where that does not pay."""
        levels = self.halvings + self.subtrees.bit_length() - 1
        if levels < DIVIDE_AGAIN_LEVELS:
            return 0
        largest = SIDE_BY_SIDE_BITS * self.subtrees * 2**self.halvings // (self.terms * self.term_bits)
        again_at: int = min(levels // 2, largest.bit_length() - 1, self.subtrees.bit_length() - 1)
        return max(0, again_at)


def cuts_for(series: HypergeometricSeries, terms: int, threads: int, chunk_bits: int | None = None) -> Cuts:
    """Cuts for a sum: eight subtrees side by side for every thread where it is long enough and the processor has the lanes."""
    values = [term_values(f, terms) for f in (series.p, series.q, series.a)]
    term_bits = values[1].bits
    chunk_bits, space = chunk_bits or CHUNK_BITS, scratch_space()
    chunk_bits = chunk_bits if space is None else min(chunk_bits, 8 * max(space.free(), 0) // CHUNK_BYTES)
    if terms * term_bits >= LANE_BITS and lanes_fit(values):
        bits = thresholds().lanes or (SUBTREE_BITS if BY_DOUBLES else LANE_SUBTREE_BITS)
        return Cuts.of(terms, term_bits, bits, LANES << (threads.bit_length() - 1), chunk_bits)
    return Cuts.of(terms, term_bits, thresholds().subtree or SUBTREE_BITS, 1, chunk_bits)


class CompiledTree:
    """The work: nodes of a sum with these cuts."""

    def __init__(
        self,
        series: HypergeometricSeries,
        cuts: Cuts,
        threads: int,
        progress: Progress,
        *,
        check: bool,
        needed: Callable[[int], float] | None,
        keeper: NodeKeeper | None = None,
        repairs: Repairs | None = None,
    ) -> None:
        self.series, self.cuts, self.threads, self.check, self.needed = series, cuts, threads, check, needed
        self.keeper, self.repairs = keeper, repairs
        enough = SIDE_BY_SIDE_BITS if needed is None else max(needed(0), LEAST_SIDE_BY_SIDE_BITS)
        self.side_by_side = min(SIDE_BY_SIDE_BITS, enough)
        # bits of Q: these are not checked one by one
        self.at_once = min(self.side_by_side, LARGE_BITS / 2 if check else math.inf)
        self.again_at = cuts.second_division()
        self.divisors = divisors_by_level(series, least_terms(cuts.least, cuts.subtrees, cuts.depth, self.again_at))
        self.meter = WorkMeter("sum", cuts.terms * cuts.levels, progress)  # levels weigh about the same

    def removed(self) -> tuple[tuple[mpz, int], ...]:
        """What Q and T of the root are divided by: every level's divisor as often as it has nodes, less one."""
        return tuple((divisor, (self.cuts.blocks >> j) - 1) for j, divisor in self.divisors.items() if divisor > 1)

    def node(self, lo: int, hi: int, halvings: int) -> LargeNode:
        """The node of lo ≤ k < hi, of 2^halvings chunks, without P if it ends the sum; that of an earlier run, if it is kept."""
        whole = hi - lo == self.cuts.terms
        kept = None if self.keeper is None or whole else self.keeper.load(lo, hi, self.threads)
        if kept is not None:
            self.meter((hi - lo) * (self.cuts.levels - self.cuts.halvings + halvings))
            return kept
        make = partial(self.chunk, lo, hi) if halvings == 0 else partial(self.merged, lo, hi, halvings)
        if self.repairs is None:
            node = make()
        else:
            done = self.meter.done
            node = self.repairs.repeat("the sum", make, terms=(lo, hi), before=lambda _: self.meter.back_to(done))
        if self.keeper is not None and not whole:  # of the whole sum its caller keeps more
            self.keeper.keep(lo, hi, node)
        return node

    def merged(self, lo: int, hi: int, halvings: int) -> LargeNode:
        """The node of lo ≤ k < hi, made of its halves; made again, it takes them from where they are kept."""
        middle = cut(lo, hi, 1, 2)
        left = self.node(lo, middle, halvings - 1)
        park(left)
        try:
            right = self.node(middle, hi, halvings - 1)
        except BaseException:
            if self.keeper is not None:
                self.keeper.leave(lo, middle, left)
            raise
        node = self.shortened(merge_with_diagnosis(left, right, self.threads), lo, hi)
        self.meter(hi - lo)
        return node

    def shortened(self, node: LargeNode, lo: int, hi: int) -> LargeNode:
        """The node of lo ≤ k < hi without what no digit depends on (`series.model.truncation`); the root is copied by its caller."""
        if self.needed is None:
            return node
        bits = self.needed(lo)
        if lo == 0 and hi < self.cuts.terms:  # see "Common factors" there
            bits += sum(divisor.bit_length() for divisor in self.divisors.values())
        return truncated(node, bits, self.threads, copy=hi - lo < self.cuts.terms)

    def watched(self, level: NodeLevel, now: bool = True) -> NodeLevel:  # noqa: FBT001, FBT002 (whether)
        """The level with residues, from here on, if something is to be checked."""
        return with_residues(level, self.threads) if self.check and now and level.residues is None else level

    def chunk(self, lo: int, hi: int) -> LargeNode:
        """The node of the chunk lo ≤ k < hi, whose nodes go up level by level."""
        terms, depth, rightmost = hi - lo, self.cuts.depth, hi == self.cuts.terms
        level = build_subtrees(
            self.series, lo, hi, self.cuts.subtrees, depth,
            threads=self.threads, built=lambda n: self.meter(3 * n), divisors=[self.divisors[j] for j in range(depth + 1)],
        )  # fmt: skip
        merged = 0
        while len(level) > 1:
            most = self.again_at - merged if merged < self.again_at else len(level)
            found = levels_at_once(level, most, self.at_once)
            made = merge_levels(level, found, self.threads, rightmost=rightmost) if found else None
            if made is not None:
                level, merged = made, merged + len(found)
                self.meter(len(found) * terms)
            elif merged < self.again_at or (len(level) // 2 >= self.threads and level.bits < self.side_by_side):
                bits, merged = level.bits, merged + 1
                level = self.watched(level, bits >= LARGE_BITS)
                begin = self.check and 2 * bits >= LARGE_BITS
                level = merge_level(
                    level, self.threads, lambda part: self.meter(part * terms), rightmost=rightmost, begin=begin
                )
            else:  # better merged one after another, with all threads inside
                break
            if merged == self.again_at and self.divisors[depth + merged] > 1:
                level = self.watched(level)
                level = divide_level(level, self.divisors[depth + merged], self.threads, leftmost=lo == 0)
        level = self.watched(level)
        if rightmost:
            forget_layouts(self.cuts.terms * self.cuts.term_bits)
        nodes = [LargeNode.of(level, i) for i in range(len(level))]
        if rightmost:
            nodes[-1] = nodes[-1]._replace(P=None)
        cuts = [cut(lo, hi, i, len(nodes)) for i in range(len(nodes) + 1)]
        nodes = [self.shortened(node, *ends) for node, ends in zip(nodes, pairwise(cuts), strict=True)]
        while len(nodes) > 1:
            pairs, nodes, cuts = list(zip(nodes[::2], nodes[1::2], strict=True)), [], cuts[::2]
            for (left, right), ends in zip(pairs, pairwise(cuts), strict=True):
                nodes.append(self.shortened(merge_with_diagnosis(left, right, self.threads), *ends))
                self.meter(terms / len(pairs))
        if len(level) > 1:
            level.buffer.release()
        return nodes[0]


def split_compiled(
    series: HypergeometricSeries,
    terms: int,
    threads: int,
    progress: Progress,
    *,
    check: bool = True,
    needed: Callable[[int], float] | None = None,
    keeper: NodeKeeper | None = None,
    repairs: Repairs | None = None,
) -> Node:
    """Q and T of 0 ≤ k < `terms`, at least two of them; `progress` is called from this thread only.

    check: compare every large merge and every division of a level modulo both `moduli` (`node_residues`). keeper: keeps nodes of a
    chunk or more. needed, repairs: as in `split`.
    """
    cuts = cuts_for(series, terms, threads)
    cuts = cuts if keeper is None else keeper.cuts(cuts)
    tree = CompiledTree(series, cuts, threads, progress, check=check, needed=needed, keeper=keeper, repairs=repairs)
    root = tree.node(0, terms, cuts.halvings)
    Q, T = root.Q.residues, root.T.residues
    residues = None if Q is None or T is None else Truncated(Q, T)
    return Node(None, *integers_of_root(root), tree.removed(), residues, root.errors.T)
