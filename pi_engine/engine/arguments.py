"""What `compute` takes: how a series is named, and what is refused before any work is done."""

from __future__ import annotations

from typing import Literal

from pi_engine import series as series_room
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.errors import UsageError
from pi_engine.runtime.thread_count import thread_count

CheckLevel = Literal["none", "fast", "full"]
BASES = (10, 16)


def chosen_series(series: str | series_room.PiSeries) -> series_room.PiSeries:
    """The series itself, or the one of that name.

    Raises:
        TypeError: it is neither a name nor a series.
        UsageError: there is none of that name.
    """
    chosen = series_room.get(series) if isinstance(series, str) else series
    if not isinstance(chosen, series_room.PiSeries):
        raise TypeError(f"series takes the name of one, or a PiSeries, not {type(series).__name__}")
    return chosen


def require_capacity(
    digits: int,
    *,
    base: int = 10,
    series: str = "chudnovsky",
    threads: int | None = None,
    memory: int | None = None,
    check: CheckLevel = "fast",
    scratch: bool = False,
) -> None:
    """Refuse what `compute` would refuse for its size, at once and without any other consequence: its CapacityError or UsageError."""
    chosen, threads = series_room.get(series), thread_count(threads)
    make_plan_within(chosen, digits, base, threads=threads, limit=memory, check=check, scratch=scratch)


def require_usable(digits: int, base: int, check: str) -> None:
    """Refuse arguments of `compute` that have no meaning.

    Raises:
        UsageError: the message says which argument, and what it may be.
    """
    if digits < 0:
        raise UsageError("the number of digits must not be negative")
    if base not in BASES:
        raise UsageError(f"base {base} is not supported: choose 10 or 16")
    if check not in ("none", "fast", "full"):
        raise UsageError(f"check {check!r} is not known: choose 'none', 'fast' or 'full'")
