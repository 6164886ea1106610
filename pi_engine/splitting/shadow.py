"""The shadow of the splitting: Q and T of all terms modulo 2^61 − 1, by the recurrence.

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k)

In Python, blocks of terms are multiplied together (`shadow_blocks`), and a flat loop, which is the reference, adds the terms
that are left. Compiled, the terms are cut into strands that run side by side, beside the sum or on all threads,
each by this loop. Blocks and strands are joined as neighbours are: (P₁P₂, Q₁Q₂, T₁Q₂ + P₁T₂) modulo 2^61 − 1.
With the tree the shadow shares the three polynomials and the pool of threads, nothing else: no leaf, no merge, no cut of the
range, no large product, no common factor. The root's residues must equal it, and where its numbers have lost low limbs
(`truncation`) those of the numbers that they would be. An error of the tree that is not a
multiple of 2^61 − 1 shows; one in p, q or a does not: against that stand the known digits.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.mersenne import M61, require, residue
from pi_engine.splitting.shadow_blocks import product_of_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.series import HypergeometricSeries
    from pi_engine.splitting.node import Node

_LEAST_SHARE = 50_000
"""Terms of a thread: below, another one takes longer to begin than the work does."""


def shadow_residues(
    series: HypergeometricSeries, terms: int, *, compiled: bool = False, threads: int = 1
) -> tuple[int, int]:
    """(Q mod M, T mod M) of the terms 0 ≤ k < `terms`; if `compiled` by the kernel.

    Seven thousand, 70 000 and 700 000 terms of Chudnovsky's series take 1.9, 6.8 and 33 ms by blocks on AMD Zen 1; by the loop
    they would take 10, 100 and 1020, by the kernel they take .17, .63 and 5.2 (medians of 15 and 31).
    """
    if compiled:
        return compiled_shadow_residues(series, terms, threads)
    done, P, Q, T = product_of_blocks(series, terms - 1)
    _, q, t = looped_residues(series, 1 + done, terms)
    # k = 0 is not multiplied by: p(0) and q(0) do not belong to the sum.
    Q, T = Q * q, series.a(0) * Q * q + T * q + P * t
    return int(Q % M61), int(T % M61)


def compiled_shadow_residues(series: HypergeometricSeries, terms: int, threads: int = 1) -> tuple[int, int]:
    """The same for `terms` < 2^59, by a kernel, on so many threads."""
    import numpy as np

    from pi_engine.bigint.threads import share
    from pi_engine.splitting.tree_kernels import STRANDS, shadow_of_terms

    p, q, a = (np.array([c % M61 for c in f.coefficients], np.uint64) for f in (series.p, series.q, series.a))
    parts: list[tuple[int, list[int]]] = []

    def task(_thread: int, first: int, last: int) -> None:
        found, rows = np.empty(3, np.uint64), np.empty(STRANDS * (len(p) + len(q) + len(a)), np.uint64)
        shadow_of_terms(p, q, a, first + 1, last - first, rows, found)
        parts.append((first, found.tolist()))

    share(task, terms - 1, max(1, min(threads, terms // _LEAST_SHARE)))
    # k = 0 is not multiplied by: p(0) and q(0) do not belong to the sum.
    P, Q, T = 1, 1, series.a(0) % M61
    for _, (p_part, q_part, t_part) in sorted(parts):
        P, Q, T = P * p_part % M61, Q * q_part % M61, (T * q_part + P * t_part) % M61
    return Q, T


def shadow_beside(series: HypergeometricSeries, terms: int, threads: int) -> Callable[[], tuple[int, int]]:
    """The same, begun now and on a thread of its own beside the sum if there are several; called, it waits for the result.

    The sum never keeps all threads busy all the time, and needs nothing of the shadow before its end.
    """
    from pi_engine.bigint.threads import beside

    return beside(lambda: compiled_shadow_residues(series, terms), threads)


def looped_residues(series: HypergeometricSeries, first: int, end: int) -> tuple[mpz, mpz, mpz]:
    """P, Q and T of the terms `first` ≤ k < `end` modulo M, one by one: the reference, 1.4 µs a term on AMD Zen 1."""
    modulus = mpz(M61)
    P, Q, T = mpz(1), mpz(1), mpz(0)
    values = zip(*(f.values(first) for f in (series.p, series.q, series.a)), strict=False)  # all are endless
    for p, q, a in itertools.islice(values, end - first):
        P = P * p % modulus
        T = (T * q + P * a) % modulus
        Q = Q * q % modulus
    return P, Q, T


def check_against_shadow(
    series: HypergeometricSeries,
    terms: int,
    root: Node,
    *,
    compiled: bool = False,
    threads: int = 1,
    shadow: Callable[[], tuple[int, int]] | None = None,
) -> None:
    """Compare the root's residues with the shadow, which may have been begun before (`shadow_beside`).

    Raises:
        VerificationError: they differ.
    """
    found = tuple(_residue(x, threads, compiled=compiled) for x in (root.Q, root.T))
    if root.truncated is not None:
        left, whole = zip(*root.truncated, strict=True)
        require(found == left, "the sum of the series as it was copied, compared modulo 2^61 − 1,")
        found = whole
    removed = 1
    for divisor, times in root.removed:
        removed = removed * pow(residue(divisor), times, M61) % M61
    expected = shadow() if shadow is not None else shadow_residues(series, terms, compiled=compiled, threads=threads)
    agree = tuple(x * removed % M61 for x in found) == expected
    require(agree, "the sum of the series, compared with its shadow modulo 2^61 − 1,")


def _residue(x: mpz, threads: int, *, compiled: bool) -> int:
    """X mod M; by the kernel, at the speed of memory, where `compiled`."""
    if not compiled:
        return residue(x)
    from pi_engine.bigint.limbs import limbs_of
    from pi_engine.bigint.residues import residue_of_magnitude

    found = residue_of_magnitude(limbs_of(x), threads)
    return -found % M61 if x < 0 else found
