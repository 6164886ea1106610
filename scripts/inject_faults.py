"""Damage the memory of running computations on purpose, and see whether a wrong digit comes out with exit code 0.

    python scripts/inject_faults.py                           200 faults
    python scripts/inject_faults.py --faults 20000 --processes 2 --log faults.txt
    python scripts/inject_faults.py --replay NAME             one fault again, by the name that was printed

Faults are planted in large numbers, in memory, between the lines of the engine's functions: one in each run of a short computation.
The tables say what came of them:

    caught     the run ends with an error of the engine, or the command with its exit code
    repaired   the digits are right, and the run says that it has made a step again
    harmless   the digits are right
    late       `compute` has handed over digits that were changed after its last check; the residues in its result tell
    wrong      wrong digits, and nothing tells
    hung       the run does not end
    crashed    the process ends by a signal
    error      the run ends with another exception

Exits with 3 if any digit is wrong or any run hangs, else with 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.faults.kinds import KINDS
from scripts.faults.report import overview
from scripts.faults.runner import Fault, Result, draws, inject_all, prepare, record
from scripts.faults.workloads import all_workloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.faults.tracing import Met, Point
    from scripts.faults.workloads import Workload

_FAILED, _USAGE = 3, 2


def _options() -> argparse.ArgumentParser:
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=200, metavar="N", help="how many to plant (200)")
    parser.add_argument("--seed", type=int, help="repeats a run; drawn and printed by default")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="faults at the same time (1)")
    parser.add_argument("--seconds", type=float, default=60, metavar="S", help="after which a run counts as hung (60)")
    parser.add_argument("--path", choices=["plain", "compiled"], help="of computations; both by default")
    parser.add_argument("--series", metavar="NAME", help="only computations with this series")
    parser.add_argument("--base", type=int, choices=[10, 16], help="only digits of this base")
    parser.add_argument("--workload", metavar="NAME", help="only the computation of this name")
    parser.add_argument("--computations", type=int, metavar="N", help="draw so many of each path, to be ready sooner")
    parser.add_argument("--place", default="", metavar="TEXT", help="only functions whose module and name contain this")
    parser.add_argument("--kind", choices=list(KINDS), help="only this kind of fault")
    parser.add_argument(
        "--log", metavar="FILE", help="append a line for each fault: what came of it, its name, details"
    )
    parser.add_argument("--replay", metavar="NAME", help="plant this fault, and nothing else")
    parser.add_argument("--list", action="store_true", help="print the places and how many points they have, and end")
    return parser


def _chosen(options: argparse.Namespace) -> list[Workload]:
    def is_wanted(workload: Workload) -> bool:
        return (
            (options.path is None or workload.compiled == (options.path == "compiled"))
            and options.series in {None, workload.series}
            and options.base in {None, workload.base}
            and options.workload in {None, workload.name}
        )

    return [workload for workload in all_workloads() if is_wanted(workload)]


def _say(results: list[Result], begun: float, total: int) -> None:
    last = results[-1]
    if last.outcome in {"wrong", "hung"}:
        print(f"{last.outcome}: {last.fault} {last.detail}", flush=True)
    if len(results) % 500 == 0:
        spent = time.monotonic() - begun
        print(f"{len(results)} of {total} faults, {spent:.0f} s", file=sys.stderr, flush=True)


def _drawn(options: argparse.Namespace, seed: int) -> dict[str, Workload]:
    """The computations, by name."""
    chosen = _chosen(options)
    if options.computations is not None:
        rng = random.Random(seed)  # noqa: S311 (repeatable, not secret)
        paths = [[workload for workload in chosen if workload.compiled == path] for path in (False, True)]
        chosen = [workload for path in paths for workload in rng.sample(path, min(len(path), options.computations))]
    return {workload.name: workload for workload in chosen}


def _points(workloads: dict[str, Workload], place: str) -> dict[str, dict[Point, Met]]:
    return {
        name: {point: met for point, met in record(workload).items() if place in point.place}
        for name, workload in workloads.items()
    }


def _print_places(points: dict[str, dict[Point, Met]]) -> None:
    count = Counter(point.place for found in points.values() for point in found)
    for name in sorted(count):
        print(f"{count[name]:6} {name}")


def _replay(name: str, seconds: float) -> int:
    workloads = {workload.name: workload for workload in all_workloads()}
    try:
        fault = Fault.named(name)
    except ValueError as error:
        print(f"inject_faults: {name}: {error}", file=sys.stderr)
        return _USAGE
    if fault.workload not in workloads:
        print(f"inject_faults: {fault.workload} is none of the computations: {', '.join(workloads)}", file=sys.stderr)
        return _USAGE
    prepare()
    results = list(inject_all(iter([fault]), workloads, 1, processes=1, seconds=seconds))
    print(f"{results[0].outcome}: {results[0].detail}" if results else "not planted: its place is no more")
    return _exit_code(results)


def _exit_code(results: Sequence[Result]) -> int:
    return _FAILED if any(result.outcome in {"wrong", "hung"} for result in results) else 0


def main() -> int:
    """Plant faults, and say what came of them."""
    options = _options().parse_args()
    if not hasattr(os, "fork"):
        print("inject_faults: needs os.fork, which this system does not have", file=sys.stderr)
        return 1
    if options.replay:
        return _replay(options.replay, options.seconds)
    seed = random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    workloads = _drawn(options, seed)
    prepare()
    points = _points(workloads, options.place)
    if options.list:
        _print_places(points)
        return 0
    if not any(points.values()):
        print("inject_faults: nothing was found where to plant a fault: choose other options", file=sys.stderr)
        return 1
    print(f"{sum(map(len, points.values()))} points in {', '.join(workloads)}", flush=True)
    faults = draws(points, [options.kind] if options.kind else list(KINDS), seed)
    begun, results = time.monotonic(), list[Result]()
    with contextlib.suppress(KeyboardInterrupt):  # the tables are of what has been done
        for result in inject_all(
            faults, workloads, options.faults, processes=options.processes, seconds=options.seconds
        ):
            results.append(result)
            _say(results, begun, options.faults)
            if options.log:
                with Path(options.log).open("a", encoding="utf-8") as log:
                    log.write(f"{result.outcome}\t{result.fault}\t{result.detail}\n")
    print(overview(results))
    return _exit_code(results)


if __name__ == "__main__":
    sys.exit(main())
