"""Progress and timing of the phases of a computation."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_PART = 1 << 20
"""Units of a part, where a phase has several."""


class Step(NamedTuple):
    """A phase that will come, and about how many seconds it will take."""

    phase: str
    seconds: float


class Progress(Protocol):
    """A callback that reports how far a phase has come.

    It may be called from several threads, but never from two at once; what it raises ends the computation.
    """

    def __call__(self, phase: str, done: int, total: int) -> None:
        """`done` of `total` units of `phase` are finished; `total` 0: the phase cannot be divided."""


@runtime_checkable
class Forecasting(Protocol):
    """A `Progress` that also wants to know what will come, as long as it `listens`."""

    listens: bool

    def expect(self, steps: Sequence[Step]) -> None:
        """From here on these phases will come, in this order, and no others; what was expected before is replaced."""


def silent(phase: str, done: int, total: int) -> None:
    """Ignore progress."""


def announce(progress: Progress, steps: Callable[[], Sequence[Step]]) -> None:
    """Tell a progress that wants to know what will come; for any other the forecast is not even made."""
    if progress is not silent and isinstance(progress, Forecasting) and progress.listens:  # the protocol is slow to ask
        progress.expect(steps())


def within(progress: Progress, name: str) -> Progress:
    """A progress for a computation inside phase `name`, or none: its phases are "name: phase", and its forecast is not announced."""
    prefix = f"{name}: " if name else ""

    def report(phase: str, done: int, total: int) -> None:
        progress(prefix + phase, done, total)

    return report


def steps_within(steps: Sequence[Step], name: str) -> list[Step]:
    """The steps of such a computation."""
    return [Step(f"{name}: {phase}", seconds) for phase, seconds in steps]


def part_of(progress: Progress, i: int, count: int) -> Progress:
    """A progress for part i of `count` equal parts of a phase: it reports the share of the whole phase."""
    if count == 1:
        return progress

    def report(phase: str, done: int, total: int) -> None:
        share = _PART * done // total if total else 0
        progress(phase, i * _PART + share, count * _PART)

    return report


class WorkMeter:
    """Counts the work of phase `phase` and tells it; what is done again counts once.

    Attributes:
        done: so far.
    """

    def __init__(self, phase: str, total: int, progress: Progress) -> None:
        """Nothing of `total` units is done."""
        self._phase, self._total, self._progress = phase, total, progress
        self.done, self._told = 0.0, 0

    def __call__(self, done: float) -> None:
        """This many units more."""
        self.done += done
        self._told = max(1, self._told, min(round(self.done), self._total))
        self._progress(self._phase, self._told, self._total)

    def back_to(self, done: float) -> None:
        """What came after these units is done again: nothing is told until it is."""
        self.done = done


class PhaseClock:
    """Seconds of wall-clock time by phase, in the order of the first entry."""

    def __init__(self, progress: Progress = silent) -> None:
        """Report the start of each phase to `progress`."""
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._start = time.perf_counter()
        self._processor_start = time.process_time()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time of the block to phase `name`."""
        self.progress(name, 0, 0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def total(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self._start

    def processor_seconds(self) -> float:
        """Seconds that processors have worked for this process since then, all its threads together."""
        return time.process_time() - self._processor_start
