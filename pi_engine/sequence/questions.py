"""What is asked of the digits of a sequence: where patterns stand, and whether they look like random ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from pi_engine.runtime.progress import Progress
    from pi_engine.search.occurrences import Occurrences
    from pi_engine.search.patterns import Sought
    from pi_engine.sequence.digit_access import Characters
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.statistics.summary import Statistics


def find_all(
    digits: DigitSequence,
    patterns: Iterable[str | Sought],
    *,
    limit: int | None,
    threads: SupportsIndex | None,
) -> list[Occurrences]:
    """See `DigitSequence.find_all`."""
    from pi_engine.search.one_pass import find

    return find(
        digits.characters(),
        digits.base,
        list(patterns),
        limit=limit,
        threads=thread_count(threads),
        expected=digits.known_length,
    )


def stats(
    digits: DigitSequence,
    *,
    kgrams: SupportsIndex | None,
    threads: SupportsIndex | None,
    progress: Progress | None,
) -> Statistics:
    """See `DigitSequence.stats`."""
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


def values_of(characters: Characters, base: int) -> NDArray[np.uint8]:
    """Digits as numbers, in new memory: of "0" … "9" the lower four bits, of "A" … "F" nine more."""
    values = characters & np.uint8(15)
    if base == 16:
        values += np.uint8(9) * (characters >= ord("A"))
    return values
