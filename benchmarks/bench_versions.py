"""Whole computations by two versions of the program in turn: what a change gains, also where the machine has other work.

    git worktree add FOLDER COMMIT
    python benchmarks/bench_versions.py FOLDER [DIGITS ...] [--threads T] [--pairs N]

FOLDER is a checkout of the version before. Each version has a process of its own, with its kernels compiled and loaded, and computes
once before it is timed. Then they take turns, and each pair gives a ratio: this version's seconds over those of the version before. What
disturbs the machine for longer than a pair disturbs both. The quartiles say how far the median is to be believed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from pi_engine.cli.parameters.quantities import parse_count

HERE = Path(__file__).resolve().parent.parent

_SERVER = """
import hashlib, json, sys, time
import pi_engine
print(pi_engine.__file__, flush=True)
pi_engine.prepare()
print("ready", flush=True)
for line in sys.stdin:
    digits, threads = map(int, line.split())
    start = time.perf_counter()
    result = pi_engine.compute(digits, threads=threads)
    text = result.text()
    seconds = time.perf_counter() - start
    answer = {"text": hashlib.sha256(text.encode()).hexdigest(), "seconds": seconds, "phases": dict(result.seconds)}
    del result, text
    print(json.dumps(answer), flush=True)
"""


class Answer(NamedTuple):
    """Of one computation: the SHA-256 of its text, its seconds, and those of its phases."""

    text: str
    seconds: float
    phases: dict[str, float]


class Version:
    """A process that computes by the modules of a checkout."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        found = self._line()
        if not Path(found).is_relative_to(folder):
            self._process.kill()
            raise SystemExit(f"{folder} has no pi_engine: {found} was imported")
        self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("a version has ended: see above")
        return line

    def compute(self, digits: int, threads: int) -> Answer:
        """Compute once."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{digits} {threads}\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._line()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def pairs(before: Version, now: Version, digits: int, threads: int, count: int) -> list[tuple[Answer, Answer]]:
    """What both have answered, in turn; the order changes from pair to pair."""
    for version in (before, now):
        version.compute(digits, threads)
    found = []
    for i in range(count):
        answers = {version: version.compute(digits, threads) for version in ((before, now) if i % 2 else (now, before))}
        assert answers[before].text == answers[now].text, "the versions have different digits"
        found.append((answers[before], answers[now]))
    return found


def usual_pairs(digits: int) -> int:
    """About half a minute of them."""
    return max(3, min(200, round(1e8 / math.pow(max(digits, 1), 1.1))))


def report(found: list[tuple[Answer, Answer]], digits: int, threads: int) -> str:
    """A row of the table."""
    ratios = [now.seconds / before.seconds for before, now in found]
    before, now = (statistics.median(pair[i].seconds for pair in found) for i in range(2))
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    phases = ", ".join(
        f"{name} {statistics.median(pair[1].phases[name] / pair[0].phases[name] for pair in found):.2f}"
        for name in ("sum", "root", "division", "conversion")
        if all(pair[i].phases.get(name) for pair in found for i in range(2))
    )
    return f"| {digits:_} | {threads} | {len(found)} | {before:.4g} | {now:.4g} | {middle:.3f} | {low:.3f} to {high:.3f} | {phases} |"


def main() -> None:
    """Print a table in Markdown, a row for each number of digits and of threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("digits", nargs="*", type=parse_count, default=[10**4, 10**5, 10**6, 10**7])
    parser.add_argument("--threads", type=int, action="append", help="by default 1 and all; may be given again")
    parser.add_argument("--pairs", type=int, help="of computations; by default half a minute of them")
    arguments = parser.parse_args()
    if arguments.pairs is not None and arguments.pairs < 2:
        parser.error("--pairs takes 2 or more: quartiles need them")
    before, now = Version(arguments.folder.resolve()), Version(HERE)
    print("| digits | threads | pairs | before, s | now, s | ratio | quartiles | of the phases |\n" + "|---" * 8 + "|")
    for digits in arguments.digits:
        for threads in arguments.threads or sorted({1, os.cpu_count() or 1}):
            found = pairs(before, now, digits, threads, arguments.pairs or usual_pairs(digits))
            print(report(found, digits, threads), flush=True)
    for version in (before, now):
        version.close()


if __name__ == "__main__":
    main()
