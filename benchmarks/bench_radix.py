"""Conversions between binary and decimal beside GMP's in the same run: medians, 1 and 2 threads.

Arguments: numbers of digits (default 1e5 … 1e8); `--no-gmp` leaves GMP out, which takes minutes at 1e8.
"""

import statistics
import sys
import time

import gmpy2

from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.radix.integer_text import from_text, to_text
from pi_engine.radix.word_text import word_text
from pi_engine.radix.words_of_fraction import decimal_expansion


def seconds(task, runs):
    """Median of the runs, after one to warm up."""
    measured = []
    for _ in range(runs + 1):
        before = time.perf_counter()
        task()
        measured.append(time.perf_counter() - before)
    return statistics.median(measured[1:])


def row(name, digits, gmp, tasks, runs):
    """Print one line: GMP, one thread, two threads, and the ratios."""
    one, two = (seconds(task, runs) for task in tasks)
    ratios = f"{gmp / one:7.2f} {gmp / two:7.2f}" if gmp else f"{'–':>7} {'–':>7}"
    print(f"{name:18} {digits:10} {gmp:9.4f} {one:9.4f} {two:9.4f} {ratios}", flush=True)


def main():
    """Print the table."""
    arguments = [word for word in sys.argv[1:] if word != "--no-gmp"]
    with_gmp = "--no-gmp" not in sys.argv
    state = gmpy2.random_state(1)
    print(f"{'':18} {'digits':>10} {'GMP':>9} {'1 thread':>9} {'2 threads':>9} {'ratio 1':>7} {'ratio 2':>7}")
    for digits in [int(float(word)) for word in arguments] or [10**5, 10**6, 10**7, 10**8]:
        runs = 3 if digits >= 3 * 10**7 else 5
        bits = int(digits * 3.32192810) + 64
        fraction = BinaryFraction(gmpy2.mpz_urandomb(state, bits), bits, 8)
        integer = gmpy2.mpz_urandomb(state, bits - 64)
        text = to_text(integer)

        def as_text(threads, fraction=fraction, digits=digits):
            expansion = decimal_expansion(HandOver(fraction), digits, threads)
            assert expansion is not None
            return str(word_text(expansion.words[:], threads)[:digits].data, "ascii")

        few = 1 if digits >= 10**7 else runs
        gmp = seconds(integer.digits, few) if with_gmp else 0.0
        row("fraction → text", digits, gmp, [lambda t=t, f=as_text: f(t) for t in (1, 2)], runs)
        row("integer → text", digits, gmp, [lambda t=t, x=integer: to_text(x, threads=t) for t in (1, 2)], runs)
        gmp = seconds(lambda text=text: gmpy2.mpz(text), few) if with_gmp else 0.0
        row("text → integer", digits, gmp, [lambda t=t, s=text: from_text(s, threads=t) for t in (1, 2)], runs)


if __name__ == "__main__":
    main()
