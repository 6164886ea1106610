"""Statistics of decimal digits beside two programs that do a part of them: digits as ASCII in memory, and a .ycd file if one is named.

    python benchmarks/looking/bench_statistics.py [DIGITS] [FILE.ycd]

The peers are a C program that counts overlapping 6-grams alone, on one thread, where there is a C compiler; and numpy's bincount of the
digits alone. All are timed in turn, three rounds, in the same run. Shown are the least wall-clock seconds and the least seconds of all
processors, per digit too, and the ratio of these to C's.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.statistics.summary import statistics_of

PIECE = 1 << 20
ROUNDS = 3

C = """
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
int main(int argc, char **argv) {
    long n = atol(argv[1]), piece = 1 << 20;
    char *d = malloc(piece);
    uint32_t *t = calloc(1000000, 4);
    if (fread(d, 1, piece, stdin) != (size_t) piece) return 1;
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    uint32_t code = 0;
    for (long done = 0; done < n; done += piece)
        for (long i = 0; i < piece; i++) {
            code = code % 100000 * 10 + (d[i] - '0');
            t[code]++;
        }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    printf("%.6f %u\\n", (b.tv_sec - a.tv_sec) + 1e-9 * (b.tv_nsec - a.tv_nsec), t[123456]);
}
"""


def least(tasks):
    """The least wall-clock and processor seconds of each task, in turn; a task may say the latter itself."""
    best = {name: [float("inf")] * 2 for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start, used = time.perf_counter(), time.process_time()
            said = task()
            found = time.perf_counter() - start, said if isinstance(said, float) else time.process_time() - used
            best[name] = list(map(min, best[name], found))
    return best


def c_program(folder):
    """The compiled peer, or None."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    source, program = folder / "peer.c", folder / "peer"
    source.write_text(C)
    subprocess.run([compiler, "-O3", "-march=native", "-o", program, source], check=True)
    return program


def of_memory(piece, repeats, threads):
    """All statistics of digits in memory."""
    statistics_of([piece] * repeats, digits=repeats * PIECE, threads=threads)


def of_file(name, count):
    """All statistics of the first digits of a file."""
    with DigitSequence.open(name) as digits:
        statistics_of(digits.characters(0, count), digits=count, threads=2)


def reading(name, count):
    """The same digits, read and left."""
    with DigitSequence.open(name) as digits:
        for _ in digits.characters(0, count):
            pass


def by_numpy(piece, repeats):
    """The counts of digits alone."""
    for _ in range(repeats):
        np.bincount(piece - np.uint8(48))


def by_c(program, piece, count):
    """The C program's seconds of processor time."""
    done = subprocess.run([program, str(count)], input=piece.tobytes(), capture_output=True, check=True)
    return float(done.stdout.split()[0])


def main():
    """Print the table."""
    count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**8
    repeats = count // PIECE
    count = repeats * PIECE
    piece = np.random.default_rng(1).integers(48, 58, PIECE, dtype=np.uint8)
    tasks = {
        "all statistics, 1 thread": partial(of_memory, piece, repeats, 1),
        "all statistics, 2 threads": partial(of_memory, piece, repeats, 2),
    }
    for name in sys.argv[2:3]:
        tasks["reading the file"] = partial(reading, name, count)
        tasks["all statistics of the file, 2 threads"] = partial(of_file, name, count)
    tasks["numpy, counts of digits alone"] = partial(by_numpy, piece, repeats)
    with tempfile.TemporaryDirectory() as folder:
        program = c_program(Path(folder))
        if program is not None:
            tasks["C, 6-grams alone"] = partial(by_c, program, piece, count)
        statistics_of([piece], digits=10**8)  # loads the kernels
        best = least(tasks)
    peer = best.get("C, 6-grams alone")
    print(f"{count} digits")
    for name, (seconds, used) in best.items():
        ratio = f"{used / peer[1]:6.2f}" if peer else "     –"
        print(f"{name:40} {seconds:8.3f} s, of processors {used:8.3f} s {used / count * 1e9:7.2f} ns a digit {ratio}")


if __name__ == "__main__":
    main()
