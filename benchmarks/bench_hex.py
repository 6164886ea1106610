"""Hexadecimal digits at a position: `hex_digits` beside the same formula in plain Python.

    python benchmarks/bench_hex.py [--rounds R] [POSITION ...]

Medians. Plain Python is timed up to position 10^6 and takes one thread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from pi_engine import hex_digits
from pi_engine.cli.parameters.quantities import parse_count
from pi_engine.proof.bbp.bbp_formulas import FORMULAS

_PLAIN_UP_TO = 10**6


def plain_python(position):
    """Plouffe's formula as it is usually written: ten digits or so, without a bound."""
    n, total = position - 1, 0.0
    for weight, b in ((4, 1), (-2, 4), (-1, 5), (-1, 6)):
        part = 0.0
        for k in range(n + 1):
            part += pow(16, n - k, 8 * k + b) / (8 * k + b)
            part -= int(part)
        part += sum(16.0 ** (n - k) / (8 * k + b) for k in range(n + 1, n + 15))
        total += weight * part
    return f"{int(total % 1 * 16**6):06X}"


def seconds(run, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        answer = run()
        times.append(time.perf_counter() - start)
    return statistics.median(times), answer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("positions", nargs="*", type=parse_count, default=[10**5, 10**6, 10**7, 10**8])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    all_threads = os.cpu_count()
    for formula in FORMULAS:
        hex_digits(10**5, formula=formula)  # the kernel is compiled or loaded
    print(f"{'position':>14} {'formula':<9} {'1 thread':>9} {f'{all_threads} threads':>9}  digits")
    for position in arguments.positions:
        for formula in FORMULAS:
            one, digits = seconds(lambda f=formula: hex_digits(position, formula=f, threads=1), arguments.rounds)
            many, same = seconds(lambda f=formula: hex_digits(position, formula=f), arguments.rounds)
            assert digits == same
            print(f"{position:>14_} {formula:<9} {one:>9.3f} {many:>9.3f}  {digits}")
        if position <= _PLAIN_UP_TO:
            plain, found = seconds(lambda: plain_python(position), 1)
            assert digits.startswith(found), "plain Python has other digits"
            print(f"{position:>14_} {'Python':<9} {plain:>9.3f} {'':>9}  {found}")


if __name__ == "__main__":
    main()
