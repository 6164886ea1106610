"""Whole computations of N digits of π as text, beside what else a Python user may have installed.

    python benchmarks/peers.py [--rounds R] [DIGITS ...]

The peers take turns, each run in a process of its own, because several keep π between calls; the clock runs inside,
after the imports. Medians, and ratios to this program, its kernels loaded, in the same rounds.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import statistics
import subprocess
import sys
import time

from pi_engine.cli.quantities import parse_count


def pi_engine_run(digits):
    """As a script finds it: no kernel has been loaded."""
    from pi_engine import compute

    return lambda: compute(digits).text()


def pi_engine_loaded(digits):
    """In a process that has computed before: the kernels are loaded, compiled if need be."""
    from pi_engine import compute
    from pi_engine.engine import compile_fast_path

    compile_fast_path()
    import pi_engine.splitting.fast_tree  # noqa: F401 (from here on the compiled path is taken)

    compute(max(30_000, min(digits, 1_000_000)))
    return lambda: compute(digits).text()


def pi_engine_loaded_one_thread(digits):
    from pi_engine import compute

    pi_engine_loaded(digits)
    return lambda: compute(digits, threads=1).text()


def twenty_lines(digits):
    """What a user of gmpy2 would write."""
    from gmpy2 import isqrt, mpz

    def split(lo, hi):
        if hi - lo == 1:
            if lo == 0:
                p = q = mpz(1)
            else:
                p = mpz(-(6 * lo - 5) * (2 * lo - 1) * (6 * lo - 1))
                q = mpz(10939058860032000 * lo**3)
            return p, q, p * (13591409 + 545140134 * lo)
        middle = (lo + hi) // 2
        p1, q1, t1 = split(lo, middle)
        p2, q2, t2 = split(middle, hi)
        return p1 * p2, q1 * q2, t1 * q2 + p1 * t2

    def run():
        scale = mpz(10) ** (digits + 10)
        _, q, t = split(0, digits // 14 + 2)
        text = str(426880 * isqrt(10005 * scale * scale) * q // t)
        return "3." + text[1 : digits + 1]

    return run


def gmpy2_const_pi(digits):
    import gmpy2

    def run():
        text = gmpy2.const_pi(int(digits * 3.3219281) + 64).digits(10)[0]
        return "3." + text[1 : digits + 1]

    return run


def mpmath_pi(digits):
    import mpmath

    mpmath.mp.dps = digits + 10
    return lambda: mpmath.nstr(+mpmath.mp.pi, digits + 5, strip_zeros=False)[: digits + 2]


def flint_pi(digits, threads):
    import flint

    flint.ctx.threads = threads
    flint.ctx.dps = digits + 10
    return lambda: flint.arb.pi().str(digits + 5, radius=False)[: digits + 2]


def flint_one_thread(digits):
    return flint_pi(digits, 1)


def flint_all_threads(digits):
    return flint_pi(digits, os.cpu_count())


PEERS = {
    "pi-engine": (pi_engine_run, "pi_engine"),
    "pi-engine, loaded": (pi_engine_loaded, "pi_engine"),
    "the same, 1 thread": (pi_engine_loaded_one_thread, "pi_engine"),
    "20 lines of gmpy2": (twenty_lines, "gmpy2"),
    "gmpy2.const_pi": (gmpy2_const_pi, "gmpy2"),
    "mpmath": (mpmath_pi, "mpmath"),
    "python-flint, 1 thread": (flint_one_thread, "flint"),
    "python-flint": (flint_all_threads, "flint"),
}


def child(name, digits):
    """Print the seconds of one run and the digest of its digits."""
    sys.set_int_max_str_digits(0)
    run = PEERS[name][0](digits)
    start = time.perf_counter()
    text = run()
    seconds = time.perf_counter() - start
    assert len(text) == digits + 2, (name, len(text))
    print(seconds, hashlib.sha256(text.encode()).hexdigest())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits", nargs="*", type=parse_count, default=[10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child, arguments.digits[0])
        return
    names = [name for name, (_, module) in PEERS.items() if importlib.util.find_spec(module)]
    for digits in arguments.digits:
        seconds: dict[str, list[float]] = {name: [] for name in names}
        digests = {}
        for _ in range(arguments.rounds):
            for name in names:
                command = [sys.executable, __file__, "--child", name, str(digits)]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                seconds[name].append(float(answer[0]))
                digests[name] = answer[1]
        print(f"\n{digits:_} digits, median of {arguments.rounds} rounds, {os.cpu_count()} processors")
        print(f"{'':<24} {'seconds':>9} {'min':>9} {'ratio':>7}")
        for name in names:
            ratio = statistics.median(x / y for x, y in zip(seconds[name], seconds["pi-engine, loaded"], strict=True))
            agrees = "" if digests[name] == digests["pi-engine"] else "  (other digits!)"
            print(
                f"{name:<24} {statistics.median(seconds[name]):>9.3f} {min(seconds[name]):>9.3f} {ratio:>7.2f}{agrees}"
            )


if __name__ == "__main__":
    main()
