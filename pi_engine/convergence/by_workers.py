"""How series converge, measured by the workers of a cluster: a series is a task, and so is its sum at each size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.convergence.measure import (
    FIT_TERMS,
    REFERENCE,
    Convergence,
    fitted_digits_per_term,
    note_times,
    seconds_of_sum,
)
from pi_engine.distributed.connection.cluster import THREADS
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.runtime.progress import silent
from pi_engine.series.lookup import get
from pi_engine.series.model.partial_values import digits_after_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.runtime.progress import Progress
    from pi_engine.series.model.pi_series import PiSeries


def measure_by_workers(
    cluster: Cluster,
    chosen: Sequence[PiSeries],
    *,
    terms: int,
    sizes: Sequence[int],
    rounds: int,
    progress: Progress,
) -> list[Convergence]:
    """What `measure_convergence` gives for these series; see there.

    Raises:
        ClusterError: see `Cluster.map`.
        CapacityError: a sum would not fit in the memory of its worker.
    """
    progress("terms", 0, len(chosen))
    reached: dict[int, list[float]] = {}
    for i, digits in cluster.map(digits_after_terms, [(row, max(terms, FIT_TERMS)) for row in chosen]):
        reached[i] = digits
        progress("terms", len(reached), len(chosen))
    found = [Convergence(row, reached[i][:terms], fitted_digits_per_term(reached[i])) for i, row in enumerate(chosen)]
    timed = [(x, size) for size in sorted(sizes, reverse=True) for x in found if x.series.order is None]
    timed.sort(key=lambda one: -one[1] * one[0].series.cost)  # the long ones first
    tasks = [(x.series, size, rounds, THREADS) for x, size in timed]
    measured: dict[int, tuple[list[float], list[float]]] = {}
    for i, seconds in cluster.map(seconds_beside_reference, tasks) if tasks else ():
        measured[i] = seconds
        progress("sums", len(measured), len(tasks))
    for i in sorted(measured, key=lambda i: timed[i][1]):
        note_times(*timed[i], *measured[i], threads=1)
    return found


def seconds_beside_reference(row: PiSeries, size: int, rounds: int, threads: int) -> tuple[list[float], list[float]]:
    """Seconds of the sum of a series at a size, by round, and those of the reference in turn with it."""
    reference = get(REFERENCE)
    if any(make_plan_within(one, size, 10, threads=threads).compiled for one in (row, reference)):
        BACKEND.load(silent)  # before the first sum is timed
    mine, its = [], []
    for _ in range(rounds):
        mine.append(seconds_of_sum(row, size, threads))
        its.append(mine[-1] if row == reference else seconds_of_sum(reference, size, threads))
    return mine, its
