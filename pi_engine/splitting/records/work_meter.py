"""How far a sum has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pi_engine.runtime.progress import Progress


class WorkMeter:
    """Counts bits of work, as terms × levels, and tells it; levels weigh the same to a first approximation."""

    def __init__(self, total: int, progress: Progress) -> None:
        """Begin with nothing done."""
        self._progress = progress
        self._total = total
        self._done = 0.0

    def __call__(self, done: float) -> None:
        """Count so much work more."""
        self._done += done
        self._progress("sum", max(1, min(round(self._done), self._total)), self._total)
