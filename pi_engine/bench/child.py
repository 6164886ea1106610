"""One program, one size, in a process of its own: `python -m pi_engine.bench.child NAME DIGITS THREADS`.

The program runs twice, because a first run also pays for memory that the system has yet to hand out; the second is the
one that counts. A program that keeps π between calls does nine tenths of the digits first, so that nothing is ready for
the second run. Prints one JSON object.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import TYPE_CHECKING

from pi_engine.bench.programs import PROGRAMS, Program, Run
from pi_engine.runtime.limits.memory import allocated_memory, peak_memory

if TYPE_CHECKING:
    from collections.abc import Callable


def timed_runs(program: Program, digits: int, threads: int) -> dict[str, object]:
    """Seconds of the first and the second run, its phases, memory before and at the peak, and the digest of the digits.

    The memory is None where another process does the work.
    """
    warm_digits = digits * 9 // 10 if program.keeps_constants else digits
    run = program.prepare(warm_digits, threads)
    before = allocated_memory()
    _, first_seconds = _timed(run)
    (text, phases, elsewhere), seconds = _timed(program.prepare(digits, threads))
    return {
        "first_seconds": None if program.keeps_constants else first_seconds,
        "seconds": seconds,
        "phases": phases,
        "peak_memory_bytes": None if elsewhere else peak_memory(),
        "resident_before_bytes": None if elsewhere else before,
        "characters": len(text),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _timed(run: Callable[[], Run]) -> tuple[Run, float]:
    start = time.perf_counter()
    outcome = run()
    return outcome, time.perf_counter() - start


def main() -> None:
    """Run what the command line names."""
    name, digits, threads = sys.argv[1:]
    sys.stdout.write(json.dumps(timed_runs(PROGRAMS[name], int(digits), int(threads))))


if __name__ == "__main__":
    main()
