"""Reading and writing digit files: MB of file and digits a second by format, beside what Python offers for the same.

    python benchmarks/bench_files.py [DIGITS]

Files lie in a temporary folder and are read from the page cache; medians of five. Digits are random, which is how π's
behave. The kernels are used from 25 MB of text on where they are stored, as `pi-engine tune` stores them. The ratio is to
a plain copy of as many bytes in memory. `int(text)` and `str(n)` are Python's own conversions between text and binary, at
100 000 digits, since they are quadratic; `mpz(text)` is gmpy2's at 10 million.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import gmpy2
import numpy as np

from pi_engine.cli.parameters.quantities import parse_count
from pi_engine.digits.common.blocks import blocks_of_words
from pi_engine.digits.encoding import Encoding, encoded
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.writer import write_digits
from pi_engine.runtime.thread_count import available_threads

RUNS = 5


def seconds(task, runs=RUNS):
    """Median of the runs, after one to warm up."""
    measured = []
    for number in range(runs + 1):
        before = time.perf_counter()
        task()
        if number:
            measured.append(time.perf_counter() - before)
    return statistics.median(measured)


def read(path):
    with DigitFile(path) as file:
        return sum(block.digits for block in file.blocks())


def row(name, spent, size, digits, copy):
    ratio = spent / (size * copy)
    print(f"{name:34} {size / spent / 1e6:8.0f} {digits / spent / 1e6:9.0f} {ratio:8.1f}", flush=True)


def main() -> None:
    """Print the table."""
    counts = [word for word in sys.argv[1:] if not word.startswith("-")]
    digits = parse_count(counts[0]) if counts else 10**8
    generator = np.random.default_rng(1)
    plain = (generator.integers(0, 10, digits, dtype=np.uint8) + 48).tobytes()
    words = DigitText(10).words(plain)
    first = f"3.{plain[:50].decode()}"
    source = np.frombuffer(plain, np.uint8)
    target = np.empty_like(source)
    copy = seconds(lambda: np.copyto(target, source)) / digits
    print(f"{digits:_} digits; a copy in memory: {1 / copy / 1e6:.0f} MB/s")
    print(f"{'':34} {'MB/s':>8} {'Mdigit/s':>9} {'× copy':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        habits = {
            "text, one line": plain,
            "text, lines of 100": b"\n".join(plain[i : i + 100] for i in range(0, digits, 100)),
            "text, groups of 10": b" ".join(plain[i : i + 10] for i in range(0, digits, 10)),
        }
        for label, content in habits.items():
            path = folder / "habit.txt"
            path.write_bytes(b"3." + content)
            row(f"read {label}", seconds(lambda path=path: read(path)), path.stat().st_size, digits, copy)
        del habits, plain, content
        for form, file in (("text", "x.txt"), ("ycd", "x.ycd"), ("gz", "x.gz"), ("zst", "x.zst"), ("xz", "x.xz")):
            few = digits if form in {"text", "ycd", "zst"} else digits // 10 if form == "gz" else digits // 50
            few -= few % 19  # whole words
            part, path = words[: few // 19], folder / file

            def blocks(part=part, few=few):
                return blocks_of_words(part, few, 10)

            def encode(form=form, few=few, blocks=blocks):
                for _ in encoded(blocks(), Encoding(few, 10, form, threads=available_threads())):
                    pass

            def write(form=form, few=few, path=path, blocks=blocks):
                write_digits(
                    path, blocks(), digits=few, base=10, form=form, overwrite=True, first_digits=first,
                    threads=available_threads(),
                )  # fmt: skip

            write()
            size, runs = path.stat().st_size, RUNS if form != "xz" else 2
            if form != "text":
                row(f"read {form}", seconds(lambda path=path: read(path), runs), size, few, copy)
            row(f"encode {form}", seconds(encode, runs), size, few, copy)
            row(f"write {form}, read back, compared", seconds(write, 2), size, few, copy)
    sys.set_int_max_str_digits(0)
    few = DigitText(10).text(words[:5264], 100_000).decode()
    number = int(few)
    row("int(text), 10^5 digits", seconds(lambda: int(few)), 10**5, 10**5, copy)
    row("str(n), 10^5 digits", seconds(lambda: str(number)), 10**5, 10**5, copy)
    many = DigitText(10).text(words[:526_316], 10**7).decode()
    row("gmpy2.mpz(text), 10^7 digits", seconds(lambda: gmpy2.mpz(many), 2), 10**7, 10**7, copy)


if __name__ == "__main__":
    main()
