"""Each fault in a process of its own, forked from one that has loaded everything: what a fault has damaged goes with the process.

So tables, caches and memory of the pool are sound again for the next fault, and a run that hangs or crashes costs nothing but itself.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import select
import signal
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.engine.planning import backend
from scripts.faults.kinds import KINDS, is_possible
from scripts.faults.memory import path_of, written
from scripts.faults.tracing import Met, Planter, Point, Recorder
from scripts.faults.workloads import all_workloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scripts.faults.endings import Outcome
    from scripts.faults.workloads import Workload

OUTCOMES = ("caught", "repaired", "harmless", "late", "wrong", "hung", "crashed", "error")
_WORKSPACE = 0.3
"""The part of the faults in workspace that were drawn."""

_TRIES = 4
"""Of each draw until a fault has been planted: a number may have been too short, or a point not been met again."""


class Fault(NamedTuple):
    """One fault, by all that it takes to plant it again."""

    workload: str
    point: Point
    occurrence: int
    kind: str
    seed: int

    def __str__(self) -> str:
        """In one word: `WORKLOAD:FUNCTION+LINE:VARIABLE:OCCURRENCE:KIND:SEED`."""
        return f"{self.workload}:{self.point}:{self.occurrence}:{self.kind}:{self.seed}"

    @classmethod
    def named(cls, name: str) -> Fault:
        """The fault of that name.

        Raises:
            ValueError: it is no name of a fault.
        """
        parts = name.split(":")
        place, _, line = parts[1].rpartition("+") if len(parts) > 1 else ("", "", "")
        if len(parts) != len(cls._fields) + 1 or parts[-2] not in KINDS:
            raise ValueError("a fault has a name like WORKLOAD:FUNCTION+LINE:VARIABLE:OCCURRENCE:KIND:SEED")
        workload, _, variable, occurrence, kind, seed = parts
        return cls(workload, Point(place, int(line), path_of(variable)), int(occurrence), kind, int(seed))


class Result(NamedTuple):
    """A fault that was planted, or was to be, and what came of it."""

    fault: Fault
    outcome: str
    detail: str


class _Job(NamedTuple):
    process: int
    pipe: int
    ends: float
    fault: Fault
    chunks: list[bytes]


def prepare() -> None:
    """Load kernels, and fill the caches that a longer process has filled; always the same ones, so that faults can be replayed."""
    if backend.BACKEND.usable():
        backend.prepare()
    for workload in all_workloads():
        if workload.threads == 1 and not workload.cold:  # a fork takes no threads along
            outcome = workload.run()
            if outcome.judgement != "harmless":
                raise RuntimeError(f"without a fault {workload.name} fails already: {outcome}")
    gc.collect()
    gc.freeze()


def record(workload: Workload) -> dict[Point, Met]:
    """The points of a workload, found in a process of its own."""

    def work() -> object:
        recorder = Recorder()
        found = []
        recorder.run(lambda: found.append(workload.run()))
        if found[0].judgement != "harmless":
            raise RuntimeError(found[0].detail)
        return [
            [place, line, written(path), *vars(met).values()] for (place, line, path), met in recorder.points.items()
        ]

    process, pipe = _fork(work)
    with os.fdopen(pipe, "rb") as stream:
        answer = json.loads(stream.read() or '{"failure": "it crashes"}')
    os.waitpid(process, 0)
    if "failure" in answer:
        raise RuntimeError(f"without a fault {workload.name} fails already: {answer['failure']}")
    return {Point(place, line, path_of(path)): Met(*met) for place, line, path, *met in answer["value"]}


def _fork(work: Callable[[], object]) -> tuple[int, int]:
    """Do the work in a new process; its number, and the pipe on which its answer comes."""
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    status = 1
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        try:
            answer = {"value": work()}
        except BaseException as error:  # noqa: BLE001 (reported to the parent)
            answer = {"failure": f"{type(error).__name__}: {error}"}
        with os.fdopen(writer, "wb") as stream:
            stream.write(json.dumps(answer).encode())
        status = 0
    finally:
        os._exit(status)


def draws(points: dict[str, dict[Point, Met]], kinds: Sequence[str], seed: int) -> Iterator[Fault]:
    """Faults without end, all of them from one seed: every function as often as the others, and every kind.

    Functions are drawn by the square root of how many points they have, points and occurrences evenly, but for workspace: most of
    it is in nobody's use most of the time.
    """
    rng = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    places: dict[str, list[tuple[str, Point, Met]]] = {}
    for workload, found in points.items():
        for point, met in found.items():
            places.setdefault(point.place, []).append((workload, point, met))
    names = sorted(places)
    weights = [len(places[name]) ** 0.5 for name in names]
    while True:
        kind = rng.choice(kinds)
        (place,) = rng.choices(names, weights)
        workload, point, met = rng.choice(places[place])
        if is_possible(kind, met.cells) and (not met.is_workspace or rng.random() < _WORKSPACE):
            yield Fault(workload, point, rng.randint(1, met.times), kind, rng.getrandbits(32))


def inject(fault: Fault, workload: Workload) -> list[object]:
    """Plant the fault in this process: whether it was planted, and what came of it."""
    rng = random.Random(fault.seed)  # noqa: S311 (repeatable, not secret)
    planter = Planter(fault.point, fault.occurrence, fault.kind, rng)
    found: list[Outcome] = []
    planter.run(lambda: found.append(workload.run()))
    return [planter.planted, *found[0]]


def inject_all(
    faults: Iterator[Fault], workloads: dict[str, Workload], count: int, *, processes: int, seconds: float
) -> Iterator[Result]:
    """Plant faults until `count` of them have been planted, so many at a time; each has so many seconds."""
    jobs: dict[int, _Job] = {}
    done = drawn = 0
    try:
        while done < count:
            while len(jobs) < min(processes, count - done) and drawn < _TRIES * count + 100:
                fault = next(faults, None)
                if fault is None:
                    drawn = _TRIES * count + 100
                    break
                drawn += 1
                process, pipe = _fork(partial(inject, fault, workloads[fault.workload]))
                jobs[pipe] = _Job(process, pipe, time.monotonic() + seconds, fault, [])
            if not jobs:
                return
            for result in _ended(jobs):
                done += 1
                yield result
    finally:
        for job in jobs.values():
            _end(job)


def _ended(jobs: dict[int, _Job]) -> Iterator[Result]:
    """The results of those that end now, and that did plant their fault; waits for one."""
    wait = max(0.0, min(job.ends for job in jobs.values()) - time.monotonic())
    ready, _, _ = select.select(list(jobs), [], [], wait)
    for pipe in ready:
        chunk = os.read(pipe, 1 << 16)
        if chunk:
            jobs[pipe].chunks.append(chunk)
            continue
        job = jobs.pop(pipe)
        os.close(pipe)
        _, status = os.waitpid(job.process, 0)
        yield from _result(job.fault, status, b"".join(job.chunks))
    for job in [job for job in jobs.values() if job.ends <= time.monotonic()]:
        del jobs[job.pipe]
        _end(job)
        yield Result(job.fault, "hung", "")


def _result(fault: Fault, status: int, answer: bytes) -> Iterator[Result]:
    if os.WIFSIGNALED(status) or not answer:
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit code {status >> 8}"
        yield Result(fault, "crashed", name)
        return
    report = json.loads(answer)
    if "failure" in report:
        yield Result(fault, "error", report["failure"])
        return
    planted, outcome, detail = report["value"]
    if planted:
        yield Result(fault, outcome, "".join(c if c.isprintable() else " " for c in detail.strip()))


def _end(job: _Job) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(job.process, signal.SIGKILL)
    os.waitpid(job.process, 0)
    os.close(job.pipe)


def tallied(results: Sequence[Result], group: Callable[[Result], str]) -> dict[str, Counter[str]]:
    """How often each outcome was found, by group."""
    found: dict[str, Counter[str]] = {}
    for result in results:
        found.setdefault(group(result), Counter())[result.outcome] += 1
    return found
