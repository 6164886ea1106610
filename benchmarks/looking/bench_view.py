"""How long a look at digits takes, and how much memory: in .ycd, in text of one line, in text of lines, compressed, and stored.

    python benchmarks/looking/bench_view.py [DIGITS] [FOLDER]

DIGITS is 10^9 by default, for which FOLDER, by default that for temporary files, needs 1.1 GB: one file at a time. The digits are
random, which is how π's behave, behind the first ones of π. Each command is a process of its own, with its children. The seconds are the
least of five, by the clock and of the processor; the memory is the most of five. `view --digits 100` is what the process takes by
itself; `tail -c` reads the end of a text without looking at it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pi_engine.cli.parameters.quantities import parse_count
from pi_engine.digits.common.constants import PI
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.ycd.ycd_header import header_bytes

RUNS = 5
PIECE = 19 * 50 * 10_000
COMMAND = [sys.executable, "-m", "pi_engine"]


LAUNCH = """
import os, sys
status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)[1:]
print(f"\\n{usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}", file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A new process begins with the memory of the one that starts it, in what the system counts: this one has little."""


def measured(command):
    """The least seconds by the clock and of the processor, and the most MB, that a command takes."""
    clock, processor, memory = [], [], []
    for _ in range(RUNS):
        before = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCH, *command], capture_output=True, text=True, check=True
        )
        clock.append(time.perf_counter() - before)
        kilobytes, seconds = done.stderr.split()[-2:]
        processor.append(float(seconds))
        memory.append(int(kilobytes) / 1024)
    return min(clock), min(processor), max(memory)


def pieces(digits):
    """Random digits, the same each time, behind the first ones of π."""
    generator = np.random.default_rng(1)
    known = np.frombuffer(PI.fraction(10).encode("ascii"), np.uint8)
    for start in range(0, digits, PIECE):
        piece = generator.integers(48, 58, min(PIECE, digits - start), dtype=np.uint8)
        if start == 0:
            piece[: len(known)] = known[: len(piece)]
        yield piece


def write(path, digits):
    """A file of random digits of the kind that its name says."""
    first = next(pieces(digits))[:50].tobytes().decode()
    text = DigitText(10)
    with path.open("wb") as stream:
        stream.write(header_bytes(10, digits, first=f"3.{first}") if path.suffix == ".ycd" else b"3.")
        for piece in pieces(digits):
            if path.suffix == ".ycd":
                stream.write(text.words(piece).tobytes())
            elif path.stem == "lines":
                rows = piece.reshape(-1, 50)
                stream.write(np.hstack([rows, np.full((len(rows), 1), 10, np.uint8)]).tobytes())
            else:
                stream.write(piece.tobytes())


def row(name, command):
    clock, processor, memory = measured(command)
    print(f"{name:46} {clock:8.2f} {processor:10.2f} {memory:6.0f}", flush=True)


def main() -> None:
    """Print the table."""
    digits = parse_count(sys.argv[1]) if len(sys.argv) > 1 else 10**9
    digits -= digits % 50
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = Path(name)
        print(f"{'command':46} {'seconds':>8} {'processor':>10} {'MB':>6}")
        row("view --digits 100", [*COMMAND, "view", "--digits", "100"])
        for kind in ("pi.ycd", "pi.txt", "lines.txt"):
            path = folder / kind
            write(path, digits)
            for at in ("1", str(digits - 100), "end"):
                row(f"view {kind} --at {at} --count 100", [*COMMAND, "view", str(path), "--at", at, "--count", "100"])
            if kind == "pi.txt":
                row("tail -c 100 pi.txt", ["/usr/bin/tail", "-c", "100", str(path)])
            code = (
                "import sys, time, pi_engine; from pi_engine.cli.viewer.viewer_search import next_place\n"
                "digits = pi_engine.open(sys.argv[1]); next_place(digits, b'9' * 30, 10, lambda place: None)"
            )
            if kind != "lines.txt":
                row(f"a search through all of {kind} on the screen", [sys.executable, "-c", code, str(path)])
            path.unlink()


if __name__ == "__main__":
    main()
