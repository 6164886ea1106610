"""How series converge: digits gained per term, predicted and measured, and the time of their sums beside the predicted cost."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.engine.planning.forecast import forecast, seconds_by_phase
from pi_engine.engine.summation import sum_series
from pi_engine.errors import UsageError
from pi_engine.runtime.display import line
from pi_engine.runtime.progress import PhaseClock, Step, announce, silent
from pi_engine.runtime.thread_count import thread_count
from pi_engine.series.lookup import get
from pi_engine.series.model.partial_values import digits_after_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from distributed import Client

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.runtime.progress import Progress
    from pi_engine.series.model.pi_series import PiSeries

REFERENCE = "chudnovsky"
"""What cost and time are relative to."""

WELL_KNOWN = ("leibniz", "euler", "newton", "bbp", "machin", "stormer", "ramanujan", "chudnovsky")
"""The series that are looked at unless others are named, from the slowest to the fastest."""

FIT_TERMS = 40
"""Terms that the fit looks at, at least."""
_FIT_FROM = 5
"""Terms after which it begins: the first ones have not settled."""
_TERM_SECONDS = 2e-4
"""The value after one more term: for progress alone."""
_SHORTEST_SECONDS = 0.05
"""A shorter sum is timed several times over."""


@dataclass
class Convergence:
    """One series.

    Attributes:
        series: the row.
        digits_after_terms: decimal digits right after 1, 2, … terms of every component.
        digits_per_term: measured: the slope of the fit.
        terms: N → terms that N digits take, of all components together; empty where the series is too slow to compute with.
        seconds: N → median seconds of the sum; empty where the series is too slow to compute with.
        relative_time: the sum's time over the reference's, at the largest N, the median of the ratios within the rounds;
            None where no time was measured.
    """

    series: PiSeries
    digits_after_terms: list[float]
    digits_per_term: float
    terms: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    relative_time: float | None = None

    def __repr__(self) -> str:
        """Like `Convergence(chudnovsky, 14.182 digits a term, cost 1.00)`."""
        cost = "too slow to compute with" if self.relative_cost is None else f"cost {self.relative_cost:.2f}"
        parts = [f"{self.digits_per_term:.3f} digits a term", cost]
        return line("Convergence", self.series.name, *parts)

    @property
    def relative_cost(self) -> float | None:
        """The predicted cost, the reference's being 1; None for a series that is too slow to compute with."""
        return self.series.cost / get(REFERENCE).cost if self.series.order is None else None


def measure_convergence(
    names: Sequence[str] = (),
    *,
    terms: int = 10,
    digits: Sequence[int] = (),
    rounds: int = 3,
    threads: int | None = None,
    progress: Progress | None = None,
    cluster: Cluster | Client | str | None = None,
) -> list[Convergence]:
    """Look at the series of these names, at WELL_KNOWN if none is given.

    Args:
        names: of series, the reference is measured beside them in any case.
        terms: how many of `digits_after_terms` are wanted.
        digits: the N at which sums are timed, in turn, `rounds` times; none are if it is empty.
        rounds: how often each sum is timed; medians count.
        threads: for the sums; all by default. On a cluster, of each worker.
        progress: called as (phase, done, total).
        cluster: whose workers do it, a series each, as --cluster names it, or a Client of Dask. There every series is timed in
            turn with the reference on the same worker, so that workers may differ.

    Raises:
        UsageError: no such series, or a number that is not positive.
        CapacityError: a sum would not fit in memory.
        PiEngineError: the cluster cannot be used.
    """
    if terms < 1 or rounds < 1 or any(n < 1 for n in digits):
        raise UsageError("terms, digits and rounds must be 1 or more")
    count = thread_count(threads)
    chosen = [get(name) for name in names or WELL_KNOWN]
    progress = silent if progress is None else progress
    sizes = sorted(set(digits))
    if cluster is not None:
        from pi_engine.convergence.by_workers import measure_by_workers
        from pi_engine.distributed.connection.cluster import open_cluster

        with open_cluster(cluster, threads=threads) as workers:
            return measure_by_workers(workers, chosen, terms=terms, sizes=sizes, rounds=rounds, progress=progress)
    announce(progress, lambda: _forecast(chosen, max(terms, FIT_TERMS), sizes, rounds, count))
    found = []
    for i, row in enumerate(chosen):
        progress("terms", i, len(chosen))
        reached = digits_after_terms(row, max(terms, FIT_TERMS))
        found.append(Convergence(row, reached[:terms], fitted_digits_per_term(reached)))
    _time_sums(found, sizes, rounds, count, progress)
    return found


def _forecast(chosen: list[PiSeries], terms: int, sizes: list[int], rounds: int, threads: int) -> list[Step]:
    """What will come: values of a few terms, and sums that are timed."""
    seconds = 0.0
    for row in chosen:
        for size in sizes if row.order is None else []:
            plan = make_plan_within(row, size, 10, threads=threads)
            seconds += rounds * max(_SHORTEST_SECONDS, seconds_by_phase(forecast(plan, threads)).get("sum", 0.0))
    return [Step("terms", _TERM_SECONDS * terms * len(chosen)), Step("sums", seconds)]


def fitted_digits_per_term(reached: Sequence[float]) -> float:
    """The slope s of d(n) = s·n + e·log n + c, by least squares from n = 5 on.

    The logarithm is there because terms are k^e·ρ^k to first order; without it the slope of Chudnovsky's series would be wrong in
    the fourth digit after forty terms.
    """
    import numpy as np

    n = np.arange(1, len(reached) + 1, dtype=float)
    d = np.array(reached)
    used = np.isfinite(d) & (n >= _FIT_FROM)
    matrix = np.stack([n, np.log(n), np.ones_like(n)], axis=1)
    solution, *_ = np.linalg.lstsq(matrix[used], d[used], rcond=None)
    return float(solution[0])


def _time_sums(found: list[Convergence], sizes: list[int], rounds: int, threads: int, progress: Progress) -> None:
    """Time the sum of every series at every size, and of the reference if it is not among them, in turn."""
    found = [x for x in found if x.series.order is None]
    reference = get(REFERENCE)
    rows = list(dict.fromkeys([*(x.series for x in found), reference]))  # not by name: files may bear any
    plans = [make_plan_within(row, size, 10, threads=threads) for size in sizes[-1:] for row in rows]
    if any(plan.compiled for plan in plans):
        BACKEND.load(progress)  # before the first sum is timed
    measured: dict[tuple[PiSeries, int], list[float]] = {}
    steps, done = rounds * len(sizes) * len(rows), 0
    for _ in range(rounds):
        for size in sizes:
            for row in rows:
                progress("sums", done, steps)
                measured.setdefault((row, size), []).append(seconds_of_sum(row, size, threads))
                done += 1
    for x in found:
        for size in sizes:
            note_times(x, size, measured[x.series, size], measured[reference, size], threads)


def note_times(x: Convergence, size: int, mine: Sequence[float], its: Sequence[float], threads: int) -> None:
    """Take in the seconds of the sum at a size, by round, and those of the reference beside it; the largest size comes last."""
    x.terms[size] = sum(make_plan_within(x.series, size, 10, threads=threads).terms)
    x.seconds[size] = statistics.median(mine)
    x.relative_time = statistics.median([one / other for one, other in zip(mine, its, strict=True)])


def seconds_of_sum(row: PiSeries, digits: int, threads: int) -> float:
    """Seconds of one sum, the division that joins components included; repeated where it is too short to time."""
    plan = make_plan_within(row, digits, 10, threads=threads)
    repeats, spent = 0, 0.0
    while spent < _SHORTEST_SECONDS:
        start = time.perf_counter()
        sum_series(plan, threads, PhaseClock(), check=False)
        spent += time.perf_counter() - start
        repeats += 1
    return spent / repeats
