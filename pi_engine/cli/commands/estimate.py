"""`pi-engine estimate DIGITS`, and what `compute --dry-run` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters import options
from pi_engine.cli.parameters.quantities import COUNT, CountingCommand
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.digits.common.formats import Format
    from pi_engine.engine.arguments import CheckLevel
    from pi_engine.engine.estimate import Estimate

_FORMAT_NAMES = {"text": "text", "gz": "gzip", "xz": "xz", "zst": "Zstandard", "ycd": "ycd"}


@click.command(cls=CountingCommand, short_help="Estimate the time, memory and disk of a computation.")
@click.argument("digits", type=COUNT)
@options.base_option
@options.series_option
@options.threads_option
@options.memory_option
@options.scratch_option
@options.check_option
@options.format_option
@options.json_option
@options.quiet_option
def command(
    digits: int,
    *,
    base: str,
    series: str,
    threads: int | None,
    memory: int | None,
    scratch: str | None,
    check: CheckLevel | None,
    form: Format | None,
    as_json: bool,
) -> None:
    """Estimate the time, memory and disk that 'compute DIGITS' needs, and the path it takes.

    Nothing is computed. The time is that of the computation and its checks, without starting Python and without
    writing a file. The memory is an upper bound. With --scratch DIR the estimate lets a computation that does not fit in
    memory use the disk; nothing is written there now.

    Without --format the size on disk is that of a text file. 'compute --dry-run' prints the same estimate for the options of 'compute'.

    Exit codes: 0 the computation fits, 2 wrong usage, 4 not enough memory, or disk in DIR.
    """
    from pi_engine.engine.estimate import estimate

    form, check = form or "text", check or "fast"
    found = estimate(
        digits,
        base=int(base),
        series=series,
        threads=threads,
        memory=memory,
        check=check,
        format=form,
        scratch=scratch is not None,
    )
    show(found, form, as_json=as_json, refusal=refusal_of_scratch(scratch, found))


def refusal_of_scratch(folder: str | None, found: Estimate) -> str | None:
    """What to say where the disk of the scratch folder has less room than the run needs there; None where it has enough."""
    if folder is None:
        return None
    from pi_engine.bigint.scratch.scratch_folder import too_little_disk

    refused = too_little_disk(folder, found.scratch_bytes)
    return None if refused is None else str(refused)


def show(
    found: Estimate, form: Format | None, *, as_json: bool, refusal: str | None = None, checkpoint: str | None = None
) -> None:
    """Print an estimate, that of a checkpoint in a folder too, and end with an error where it does not fit, or for another `refusal`."""
    from pi_engine.errors import CapacityError

    refusal = found.refusal or refusal
    if as_json:
        emit_json(_as_json(found, form, refusal))
    else:
        from pi_engine.cli.output.table import print_entries

        print_entries(_lines(found, form, checkpoint))
    if refusal is not None:
        raise CapacityError(refusal)


def _lines(found: Estimate, form: Format | None, checkpoint: str | None) -> list[tuple[str, str]]:
    """What is said to people: label and text."""
    from pi_engine.engine.estimate import format_seconds
    from pi_engine.runtime.limits.memory import format_bytes

    phases = ", ".join(
        f"{name} {format_seconds(seconds)}"
        for name, seconds in found.seconds.items()
        if name != "total" and seconds >= 0.01
    )
    several = len(phases.split(", ")) > 1
    kernels = f", kernels {found.kernels}" if found.path == "compiled" else ""
    least = "at least " if found.scratch_bytes else ""
    lines = [
        ("digits", f"{found.digits:_} in base {found.base}, by the series {found.series}"),
        ("path", f"{found.path}{kernels}, {found.threads} thread{'s' * (found.threads != 1)}, check {found.check}"),
        ("time", _about(found.seconds["total"]) + (f": {phases}" if several else "")),
        (
            "memory",
            f"{least}about {format_bytes(found.memory_bytes)}; {format_bytes(found.memory_limit_bytes)} may be used",
        ),
    ]
    if found.address_limit_bytes is not None:
        space, limit = format_bytes(found.address_bytes), format_bytes(found.address_limit_bytes)
        lines.append(("addresses", f"about {space} of address space; {limit} may be used (ulimit)"))
    if found.scratch_bytes:
        lines.append(("scratch", f"about {format_bytes(found.scratch_bytes)} of disk for what does not fit in memory"))
    if found.disk_bytes is not None and form is not None:
        bound = "" if form in ("text", "ycd") else "at most "
        lines.append(("disk", f"{bound}{format_bytes(found.disk_bytes)} as {_FORMAT_NAMES[form]}"))
    if checkpoint is not None:
        lines.append(("checkpoint", f"at most {format_bytes(found.checkpoint_bytes)} in {checkpoint}"))
    most = (
        f"at most {counted(found.largest, 'digit')} would fit" if found.largest >= 0 else "not even one digit would fit"
    )
    return [*lines, ("largest", most)]


def _about(seconds: float) -> str:
    from pi_engine.engine.estimate import format_seconds

    text = format_seconds(seconds)
    return text if text.startswith("less") else f"about {text}"


def _as_json(found: Estimate, form: Format | None, refusal: str | None) -> dict[str, object]:
    return {
        "digits": found.digits,
        "base": found.base,
        "series": found.series,
        "threads": found.threads,
        "check": found.check,
        "path": found.path,
        "kernels": found.kernels,
        "seconds": {name: float(f"{seconds:.3g}") for name, seconds in found.seconds.items()},
        "memory_bytes": found.memory_bytes,
        "memory_limit_bytes": found.memory_limit_bytes,
        "fits": refusal is None,
        "refusal": refusal,
        "largest": found.largest,
        "format": form,
        "disk_bytes": found.disk_bytes,
        "scratch_bytes": found.scratch_bytes,
        "checkpoint_bytes": found.checkpoint_bytes,
    }
