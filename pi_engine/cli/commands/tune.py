"""`pi-engine tune`: make this machine ready for large computations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.options import json_option, quiet_option

if TYPE_CHECKING:
    from pi_engine.bench.tune import Cleared, Tuned


@click.command(short_help="Prepare this machine for large computations.")
@click.option("--dry-run", is_flag=True, help="Measure the sizes and print them, but do not store them.")
@click.option("--clear", is_flag=True, help="Remove what 'tune' has stored: compiled kernels and measured sizes.")
@json_option
@quiet_option
def command(*, dry_run: bool, clear: bool, as_json: bool) -> None:
    """Compile the kernels of 'compute' for this machine, and measure from which sizes on they are faster than GMP.

    This takes about a minute, once. Run 'tune' again after an upgrade: kernels and sizes are valid for one processor and for the
    installed versions.

    Later runs load the kernels from the cache folder, and the measured sizes from the configuration folder. At the end
    'tune' prints what it did, and how long computations take without and with the kernels.
    """
    if clear and dry_run:
        raise click.UsageError("--clear removes and --dry-run only measures: choose one")
    if clear:
        from pi_engine.bench.tune import clear as clear_all

        cleared = clear_all()
        if as_json:
            emit_json(_cleared_fields(cleared))
        else:
            emit(printable(_cleared_text(cleared)), "\n")
        return
    from pi_engine.bench.tune import tune
    from pi_engine.cli.output.progress_bar import ProgressBar

    with ProgressBar() as progress:
        tuned = tune(dry_run=dry_run, progress=progress)
    if as_json:
        emit_json(_fields(tuned))
    else:
        from pi_engine.cli.output.table import print_entries

        print_entries(_lines(tuned, dry_run=dry_run))
    if not dry_run:
        _require_found(tuned)


def _require_found(tuned: Tuned) -> None:
    """Fail where later runs will not find the kernels: to make them do so is what this command is for."""
    from pi_engine.errors import OutputError

    where = tuned.folder or "the cache folder"
    if tuned.stored < tuned.kernels:
        raise OutputError(
            f"{tuned.kernels - tuned.stored} of {tuned.kernels} kernels are not stored, so that later runs will not use "
            f"them: see that {where} can be written and the disk has room, or set NUMBA_CACHE_DIR, and run 'pi-engine tune' again"
        )
    if any(timing.path != "compiled" for timing in tuned.timings):
        raise OutputError(
            f"the kernels are stored in {where}, but a new process has not used them: please report this, with the "
            "output of 'pi-engine info'"
        )


def _lines(tuned: Tuned, *, dry_run: bool) -> list[tuple[str, str]]:
    """The list that people read: what it is about, and what has been done."""
    from pi_engine.bench.crossovers import CROSSOVERS

    lines = []
    if not dry_run:
        text = f"all {tuned.kernels} were compiled before"
        if tuned.compiled:
            text = f"{tuned.compiled} of {tuned.kernels} compiled in {tuned.seconds['compilation']:.0f} s"
        stored = f"{text}; {tuned.stored} are stored in {tuned.folder}"
        lines.append(("kernels", f"all {tuned.kernels} came with this installation" if tuned.shipped else stored))
    origin = "measured" if tuned.measured_before else "the default"
    for name, bits in tuned.now.items():
        text = f"{CROSSOVERS[name].meaning} from {bits:_} bits on, before from {tuned.before[name]:_} ({origin})"
        lines.append(("crossover", text))
    lines.append(("stored in", str(tuned.file)) if tuned.file else ("not stored", "this was a dry run"))
    for timing in tuned.timings:
        exponent = len(str(timing.digits)) - 1
        compiled, plain = f"about {timing.seconds:.1f} s", f"{timing.gmpy2_seconds:.1f} s"
        text = f"take {compiled}, on the plain path {plain}"
        if tuned.compiled:
            text = f"now take {compiled}, before {plain} on the plain path"
        lines.append((f"10^{exponent} digits", f"{text}, the whole command"))
    return lines


def _fields(tuned: Tuned) -> dict[str, object]:
    return {
        "kernels": {
            "total": tuned.kernels,
            "compiled": tuned.compiled,
            "stored": tuned.stored,
            "folder": str(tuned.folder) if tuned.folder else None,
        },
        "thresholds_bits": tuned.now,
        "thresholds_before_bits": tuned.before,
        "thresholds_before": "measured" if tuned.measured_before else "default",
        "output": str(tuned.file) if tuned.file else None,
        "computations": [
            {
                "digits": timing.digits,
                "gmpy2_seconds": round(timing.gmpy2_seconds, 3),
                "seconds": round(timing.seconds, 3),
                "path": timing.path,
            }
            for timing in tuned.timings
        ],
        "seconds": {name: round(spent, 3) for name, spent in tuned.seconds.items()},
    }


def _cleared_fields(cleared: Cleared) -> dict[str, object]:
    return {
        "tuning_file": str(cleared.tuning_file) if cleared.tuning_file else None,
        "kernel_folder": str(cleared.kernel_folder) if cleared.kernel_folder else None,
        "files_removed": cleared.files,
        "bytes_removed": cleared.size,
    }


def _cleared_text(cleared: Cleared) -> str:
    if not cleared.files:
        return "nothing was stored, and nothing has been removed"
    from pi_engine.runtime.limits.memory import format_bytes

    places = [str(place) for place in (cleared.kernel_folder, cleared.tuning_file) if place]
    plural = "" if cleared.files == 1 else "s"
    return f"removed {cleared.files} file{plural}, {format_bytes(cleared.size)}: {' and '.join(places)}"
