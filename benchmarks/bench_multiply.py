"""Products of mpz by `pi_engine.bigint.multiply` beside GMP's, in turn in one process; medians and ratios.

    python benchmarks/bench_multiply.py [BITS ...]           the table, by default 10^5 … 10^8
    python benchmarks/bench_multiply.py --curve FILE.csv     time a bit from 10^4 to 5·10^7 bits, on 1 thread and on 2
    python benchmarks/bench_multiply.py --plot FILE.svg CSV=TITLE ...    draws such files side by side

cpu/wall near 2 in the column of two threads says that both processors were free; below 1.7 they were not, and the line
should not be quoted.
"""

from __future__ import annotations

import argparse
import csv
import math
import statistics
import time
from pathlib import Path

import gmpy2

from pi_engine.bigint import multiply
from pi_engine.cli.parameters.quantities import parse_count

CURVE = 10**4, 5 * 10**7
CURVE_STEP = 1.12
COLUMNS = "ns_1_thread", "ns_2_threads", "least_ns_1_thread", "least_ns_2_threads"
"""Nanoseconds a bit of the product: medians, and the fastest runs."""

CURVE_SECONDS = 0.2
"""For each size."""


def operands(bits):
    state = gmpy2.random_state(bits)
    return [gmpy2.mpz_urandomb(state, bits) | (gmpy2.mpz(1) << (bits - 1)) for _ in range(2)]


def in_turn(tasks, seconds):
    """(wall, cpu) medians of each task, run one after the other, round after round, for about `seconds`, 3 rounds at least.

    Each is run twice, and the second run counts: the first pays for memory that the task before gave back to the system.
    """
    walls, cpus = [[] for _ in tasks], [[] for _ in tasks]
    start = time.perf_counter()
    while len(walls[0]) < 3 or (time.perf_counter() - start < seconds and len(walls[0]) < 301):
        for i, task in enumerate(tasks):
            task()
            cpu, wall = time.process_time(), time.perf_counter()
            task()
            walls[i].append(time.perf_counter() - wall)
            cpus[i].append(time.process_time() - cpu)
    return [(statistics.median(w), statistics.median(c)) for w, c in zip(walls, cpus, strict=True)]


def table(sizes):
    print("milliseconds; ratios are GMP's time over ours\n")
    print(
        f"{'bits':>13} {'GMP':>10} {'1 thread':>10} {'2 threads':>10} {'square':>10} {'ratio 1':>8} {'ratio 2':>8}  cpu/wall"
    )
    for bits in sizes:
        a, b = operands(bits)
        (gmp, _), (one, _), (two, cpu), (square, _) = in_turn(
            [
                lambda a=a, b=b: a * b,
                lambda a=a, b=b: multiply(a, b, threads=1),
                lambda a=a, b=b: multiply(a, b, threads=2),
                lambda a=a: multiply(a, a, threads=2),
            ],
            4.0,
        )
        print(
            f"{bits:>13_} {gmp * 1e3:10.3f} {one * 1e3:10.3f} {two * 1e3:10.3f} {square * 1e3:10.3f} {gmp / one:8.2f}"
            f" {gmp / two:8.2f} {cpu / two:9.2f}",
            flush=True,
        )


def curve(file, ends):
    """Medians of runs on 1 and on 2 threads in turn, 5 at least; and the least of them: on a shared machine others only add."""
    rows = []
    for i in range(1 + int(math.log(ends[1] / ends[0]) / math.log(CURVE_STEP))):
        bits = int(ends[0] * CURVE_STEP**i)
        a, b = operands(bits)
        walls = {1: [], 2: []}
        start = time.perf_counter()
        while len(walls[1]) < 5 or (time.perf_counter() - start < CURVE_SECONDS and len(walls[1]) < 301):
            for threads, found in walls.items():
                multiply(a, b, threads=threads)  # it pays for what the run before gave back to the system
                before = time.perf_counter()
                multiply(a, b, threads=threads)
                found.append(time.perf_counter() - before)
        each = [of(found) / 2 / bits * 1e9 for of in (statistics.median, min) for found in walls.values()]
        steps = [x / last for x, last in zip(each, rows[-1][1:] if rows else each, strict=True)]
        print(
            f"{bits:>13_}  {'  '.join(f'{x:.4f} x{step:.2f}' for x, step in zip(each, steps, strict=True))}", flush=True
        )
        rows.append((bits, *each))
    lines = [",".join(["bits", *COLUMNS]), *(f"{bits}," + ",".join(f"{x:.4f}" for x in each) for bits, *each in rows)]
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw(file, curves):
    """The medians of several files of `curve`, each with its title, in one picture."""
    import matplotlib as mpl  # the extra `plots`

    mpl.use("svg" if file.endswith(".svg") else "agg")
    mpl.rcParams["svg.hashsalt"] = "multiply"
    from matplotlib import pyplot as plt

    figure, both = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained", sharey=True)
    for (name, title), color in zip(curves, ("#999999", "#1f77b4"), strict=False):
        with Path(name).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        for axes, column in zip(both, COLUMNS, strict=False):
            places = [int(row["bits"]) for row in rows]
            axes.plot(places, [float(row[column]) for row in rows], marker=".", linewidth=1, color=color, label=title)
    for axes, title in zip(both, ("1 thread", "2 threads"), strict=True):
        axes.set(xscale="log", ylim=(0, None), xlabel="bits of each factor", title=title)
        axes.grid(visible=True, which="both", linewidth=0.3)
        axes.legend()
    both[0].set_ylabel("nanoseconds a product bit")
    figure.savefig(file, metadata={"Date": None} if file.endswith(".svg") else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bits", nargs="*")
    parser.add_argument("--curve", metavar="FILE")
    parser.add_argument("--plot", metavar="FILE")
    arguments = parser.parse_args()
    if arguments.plot:
        draw(arguments.plot, [text.split("=", 1) for text in arguments.bits])
        return
    sizes = [parse_count(text) for text in arguments.bits]
    if arguments.curve:
        curve(arguments.curve, sizes or CURVE)
    else:
        table(sizes or [10**5, 3 * 10**5, 10**6, 3 * 10**6, 10**7, 3 * 10**7, 10**8])


if __name__ == "__main__":
    main()
