"""Seconds of the sum: plain; compiled, with the subtrees one by one and eight side by side; and where that spends them.

    python benchmarks/bench_splitting.py [digits …]

Medians of 5 (3 from 10^7 digits), kernels loaded, memory pooled; `first` is the first run of a size, which also makes
the tables and gets the memory. `cpu` is the seconds of all threads: on a busy machine the one to compare.
"""

import statistics
import sys
import time

from pi_engine.runtime.progress import silent
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree, lane_subtrees
from pi_engine.splitting.plain.plain_tree import split_plain

phases: list[tuple[str, int, int, float, float]] = []


def timed(name, function):
    def wrapper(*args, **options):
        start, cpu = time.perf_counter(), time.process_time()
        result = function(*args, **options)
        seconds = time.perf_counter() - start, time.process_time() - cpu
        if name == "merge":
            bits, nodes = 64 * (len(result.P or ()) + len(result.Q) + 2 * len(result.T)), 1
        else:
            P, Q, T = abs(result.lengths).sum(axis=1)
            bits, nodes = 64 * int(P + Q + 2 * T), len(result)
        phases.append((name, nodes, bits, *seconds))
        return result

    return wrapper


def measure(function, repeat, *arguments, **options):
    """First, median wall-clock and median processor seconds."""
    walls, cpus = [], []
    for _ in range(repeat + 1):
        phases.clear()
        start, cpu = time.perf_counter(), time.process_time()
        function(*arguments, **options)
        walls.append(time.perf_counter() - start)
        cpus.append(time.process_time() - cpu)
    return walls[0], statistics.median(walls[1:]), statistics.median(cpus[1:])


for phase, name in (
    ("leaves", "build_subtrees"), ("levels", "merge_levels"), ("level", "merge_level"), ("merge", "merge_with_diagnosis"),
):  # fmt: skip
    setattr(compiled_tree, name, timed(phase, getattr(compiled_tree, name)))
compiled_tree.split_compiled(CHUDNOVSKY, 3000, 2, silent)
for digits in [int(float(x)) for x in sys.argv[1:]] or [10**5, 10**6, 10**7]:
    terms = int(digits / CHUDNOVSKY.digits_per_term) + 2
    repeat = 3 if digits >= 10**7 else 5
    for threads in (1, 2):
        if digits <= 10**7:
            plain = measure(split_plain, repeat, CHUDNOVSKY, terms, threads=threads)
            print(f"{digits:>10} digits, {threads} threads: plain {plain[1]:8.4f} s, cpu {plain[2]:8.4f}")
        possible = lane_subtrees.has_lanes
        if possible():
            lane_subtrees.has_lanes = lambda: False
            one = measure(compiled_tree.split_compiled, repeat, CHUDNOVSKY, terms, threads, silent)
            lane_subtrees.has_lanes = possible
            print(f"{'':>10}              one by one  {one[1]:8.4f} s, cpu {one[2]:8.4f}, first {one[0]:8.4f}")
        compiled = measure(compiled_tree.split_compiled, repeat, CHUDNOVSKY, terms, threads, silent)
        print(
            f"{'':>10}                compiled  {compiled[1]:8.4f} s, cpu {compiled[2]:8.4f}, first {compiled[0]:8.4f}"
        )
    for phase, nodes, bits, wall, cpu in phases:
        print(
            f"    {phase:7} {nodes:6} nodes: {wall * 1e3:9.2f} ms, cpu {cpu * 1e3:9.2f}, "
            f"{bits / 1e6:8.1f} Mbit of products, {wall / bits * 1e9:.3f} ns a bit, cpu {cpu / bits * 1e9:.3f}"
        )
