"""The shadow of the splitting: Q and T of all terms modulo 2^61 − 1, in one flat loop.

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k)

It shares nothing with the tree but the three polynomials: no leaf, no merge, no large product, no thread. The
root's residues must equal it. An error of the tree that is not a multiple of 2^61 − 1 shows; one in p, q or a
does not: against that stand the known digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.mersenne import M61, require, residue

if TYPE_CHECKING:
    from pi_engine.series import HypergeometricSeries
    from pi_engine.splitting.node import Node

KERNEL_TERMS = 700_000
"""From here on the compiled loop is faster, its import of about 0.6 s included (1.2 µs a term in Python)."""


def shadow_residues(series: HypergeometricSeries, terms: int, *, compiled: bool = False) -> tuple[int, int]:
    """(Q mod M, T mod M) of the terms 0 ≤ k < `terms`; 1.2 µs a term, or 40 ns from `KERNEL_TERMS` on or if `compiled`."""
    if compiled or terms >= KERNEL_TERMS:
        return compiled_shadow_residues(series, terms)
    return interpreted_shadow_residues(series, terms)


def compiled_shadow_residues(series: HypergeometricSeries, terms: int) -> tuple[int, int]:
    """The same for `terms` < 2^61, by a kernel."""
    import numpy as np

    from pi_engine.splitting.tree_kernels import shadow_of_terms

    p, q, a = (np.array([c % M61 for c in f.coefficients], np.uint64) for f in (series.p, series.q, series.a))
    found = np.empty(2, np.uint64)
    shadow_of_terms(p, q, a, found, terms)
    return int(found[0]), int(found[1])


def interpreted_shadow_residues(series: HypergeometricSeries, terms: int) -> tuple[int, int]:
    """The loop in Python: the reference for the compiled one."""
    p, q, a = (f.evaluator() for f in (series.p, series.q, series.a))
    P = Q = 1
    T = a(0) % M61
    for k in range(1, terms):
        q_k = q(k) % M61
        P = P * p(k) % M61
        Q = Q * q_k % M61
        T = (T * q_k + P * a(k)) % M61
    return Q, T


def check_against_shadow(series: HypergeometricSeries, terms: int, root: Node, *, compiled: bool = False) -> None:
    """Compare the root's residues with the shadow.

    Raises:
        VerificationError: they differ.
    """
    removed = 1
    for divisor, times in root.removed:
        removed = removed * pow(residue(divisor), times, M61) % M61
    found = residue(root.Q) * removed % M61, residue(root.T) * removed % M61
    agree = found == shadow_residues(series, terms, compiled=compiled)
    require(agree, "the sum of the series, compared with its shadow modulo 2^61 − 1,")
