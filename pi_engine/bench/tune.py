"""Prepare this machine: compile all kernels, measure the crossovers, and time whole computations without and with them.

The computations run in processes of their own, as a user's do, so that their times also show whether a new process finds the kernels.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pi_engine.engine.planning.backend import ALL_KERNELS, prepare
from pi_engine.errors import OutputError, UsageError
from pi_engine.runtime import tuning
from pi_engine.runtime.child_process import command_of
from pi_engine.runtime.progress import PhaseClock, Step, announce, silent

if TYPE_CHECKING:
    from pathlib import Path

    from pi_engine.runtime.progress import Progress
    from pi_engine.runtime.tuning import Thresholds

SIZES = (10**6, 10**7)
"""Digits that are timed on the plain path and on the compiled one."""

_CROSSOVER_SECONDS = 25.0
_TIMING_SECONDS = 9.0
"""For the progress bar."""

_LONGEST_SECONDS = 30.0
_GROWTH = 15
"""GMP takes at most this many times as long for ten times as many digits."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one computation, the start of its process included; `path` is the one that the second run took."""

    digits: int
    gmpy2_seconds: float
    seconds: float
    path: str


@dataclass
class Tuned:
    """What has been done.

    Attributes:
        kernels: how many kernels there are.
        compiled: how many of them were compiled now.
        stored: how many a new process will find.
        folder: where they are stored; None where that cannot be written.
        before: the crossovers that applied until now, in bits, by name.
        measured_before: whether those were measured, or are the defaults.
        now: the measured ones; those that this machine does not have are missing.
        file: where they are stored; None where they are not.
        shipped: whether the kernels came with the installation.
        timings: whole computations.
        seconds: by phase, and "total".
    """

    kernels: int
    compiled: int
    stored: int
    folder: Path | None
    before: dict[str, int]
    measured_before: bool
    now: dict[str, int]
    file: Path | None = None
    shipped: bool = False
    timings: list[Timing] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleared:
    """What has been removed: files, bytes, and where from; None for what was not there."""

    tuning_file: Path | None
    kernel_folder: Path | None
    files: int
    size: int


def tune(*, dry_run: bool = False, progress: Progress = silent) -> Tuned:
    """Compile and store all kernels, measure and store the crossovers, time computations; about a minute where nothing is stored.

    With `dry_run` only the crossovers are measured, and not stored.

    Raises:
        UsageError: this processor has no fused multiply-add.
        OutputError: the crossovers could not be stored.
    """
    from pi_engine.bench.crossovers import default_sizes, measure_crossovers
    from pi_engine.bigint.product import transform_is_usable
    from pi_engine.runtime.compilation.kernel_folder import cache_folder
    from pi_engine.runtime.compilation.provenance.shipped_code import shipped

    if not transform_is_usable():
        raise UsageError(
            "this processor has no fused multiply-add, or PI_ENGINE_TRANSFORM=0 is set: GMP multiplies at every size, and there is "
            "nothing to tune"
        )
    clock = PhaseClock(progress)
    announce(progress, lambda: _forecast(dry_run=dry_run))
    earlier = tuning.stored()
    kernels = ALL_KERNELS.kernels()
    missing = sum(not kernel.fetch() for kernel in kernels)
    if not dry_run:
        with clock.phase("compilation"):
            prepare(progress)
    with clock.phase("crossovers"):
        now = measure_crossovers(lambda done, total: progress("crossovers", done, total))
    file = None
    timings = []
    if not dry_run:
        try:
            file = tuning.save(now)
        except OSError as error:
            raise OutputError(f"the crossovers could not be stored ({error}): use --dry-run to see them") from error
        with clock.phase("computations"):
            timings = _timings()
    return Tuned(
        kernels=len(kernels),
        compiled=0 if dry_run else missing,
        stored=sum(kernel.is_in_folder() for kernel in kernels),
        folder=cache_folder(),
        before=default_sizes() | _sizes(earlier),
        measured_before=earlier is not None,
        now=_sizes(now),
        file=file,
        shipped=shipped().level is not None,
        timings=timings,
        seconds={**clock.seconds, "total": clock.total()},
    )


def _sizes(thresholds: Thresholds | None) -> dict[str, int]:
    """Those that have been measured."""
    found = {} if thresholds is None else asdict(thresholds)
    return {name: bits for name, bits in found.items() if bits is not None}


def _forecast(*, dry_run: bool) -> list[Step]:
    """What will come."""
    from pi_engine.engine.planning.forecast import machine_factor

    steps = [Step("crossovers", _CROSSOVER_SECONDS)]
    if not dry_run:
        steps = [
            Step("compilation", ALL_KERNELS.missing_seconds() * machine_factor()),
            *steps,
            Step("computations", _TIMING_SECONDS * machine_factor()),
        ]
    return steps


def _timings() -> list[Timing]:
    """The computations that take less than half a minute on the plain path."""
    found: list[Timing] = []
    for digits in SIZES:
        if found and found[-1].gmpy2_seconds * _GROWTH > _LONGEST_SECONDS:
            break
        plain, by_kernels = _run(digits, "0"), _run(digits, "1")
        if plain is None or by_kernels is None:  # such as for want of memory
            break
        found.append(Timing(digits, plain[0], *by_kernels))
    return found


def _run(digits: int, transform: str) -> tuple[float, str] | None:
    """Seconds and path of a computation in a process of its own."""
    command = command_of("pi_engine", "compute", str(digits), "--json", "-q")
    environment = {**os.environ, "PI_ENGINE_TRANSFORM": transform}
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (this interpreter)
    seconds = time.perf_counter() - start
    return (seconds, json.loads(done.stdout)["path"]) if done.returncode == 0 else None


def clear() -> Cleared:
    """Remove this machine's crossovers, and the compiled kernels of this installation.

    Raises:
        OutputError: the system refuses.
    """
    from pi_engine.runtime.compilation.kernel_folder import remove_kernels

    try:
        file = tuning.tuning_file()
        size = tuning.remove(file)
        folder, sizes = remove_kernels()
    except OSError as error:
        raise OutputError(
            f"{error.filename or 'the cache'} could not be removed: {error.strerror}: remove it by hand"
        ) from error
    sizes = [*sizes, *([] if size is None else [size])]
    return Cleared(None if size is None else file, folder, len(sizes), sum(sizes))
