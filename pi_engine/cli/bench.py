"""`pi-engine bench`: seconds of each phase at several sizes, beside the peers that are installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output import emit, emit_json
from pi_engine.cli.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.bench import Measurement, Program

_DEFAULT_DIGITS = (10**5, 10**6, 10**7)
_LARGE = 3 * 10**7
_PHASES = ("sum", "root", "division", "conversion", "check")


@click.command(short_help="Time each phase on this machine.")
@click.option(
    "--digits",
    "sizes",
    type=COUNT,
    multiple=True,
    metavar="N",
    help="Digits; may be repeated.  [default: 1e5, 1e6, 1e7]",
)
@click.option(
    "--threads",
    "thread_counts",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="T",
    help="Threads; may be repeated.  [default: all]",
)
@click.option("--peers", is_flag=True, help="Also time python-flint, mpmath and gmpy2, as far as they are installed.")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="R",
    help="Runs of each program.  [default: 5, or 3 from 3e7 digits]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing on stderr but errors.")
def command(
    *,
    sizes: tuple[int, ...],
    thread_counts: tuple[int, ...],
    peers: bool,
    rounds: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Time whole computations, digits as text included, and the phases in them.

    Each run is a process of its own with its kernels loaded, and the second computation in it is what counts: the first
    one also pays for memory that the system hands out page by page, and has a column of its own. Medians; ratios to
    peers are medians of the ratios within the rounds. The digits of all programs are compared.
    """
    from pi_engine.bench import installed_peers, measure
    from pi_engine.engine import require_capacity
    from pi_engine.runtime.threads import available_threads

    sizes = sizes or _DEFAULT_DIGITS
    thread_counts = thread_counts or (available_threads(),)
    if 0 in sizes:
        raise click.UsageError("nothing to time at 0 digits: give 1 or more")
    for digits in sizes:
        for threads in thread_counts:
            require_capacity(digits, threads=threads)
    others = installed_peers() if peers else []
    if peers and not others:
        from pi_engine.runtime.installation import command_to_install

        raise click.UsageError(f"no peer is installed: run {command_to_install('python-flint', 'peers')}")
    _compile(max(sizes), quiet=quiet)
    show_each = not quiet and sys.stderr.isatty()
    measurements = [
        measure(
            digits,
            threads,
            rounds or (5 if digits < _LARGE else 3),
            others,
            say=lambda line: click.echo(f"pi-engine: {line}", err=True) if show_each else None,
        )
        for digits in sizes
        for threads in thread_counts
    ]
    if as_json:
        emit_json({"machine": _machine(), "rows": [_row(x, others) for x in measurements]})
        return
    emit(_phase_table(measurements), "\n")
    if others:
        emit("\n", _peer_table(measurements, others), "\n")


def _compile(digits: int, *, quiet: bool) -> None:
    """Compile the kernels where they will be used and are not stored, so that no run pays for it."""
    from pi_engine.bigint.product import transform_is_usable
    from pi_engine.kernels import LOADED_DIGITS, compile_fast_path

    if digits >= LOADED_DIGITS and transform_is_usable():
        compile_fast_path(None if quiet else lambda text: click.echo(f"pi-engine: {text}", err=True))


def _machine() -> dict[str, object]:
    from pi_engine.runtime.memory import physical_memory
    from pi_engine.runtime.versions import installed_versions, processor_count, processor_name

    return {
        "processor": processor_name(),
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
                "version": peer.version,
                "threads": measurement.threads if peer.threaded else 1,
                "seconds": measurement.median(peer.name),
                "ratio": measurement.ratio(peer.name),
                **figures(peer.name),
            }
            for peer in peers
        },
    }


def _phase_table(measurements: list[Measurement]) -> str:
    from pi_engine.cli.table import format_table

    header = ["digits", "threads", *_PHASES, "with text", "first run", "peak memory"]
    rows = []
    for x in measurements:
        phases = x.phases()
        peak = x.median("pi-engine", "peak_memory_bytes") or 0
        rows.append(
            [
                f"{x.digits:_}",
                str(x.threads),
                *(_seconds(phases.get(name)) for name in _PHASES),
                _seconds(x.median("pi-engine")),
                _seconds(x.median("pi-engine", "first_seconds")),
                f"{peak / 1e6:.0f} MB",
            ]
        )
    return format_table(header, rows, right=range(len(header)))


def _peer_table(measurements: list[Measurement], peers: list[Program]) -> str:
    from pi_engine.cli.table import format_table

    header = ["digits", "threads", "pi-engine", *(peer.title for peer in peers)]
    rows = [
        [
            f"{x.digits:_}",
            str(x.threads),
            _seconds(x.median("pi-engine")),
            *(f"{_seconds(x.median(peer.name))} ({x.ratio(peer.name):.1f} ×)" for peer in peers),
        ]
        for x in measurements
    ]
    return format_table(header, rows, right=range(len(header)))


def _seconds(value: float | None) -> str:
    """Three significant digits, so that ratios can be read off."""
    return "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"
