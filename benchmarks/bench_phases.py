"""Time of each phase of a product, nanoseconds a point and prime; arguments: bits an operand, threads."""

import sys
import time

import numpy as np

from pi_engine.bigint.ntt import transform
from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.ntt.description.sizes import size_for
from pi_engine.bigint.ntt.tables import plan_for


def main() -> None:
    """Print the table."""
    bits, threads = int(float(sys.argv[1])), int(sys.argv[2])
    limbs = bits // 64
    generator = np.random.default_rng(1)
    a, b = (generator.integers(0, 2**64, limbs, dtype=np.uint64) for _ in range(2))
    size = size_for(128 * limbs)
    plan = plan_for(size)
    x, y = transform.Transformed(plan), transform.Transformed(plan)
    both = layout.FORWARD_A | layout.FORWARD_B | layout.MULTIPLY | layout.INVERSE
    phases = {
        "forward columns": lambda: transform.forward(plan, [(a, x), (b, y)], x.primes, threads),
        "rows": lambda: transform.apply_to_rows(both, x, y, x.primes, threads),
        "columns back, digits": lambda: transform.to_limbs(x, 2 * limbs, threads),
    }
    times = {name: [] for name in phases}
    for _ in range(max(5, int(1e8 / bits) if bits > 1e7 else 40)):
        for name, phase in phases.items():
            start = time.perf_counter()
            phase()
            times[name].append(time.perf_counter() - start)
    print(size, f"{size.points} points, use {128 * limbs / size.bits:.2f}")
    total = 0.0
    for name, measured in times.items():
        median = min(measured)
        total += median
        each = median * 1e9 / size.points
        print(f"{name:20} {median * 1e3:9.3f} ms {each / size.primes:7.3f} ns a point and prime {each:7.2f} ns a point")
    print(f"{'total':20} {total * 1e3:9.3f} ms {total * 1e9 / size.points / size.primes:7.3f}")


if __name__ == "__main__":
    main()
