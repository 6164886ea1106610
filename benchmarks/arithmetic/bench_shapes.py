"""Nanoseconds a point and prime of a product for every shape: the constants of pi_engine.bigint.ntt.description.sizes come from here.

python benchmarks/arithmetic/bench_shapes.py            by length of the rows
python benchmarks/arithmetic/bench_shapes.py primes     by number of primes, on one thread and on two, with the rows that sizes chooses
"""

import math
import statistics
import sys
import time

import numpy as np

from pi_engine.bigint.ntt.description import sizes
from pi_engine.bigint.ntt.description.sizes import DIGITS, OUTER_RADICES, Size, largest_beta
from pi_engine.bigint.ntt.transform import product


def fastest(shapes: list[Size], threads: tuple[int, ...] = (1,)) -> list[list[float]]:
    """Nanoseconds a point and prime of each shape for each number of threads, the fastest of several products in turn."""
    generator = np.random.default_rng(1)
    work = []
    for size in shapes:
        limbs = size.bits // 128
        a, b = (generator.integers(0, 2**64, limbs, dtype=np.uint64) for _ in range(2))
        work.append((size, a, b, np.empty(2 * limbs, np.uint64)))
    best = [[math.inf] * len(threads) for _ in shapes]
    for _ in range(max(4, min(60, 2_500_000 // max(size.points * size.primes for size in shapes)))):
        for row, (size, a, b, out) in zip(best, work, strict=True):
            for i, count in enumerate(threads):
                start = time.perf_counter()
                product(a, b, size, len(out), count, out=out)
                row[i] = min(row[i], (time.perf_counter() - start) * 1e9 / size.points / size.primes)
    return best


def by_rows() -> None:
    """Print the table of row lengths."""
    print("primes outer_radix  log    points  ns a point and prime with rows of 4^4, 4^5, 4^6, 4^7")
    for primes in (4, 6, 8):
        for outer_radix in (1, 3):
            for log in range(10, 22, 2):
                points = outer_radix << log
                shapes = [
                    Size(primes, outer_radix, log // 2 - levels, levels, largest_beta(primes, points))
                    for levels in range(4, min(7, log // 2) + 1)
                ]
                print(
                    f"{primes:6} {outer_radix:5} {log:4} {points:9}",
                    *(f"{t:7.2f}" for (t,) in fastest(shapes)),
                    flush=True,
                )


def by_primes() -> None:
    """Print the table of numbers of primes, and the medians relative to six."""
    print("log2 of points, outer radix, threads: ns a point and prime by number of primes", *DIGITS)
    ratios: dict[int, list[float]] = {primes: [] for primes in DIGITS}
    for log in range(8, 24, 2):
        for outer_radix in OUTER_RADICES if log < 22 else (1,):
            points = outer_radix << log
            shapes = [Size(primes, outer_radix, *sizes._shape(log), largest_beta(primes, points)) for primes in DIGITS]
            times = fastest(shapes, (1, 2))
            for i, threads in enumerate((1, 2)):
                print(
                    f"{math.log2(points):6.2f} {outer_radix} {threads}",
                    *(f"{row[i]:6.2f}" for row in times),
                    flush=True,
                )
            if points >= 12_288:
                for primes, row in zip(DIGITS, times, strict=True):
                    ratios[primes].append(row[0] / times[list(DIGITS).index(6)][0])
    print(
        "one thread, relative to six primes:", {primes: round(statistics.median(r), 3) for primes, r in ratios.items()}
    )


if __name__ == "__main__":
    by_primes() if sys.argv[1:] == ["primes"] else by_rows()
