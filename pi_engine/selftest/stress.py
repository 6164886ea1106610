"""Cases of random parts and sizes for minutes, in several threads, while patterns stand in memory."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.engine.planning.backend import BACKEND, prepare
from pi_engine.errors import CapacityError, OutputError
from pi_engine.runtime.limits.memory import allocated_memory, format_bytes, memory_limit
from pi_engine.runtime.thread_count import release_gil
from pi_engine.selftest.parts import usable_parts
from pi_engine.selftest.trial import Case, Failure, run

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_BYTES = 256 << 20
"""Memory that patterns fill where the caller names none."""

_RESERVE = 1 << 30
"""Bytes that cases take at most besides the patterns, with two threads."""

_INTERVAL = 60.0


@dataclass
class Stress:
    """What a stress test has found so far.

    Attributes:
        cases: by part.
        errors: by (kind, thread); the kinds are those of `Failure`, and "memory".
        failures: the first hundred, with the thread that met each.
        passes: how often each thread has filled its memory and read it back.
    """

    cases: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: list[tuple[int, Failure]] = field(default_factory=list)
    passes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    broken: BaseException | None = None

    def summary(self) -> str:
        """Cases and errors in one line, errors by kind and thread."""
        kinds = ", ".join(f"{count} {kind} in thread {thread}" for (kind, thread), count in sorted(self.errors.items()))
        return f"{self.cases.total()} cases, {self.passes} passes over memory, {kinds or 'no errors'}"


def require_memory(size: int) -> None:
    """Refuse patterns that would leave no memory for the cases.

    Raises:
        CapacityError: there is less memory.
    """
    free = memory_limit() - allocated_memory() - _RESERVE
    if size > free:
        raise CapacityError(
            f"not enough memory: {format_bytes(size)} of patterns, where at most {format_bytes(max(free, 0))} may be filled; give less"
        )


def stress(seconds: float, seed: int, threads: int, size: int, *, log: Path | None, found: Stress) -> None:
    """Go on for a given number of seconds, filling `found`; a line a minute, and one at the end, are added to the file `log`.

    Raises:
        CapacityError: `size` bytes are more than may be filled.
        OutputError: the log cannot be written.
    """
    require_memory(size)
    _note(log, f"begins: {seconds / 60:g} minutes, {threads} threads, {format_bytes(size)}, seed {seed}")
    if BACKEND.usable():
        prepare()
    end = threading.Event()
    workers = [
        threading.Thread(target=_work, args=(i, seed, size // threads, end, found), daemon=True) for i in range(threads)
    ]
    for worker in workers:
        worker.start()
    start = time.monotonic()
    try:
        while (left := start + seconds - time.monotonic()) > 0 and found.broken is None:
            end.wait(min(left, _INTERVAL))
            if time.monotonic() - start < seconds:
                _note(log, found.summary())
    finally:
        end.set()
    for worker in workers:
        worker.join()
    _note(log, f"ends: {found.summary()}")
    if found.broken is not None:
        raise found.broken


def _note(log: Path | None, text: str) -> None:
    if log is None:
        return
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")
    except OSError as error:
        raise OutputError(f"the log {log} cannot be written: {error.strerror or error}: name another file") from error


def _work(thread: int, seed: int, size: int, end: threading.Event, found: Stress) -> None:
    """Fill this thread's share of memory, run cases, read the memory back; and again."""
    rng = random.Random(f"{seed}:{thread}")  # noqa: S311 (numbers to be repeated)
    release_gil(True)  # noqa: FBT003 (a switch)
    try:
        import numpy as np

        memory = np.empty(max(1, size // 8), np.uint64)
        while not end.is_set():
            pattern = np.uint64(rng.choice((0, 2**64 - 1, 0x5555555555555555, 0xAAAAAAAAAAAAAAAA, rng.getrandbits(64))))
            memory[:] = pattern
            for _ in range(8):
                if end.is_set():
                    break
                _one_case(thread, rng, found)
            wrong = int(np.count_nonzero(memory != pattern))
            with found.lock:
                found.passes += 1
                if wrong:
                    found.errors["memory", thread] += wrong
    except BaseException as error:  # noqa: BLE001 (another thread raises it)
        found.broken = error
        end.set()


def _one_case(thread: int, rng: random.Random, found: Stress) -> None:
    part = rng.choice(usable_parts())
    sizes = part.sizes()
    case = Case(part, rng.choice(sizes), rng.getrandbits(32))
    failure = run(case, 1)
    with found.lock:
        found.cases[part.name] += 1
        if failure:
            found.errors[failure.kind, thread] += 1
            if len(found.failures) < 100:
                found.failures.append((thread, failure))
