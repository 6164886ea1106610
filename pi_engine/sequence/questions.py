"""What is asked of the digits of a sequence: where patterns stand, and whether they look like random ones."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pi_engine.runtime.progress import silent
from pi_engine.runtime.thread_count import thread_count
from pi_engine.sequence.access.digit_access import ALPHABET, first_occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import SupportsIndex

    from distributed import Client

    from pi_engine.runtime.progress import Progress
    from pi_engine.search.occurrences import Occurrences
    from pi_engine.search.patterns import Sought
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.statistics.summary import Statistics


def find_all(
    digits: DigitSequence,
    patterns: Iterable[str | Sought],
    *,
    limit: int | None,
    threads: SupportsIndex | None,
    cluster: str | Client | None,
) -> list[Occurrences]:
    """See `DigitSequence.find_all`."""
    if cluster is not None:
        from pi_engine.distributed.connection.cluster import open_cluster
        from pi_engine.sequence.cluster_questions import find_by_workers

        with open_cluster(cluster, threads=threads) as workers:
            return find_by_workers(workers, digits, patterns, limit=limit)
    from pi_engine.search.one_pass import find

    return find(
        digits.characters(),
        digits.base,
        list(patterns),
        limit=limit,
        threads=thread_count(threads),
        expected=digits.known_length,
    )


def holds(digits: DigitSequence, sought: object) -> bool:
    """See `DigitSequence.__contains__`."""
    if isinstance(sought, str):
        pattern = sought.upper()
    else:
        try:
            value = operator.index(sought)  # type: ignore[arg-type]
        except TypeError:
            raise TypeError(f"'in' takes a str of digits or an integer, not {type(sought).__name__}") from None
        if not 0 <= value < digits.base:
            return False
        pattern = ALPHABET[16][value]
    if not set(pattern) <= set(ALPHABET[digits.base]):
        return False
    return not pattern or first_occurrence(digits.characters(), pattern.encode("ascii")) is not None


def stats(
    digits: DigitSequence,
    *,
    kgrams: SupportsIndex | None,
    threads: SupportsIndex | None,
    progress: Progress | None,
    cluster: str | Client | None,
) -> Statistics:
    """See `DigitSequence.stats`."""
    if cluster is not None:
        from pi_engine.distributed.connection.cluster import open_cluster
        from pi_engine.sequence.cluster_questions import stats_by_workers

        with open_cluster(cluster, threads=threads) as workers:
            return stats_by_workers(workers, digits, kgrams=kgrams, progress=progress or silent)
    from pi_engine.statistics.summary import statistics_of

    return statistics_of(
        digits.characters(),
        digits.base,
        kgrams=kgrams,
        digits=digits.known_length,
        name=digits.name,
        threads=threads,
        progress=progress,
    )
