"""A node of the binary splitting: the terms lo ≤ k < hi of a series as three integers.

With p(0) = q(0) = 1,

    P = ∏ p(j),   Q = ∏ q(j),   T = Q·Σ_k a(k)·∏_{lo ≤ j ≤ k} p(j)/q(j),

and two neighbours merge into P₁P₂, Q₁Q₂, T₁Q₂ + P₁T₂ (Haible and Papanikolaou, Fast multiprecision
evaluation of series of rational numbers, ANTS-III, 1998). Over the whole range T/Q is the partial sum.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import mpz

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.series.model.hypergeometric import HypergeometricSeries


class Truncated(NamedTuple):
    """Residues of a node's Q and T whose low bits have been cut off (`truncation`).

    Attributes:
        Q: of what is left of Q, and of what Q would be without any cut.
        T: of what is left of T, and of what T would be without any cut.
    """

    Q: tuple[Residues, Residues]
    T: tuple[Residues, Residues]


class Node(NamedTuple):
    """P, Q and T of a range of terms; P is None on the right edge of the tree, where nothing needs it.

    Attributes:
        removed: (G, m): Q and T have been divided by ∏ G^m (`common_factors`).
        truncated: the residues that are checked where low bits may have been cut off.
        error: log₂ of how far T/Q is off at most for that (`rounding`).
    """

    P: mpz | None
    Q: mpz
    T: mpz
    removed: tuple[tuple[mpz, int], ...] = ()
    truncated: Truncated | None = None
    error: float = -math.inf


def leaf_builder(series: HypergeometricSeries) -> Callable[[int, int], Node]:
    """A function (lo, hi) ↦ Node that accumulates the terms lo ≤ k < hi one by one, lo < hi.

    Python integers serve here: below some hundred bits they are as fast as GMP's.
    """
    p, q, a = (f.evaluator() for f in (series.p, series.q, series.a))

    def leaf(lo: int, hi: int) -> Node:
        assert lo < hi
        P = p(lo) if lo else 1
        Q = q(lo) if lo else 1
        T = P * a(lo)
        for k in range(lo + 1, hi):
            q_k = q(k)
            P *= p(k)
            Q *= q_k
            T = T * q_k + P * a(k)
        return Node(mpz(P), mpz(Q), mpz(T))

    return leaf


def merge(left: Node, right: Node) -> Node:
    """The node of two neighbouring ranges; it has no P where `right` has none."""
    assert left.P is not None
    P = None if right.P is None else left.P * right.P
    return Node(P, left.Q * right.Q, left.T * right.Q + left.P * right.T)
