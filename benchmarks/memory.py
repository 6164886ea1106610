"""Peaks of memory of whole computations, run at the limit that their plan names: the table in docs/memory.md.

    python benchmarks/memory.py [--series NAME,…] [--bases 10,16] [--checks fast,full] [--paths] [--seconds S] [--threads N] DIGITS …

Each computation is a process of its own, with `--memory` set to what its plan says. By default all series of the catalogue are
run, in both bases and with both kinds of checks, on the path that is the faster one; `--paths` forces both paths. What the
estimate says takes longer than `--seconds` is left out, and named at the end. The kernels must be stored: run `pi-engine tune`
before. The last line says the largest ratio of peak to plan: it must not be above 1. Lines are rows of a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from pi_engine import series
from pi_engine.cli.parameters.quantities import parse_count
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.forecast import forecast, seconds_by_phase
from pi_engine.engine.planning.plan import Plan, make_plan

_COMPUTE = """
import json, sys
import pi_engine
from pi_engine.engine.planning.backend import BACKEND
name, digits, base, threads, check, compiled, limit = json.loads(sys.argv[1])
BACKEND.pays = lambda count: compiled
found = pi_engine.compute(digits, base=base, series=name, threads=threads, check=check, memory=limit)
print(json.dumps([found.peak_memory_bytes, found.path]))
"""


def peak(plan: Plan, threads: int, check: str) -> tuple[int, str]:
    """Bytes allocated at the peak, and the path that was taken; 0 and what was said where the run failed."""
    case = [plan.series.name, plan.digits, plan.base, threads, check, plan.compiled, plan.memory_bytes]
    command = [sys.executable, "-c", _COMPUTE, json.dumps(case)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        return 0, answer.stderr.strip().splitlines()[-1]
    allocated, path = json.loads(answer.stdout)
    return int(allocated), path


def _seconds(plan: Plan, threads: int, check: str) -> float:
    return seconds_by_phase(forecast(plan, threads, check))["total"]


def main() -> None:
    """Print a row for each case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("digits", nargs="+", type=parse_count)
    parser.add_argument("--series", default=",".join(x.name for x in series.catalogue()))
    parser.add_argument("--bases", default="10,16")
    parser.add_argument("--checks", default="fast,full")
    parser.add_argument("--paths", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    print(
        "| digits | series | base | check | path | planned, MiB | peak, MiB | peak : planned |\n|---|---|---|---|---|---|---|---|"
    )
    left_out, ratios = set(), []
    for digits in options.digits:
        for name in options.series.split(","):
            for base in map(int, options.bases.split(",")):
                for compiled in (False, True) if options.paths and BACKEND.usable() else (None,):
                    for check in options.checks.split(","):
                        try:
                            plan = make_plan(
                                series.get(name), digits, base, threads=options.threads, compiled=compiled, check=check
                            )
                        except ValueError:
                            left_out.add((name, digits))
                            continue
                        if _seconds(plan, options.threads, check) > options.seconds:
                            left_out.add((name, digits))
                            continue
                        used, path = peak(plan, options.threads, check)
                        ratio = used / plan.memory_bytes
                        ratios.append((ratio, name, digits, base, check, path))
                        print(
                            f"| {digits:_} | {name} | {base} | {check} | {path} | {plan.memory_bytes / 2**20:.1f} "
                            f"| {used / 2**20:.1f} | {ratio:.2f} |",
                            flush=True,
                        )
    for digits in options.digits:
        names = sorted(name for name, count in left_out if count == digits)
        if names:
            print(f"Left out at {digits:_} digits, as taking longer than {options.seconds:g} s: {', '.join(names)}.")
    print(f"{len(ratios)} runs; the largest ratio: {max(ratios)}; failed: {[x for x in ratios if not x[0]]}")


if __name__ == "__main__":
    main()
