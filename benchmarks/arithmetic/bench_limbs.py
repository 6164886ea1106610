"""Speed of limbs to mpz and back, by each route; GB/s of limbs, medians."""

import statistics
import time

import numpy as np

from pi_engine.bigint.buffers import limbs


def median(function, repeat=9):
    """Median seconds of `repeat` calls."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


for count in (1, 1000, 10**5, 10**6, 10**7):
    source = np.random.default_rng(1).integers(1, 2**63, count, np.uint64)
    x = limbs.mpz_from_limbs(source)
    for route in ("abi", "xmpz", "bytes"):
        limbs._route = lambda route=route: route
        repeat = 301 if count < 10**4 else 7
        read, write = (
            median(lambda x=x: limbs.limbs_of(x), repeat),
            median(lambda s=source: limbs.mpz_from_limbs(s), repeat),
        )
        print(
            f"{count:>9} limbs {route:6} limbs_of {read * 1e6:10.2f} µs {8e-9 * count / read:12.2f} GB/s   "
            f"mpz_from_limbs {write * 1e6:10.2f} µs {8e-9 * count / write:8.2f} GB/s"
        )
