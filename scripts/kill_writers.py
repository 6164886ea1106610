"""Kill commands that write digit files at random moments, and see what is left: the old file or the new one, whole.

    python scripts/kill_writers.py COUNT [--seed N]

Every kill begins in a new folder with an old file or set, which the command is to replace, or with none. Half of the signals come
at any moment of the command, the others once its temporary is there. Then

- the target must hold the old digits or the new ones, all of them, or nothing where nothing was;
- what else is there must carry the target's name;
- the same command once more must succeed, and remove or name what the killed one has left.

Prints a table by command and signal, and exits with 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pi_engine
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.errors import PiEngineError
from pi_engine.runtime.storage.temporaries import temporaries

ROOT = Path(__file__).resolve().parent.parent
OLD, NEW = 9_000, 20_000
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
OUTCOMES = ("nothing yet", "old whole", "new whole", "recovered", "lost", "leftovers")
WITHOUT_SWAP = """
import sys
from pi_engine.cli.entry import main
from pi_engine.runtime.storage import durable

durable.exchange = lambda first, second: False
sys.argv = ["pi-engine", *sys.argv[1:]]
main()
"""
"""The command as on a file system that cannot swap two names."""


class Case(NamedTuple):
    """A command, the name that it is given, the target that this stands for, and how an old one is made."""

    title: str
    arguments: tuple[str, ...]
    name: str
    target: str
    old_block_size: int | None = None
    has_old: bool = True
    swaps: bool = True


CASES = (
    Case("compute, text", ("compute", str(NEW), "-o", "pi.txt", "--force"), "pi.txt", "pi.txt"),
    Case("compute, no old", ("compute", str(NEW), "-o", "pi.txt.gz"), "pi.txt.gz", "pi.txt.gz", has_old=False),
    Case("compute, set", ("compute", str(NEW), "-o", "pi.ycd", "--block-size", "2000", "--force"), "pi.ycd", "pi", 900),
    Case("convert, xz", ("convert", "source.ycd", "pi.txt.xz", "--force"), "pi.txt.xz", "pi.txt.xz"),
    Case("convert, set", ("convert", "source.ycd", "pi.ycd", "--block-size", "1500", "--force"), "pi.ycd", "pi", 500),
    Case("set, no swap", ("convert", "source.ycd", "pi.ycd", "--block-size", "1500", "--force"), "pi.ycd", "pi", 500,
         swaps=False),
)  # fmt: skip


class Digits(NamedTuple):
    """The digits of both files, as text."""

    old: pi_engine.ComputeResult
    new: pi_engine.ComputeResult

    def found(self, target: Path) -> str:
        """Which of the two results a target holds."""
        if not target.exists():
            return "nothing yet"
        try:
            with DigitFile(target) as file:
                text = DigitText(file.base)
                digits = b"".join(text.text(block.words, block.digits) for block in file.blocks()).decode()
        except PiEngineError:
            return "lost"
        return {self.old.fraction_text: "old whole", self.new.fraction_text: "new whole"}.get(digits, "lost")


def start(case: Case, folder: Path) -> subprocess.Popen[str]:
    """Begin the command."""
    program = ["-m", "pi_engine"] if case.swaps else ["-c", WITHOUT_SWAP]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PI_ENGINE_TRANSFORM": "0"}
    return subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, *program, *case.arguments], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def prepare(case: Case, folder: Path, digits: Digits) -> None:
    """What there is before the command."""
    digits.new.write(folder / "source.ycd")
    if case.has_old:
        digits.old.write(folder / case.name, block_size=case.old_block_size)


def kill(process: subprocess.Popen[str], target: Path, number: int, rng: random.Random, seconds: float) -> None:
    """Send the signal at a random moment of the command, or of what it does once its temporary is there."""
    if rng.random() < 0.5:
        while process.poll() is None and not temporaries(target):
            time.sleep(0.0005)
        time.sleep(rng.random() * seconds / 4)
    else:
        time.sleep(rng.random() * seconds)
    if number == signal.SIGKILL:  # the process that writes too, which its parent would otherwise tell to end
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    process.communicate()


def one_kill(case: Case, number: int, rng: random.Random, digits: Digits, seconds: float) -> list[str]:
    """What a kill has left, and what the next run has made of it."""
    with tempfile.TemporaryDirectory(prefix="kill-writers-") as name:
        folder = Path(name)
        prepare(case, folder, digits)
        target = folder / case.target
        kill(start(case, folder), target, number, rng, seconds)
        found = digits.found(target)
        outcomes = ["leftovers"] if temporaries(target) else []
        strangers = {path.name for path in folder.iterdir()} - {"source.ycd", case.target}
        if strangers != {path.name for path in temporaries(target)}:
            return ["lost", f"{case.title}: strangers are left: {strangers}"]
        again = start(case, folder)
        errors = again.communicate()[1]
        if found == "nothing yet" and case.has_old:  # between two renamings: the next run must have finished them
            found = "recovered"
        if not case.has_old and found == "new whole":
            again.returncode = 0 if again.returncode == 2 else 1  # it exists by now
        if again.returncode or digits.found(target) != "new whole":
            return ["lost", f"{case.title}: the next run fails: {errors}"]
        unnamed = [path.name for path in temporaries(target) if path.name not in errors]
        if unnamed:
            return ["lost", f"{case.title}: the next run does not name {unnamed}"]
        return [found, *outcomes]


def main() -> int:
    """Kill as often as is asked for."""
    parser = argparse.ArgumentParser(description="Kill commands that write digit files, and see what is left.")
    parser.add_argument("count", type=int, help="how many kills")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    rng = random.Random(options.seed)  # noqa: S311 (moments of a test)
    digits = Digits(pi_engine.compute(OLD), pi_engine.compute(NEW))
    seconds = {}
    for case in CASES[: options.count]:
        with tempfile.TemporaryDirectory(prefix="kill-writers-") as name:
            prepare(case, Path(name), digits)
            begin = time.perf_counter()
            start(case, Path(name)).communicate()
            seconds[case] = time.perf_counter() - begin
    table: Counter[tuple[str, str, str]] = Counter()
    for i in range(options.count):
        case, number = CASES[i % len(CASES)], SIGNALS[i // len(CASES) % len(SIGNALS)]
        outcomes = one_kill(case, number, rng, digits, seconds[case])
        for outcome in outcomes:
            if outcome in OUTCOMES:
                table[case.title, number.name, outcome] += 1
            else:
                print(outcome)
    print(f"{'command':16} {'signal':8} " + " ".join(f"{outcome:>11}" for outcome in OUTCOMES))
    for case in CASES:
        for number in SIGNALS:
            row = [table[case.title, number.name, outcome] for outcome in OUTCOMES]
            if any(row):
                print(f"{case.title:16} {number.name:8} " + " ".join(f"{count:11}" for count in row))
    lost = sum(count for (_, _, outcome), count in table.items() if outcome == "lost")
    print(f"{options.count} kills, {lost} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
