"""Nanoseconds a point and prime of a product for every shape: the constants of pi_engine.bigint.sizes come from here."""

import time

import numpy as np

from pi_engine.bigint.sizes import Size, largest_beta
from pi_engine.bigint.transform import product


def fastest(size: Size, runs: int) -> float:
    """Seconds of processor time of the fastest of several products on one thread."""
    limbs = size.bits // 128
    generator = np.random.default_rng(1)
    a, b = (generator.integers(0, 2**64, limbs, dtype=np.uint64) for _ in range(2))
    best = float("inf")
    for _ in range(runs):
        start = time.thread_time()
        product(a, b, size, 2 * limbs)
        best = min(best, time.thread_time() - start)
    return best


def main() -> None:
    """Print the table."""
    print("primes heads  log    points  ns a point and prime with rows of 4^4, 4^5, 4^6, 4^7")
    for primes in (4, 6, 8):
        for heads in (1, 3):
            for log in range(10, 22, 2):
                points = heads << log
                row = []
                for levels in range(4, min(7, log // 2) + 1):
                    size = Size(primes, heads, log // 2 - levels, levels, largest_beta(primes, points))
                    runs = max(3, min(60, 2_500_000 // (points * primes)))
                    row.append(f"{fastest(size, runs) * 1e9 / points / primes:7.2f}")
                print(f"{primes:6} {heads:5} {log:4} {points:9}", *row, flush=True)


if __name__ == "__main__":
    main()
