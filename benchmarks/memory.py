"""Peaks of allocated memory of whole computations, by either path, beside the estimate that refuses those that do not fit.

    python benchmarks/memory.py [DIGITS ...]

Each computation is a process of its own; a first one for the kernels, which it compiles where they are not stored. The
estimate must never be below the peak, and should not be far above. Pages of mapped libraries have a column of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys

from pi_engine import series
from pi_engine.bigint.product import transform_is_usable
from pi_engine.cli.quantities import parse_count
from pi_engine.plan import largest_root_bits, make_plan

CASES = (
    ("chudnovsky", 10, 1),
    ("chudnovsky", 10, 2),
    ("chudnovsky", 10, 16),
    ("chudnovsky", 16, 2),
    ("ramanujan", 10, 2),
    ("guillera-820", 10, 2),
    ("machin", 10, 2),
    ("takano", 10, 2),
    ("bellard", 10, 2),
    ("bbp", 10, 2),
)
_COMPUTE = """
import json, sys
import pi_engine
from pi_engine import plan
name, digits, base, threads, fast = json.loads(sys.argv[1])
plan.fast_path_pays = lambda count: fast
found = pi_engine.compute(digits, base=base, series=name, threads=threads)
print(json.dumps([found.peak_memory_bytes, found.mapped_memory_bytes]))
"""


def peak(name: str, digits: int, base: int, threads: int, *, fast: bool) -> tuple[int, int]:
    """Bytes allocated at the peak, and of mapped files at the end."""
    command = [sys.executable, "-c", _COMPUTE, json.dumps([name, digits, base, threads, fast])]
    allocated, mapped = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return int(allocated), int(mapped or 0)


def main() -> None:
    """Print a line for each case."""
    sizes = [parse_count(x) for x in sys.argv[1:]] or [100_000, 1_000_000, 5_000_000, 10_000_000]
    paths = (False, True) if transform_is_usable() else (False,)
    for fast in paths:
        peak("chudnovsky", 20_000, 10, 1, fast=fast)
    print("series       base threads path          digits   peak MB  estimate MB  ratio  mapped MB  bytes/bit  of root")
    for digits in sizes:
        for name, base, threads in CASES:
            for fast in paths:
                plan = make_plan(series.get(name), digits, base, threads=threads, fast=fast)
                used, mapped = peak(name, digits, base, threads, fast=fast)
                print(
                    f"{name:<12} {base:>4} {threads:>7} {'compiled' if fast else 'gmpy2':<8} {digits:>11_} {used / 1e6:>9.1f}"
                    f" {plan.memory_bytes / 1e6:>12.1f} {plan.memory_bytes / used:>6.2f} {mapped / 1e6:>10.1f}"
                    f" {used / plan.fraction_bits:>10.2f} {used / largest_root_bits(plan.series, plan.terms):>8.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
