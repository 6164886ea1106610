"""Peak resident memory of whole computations beside the estimate that refuses those that do not fit.

    python benchmarks/memory.py [DIGITS ...]

Each computation is a process of its own. The estimate must never be below the peak, and should not be far above.
"""

from __future__ import annotations

import json
import subprocess
import sys

from pi_engine import series
from pi_engine.cli.quantities import parse_count
from pi_engine.plan import largest_root_bits, make_plan


def peak(name: str, digits: int, base: int, threads: int) -> int:
    command = [sys.executable, "-m", "pi_engine", "compute", str(digits), "--json", "--quiet"]
    command += ["--series", name, "--base", str(base), "--threads", str(threads)]
    return int(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["peak_memory_bytes"])


def main() -> None:
    sizes = [parse_count(x) for x in sys.argv[1:]] or [100_000, 1_000_000, 4_000_000, 10_000_000]
    print("series       base threads      digits   peak MB  estimate MB  ratio  bytes/digit  bytes/root bit")
    for digits in sizes:
        for name, base, threads in (
            ("chudnovsky", 10, 1),
            ("chudnovsky", 10, 2),
            ("chudnovsky", 16, 2),
            ("ramanujan", 10, 2),
            ("guillera-820", 10, 2),
            ("machin", 10, 2),
            ("bbp", 10, 2),
        ):
            plan = make_plan(series.get(name), digits, base)
            start = peak(name, 0, base, threads)
            used = peak(name, digits, base, threads)
            bits = largest_root_bits(plan.series, plan.terms)
            print(
                f"{name:<12} {base:>4} {threads:>7} {digits:>11_} {used / 1e6:>9.1f} {plan.memory_bytes / 1e6:>12.1f}"
                f" {plan.memory_bytes / used:>6.2f} {(used - start) / digits:>12.1f} {(used - start) / bits:>15.3f}"
            )


if __name__ == "__main__":
    main()
