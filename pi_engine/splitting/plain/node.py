"""A node of the binary splitting: the terms lo ≤ k < hi of a series as three integers.

With p(0) = q(0) = 1,

    P = ∏ p(j),   Q = ∏ q(j),   T = Q·Σ_k a(k)·∏_{lo ≤ j ≤ k} p(j)/q(j),

and two neighbours merge into P₁P₂, Q₁Q₂, T₁Q₂ + P₁T₂ (Haible and Papanikolaou, Fast multiprecision
evaluation of series of rational numbers, ANTS-III, 1998). Over the whole range T/Q is the partial sum.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from gmpy2 import mpz

if TYPE_CHECKING:
    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.series.model.hypergeometric import HypergeometricSeries


_PYTHON_TERMS = 8
"""Terms whose P, Q and T are Python's integers."""


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


def leaf(series: HypergeometricSeries, lo: int, hi: int) -> Node:
    """The node of a few terms lo ≤ k < hi, lo < hi: pairs of terms, pairs of pairs, and so on.

    Lists keep Python's own work below that of the products. Python's integers serve for the first of them: below some hundred
    bits they are as fast as GMP's.
    """
    assert lo < hi
    p, q, a = (f.table(lo, hi) for f in (series.p, series.q, series.a))
    if not lo:
        p[0] = q[0] = 1
    rows: list[tuple[Any, Any, Any]] = [
        (p1 * p2, q1 * q2, p1 * (a1 * q2 + p2 * a2))
        for p1, p2, q1, q2, a1, a2 in zip(p[::2], p[1::2], q[::2], q[1::2], a[::2], a[1::2], strict=False)
    ]
    if len(p) % 2:
        rows.append((p[-1], q[-1], p[-1] * a[-1]))
    terms = 2
    while len(rows) > 1:
        if terms == _PYTHON_TERMS:
            rows = [(mpz(P), mpz(Q), mpz(T)) for P, Q, T in rows]
        single = rows[-1:] if len(rows) % 2 else []
        each = iter(rows)
        rows = [
            (P1 * P2, Q1 * Q2, T1 * Q2 + P1 * T2) for (P1, Q1, T1), (P2, Q2, T2) in zip(each, each, strict=False)
        ] + single
        terms *= 2
    P, Q, T = rows[0]
    return Node(mpz(P), mpz(Q), mpz(T))


def merge(left: Node, right: Node) -> Node:
    """The node of two neighbouring ranges; it has no P where `right` has none."""
    assert left.P is not None
    P = None if right.P is None else left.P * right.P
    return Node(P, left.Q * right.Q, left.T * right.Q + left.P * right.T)
