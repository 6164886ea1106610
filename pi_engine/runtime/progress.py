"""Progress and timing of the phases of a computation."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress(Protocol):
    """A callable that is told how far a phase has come.

    It may be called from several threads, but never from two at once; what it raises ends the computation.
    """

    def __call__(self, phase: str, done: int, total: int) -> None:
        """`done` of `total` units of `phase` are finished; `total` 0: the phase cannot be divided."""


def silent(phase: str, done: int, total: int) -> None:
    """Ignore progress."""


class PhaseClock:
    """Seconds of wall-clock time by phase, in the order of the first entry."""

    def __init__(self, progress: Progress = silent) -> None:
        """Report the start of each phase to `progress`."""
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._start = time.perf_counter()

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
