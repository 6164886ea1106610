"""What the checks of a run cost: compute with check="none" and check="fast" in turn, by phase.

python benchmarks/bench_checks.py [DIGITS] [RUNS]
"""

import importlib
import statistics
import sys
import time
from typing import Literal

import pi_engine
from pi_engine.kernels import compile_fast_path

LEVELS: tuple[Literal["none", "fast"], ...] = ("none", "fast")


def main() -> None:
    digits = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**7
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    compile_fast_path()
    importlib.import_module("pi_engine.splitting.fast_tree")  # so that the compiled path is taken from the first run on

    seconds = {level: [] for level in LEVELS}
    phases = {level: [] for level in LEVELS}
    for level in LEVELS:
        pi_engine.compute(digits, check=level)
    for i in range(runs):
        for level in LEVELS if i % 2 else LEVELS[::-1]:
            start = time.perf_counter()
            result = pi_engine.compute(digits, check=level)
            seconds[level].append(time.perf_counter() - start)
            phases[level].append(result.seconds)
            del result
    print(f"{digits:_} digits, {runs} runs of each, in turn; seconds")
    for name, choose in (("median", statistics.median), ("fastest", min)):
        none, fast = (choose(seconds[level]) for level in LEVELS)
        print(f"  {name:10} none {none:.4f}  fast {fast:.4f}  {100 * (fast / none - 1):.2f} %")
    for phase in phases["fast"][0]:
        none, fast = (min(run.get(phase, 0) for run in phases[level]) for level in LEVELS)
        print(f"  {phase:10} none {none:.4f}  fast {fast:.4f}")


if __name__ == "__main__":
    main()
