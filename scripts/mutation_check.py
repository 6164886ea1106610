"""Break the program on purpose, one place at a time, and see the tests fail.

    python scripts/mutation_check.py [WORD ...]      only the mutations whose description contains a word

Each mutation is applied to a copy of the tree; the tests named beside it must fail. Exits with 1 if any survives.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT = 900.0
"""Seconds that the tests of a mutation may take: a mutation can make them wait without end."""

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.mutations import MUTATIONS, Mutation  # noqa: E402 (of this tree)


def survives(mutation: Mutation, home: str) -> bool:
    """Whether the tests pass with the mutation applied; without it they must.

    home: a folder where compiled kernels stay from one mutation to the next; their names tell the sources they come from.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venvs", ".git", "__pycache__", ".*_cache"))
        path = copy / mutation.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutation.old) != 1:
            raise SystemExit(f"{mutation.what}: {mutation.old!r} occurs {text.count(mutation.old)} times")
        path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests.split()]
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "PYTHONPATH": str(copy),
        }  # before the install of the real tree
        answer = run_tests(command, copy, environment, TIMEOUT)
        if answer is None:
            return False
        code, output = answer
        if code not in (0, 1):  # 1: tests have failed; anything else is no verdict
            raise SystemExit(f"{mutation.what}: pytest ended with {code}:\n{output[-2000:]}")
        return code == 0


def run_tests(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> tuple[int, str] | None:
    """The exit code and the output of a command; None if it takes longer than `timeout` seconds.

    Tests start processes of their own, so the command gets a process group, and all of the group is killed with it.
    """
    with subprocess.Popen(  # noqa: S603 (our own tests)
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except BaseException as error:  # Ctrl-C does not reach the group
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise
        return process.returncode, output


def main() -> int:
    """Run all, or those that are named; returns the exit code."""
    chosen = [m for m in MUTATIONS if not sys.argv[1:] or any(word in m.what for word in sys.argv[1:])]
    survivors = 0
    with tempfile.TemporaryDirectory() as home:
        for mutation in chosen:
            alive = survives(mutation, home)
            survivors += alive
            print(f"{'SURVIVES' if alive else 'seen':<9} {mutation.what}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations are seen")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
