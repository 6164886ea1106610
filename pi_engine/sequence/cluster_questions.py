"""The questions of `questions`, answered by the workers of a cluster: a range of the digits is a task, and the answer is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster import THREADS
from pi_engine.errors import UsageError
from pi_engine.runtime.progress import WorkMeter, silent
from pi_engine.sequence.range_tasks import Places, count_range, cut, search_range, tasks_of
from pi_engine.sequence.shared_digits import SharedDigits, require_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import SupportsIndex

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.errors import PiEngineError
    from pi_engine.runtime.progress import Progress
    from pi_engine.search.occurrences import Occurrences
    from pi_engine.search.patterns import Sought
    from pi_engine.search.scanning import Part
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.sequence.range_tasks import Answer
    from pi_engine.statistics.summary import Statistics

SEARCH_PHASE = "searching"


def find_by_workers(
    cluster: Cluster,
    digits: DigitSequence,
    patterns: Iterable[str | Sought],
    *,
    places: Places | None = None,
    limit: int | None = None,
    count_only: bool = False,
    progress: Progress = silent,
) -> list[Occurrences]:
    """What `search.one_pass.find` gives for these places of the digits, by default all.

    Raises:
        UsageError: as `find`, or the digits can only be read from their beginning (`SharedDigits.of`).
        UnreadableError: a worker cannot read the file.
        ClusterError: see `Cluster.map`.
        CorruptFileError, PiEngineError: see `DigitSequence.characters`.
    """
    from pi_engine.search.one_pass import answers, requested

    require_ranges(digits)
    places = Places(0, len(digits)) if places is None else places
    count = places.last - places.first
    request = requested(patterns, digits.base, limit=limit, count_only=count_only, digits=count)
    shared = SharedDigits.of(digits)
    longest = max((len(getattr(sought, "text", "")) for sought in request.wanted), default=0)
    ranges = cut(places, len(cluster.pool.workers), least=8 * longest)
    tasks = [(task, request, THREADS) for task in tasks_of(shared, places, ranges, len(cluster.pool.workers))]
    meter = WorkMeter(SEARCH_PHASE, count, progress)
    found: dict[int, list[Part]] = dict(_answered(cluster, search_range, tasks, meter))
    _require_unchanged(digits, places)
    parts = [found[i] for i in range(len(ranges))]
    return answers(request, digits.base, parts, position=places.first + 1, digits=count)


def stats_by_workers(
    cluster: Cluster,
    digits: DigitSequence,
    *,
    places: Places | None = None,
    kgrams: SupportsIndex | None = None,
    progress: Progress = silent,
) -> Statistics:
    """What `statistics.summary.statistics_of` gives for these places of the digits, by default all.

    Raises:
        UsageError: there is no digit, the k-grams are too long, or the digits can only be read from their beginning.
        UnreadableError, ClusterError, CorruptFileError, PiEngineError: see `find_by_workers`; or SciPy is not installed.
    """
    from pi_engine.statistics.digit_counter import unit_digits
    from pi_engine.statistics.summary import PHASE, longest_kgrams, summary_of
    from pi_engine.statistics.tallies import Joined

    longest = longest_kgrams(digits.base, kgrams)
    require_ranges(digits)
    places = Places(0, len(digits)) if places is None else places
    if places.first >= places.last:
        raise UsageError(f"{digits.name}: there are no digits to count")
    shared = SharedDigits.of(digits)
    ranges = cut(places, len(cluster.pool.workers), unit=unit_digits(digits.base))
    tasks = [(task, THREADS) for task in tasks_of(shared, places, ranges, len(cluster.pool.workers))]
    joined = Joined(digits.base)
    for i, counts in _answered(cluster, count_range, tasks, WorkMeter(PHASE, places.last - places.first, progress)):
        joined.add(i, counts)
    _require_unchanged(digits, places)
    return summary_of(joined.tallies(), longest, digits.name)


def _answered(
    cluster: Cluster, function: Callable[..., Answer], tasks: Sequence[tuple[Any, ...]], meter: WorkMeter
) -> Iterator[tuple[int, Any]]:
    """(task, what was found) as they come; of several errors that of the first range is raised, which one process would meet."""
    left = set(range(len(tasks)))
    first: tuple[int, PiEngineError] | None = None
    for i, answer in cluster.map(function, tasks):
        left.discard(i)
        if answer.error is not None and (first is None or i < first[0]):
            first = i, answer.error
        if first is None:
            part = tasks[i][0].part
            meter(part.last - part.first)
            yield i, answer.found
        elif min(left, default=len(tasks)) > first[0]:
            raise first[1]


def _require_unchanged(digits: DigitSequence, places: Places) -> None:
    """Be certain that the file which is open here is as it was when workers began to read it.

    Raises:
        PiEngineError: it has changed.
    """
    for _ in digits.characters(max(places.last - 1, 0), places.last):
        pass
