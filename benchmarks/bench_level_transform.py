"""Levels of products above the crossover: GMP against the transform inside the kernel, 1 and 2 threads; ns a product bit, checked."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pi_engine.bigint.batch import Batch
from pi_engine.bigint.level import NEVER, multiply_level, product_room


def batch(count, size, seed):
    """Random numbers of `size` limbs."""
    limbs = np.random.default_rng(seed).integers(1, 2**63, count * size, np.uint64)
    return Batch(limbs, np.arange(count) * size, np.full(count, size))


pool = ThreadPoolExecutor(1)
WAYS = [(threads, start) for threads in (1, 2) for start in (NEVER, 1)]
for size in (256, 300, 344, 420, 512, 700, 1024, 2048, 4096, 8192, 16384, 32768):
    count = max(4, 200_000 // size)
    a, b = batch(count, size, 1), batch(count, size, 2)
    out = np.empty(product_room(a, b), np.uint64)
    times = {way: [] for way in WAYS}
    for turn in range(6):  # in turn, so that a busy moment meets all; the first is not counted
        for threads, first in WAYS:
            start = time.perf_counter()
            multiply_level(a, b, pool if threads > 1 else None, threads, out=out, transform_from=first)
            if turn:
                times[threads, first].append(time.perf_counter() - start)
    a_bit = [statistics.median(times[way]) * 1e9 / (count * 128 * size) for way in WAYS]
    print(
        f"{64 * size:8} bits: 1 thread, GMP {a_bit[0]:.3f} transform {a_bit[1]:.3f}; 2: GMP {a_bit[2]:.3f} transform {a_bit[3]:.3f}"
    )
