"""Root and quotient, in units of one product of the same size; GMP's beside them.

    python benchmarks/arithmetic/bench_newton.py [bits …] [--threads N]

Wall-clock time, the median of runs taken in turn, and processor time; "least" is the ratio of the least wall-clock
times, which other processes disturb the least.
"""

import argparse
import random
import statistics
import time

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint import division
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.product import multiply
from pi_engine.bigint.root_quotient import half_root, root_times_quotient
from pi_engine.runtime.thread_count import available_threads

SIZES = [332_000, 3_322_000, 33_220_000]
GMP_UP_TO_BITS = 40_000_000


def number(rng, bits):
    return mpz(rng.getrandbits(bits)) | (mpz(1) << (bits - 1))


def cases(bits, threads):
    """(name, function) at a size of that many bits: of a root, of a quotient and its divisor, of a fraction."""
    rng = random.Random(bits)
    x, y, n, long = (number(rng, k * bits) for k in (1, 1, 2, 5))
    half = half_root(10005, bits, threads=threads)
    yield "product", lambda: multiply(x, y, threads=threads)
    yield "isqrt", lambda: division.isqrt(n, threads=threads)
    yield "divide", lambda: division.divide(n, x, threads=threads)
    yield "divide, quotient of a quarter", lambda: division.divide(x << (bits // 4), y, threads=threads)
    yield "divide, quotient of four lengths", lambda: division.divide(long, x, threads=threads)
    yield "half of √10005", lambda: half_root(10005, bits, threads=threads)
    yield "c·√10005·Q/T after it", lambda: root_times_quotient(half, (426880, 1), HandOver(x, y), bits, threads=threads)
    if bits <= GMP_UP_TO_BITS:
        yield "GMP isqrt_rem", lambda: gmpy2.isqrt_rem(n)
        yield "GMP f_divmod", lambda: gmpy2.f_divmod(n, x)


def measure(functions, repeats):
    """Lists of (wall, processor) seconds of each function, run in turn."""
    times: list[list[tuple[float, float]]] = [[] for _ in functions]
    for round_ in range(repeats + 1):
        for found, function in zip(times, functions, strict=True):
            wall, processor = time.perf_counter(), time.process_time()
            function()
            if round_:  # the first one fills pools and tables
                found.append((time.perf_counter() - wall, time.process_time() - processor))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bits", type=int, nargs="*", default=SIZES)
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    print(f"{options.threads} threads, GMP {gmpy2.mp_version()} on one")
    for bits in options.bits:
        names, functions = zip(*cases(bits, options.threads), strict=True)
        results = {}
        for name, times in zip(names, measure(functions, options.repeats), strict=True):
            wall, processor = zip(*times, strict=True)
            results[name] = (statistics.median(wall), statistics.median(processor), min(wall))
        unit = results["product"]
        print(f"\n{bits:_} bits{'':24} wall ms   products   processor ms   products   least")
        for name, row in results.items():
            ratios = [a / b for a, b in zip(row, unit, strict=True)]
            wall_text, processor_text = (f"{row[i] * 1e3:9.2f} {ratios[i]:10.2f}" for i in (0, 1))
            print(f"  {name:34} {wall_text}      {processor_text} {ratios[2]:7.2f}")


if __name__ == "__main__":
    main()
