"""Speed of residues, modulo both moduli, and of checking a product; one thread, medians."""

import statistics
import time

import numpy as np

from pi_engine.bigint.buffers.limbs import mpz_from_limbs
from pi_engine.bigint.residues import limb_residues


def median(function, repeat):
    """Median seconds of `repeat` calls."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


for count in (16, 1000, 16_000, 10**5, 10**6, 10**7):
    limbs = np.random.default_rng(1).integers(1, 2**63, count, np.uint64)
    repeat = 301 if count < 10**5 else 15
    total = median(limbs.sum, repeat)
    print(f"{count:>9} limbs, numpy sum {8e-9 * count / total:7.2f} GB/s", end="")
    seconds = median(lambda: limb_residues.residues_of_several([limbs]), repeat)
    print(f"   residues {seconds * 1e6:9.2f} µs {8e-9 * count / seconds:6.2f} GB/s", end="")
    a = mpz_from_limbs(limbs)
    b = a + 1
    product = a * b
    print(f"   check_product {median(lambda: limb_residues.check_product(a, b, product), repeat) * 1e6:9.2f} µs")
