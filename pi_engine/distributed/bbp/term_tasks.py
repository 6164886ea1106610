"""Ranges of terms of a BBP sum as tasks of a cluster's workers.

A worker adds up a range as a process by itself does, in all its threads, and returns the fractions' sum and the residues, some hundred
bytes. Integers and residues are exact, and the fractions' errors are bounded term by term, so that it does not matter who adds what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.distributed.connection.cluster import THREADS
from pi_engine.proof.bbp.bbp_sum import KERNELS, PHASE, PIECE, RESIDUE_KERNELS, TermSum, sum_in_threads
from pi_engine.proof.bbp.kernels.bbp_layout import TERMS_IN_FLIGHT
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.proof.bbp.bbp_formulas import BBPFormula
    from pi_engine.proof.bbp.bbp_sum import Summation, TermRange
    from pi_engine.runtime.progress import Progress

_LONGEST = 10
_SHORTEST = 4
"""Pieces of a tenth of a second that a thread adds up in a task, at most and at least."""

_SHARES = 2
"""A task is this part of what is left for each worker: so the first ones are long, and the workers end at about the same time."""


def sum_terms_there(formula: BBPFormula, part: TermRange, primes: Sequence[int], threads: int) -> TermSum:
    """Run on a worker: add up a range of terms; its kernel is loaded, or compiled, at the first call.

    Raises:
        VerificationError: the kernel's record was damaged.
    """
    (RESIDUE_KERNELS if primes else KERNELS).load()
    units, residues = 0, [0] * len(primes)
    for found in sum_in_threads(formula, [part], primes, silent, threads=threads):
        units += found.units
        residues = [(x + y) % p for x, y, p in zip(residues, found.residues, primes, strict=True)]
    return TermSum(units, tuple(residues))


def on_workers(cluster: Cluster) -> Summation:
    """What adds up terms on this cluster."""

    def summed(
        formula: BBPFormula, ranges: Sequence[TermRange], primes: Sequence[int], progress: Progress
    ) -> Iterator[TermSum]:
        workers = [worker.threads for worker in cluster.pool.workers.values()]
        parts = list(shares(ranges, len(workers), PIECE * max(workers) // (1 + len(primes))))
        terms, done = sum(map(_length, parts)), 0
        tasks = [(formula, part, tuple(primes), THREADS) for part in parts]
        for i, found in cluster.map(sum_terms_there, tasks):
            done += _length(parts[i])
            progress(PHASE, done, terms)
            yield found

    return summed


def shares(ranges: Sequence[TermRange], workers: int, piece: int) -> Iterator[TermRange]:
    """The ranges in parts, the long ones first; a worker takes a tenth of a second for `piece` terms."""
    left = sum(map(_length, ranges))
    for whole in ranges:
        first = whole.first
        while first < whole.last:
            terms = min(max(left // (_SHARES * workers), _SHORTEST * piece), _LONGEST * piece)
            last = min(first + -(-terms // TERMS_IN_FLIGHT) * TERMS_IN_FLIGHT, whole.last)
            yield whole._replace(first=first, last=last)
            left -= last - first
            first = last


def _length(part: TermRange) -> int:
    return part.last - part.first
