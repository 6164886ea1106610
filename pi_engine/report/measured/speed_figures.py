"""Seconds of whole computations by size and phase: measured now within a budget, or read from what `bench --json` printed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.errors import UsageError
from pi_engine.runtime.progress import Step, announce, silent
from pi_engine.runtime.storage.temporaries import hint
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.progress import Progress

PHASES = ("sum", "check", "root", "division", "conversion")
"""In the order of the computation."""

CANDIDATES = (10**3, 10**4, 10**5, 10**6, *(factor * 10**k for k in range(6, 10) for factor in (3, 10)))
"""Sizes that are measured as far as the budget goes."""

_START_SECONDS = 0.35
"""A process with its imports, besides what it times."""
_ROUNDS = 3
_LONG_SHARE = 0.3
"""What takes a larger share of the budget in three rounds is measured once."""
_LARGEST_FILE = 16 << 20


@dataclass(frozen=True)
class SpeedRow:
    """One size.

    Attributes:
        digits: N.
        threads: how many were given.
        rounds: how often it was measured.
        seconds: of each phase, and "total": medians over the rounds, without the start of the process.
        peak_memory_bytes: of the process, the median; None where it is not known.
    """

    digits: int
    threads: int
    rounds: int
    seconds: dict[str, float]
    peak_memory_bytes: int | None


@dataclass(frozen=True)
class SpeedFigures:
    """Sizes in ascending order, for each number of threads.

    Attributes:
        rows: what was measured.
        source: the file that they come from; None where they were measured in this run.
        processor: of the machine that they were measured on.
        stopped_before: the size that did not fit the budget; None if none was left out.
    """

    rows: list[SpeedRow]
    source: str | None
    processor: str | None
    stopped_before: int | None = None

    def as_json(self) -> dict[str, object]:
        """Fields for JSON."""
        rows = [
            {
                "digits": row.digits,
                "threads": row.threads,
                "rounds": row.rounds,
                "seconds": row.seconds,
                "peak_memory_bytes": row.peak_memory_bytes,
            }
            for row in self.rows
        ]
        return {"source": self.source, "processor": self.processor, "rows": rows}


def measure_speed(
    sizes: Sequence[int] = (), *, seconds: float = 20.0, threads: int | None = None, progress: Progress = silent
) -> SpeedFigures:
    """Time computations, each in a process of its own that has computed before, as `bench` does.

    Args:
        sizes: numbers of digits; by default those of CANDIDATES that fit.
        seconds: the budget where no sizes are given. The first size is measured in any case.
        threads: all by default.
        progress: called as (phase, done, total).

    Raises:
        UsageError: a size is not positive.
        CapacityError: a size would not fit in memory.
        PiEngineError: a computation has failed.
    """
    from pi_engine.runtime.versions import processor_name

    count = thread_count(threads)
    require_measurable(sizes, count)
    chosen = [(size, _ROUNDS) for size in sorted(set(sizes))]
    stopped = None
    if not sizes:
        chosen, stopped = _within(seconds, count)
    announce(progress, lambda: [Step(_title(size), rounds * _cost(size, count)) for size, rounds in chosen])
    rows: list[SpeedRow] = []
    end = time.perf_counter() + seconds
    for size, rounds in chosen:
        if not sizes and rows and time.perf_counter() + rounds * _cost(size, count) > end:
            stopped = size
            break
        rows.append(_measured(size, count, rounds, progress))
    return SpeedFigures(rows, None, processor_name(), stopped)


def require_measurable(sizes: Sequence[int], threads: int | None) -> None:
    """Refuse, before anything is measured, sizes that cannot be.

    Raises:
        UsageError: a size is not positive.
        CapacityError: a size would not fit in memory.
    """
    from pi_engine.engine.arguments import require_capacity

    if any(size < 1 for size in sizes):
        raise UsageError("nothing to time at 0 digits: give 1 or more")
    for size in sizes:
        require_capacity(size, threads=threads)


def _title(size: int) -> str:
    return f"timing {size:_} digits"


def _cost(size: int, threads: int) -> float:
    """About how many seconds a process takes that computes twice."""
    from pi_engine.engine.estimate import estimate

    return _START_SECONDS + 2 * estimate(size, threads=threads).seconds["total"]


def _within(budget: float, threads: int) -> tuple[list[tuple[int, int]], int | None]:
    """Sizes and rounds that fit, and the first size that does not."""
    from pi_engine.engine.estimate import estimate

    chosen: list[tuple[int, int]] = []
    left = budget
    for size in CANDIDATES:
        if chosen and not estimate(size, threads=threads).fits:
            return chosen, None
        cost = _cost(size, threads)
        rounds = _ROUNDS if _ROUNDS * cost <= _LONG_SHARE * budget else 1
        left -= rounds * cost
        if chosen and left < 0:
            return chosen, size
        chosen.append((size, rounds))
    return chosen, None


def _measured(size: int, threads: int, rounds: int, progress: Progress) -> SpeedRow:
    from pi_engine.bench import measure

    def renamed(phase: str, done: int, total: int) -> None:  # noqa: ARG001 (a Progress)
        progress(_title(size), done, total)

    (found,) = measure(size, (threads,), rounds, progress=renamed)
    peak = found.median("pi-engine", "peak_memory_bytes")
    return SpeedRow(size, threads, rounds, found.phases(), None if peak is None else round(peak))


def read_bench(path: str) -> SpeedFigures:
    """The figures of a file that `pi-engine bench --json` has printed.

    Raises:
        UsageError: it cannot be read, or is not a file of this kind.
    """
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(_LARGEST_FILE + 1)
        answer = json.loads(content[:_LARGEST_FILE])
    except OSError as error:
        remark = hint(Path(path)) if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{path} cannot be read: {error.strerror or error}{remark}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: give what 'pi-engine bench --json' has printed") from error
    try:
        rows = sorted(map(_row, answer["rows"]), key=lambda row: (row.threads, row.digits))
        processor = answer["machine"]["processor"]
        usable = bool(rows) and isinstance(processor, str)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is not what 'pi-engine bench --json' prints: make it anew") from error
    if not usable:
        raise UsageError(f"{path} is not what 'pi-engine bench --json' prints: it has no rows, or no processor")
    return SpeedFigures(rows, path, processor)


def _row(fields: dict[str, Any]) -> SpeedRow:
    """A row of such a file; ValueError, TypeError or KeyError if it is not one."""
    times = {name: float(spent) for name, spent in fields["seconds"].items() if name in (*PHASES, "total")}
    row = SpeedRow(fields["digits"], fields["threads"], fields["rounds"], times, _whole(fields["peak_memory_bytes"]))
    numbers = (row.digits, row.threads, row.rounds)
    if not all(type(number) is int and number > 0 for number in numbers):
        raise ValueError
    if not all(0 <= spent < 1e12 for spent in times.values()) or times["total"] <= 0:
        raise ValueError
    return row


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
