"""Bits of the nodes of a sum of Chudnovsky's series, from its polynomials: no tree is built.

A node of the terms lo ≤ k < hi has, while it is exact,

    log₂ Q = Σ log₂ q(k) − D·(hi − lo),    log₂ P = log₂ Q − R·(hi − lo),    log₂ T ≈ log₂ Q,

q(k) = C·k³, R = log₂(640320³/1728) = 47.11 the bits that a term gives. D is what the divisions by common factors take out of P and Q, a
term: log₂ G(m)/m, where nodes of m terms are divided. G(m) is (m!)³ without its twos and with a third of its threes
(`splitting.records.common_factors`). With v_ℓ(m!) ≈ m/(ℓ − 1) and Stirling's formula

    D = 3·(log₂ m − log₂ e − 1) − log₂ 3.

The result needs w − R·lo bits of Q of a node that begins at lo, where w are its own (`series.model.truncation`; some hundred bits of margin
are left out here); the node loses the rest of P, Q and T alike. The node that ends the sum has no P.

What is merged from a node that has lost bits loses some, too, since a term of its left part has more than R bits. Hence the size of
a node does not depend on how the tree below it is cut.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

from pi_engine.radix import fraction_bits
from pi_engine.series.lookup import get
from pi_engine.series.model.tail import all_terms
from pi_engine.series.model.truncation import GUARD, LEAST_BITS

_SUMMED = get("chudnovsky").components[0].sum
TERM_BITS = _SUMMED.bits_per_term
"""R above."""
_LEADING_BITS = math.log2(_SUMMED.q.leading)

SUBTREE_BITS = 64_000
"""Bits of Q at the root of what the leaves' kernels build: LANE_SUBTREE_BITS of the compiled tree."""

_GUARD_BITS = 64
_DIVIDED_BITS = 0.6 * (1 << 24)
"""Bits that Q of a node may have at which common factors are divided out: SIDE_BY_SIDE_BITS there, and less for where cuts fall."""
_LEAST_SUBTREES = 1000
"""Shorter sums are divided in their subtrees only."""


class NodeBits(NamedTuple):
    """A node.

    Attributes:
        q: bits of Q, and of T.
        p: bits of P; 0 where there is none.
    """

    q: float
    p: float

    @property
    def file_bytes(self) -> float:
        """Of its record."""
        return (self.p + 2 * self.q) / 8


@dataclass(frozen=True)
class SumSizes:
    """The sizes of a sum.

    Attributes:
        digits: N.
        bits: w, of the result.
        terms: n.
        removed: D above.
    """

    digits: int
    bits: int
    terms: int
    removed: float

    @classmethod
    @functools.cache
    def of(cls, digits: int) -> SumSizes:
        """Those of N digits."""
        bits = fraction_bits(digits, 10, _GUARD_BITS)
        terms = all_terms(get("chudnovsky"), bits + GUARD)[0]
        return cls(digits, bits, terms, divisor_bits(_divided_terms(terms)))

    @property
    def undivided_bits(self) -> float:
        """Of Q, of the last term: what cuts are counted by."""
        return _LEADING_BITS + 3 * math.log2(self.terms)

    def exact_bits(self, lo: int, hi: int) -> float:
        """Of Q of lo ≤ k < hi before anything is cut off."""
        first = max(lo, 1)  # q(0) = 1
        cubes = 3 * (math.lgamma(hi) - math.lgamma(first)) / math.log(2)
        return max(1.0, (hi - first) * (_LEADING_BITS - self.removed) + cubes)

    def needed(self, lo: int) -> float:
        """Bits of Q that the result needs of a node that begins there."""
        return max(self.bits - TERM_BITS * lo, LEAST_BITS)

    def node(self, lo: int, hi: int) -> NodeBits:
        """The node of lo ≤ k < hi as it is kept."""
        q = min(self.exact_bits(lo, hi), self.needed(lo))
        return NodeBits(q, 0.0 if hi == self.terms else max(q - TERM_BITS * (hi - lo), 0.0))

    def is_exact(self, lo: int, hi: int) -> bool:
        """Whether no node within loses anything."""
        return self.exact_bits(lo, hi) <= self.needed(hi)


def divisor_bits(terms: int) -> float:
    """D above, with m = `terms`."""
    return max(0.0, 3 * (math.log2(terms) - math.log2(math.e) - 1) - math.log2(3))


def _divided_terms(terms: int) -> int:
    """Nodes are divided half-way between subtrees and root, or where they have `_DIVIDED_BITS`, if those are less."""
    each = _LEADING_BITS + 3 * math.log2(terms)
    subtree = max(1.0, SUBTREE_BITS / each)
    half_way = math.sqrt(subtree * terms)
    return int(min(half_way, _DIVIDED_BITS / each) if terms > _LEAST_SUBTREES * subtree else subtree)
