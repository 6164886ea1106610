"""Whole processes, from their start to a file of digits: what a person waits for at a prompt.

    python benchmarks/bench_processes.py [--rounds R] [DIGITS ...]

The programs take turns. `pi-engine bench` times the computation alone, in a process that has computed before.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pi_engine.bench import PROGRAMS
from pi_engine.cli.parameters.quantities import parse_count

_PEER = """
import sys
from pi_engine.bench.programs import PROGRAMS
sys.set_int_max_str_digits(0)
digits, threads, file = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
open(file, "w").write(PROGRAMS[sys.argv[1]].prepare(digits, threads)().text)
"""


def command_line(name: str, digits: int, threads: int, file: Path) -> list[str]:
    if name == "pi-engine":
        numbers = ["--threads", str(threads)]
        return [sys.executable, "-m", "pi_engine", "compute", str(digits), *numbers, "--quiet", "-o", str(file)]
    return [sys.executable, "-c", _PEER, name, str(digits), str(threads), str(file)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits", nargs="*", type=parse_count, default=[1000, 10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    programs = [program for program in PROGRAMS.values() if program.version() is not None]
    for digits in arguments.digits:
        seconds: dict[str, list[float]] = {program.name: [] for program in programs}
        digests = set()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pi.txt"
            for _ in range(arguments.rounds):
                for name, spent in seconds.items():
                    start = time.perf_counter()
                    subprocess.run(command_line(name, digits, arguments.threads, file), check=True)
                    spent.append(time.perf_counter() - start)
                    digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
                    file.unlink()
        assert len(digests) == 1, "the programs have different digits"
        print(f"\n{digits:_} digits, median of {arguments.rounds} rounds, {arguments.threads} threads")
        print(f"{'':<20} {'seconds':>9} {'min':>9} {'ratio':>7}")
        for name, spent in seconds.items():
            ratio = statistics.median(x / y for x, y in zip(spent, seconds["pi-engine"], strict=True))
            print(f"{PROGRAMS[name].title:<20} {statistics.median(spent):>9.3f} {min(spent):>9.3f} {ratio:>7.2f}")


if __name__ == "__main__":
    main()
