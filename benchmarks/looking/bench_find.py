"""Finding digit strings: the time and the peak memory of `pi-engine find` beside those of reading, of `grep -ob` and of ripgrep.

    python benchmarks/looking/bench_find.py [DIGITS] [--folder FOLDER]

Random digits, which is how π's behave, as .ycd and as text in one line, in FOLDER (by default a temporary one), read from the page cache.
All rows are processes of their own, so that each has the time of its start in it; each is the fastest of five, one row after the other in
every round. "read" reads the .ycd file as `find` does, checks its words and makes characters of them, and searches nothing. The ratios are
to reading the same file. grep and ripgrep search the text, which has 2.4 times as many bytes; occurrences that overlap each other are one
to them. They are left out where they are not installed. No peak below 50 MB is seen: that is this process's own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pi_engine.cli.parameters.quantities import parse_count
from pi_engine.digits.common.blocks import Block
from pi_engine.digits.writer import write_digits
from pi_engine.runtime.thread_count import available_threads

ROUNDS = 5
LENGTH = 8

READ = """
import sys
from pi_engine.sequence.digit_sequence import DigitSequence
with DigitSequence.open(sys.argv[1]) as digits:
    print(sum(len(piece) for piece in digits.characters()))
"""


def random_digits(ycd, text, digits):
    """Write the files, as .ycd and as text; the digits are a multiple of 19."""
    generator = np.random.default_rng(1)
    first = np.random.default_rng(1).integers(0, 10**19, 3, dtype=np.uint64)

    def blocks():
        for start in range(0, digits // 19, 1 << 17):
            yield Block(
                words := generator.integers(0, 10**19, min(1 << 17, digits // 19 - start), np.uint64), 19 * len(words)
            )

    head = "3." + "".join(f"{word:019}" for word in first.tolist())[:50]
    write_digits(
        ycd,
        blocks(),
        digits=digits,
        base=10,
        form="ycd",
        overwrite=True,
        first_digits=head,
        threads=available_threads(),
    )
    generator = np.random.default_rng(1)
    write_digits(text, blocks(), digits=digits, base=10, form="text", overwrite=True, threads=available_threads())


def timed(command):
    """Seconds and peak memory of a process, and what it printed."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env={**os.environ, "LC_ALL": "C"})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        out.seek(0)
        printed = out.read()
    if process.returncode > 1:  # grep and rg end with 1 where there is no match
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024, printed


def occurrences(name, printed):
    """How many a row has found in all, to see that all do the same."""
    lines = printed.splitlines()
    if name.startswith("pi-engine"):
        return sum(int(line.split(b"\t")[2]) for line in lines[1:])
    return int(lines[0]) if name.startswith("read") else len(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits", nargs="?", type=parse_count, default=10**9)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    digits = arguments.digits - arguments.digits % 19
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        ycd, text = folder / "random.ycd", folder / "random.txt"
        # not in this process, whose memory the system would count as that of the programs that it begins
        maker = multiprocessing.get_context("spawn").Process(target=random_digits, args=(ycd, text, digits))
        maker.start()
        maker.join()
        if maker.exitcode:
            raise SystemExit(maker.exitcode)
        rng = random.Random(1)
        lists = {count: folder / f"{count}.patterns" for count in (1, 100, 10_000)}
        for count, path in lists.items():
            path.write_text("".join(f"{n:0{LENGTH}}\n" for n in rng.sample(range(10**LENGTH), count)))
        find = [sys.executable, "-m", "pi_engine", "find", "-q", "--limit", "1"]
        rows = {
            "read .ycd": [sys.executable, "-c", READ, ycd],
            "read text": [sys.executable, "-c", READ, text],
            "pi-engine find in .ycd, 1 pattern": [*find, ycd, "-f", lists[1]],
            "pi-engine find in text, 1 pattern": [*find, text, "-f", lists[1]],
            "pi-engine find in .ycd, 100 patterns": [*find, ycd, "-f", lists[100]],
            "pi-engine find in .ycd, 10 000 patterns": [*find, ycd, "-f", lists[10_000]],
        }
        for program, options in (("grep", ["-aobF"]), ("rg", ["-aobF", "--no-filename", "--no-line-number"])):
            if shutil.which(program):
                rows[f"{program} -ob in text, 1 pattern"] = [program, *options, "-f", lists[1], text]
                rows[f"{program} -ob in text, 100 patterns"] = [program, *options, "-f", lists[100], text]
        best = dict.fromkeys(rows, (float("inf"), 0.0, b""))
        for _ in range(ROUNDS):
            for row, command in rows.items():
                best[row] = min(best[row], timed([str(word) for word in command]))
        print(f"{digits:_} digits; .ycd {ycd.stat().st_size / 1e6:.0f} MB, text {text.stat().st_size / 1e6:.0f} MB")
        print(f"{'':42} {'seconds':>8} {'ns/digit':>9} {'× read':>7} {'MB peak':>8} {'found':>14}")
        for row, (seconds, peak, printed) in best.items():
            base = best["read .ycd" if ".ycd" in row else "read text"][0]
            found = occurrences(row, printed)
            print(
                f"{row:42} {seconds:8.2f} {seconds / digits * 1e9:9.3f} {seconds / base:7.2f} {peak:8.0f} {found:14_}"
            )


if __name__ == "__main__":
    main()
