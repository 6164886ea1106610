"""The short run in every variant of kernels, each in a process of its own: one that crashes or hangs ends only itself."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from pi_engine.errors import CapacityError, PiEngineError, UsageError, VerificationError
from pi_engine.runtime.child_process import command_of
from pi_engine.selftest.parts import PARTS
from pi_engine.selftest.short_run import Tally
from pi_engine.selftest.trial import Case, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pi_engine.runtime.progress import Progress
    from pi_engine.selftest.variants import Variant

CHILD = "pi_engine.selftest.variant_child"

SILENT_SECONDS = 900.0
"""A process that has said nothing for this many seconds hangs. One kernel takes 20 s to compile on an idle processor, and a case less."""

ENDING_SECONDS = 10.0
"""How long a process that says no more may take to end."""

_CLASSES = {kind.exit_code: kind for kind in (PiEngineError, UsageError, VerificationError, CapacityError)}


@dataclass
class VariantRun:
    """What became of a variant.

    Attributes:
        tallies: what was compared, part by part.
        ended: how its process ended without an answer; "" where it gave one.
        seconds: how long it took, with the compilation.
    """

    variant: Variant
    tallies: list[Tally] = field(default_factory=list)
    ended: str = ""
    seconds: float = 0.0

    @property
    def failures(self) -> list[Failure]:
        """Of all parts."""
        return [failure for tally in self.tallies for failure in tally.failures]


def run_variant(
    variant: Variant,
    seed: int,
    threads: int,
    cases: Sequence[Case],
    *,
    progress: Progress,
    warn: Callable[[str], None],
) -> VariantRun:
    """The short run, or these cases, with the kernels of a variant; its process has ended when this returns or raises.

    Args:
        variant: which.
        seed: as `short_run` takes it.
        threads: for a variant that has no number of its own.
        cases: none for all parts.
        progress: called as by `short_run`.
        warn: called with what the process warns of.

    Raises:
        CapacityError: the process had not enough memory for a case, or was killed.
        UsageError: it could not begin by what it was asked for.
    """
    count = threads if variant.threads is None else variant.threads
    command = command_of(CHILD, str(seed), str(count), *map(str, cases))
    found, start = VariantRun(variant), time.perf_counter()
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 (this interpreter)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **variant.environment},
        ) as process,
    ):
        try:
            answered = _listen(process, found, progress, warn)
            if answered is None:
                found.ended = f"said nothing for {SILENT_SECONDS:g} s, and was ended"
            elif not answered:
                found.ended = _how_it_ended(process, errors)
        finally:
            process.kill()
    found.seconds = time.perf_counter() - start
    return found


def _listen(
    process: subprocess.Popen[bytes], found: VariantRun, progress: Progress, warn: Callable[[str], None]
) -> bool | None:
    """Take in what the process says; whether it has said all, or None where it has fallen silent."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=SILENT_SECONDS)
        except queue.Empty:
            return None
        if line is None:
            return False
        match _parsed(line):
            case {"progress": [phase, done, total]}:
                progress(phase, done, total)
            case {"said": text}:
                warn(text)
            case {"tally": tally}:
                found.tallies.append(_tally(tally))
            case {"error": {"code": code, "message": message}}:
                raise _CLASSES.get(code, PiEngineError)(f"{found.variant.name}: {message}")
            case {"end": True}:
                return True


def _read(stream: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    """Hand on the lines of a pipe, in a thread of its own, because reading a pipe has no time limit on every system."""
    with contextlib.suppress(ValueError):  # the stream was closed, because the other side has given up
        for line in stream:
            lines.put(line)
    lines.put(None)


def _parsed(line: bytes) -> Any:  # noqa: ANN401 (whatever JSON holds)
    """What a line says; a line that was cut off says nothing."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _tally(fields: dict[str, Any]) -> Tally:
    part = next(part for part in PARTS if part.name == fields["part"])
    failures = [
        Failure(Case.parse(x["case"]), x["kind"], x["message"], repeatable=x["repeatable"]) for x in fields["failures"]
    ]
    return Tally(part, fields["cases"], failures, fields["seconds"])


def _how_it_ended(process: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    """In words.

    Raises:
        CapacityError: it was killed.
    """
    try:
        code = process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        return "closed its output and went on, and was ended"
    if code == -getattr(signal, "SIGKILL", 9):
        raise CapacityError(
            "the process of a variant was killed, most likely because memory ran out: close other programs"
        )
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"crashed ({name})"
    errors.seek(0)
    said = errors.read().decode(errors="replace").split("\n")
    last = next((line for line in reversed(said) if line.strip()), "")
    return f"ended with exit code {code}" + (f" ({last.strip()})" if last else "")
