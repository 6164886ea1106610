"""Products of mpz by `pi_engine.bigint.multiply` beside GMP's, in turn in one process; medians and ratios.

    python benchmarks/bench_multiply.py [BITS ...]           the table, by default 10^5 … 10^8
    python benchmarks/bench_multiply.py --curve FILE.csv     time a bit from 10^5 to 10^9 bits; --plot FILE.svg draws it

cpu/wall near 2 in the column of two threads says that both processors were free; below 1.7 they were not, and the line
should not be quoted.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from pathlib import Path

import gmpy2

from pi_engine.bigint import multiply
from pi_engine.cli.parameters.quantities import parse_count

CURVE_STEP = 1.12
SWEEPS = 2


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


def curve(file, plot):
    """Fastest of several runs in each of several sweeps: on a shared machine the others only add."""
    sizes = [int(1e5 * CURVE_STEP**i) for i in range(1 + int(math.log(1e4) / math.log(CURVE_STEP)))]
    fastest = dict.fromkeys(sizes, math.inf)
    for _ in range(SWEEPS):
        for bits in sizes:
            a, b = operands(bits)
            multiply(a, b, threads=2)
            start = time.perf_counter()
            runs = 0
            while runs < 3 or (time.perf_counter() - start < 0.2 and runs < 301):
                before = time.perf_counter()
                multiply(a, b, threads=2)
                fastest[bits] = min(fastest[bits], time.perf_counter() - before)
                runs += 1
    rows = list(fastest.items())
    for i, (bits, wall) in enumerate(rows):
        step = wall / rows[max(i - 1, 0)][1]
        print(f"{bits:>13_} {wall * 1e3:10.3f} ms  {wall / 2 / bits * 1e9:.4f} ns a product bit  x{step:.3f}")
    lines = ["bits,seconds_2_threads,ns_a_product_bit"]
    lines += [f"{bits},{wall:.6g},{wall / 2 / bits * 1e9:.4f}" for bits, wall in rows]
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if plot:
        draw(rows, plot)


def draw(rows, file):
    import matplotlib as mpl  # the extra `plots`

    mpl.use("svg" if file.endswith(".svg") else "agg")
    mpl.rcParams["svg.hashsalt"] = "multiply"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    axes.plot([bits for bits, _ in rows], [wall / 2 / bits * 1e9 for bits, wall in rows], marker=".", linewidth=1)
    axes.set(xscale="log", ylim=(0, None), xlabel="bits of each factor", ylabel="nanoseconds a product bit")
    axes.set_title("multiply, 2 threads, residue check included")
    axes.grid(visible=True, which="both", linewidth=0.3)
    figure.savefig(file, metadata={"Date": None} if file.endswith(".svg") else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bits", nargs="*", type=parse_count)
    parser.add_argument("--curve", metavar="FILE")
    parser.add_argument("--plot", metavar="FILE")
    arguments = parser.parse_args()
    if arguments.curve:
        curve(arguments.curve, arguments.plot)
    else:
        table(arguments.bits or [10**5, 3 * 10**5, 10**6, 3 * 10**6, 10**7, 3 * 10**7, 10**8])


if __name__ == "__main__":
    main()
