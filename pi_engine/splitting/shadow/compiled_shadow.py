"""The shadow by kernels, on several threads: modulo 2^61 − 1 (`shadow_kernel`) and modulo the random prime (`shadow_prime_kernel`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import Residues, random_prime
from pi_engine.splitting.kernels import tree_kernels
from pi_engine.splitting.kernels.tree_kernels import STRANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.polynomial import IntegerPolynomial

    Triple = tuple[int, int, int]

_LEAST_SHARE = 50_000
"""Terms of a thread: below, another one takes longer to begin than the work does."""


def compiled_shadow_residues(series: HypergeometricSeries, terms: int, threads: int = 1) -> tuple[Residues, Residues]:
    """Q and T of the terms 0 ≤ k < `terms` < 2^59 modulo both moduli."""
    first = _in_parts(series, terms, threads, M61, _modulo_mersenne(series))
    second = _in_parts(series, terms, threads, random_prime(), _modulo_prime(series, random_prime()))
    return Residues((first[0], second[0])), Residues((first[1], second[1]))


def _in_parts(
    series: HypergeometricSeries, terms: int, threads: int, prime: int, of_terms: Callable[[int, int], Triple]
) -> tuple[int, int]:
    """Q and T modulo a prime; `of_terms(first, count)` gives P, Q and T of `count` terms from `first` on."""
    parts: list[tuple[int, Triple]] = []

    def task(_thread: int, first: int, last: int) -> None:
        parts.append((first, of_terms(first + 1, last - first)))

    share(task, terms - 1, max(1, min(threads, terms // _LEAST_SHARE)))
    # k = 0 is not multiplied by: p(0) and q(0) do not belong to the sum.
    _, Q, T = _joined([(1, 1, series.a(0)), *(part for _, part in sorted(parts))], prime)
    return Q, T


def _joined(parts: Iterable[Triple], prime: int) -> Triple:
    P, Q, T = 1, 1, 0
    for p, q, t in parts:
        P, Q, T = P * p % prime, Q * q % prime, (T * q + P * t) % prime
    return P, Q, T


def _modulo_mersenne(series: HypergeometricSeries) -> Callable[[int, int], Triple]:
    p, q, a = (np.array([c % M61 for c in f.coefficients], np.uint64) for f in (series.p, series.q, series.a))

    def of_terms(first: int, count: int) -> Triple:
        found, rows = np.empty(3, np.uint64), np.empty(STRANDS * (len(p) + len(q) + len(a)), np.uint64)
        tree_kernels.shadow_of_terms(p, q, a, first, count, rows, found)
        P, Q, T = found.tolist()
        return P, Q, T

    return of_terms


def _modulo_prime(series: HypergeometricSeries, prime: int) -> Callable[[int, int], Triple]:
    table = modulus_table(prime)

    def of_terms(first: int, count: int) -> Triple:
        length, rest = divmod(count, STRANDS)
        rows = [_first_rows(f, first, length, prime) for f in (series.p, series.q, series.a)]
        found = np.empty(3 * STRANDS, np.uint64)
        tree_kernels.shadow_modulo_prime(*rows, length, rest, table.ctypes.data, found)
        values = found.tolist()
        return _joined([(values[i], values[i + 1], values[i + 2]) for i in range(0, 3 * STRANDS, 3)], prime)

    return of_terms


def _first_rows(f: IntegerPolynomial, first: int, apart: int, prime: int) -> NDArray[np.uint64]:
    """2^64·f and its differences, modulo the prime, at first, first + apart, …: a row of STRANDS words for each difference."""
    strands = []
    for strand in range(STRANDS):
        start = first + strand * apart
        differences = [f(start + j) for j in range(max(1, len(f.coefficients)))]
        for i in range(1, len(differences)):
            for j in range(len(differences) - 1, i - 1, -1):
                differences[j] -= differences[j - 1]
        strands.append([(x << 64) % prime for x in differences])
    return np.array(list(zip(*strands, strict=True)), np.uint64).ravel()
