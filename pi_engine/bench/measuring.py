"""Programs in turn, each run in a process of its own; medians, and ratios within the rounds."""

from __future__ import annotations

import json
import statistics
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pi_engine.bench.programs import OURS, Program
from pi_engine.errors import PiEngineError, VerificationError
from pi_engine.runtime.child_process import command_of
from pi_engine.runtime.display import counted
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.progress import Progress


@dataclass
class Measurement:
    """All rounds of one size with one number of threads.

    Attributes:
        digits: N.
        threads: what the threaded programs were given.
        rounds: how often each program ran.
        answers: program's name → what its process printed, round by round.
    """

    digits: int
    threads: int
    rounds: int
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def median(self, name: str, key: str = "seconds") -> float | None:
        """Median over the rounds; None where the program does not have that figure."""
        values = [answer[key] for answer in self.answers[name] if answer[key] is not None]
        return statistics.median(values) if values else None

    def phases(self) -> dict[str, float]:
        """Median seconds of each of this program's phases, and the total."""
        names = self.answers[OURS.name][0]["phases"]
        return {x: statistics.median(answer["phases"][x] for answer in self.answers[OURS.name]) for x in names}

    def ratio(self, name: str) -> float:
        """How many times as long as this program: the median of the ratios within the rounds."""
        pairs = zip(self.answers[name], self.answers[OURS.name], strict=True)
        return float(statistics.median([peer["seconds"] / ours["seconds"] for peer, ours in pairs]))


def measure(
    digits: int,
    thread_counts: Sequence[int],
    rounds: int,
    peers: Sequence[Program] = (),
    progress: Progress = silent,
) -> list[Measurement]:
    """Time this program, and `peers`, `rounds` times in turn: each once a round with every number of threads.

    A program without threads runs once a round, and its answer counts for every number of them.

    Args:
        digits: N > 0.
        thread_counts: for those that have threads.
        rounds: how often.
        peers: which programs beside this one.
        progress: called as (phase, done, total) before each run; the phase is `title(digits)`.

    Returns:
        One for each number of threads.

    Raises:
        VerificationError: a peer has other digits than this program.
        PiEngineError: a program has failed; the message ends with what it said last.
    """
    measurements = [Measurement(digits, threads, rounds) for threads in thread_counts]
    runs = [
        (program, measurements_of_run)
        for program in (OURS, *peers)
        for measurements_of_run in ([[x] for x in measurements] if program.threaded else [measurements])
    ]
    digest = None
    for number in range(rounds):
        for i, (program, measured) in enumerate(runs):
            progress(title(digits), number * len(runs) + i, rounds * len(runs))
            answer = _answer(program, digits, measured[0].threads if program.threaded else 1)
            for measurement in measured:
                measurement.answers.setdefault(program.name, []).append(answer)
            digest = digest or answer["sha256"]
            if answer["sha256"] != digest:
                raise VerificationError(
                    f"{program.title} gives other digits than pi-engine at {counted(digits, 'digit')}"
                )
    return measurements


def title(digits: int) -> str:
    """What is being timed, in words."""
    return counted(digits, "digit")


def _answer(program: Program, digits: int, threads: int) -> dict[str, Any]:
    command = command_of("pi_engine.bench.child", program.name, str(digits), str(threads))
    process = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (this interpreter)
    if process.returncode:
        last = (process.stderr.strip().splitlines() or [f"exit status {process.returncode}"])[-1]
        raise PiEngineError(f"{program.title} failed at {counted(digits, 'digit')}: {last}")
    answer: dict[str, Any] = json.loads(process.stdout)
    return answer
