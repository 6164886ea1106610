"""The shadow of the splitting: Q and T of all terms modulo 2^61 − 1 and modulo the random prime, by the recurrence.

    P ← P·p(k),   Q ← Q·q(k),   T ← T·q(k) + P·a(k)

In Python, a flat loop, which is the reference, adds up the terms of a short sum; of a long one blocks of terms are
multiplied together (`shadow_blocks`), and the loop adds those that are left. Compiled, the terms are cut into strands that
run side by side, concurrently with the sum or on all threads, each by this loop (`compiled_shadow`). Blocks and strands are
joined as neighbours are: (P₁P₂, Q₁Q₂, T₁Q₂ + P₁T₂). With the tree the shadow shares the three polynomials and the pool of
threads, nothing else: no leaf, no merge, no cut of the range, no large product, no common factor. The root's residues must
equal it, and where its numbers have lost low limbs (`truncation`) those of the numbers that they would be. An error of the
tree that is not a multiple of both moduli shows; one in p, q or a does not: against that stand the known digits.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.moduli import Residues, moduli, require_equal, residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.splitting.shadow.shadow_blocks import product_of_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.splitting.plain.node import Node

AGAINST_SHADOW = "the sum of the series against its shadow"
"""What is compared at the end of a sum."""

_BLOCKS_FROM_TERMS = 1800
"""Fewer are added up by the loop, once, modulo the product of both moduli: 0.06 and 0.43 ms for 72 and 705 terms of Chudnovsky's
series on AMD Zen 3, where blocks, modulo one after the other, take 0.13 and 0.55. At 2000 terms both take as long."""

_UNREDUCED = 4
"""Terms that are multiplied before the loop divides: a division takes as long as several products."""


def shadow_residues(
    series: HypergeometricSeries, terms: int, *, compiled: bool = False, threads: int = 1
) -> tuple[Residues, Residues]:
    """Q and T of the terms 0 ≤ k < `terms` modulo both `moduli`; if `compiled` by the kernels.

    Seven thousand, 70 000 and 700 000 terms of Chudnovsky's series take 1.9, 6.8 and 33 ms by blocks on AMD Zen 1 modulo 2^61 − 1;
    by the loop they would take 10, 100 and 1020, by the kernel they take 0.17, 0.63 and 5.2 (medians of 15 and 31).
    """
    if compiled:
        from pi_engine.splitting.shadow.compiled_shadow import compiled_shadow_residues

        return compiled_shadow_residues(series, terms, threads)
    if terms < _BLOCKS_FROM_TERMS:
        x, y = moduli()
        _, Q, T = looped_residues(series, 1, terms, x * y)
        T += series.a(0) * Q
        return Residues((int(Q % x), int(Q % y))), Residues((int(T % x), int(T % y)))
    (q, t), (q_too, t_too) = (_by_blocks(series, terms, prime) for prime in moduli())
    return Residues((q, q_too)), Residues((t, t_too))


def _by_blocks(series: HypergeometricSeries, terms: int, prime: int) -> tuple[int, int]:
    done, P, Q, T = product_of_blocks(series, terms - 1, prime)
    _, q, t = looped_residues(series, 1 + done, terms, prime)
    # k = 0 is not multiplied by: p(0) and q(0) do not belong to the sum.
    Q, T = Q * q, series.a(0) * Q * q + T * q + P * t
    return int(Q % prime), int(T % prime)


def begin_shadow(series: HypergeometricSeries, terms: int, threads: int) -> Callable[[], tuple[Residues, Residues]]:
    """Begin the compiled shadow of the terms 0 ≤ k < `terms`, on a thread of its own if there are several; returns what waits for it.

    The sum never keeps all threads busy all the time, and needs nothing of the shadow before its end.
    """
    from pi_engine.bigint.buffers.workers import concurrently
    from pi_engine.splitting.shadow import compiled_shadow

    return concurrently(lambda: compiled_shadow.compiled_shadow_residues(series, terms), threads)


def looped_residues(series: HypergeometricSeries, first: int, end: int, modulus: int = M61) -> tuple[mpz, mpz, mpz]:
    """P, Q and T of the terms `first` ≤ k < `end` modulo a number, one by one: the reference, 0.6 µs a term on AMD Zen 3."""
    M = mpz(modulus)
    P, Q, T = mpz(1), mpz(1), mpz(0)
    values = zip(*(f.values(first) for f in (series.p, series.q, series.a)), strict=False)  # all are endless
    terms = itertools.islice(values, end - first)
    while True:
        done = True
        for p, q, a in itertools.islice(terms, _UNREDUCED):
            P *= p
            T = T * q + P * a
            Q *= q
            done = False
        if done:
            return P, Q, T
        P, Q, T = P % M, Q % M, T % M


def check_against_shadow(
    series: HypergeometricSeries,
    terms: int,
    root: Node,
    *,
    compiled: bool = False,
    threads: int = 1,
    shadow: Callable[[], tuple[Residues, Residues]] | None = None,
) -> tuple[Tracked, Tracked]:
    """Compare the root's residues with the shadow, which may have been begun before (`begin_shadow`).

    Returns Q and T with the residues that they must have from here on.

    Raises:
        VerificationError: they differ.
    """
    found = residues(root.Q, threads), residues(root.T, threads)
    whole = found
    if root.truncated is not None:
        left, whole = zip(*root.truncated, strict=True)
        for read, kept in zip(found, left, strict=True):
            require_equal(read, kept, "the sum of the series as it was copied")
    removed = Residues((1, 1))
    for divisor, times in root.removed:
        removed *= residues(divisor).to_the(times)
    expected = shadow() if shadow is not None else shadow_residues(series, terms, compiled=compiled, threads=threads)
    for x, y in zip(whole, expected, strict=True):
        require_equal(x * removed, y, AGAINST_SHADOW)
    return Tracked(root.Q, found[0]), Tracked(root.T, found[1])
