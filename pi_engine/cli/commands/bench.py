"""`pi-engine bench`: seconds of each phase at several sizes, on one thread and on all, beside the peers that are installed."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json, remark
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.bench import Measurement, Program
    from pi_engine.runtime.progress import Progress

_DEFAULT_DIGITS = (10**4, 10**5, 10**6, 10**7)
_LARGE = 3 * 10**7
_START_SECONDS = 1.0
_DIGITS_A_SECOND = 3e6
"""A run of a program, its start included: for the progress bar, which needs the sizes' shares alone."""

_PHASES = ("sum", "root", "division", "conversion", "check")


@click.command(short_help="Time computations on this machine.")
@click.option(
    "--digits",
    "sizes",
    type=COUNT,
    multiple=True,
    metavar="N",
    help="Number of digits; can be repeated.  [default: 1e4, 1e5, 1e6, 1e7]",
)
@click.option(
    "--threads",
    "thread_counts",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="T",
    help="Number of threads; can be repeated.  [default: 1, and all]",
)
@click.option(
    "--peers", is_flag=True, help="Also time FLINT, PARI, gmpy2, mpmath and MPFR, as far as they are installed."
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="R",
    help="Number of runs of each program.  [default: 5, or 3 from 3e7 digits]",
)
@json_option
@quiet_option
def command(
    *,
    sizes: tuple[int, ...],
    thread_counts: tuple[int, ...],
    peers: bool,
    rounds: int | None,
    as_json: bool,
) -> None:
    """Time whole computations, including the conversion to text, and their phases.

    Each run is a new process with its kernels loaded, and its second computation counts. The first computation is slower,
    because the system hands out its memory page by page. It has a column of its own. All times are medians, in seconds.
    Ratios to peers are medians of the ratios within the rounds. The digits of all programs are compared.

    FLINT is taken from python-flint or from the system's library, PARI from cypari or from the program gp. FLINT gets the
    same number of threads as pi-engine. The others have one thread, so their seconds do not depend on the number of threads.
    """
    from pi_engine.bench import installed_peers, measure, title
    from pi_engine.engine.arguments import require_capacity
    from pi_engine.runtime.progress import Step
    from pi_engine.runtime.thread_count import available_threads

    sizes = sizes or _DEFAULT_DIGITS
    thread_counts = tuple(sorted(set(thread_counts or (1, available_threads()))))
    if 0 in sizes:
        raise click.UsageError("nothing to time at 0 digits: give 1 or more")
    for digits in sizes:
        for threads in thread_counts:
            require_capacity(digits, threads=threads)
    others = installed_peers() if peers else []
    if peers and not others:
        from pi_engine.runtime.installation import command_to_install

        raise click.UsageError(f"no peer is installed: run {command_to_install('python-flint', 'peers')}")
    with ProgressBar() as progress:
        _compile(max(sizes), progress)
        progress.expect([Step(title(digits), _START_SECONDS + digits / _DIGITS_A_SECOND) for digits in sizes])
        measurements = [
            measurement
            for digits in sizes
            for measurement in measure(
                digits, thread_counts, rounds or (5 if digits < _LARGE else 3), others, progress=progress
            )
        ]
    if as_json:
        emit_json({"machine": _machine(), "rows": [_row(x, others) for x in measurements]})
        return
    _print_phases(measurements)
    if others:
        emit("\n")
        _print_peers(measurements, others)
        _say_what_was_timed(others)


def _compile(digits: int, progress: Progress) -> None:
    """Compile the kernels where they will be used and are not stored, so that no run pays for it."""
    from pi_engine.engine.planning.backend import BACKEND, LOADED_DIGITS, prepare

    if digits >= LOADED_DIGITS and BACKEND.usable():
        progress("compilation", 0, 0)
        prepare(progress)


def _machine() -> dict[str, object]:
    import platform
    from datetime import datetime

    from pi_engine.runtime.compilation.kernel_folder import cpu
    from pi_engine.runtime.limits.memory import physical_memory
    from pi_engine.runtime.versions import installed_versions, processor_count, processor_name

    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": processor_name(),
        "kernel_target": cpu()[0],
        "processors": processor_count(),
        "physical_memory_bytes": physical_memory(),
        "versions": installed_versions(),
    }


def _row(measurement: Measurement, peers: list[Program]) -> dict[str, object]:
    def figures(name: str) -> dict[str, object]:
        return {
            "first_seconds": measurement.median(name, "first_seconds"),
            "peak_memory_bytes": measurement.median(name, "peak_memory_bytes"),
            "resident_before_bytes": measurement.median(name, "resident_before_bytes"),
        }

    return {
        "digits": measurement.digits,
        "threads": measurement.threads,
        "rounds": measurement.rounds,
        "seconds": {**measurement.phases(), "with_text": measurement.median("pi-engine")},
        **figures("pi-engine"),
        "peers": {
            peer.name: {
                "version": peer.version(),
                "threads": measurement.threads if peer.threaded else 1,
                "seconds": measurement.median(peer.name),
                "ratio": measurement.ratio(peer.name),
                **figures(peer.name),
            }
            for peer in peers
        },
    }


def _print_phases(measurements: list[Measurement]) -> None:
    from pi_engine.cli.output.table import Column, print_table

    columns = [
        Column("digits", right=True),
        Column("threads", right=True, rank=1),
        *(Column(name, right=True, rank=3) for name in _PHASES),
        Column("with text", right=True),
        Column("first run", right=True, rank=4),
        Column("peak MB", right=True, rank=2),
    ]
    rows = []
    for x in measurements:
        phases = x.phases()
        peak = x.median("pi-engine", "peak_memory_bytes") or 0
        rows.append(
            [
                x.digits,
                x.threads,
                *(_seconds(phases.get(name)) for name in _PHASES),
                _seconds(x.median("pi-engine")),
                _seconds(x.median("pi-engine", "first_seconds")),
                round(peak / 1e6),
            ]
        )
    print_table(columns, rows)


def _print_peers(measurements: list[Measurement], peers: list[Program]) -> None:
    from pi_engine.cli.output.table import Column, print_table

    columns = [
        Column("digits", right=True),
        Column("threads", right=True, rank=1),
        Column("pi-engine", right=True),
        *(
            column
            for i, peer in enumerate(peers)
            for column in (
                Column(peer.title, right=True, rank=2 if i else 0),
                Column(f"{peer.title} ratio", right=True, rank=3),
            )
        ),
    ]
    rows = [
        [
            x.digits,
            x.threads,
            _seconds(x.median("pi-engine")),
            *(cell for peer in peers for cell in (_seconds(x.median(peer.name)), _ratio(x.ratio(peer.name)))),
        ]
        for x in measurements
    ]
    print_table(columns, rows)


def _ratio(value: float) -> str:
    """Two significant digits."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def _say_what_was_timed(peers: list[Program]) -> None:
    """The machine, the peers' versions, and the peers that are missing: figures are worth nothing without."""
    from pi_engine.bench import PROGRAMS

    machine = _machine()
    versions = ", ".join(f"{peer.title} {peer.version()}" for peer in peers)
    missing = [program.title for program in PROGRAMS.values() if program.version() is None]
    without = f"; not installed: {', '.join(missing)}" if missing else ""
    remark(
        f"pi-engine: {machine['processor']} ({machine['kernel_target']}), {machine['processors']} processors; {versions}{without}"
    )
    if PROGRAMS["flint"].version() is None:
        from pi_engine.runtime.installation import command_to_install

        remark(f"pi-engine: to time FLINT, too, run {command_to_install('python-flint', 'peers')}")


def _seconds(value: float | None) -> str | None:
    """Three significant digits, so that ratios can be read off."""
    return None if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"
