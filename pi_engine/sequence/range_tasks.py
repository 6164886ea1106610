"""What a worker does with a range of the digits of a sequence: search it, or count it; and how digits are cut into ranges."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.text.digit_text import kernels_pay
from pi_engine.errors import PiEngineError
from pi_engine.sequence.shared_digits import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pi_engine.search.one_pass import Request
    from pi_engine.search.scanning import Part
    from pi_engine.sequence.access.digit_access import DigitAccess
    from pi_engine.sequence.shared_digits import SharedDigits
    from pi_engine.statistics.tallies import RangeCounts

LEAST_RANGE = 4_000_000
"""Digits of a range, at least, where there are more: below, giving out the task takes longer than the task."""

MOST_RANGE = 400_000_000
"""Digits of a range, at most, so that progress is seen, and little is lost with a worker."""

RANGES_EACH = 6
"""Ranges for each worker: the last ones to finish leave the others idle for a part of one."""


class Places(NamedTuple):
    """Places of a sequence: from `first`, 0 or more, up to `last`, which does not belong to them."""

    first: int
    last: int


class RangeTask(NamedTuple):
    """A range, and what it belongs to.

    Attributes:
        shared: the digits.
        whole: places of all that is looked at.
        part: places of the range.
        expected: about how many digits a worker will look at, in all its tasks.
    """

    shared: SharedDigits
    whole: Places
    part: Places
    expected: int


class Answer(NamedTuple):
    """What a task has found; an error that one process would meet here too is an answer, so that the first one in the file is told."""

    found: object
    error: PiEngineError | None


def cut(whole: Places, workers: int, *, unit: int = 1, least: int = 0) -> list[Places]:
    """The whole in ranges for the workers, at least one. All except the last are of whole units, and not too short."""
    digits = whole.last - whole.first
    size = max(min(max(-(-digits // (RANGES_EACH * workers)), LEAST_RANGE), MOST_RANGE), least)
    size = -(-size // unit) * unit
    return [Places(first, min(first + size, whole.last)) for first in range(whole.first, whole.last, size)] or [whole]


def tasks_of(shared: SharedDigits, whole: Places, ranges: Sequence[Places], workers: int) -> list[RangeTask]:
    """A task for each range."""
    expected = (whole.last - whole.first) // workers
    return [RangeTask(shared, whole, part, expected) for part in ranges]


def search_range(task: RangeTask, request: Request, threads: int) -> Answer:
    """What a range holds of each pattern: a list of `search.scanning.Part`; see `search.one_pass.find_in_range`."""
    from pi_engine.search.one_pass import find_in_range

    shared, whole, part, expected = task

    def search(access: DigitAccess) -> list[Part]:
        return find_in_range(access.pieces, whole, part, shared.base, request, threads=threads, expected=expected)

    return _answer(task, search)


def count_range(task: RangeTask, threads: int) -> Answer:
    """What is counted in a range, which begins a whole number of units behind the beginning: `statistics.tallies.RangeCounts`."""
    from pi_engine.search.scanning import first_digits
    from pi_engine.statistics.digit_counter import BEFORE, DigitCounter

    shared, whole, part, expected = task

    def count(access: DigitAccess) -> RangeCounts:
        counter = DigitCounter(shared.base, threads=threads, expected=expected)
        counter.precede(first_digits(access.pieces(max(part.first - BEFORE, whole.first), part.first), BEFORE))
        for piece in access.pieces(*part):
            counter.add(piece)
        return counter.part().narrowed()

    return _answer(task, count)


def _answer(task: RangeTask, work: Callable[[DigitAccess], object]) -> Answer:
    if task.shared.base == 10:
        kernels_pay(task.expected)  # for all ranges together: for each alone, loading them might not pay
    try:
        with task.shared.opened() as access:
            return Answer(work(access), None)
    except UnreadableError as error:
        worker = f"{platform.node()}:{os.getpid()}"
        raise UnreadableError(
            f"the worker {worker} cannot use the file: {error}; give a file that all workers find under that name"
        ) from error
    except PiEngineError as error:
        return Answer(None, error)
