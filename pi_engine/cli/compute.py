"""`pi-engine compute DIGITS`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click

from pi_engine.cli.names import FILE, SERIES
from pi_engine.cli.output import emit_all, emit_json
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import COUNT, SIZE, CountingCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.engine import CheckLevel
    from pi_engine.result import Check, ComputeResult

_ENDS = 50
_HINT_FROM = 5_000_000
"""Digits from which the compiled path is three times as fast, so that its absence is worth a line."""


@click.command(cls=CountingCommand, short_help="Compute digits of π.")
@click.argument("digits", type=COUNT)
@click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="Write the digits to FILE, '-' for stdout without a line break."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "gz", "xz", "zst", "ycd"]),
    help="Format of FILE; by default its suffix tells (.txt.gz, .txt.xz, .txt.zst, .ycd), else text.",
)
@click.option(
    "--block-size", type=COUNT, metavar="DIGITS", help="Write a set of .ycd files of so many digits each, in a folder."
)
@click.option("--base", type=click.Choice(["10", "16"]), default="10", show_default=True, help="Base of the digits.")
@click.option(
    "--series",
    type=SERIES,
    default="chudnovsky",
    show_default=True,
    metavar="NAME",
    help="Series to sum: see 'series list'; or derived:D, or a FILE.toml with a series.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Threads, by default all; without compiled kernels only the sum uses several.",
)
@click.option("--memory", type=SIZE, metavar="SIZE", help="Memory to stay within, like 8GiB; by default the machine's.")
@click.option(
    "--check",
    type=click.Choice(["none", "fast", "full"]),
    help="fast, the default: residues of every phase and digits at known positions; full: also the fraction's last digits "
    "by BBP, and all digits by the j-invariant or, from 1e6 on, by another series.",
)
@click.option("--proof", is_flag=True, help="Check in full, and write what was shown to FILE.proof.json.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the digits.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing on stderr but errors.")
def command(
    digits: int,
    *,
    output: str | None,
    form: str | None,
    block_size: int | None,
    base: str,
    series: str,
    threads: int | None,
    memory: int | None,
    check: CheckLevel | None,
    proof: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compute DIGITS digits of π after the point, truncated, never rounded.

    DIGITS may be written 1000000, 1_000_000, 1,000,000, 1e6, 1.5e6, 10**6, 2**20, 10M or 1G.
    The digits go to stdout, or to FILE, which appears whole or not at all.

    Exit codes: 0 done and checked, 1 failed, 2 usage, 3 a check failed, 4 does not fit, 130 interrupted.
    """
    file = None if output in (None, "-") else output
    _require_agreement(
        file, to_stdout=output == "-", as_json=as_json, form=form, block_size=block_size, proof=proof, check=check
    )
    check = check or ("full" if proof else "fast")

    from pi_engine.bigint.product import transform_is_usable
    from pi_engine.engine import compute, require_capacity
    from pi_engine.kernels import fast_path_is_stored
    from pi_engine.runtime.progress import PhaseClock

    require_capacity(digits, base=int(base), series=series, threads=threads, memory=memory)
    if file is not None:
        _require_file(file, digits, int(base), form, block_size, overwrite=force, proof=proof)
    if quiet:
        import logging

        logging.getLogger("pi_engine").setLevel(logging.ERROR)
    with ProgressBar(enabled=not quiet) as progress:
        result = compute(
            digits, base=int(base), series=series, threads=threads, memory=memory, check=check, progress=progress
        )
        clock = PhaseClock(progress)
        checks = result.checks
        if file is not None:
            with clock.phase("write"):
                checks = checks + result.write(file, overwrite=force, format=form, block_size=block_size)
    seconds = {**result.seconds, **clock.seconds, "total": result.seconds["total"] + clock.total()}
    if proof:
        from pi_engine.certificate import write_certificate

        write_certificate(result, str(file), checks, seconds, overwrite=force)
    if as_json:
        emit_json(_as_json(result, seconds, checks, file))
    elif file is None:
        emit_all(chain(result.pieces(), [] if output == "-" else ["\n"]))
    if not quiet:
        if digits >= _HINT_FROM and transform_is_usable() and not fast_path_is_stored():
            click.echo("pi-engine: 'pi-engine tune', once, makes runs like this one three times as fast", err=True)
        click.echo(_closing_line(result, seconds, checks, file), err=True)


def _require_agreement(
    file: str | None,
    *,
    to_stdout: bool,
    as_json: bool,
    form: str | None,
    block_size: int | None,
    proof: bool,
    check: str | None,
) -> None:
    """Refuse options that contradict each other."""
    if as_json and to_stdout:
        raise click.UsageError("--json and '-o -' both want stdout: choose one")
    if file is None and (form or block_size is not None):
        raise click.UsageError("--format and --block-size are for files: name one with '-o FILE'")
    if proof and (file is None or block_size is not None):
        raise click.UsageError("--proof stands beside one file: name it with '-o FILE', without --block-size")
    if proof and check not in (None, "full"):
        raise click.UsageError(f"--proof needs a run that is checked in full: leave out '--check {check}'")


def _require_file(
    file: str, digits: int, base: int, form: str | None, block_size: int | None, *, overwrite: bool, proof: bool
) -> None:
    """Refuse at once what could not be written in the end."""
    from pi_engine.digits.formats import format_to_write

    if proof:
        from pi_engine.certificate import require_certificate_file

        require_certificate_file(file, overwrite=overwrite)

    kind = format_to_write(file, form)
    if kind == "text" and block_size is None:
        from pi_engine.digits.atomic import require_writable
        from pi_engine.digits.text_file import text_size

        require_writable(file, size=text_size(digits), overwrite=overwrite)
        return
    from pi_engine.digits.writer import require_file

    require_file(file, digits, base=base, form=kind, overwrite=overwrite, block_size=block_size)


def _closing_line(result: ComputeResult, seconds: dict[str, float], checks: Sequence[Check], file: str | None) -> str:
    from pi_engine.plan import format_bytes

    phases = ", ".join(f"{name} {spent:.2f}" for name, spent in seconds.items() if name != "total")
    passed = [check.name for check in checks if check.status == "passed"]
    return (
        f"{result.digits:_} digit{'' if result.digits == 1 else 's'} in {seconds['total']:.2f} s ({phases}); "
        f"peak memory {format_bytes(result.peak_memory_bytes)}; "
        + (f"passed: {', '.join(passed)}" if passed else "nothing was checked")
        + (f"; written to {file}" if file is not None else "")
    )


def _as_json(
    result: ComputeResult, seconds: dict[str, float], checks: Sequence[Check], file: str | None
) -> dict[str, object]:
    from pi_engine.runtime.versions import arithmetic_versions

    return {
        "digits": result.digits,
        "base": result.base,
        "series": result.series,
        "threads": result.threads,
        "value_start": result.fraction_text[:_ENDS],
        "value_end": result.fraction_text[-_ENDS:],
        "hash": str(result.hash),
        "seconds": {name: round(spent, 6) for name, spent in seconds.items()},
        "peak_memory_bytes": result.peak_memory_bytes,
        "checks": [vars(check) for check in checks],
        "output": file,
        "versions": arithmetic_versions(),
    }
