"""`pi-engine compute DIGITS`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.compute.advice import warn_of_unchecked_series
from pi_engine.cli.commands.compute.kept_run import (
    checkpoint_fields,
    error_folder,
    kept_run,
    require_folder,
    steps_finished,
)
from pi_engine.cli.commands.compute.output_file import digits_kept, reserved_file, write_proof, write_result
from pi_engine.cli.commands.compute.request import dry_run as estimate_only
from pi_engine.cli.commands.compute.request import (
    require_agreement,
    require_no_cluster,
    require_one_purpose,
    scratch_folder,
)
from pi_engine.cli.output.kernel_advice import advise_kernels
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_all, emit_json, remark, remarks_are_heard
from pi_engine.cli.parameters import options
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.quantities import COUNT, CountingCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.engine.arguments import CheckLevel
    from pi_engine.engine.result import Check, ComputeResult

_ENDS = 50
_WRITE_SECONDS = 1.2e-8
"""A digit, as text: for the progress bar."""


@click.command(cls=CountingCommand, short_help="Compute digits of π.")
@click.argument("digits", type=COUNT)
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Write the digits to FILE. '-' is stdout, without a line break at the end.",
)
@options.format_option
@options.block_size_option
@options.base_option
@options.series_option
@options.threads_option
@options.memory_option
@options.scratch_option
@options.cluster_option
@options.check_option
@click.option("--proof", is_flag=True, help="Check in full, and write a certificate to FILE.proof.json.")
@options.force_option
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Print all digits on a terminal. Without it, a terminal shows a preview of more than 1000 digits.",
)
@click.option(
    "--columns",
    type=click.IntRange(min=1),
    metavar="C",
    help="Print C digits a line, below a first line with '3.'. By default, with --group, lines fit the terminal.",
)
@click.option("--group", type=click.IntRange(min=1), metavar="G", help="Divide lines into groups of G digits.")
@options.checkpoint_option
@click.option("--resume", is_flag=True, help="Go on with the checkpoint in --checkpoint DIR.")
@click.option(
    "--dry-run", is_flag=True, help="Print the estimate for these options, as 'estimate' does, and compute nothing."
)
@options.json_option
@click.option(
    "-v", "--verbose", is_flag=True, help="Also print the seconds of each phase, the memory and the checks to stderr."
)
@options.quiet_option
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
    scratch: str | None,
    where: str | None,
    check: CheckLevel | None,
    proof: bool,
    force: bool,
    everything: bool,
    columns: int | None,
    group: int | None,
    checkpoint: str | None,
    resume: bool,
    dry_run: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Compute DIGITS digits of π after the point. They are truncated, never rounded.

    DIGITS can be written 1000000, 1_000_000, 1,000,000, 1e6, 1.5e6, 10**6, 2**20, 10M or 1G.

    Without -o the digits go to stdout. A pipe or a file gets all of them in one line. A terminal shows a preview if
    there are more than 1000. With --json a JSON object is printed instead of the digits.

    With -o the digits go to FILE. FILE appears whole or not at all. If it cannot be written in the end, the digits are
    saved elsewhere, and the error message says where.

    Run 'pi-engine tune' once before large computations. Without compiled kernels only the sum uses more than one thread.

    With --checkpoint DIR a long run keeps what it has finished in the folder DIR. If it ends before its digits are
    written, the same command with --resume goes on. The first Ctrl-C finishes the current step, and the second one
    ends the run at once. DIR is removed when the digits are written.

    A computation that does not fit in memory uses the disk: the folder of --scratch DIR, or else the one that contains
    the checkpoint or FILE. Nothing is left there.

    With --cluster WHERE the workers of a Dask cluster make the sum, and this process makes the rest. --threads T is the number
    of threads of a worker's task; this process uses all. With local:N the default is the number of processors divided by N.
    Workers exchange their numbers in the folder of --scratch, or of the checkpoint or FILE, if all of them see it. Otherwise
    they send them to each other.

    Exit codes: 0 computed and checked, 1 failed, 2 wrong usage, 3 a check failed, 4 not enough memory or disk, 130
    interrupted.
    """
    file = None if output in (None, "-") else output
    require_agreement(
        file, to_stdout=output == "-", as_json=as_json, form=form, block_size=block_size, proof=proof, check=check
    )
    require_one_purpose(file, as_json=as_json, laid_out=everything or bool(columns or group), verbose=verbose)
    require_folder(checkpoint, resume=resume)
    check = check or ("full" if proof else "fast")
    scratch = scratch_folder(scratch, checkpoint, file)
    if dry_run:
        require_no_cluster(where)
        estimate_only(
            digits,
            file,
            base=int(base),
            series=series,
            threads=threads,
            memory=memory,
            scratch=scratch,
            check=check,
            form=form,
            block_size=block_size,
            force=force,
            proof=proof,
            checkpoint=checkpoint,
            as_json=as_json,
        )
        return

    from pi_engine.engine.arguments import require_capacity
    from pi_engine.engine.compute import compute
    from pi_engine.runtime.progress import PhaseClock, Step

    require_capacity(
        digits,
        base=int(base),
        series=series,
        threads=threads if where is None else None,
        memory=memory,
        check=check,
        scratch=scratch is not None,
    )
    if check == "none":
        warn_of_unchecked_series(series)
    with ExitStack() as stack:
        cluster = stack.enter_context(cluster_session(where, threads=threads))
        place = stack.enter_context(
            reserved_file(file, digits, base=int(base), form=form, block_size=block_size, force=force, proof=proof)
        )
        kept = stack.enter_context(
            kept_run(checkpoint, digits, base=int(base), series=series, check=check, resume=resume)
        )
        advise_kernels(digits)
        writing = [] if place is None else [Step("write", _WRITE_SECONDS * digits)]
        with ProgressBar(then=writing) as progress:
            with steps_finished(kept):
                result = compute(
                    digits, base=int(base), series=series, threads=threads, memory=memory, check=check,
                    progress=progress, checkpoint=kept, scratch=scratch, error_folder=error_folder(file, checkpoint), cluster=cluster,
                )  # fmt: skip
            clock = PhaseClock(progress)
            checks = result.checks
            if place is not None:
                with clock.phase("write"):
                    checks = checks + write_result(place, result, as_json=as_json)
        phases = {name: spent for name, spent in result.seconds.items() if name != "total"}
        seconds = {**phases, **clock.seconds, "total": result.seconds["total"] + clock.total()}
        written = None if place is None else place.name
        if proof:
            write_proof(result, str(written), force=force)
        if as_json:
            _print_object(result, seconds, checks, written, {**checkpoint_fields(kept), **cluster_fields(cluster)})
        elif written is None:
            with digits_kept(result):
                whole = _print_digits(result, columns, group, everything=everything, to_stdout=output == "-")
            if kept is not None:
                kept.digits_are_out = whole
    if remarks_are_heard():
        from pi_engine.cli.commands.compute.report import closing_line, say_cluster, say_details, say_repairs

        say_repairs(result)
        say_cluster(result)
        remark(closing_line(result, seconds, checks, written, full=check == "full"))
        if verbose:
            say_details(result, seconds, checks)


def _print_digits(
    result: ComputeResult, columns: int | None, group: int | None, *, everything: bool, to_stdout: bool
) -> bool:
    """Write digits to stdout, and say whether all of them; `-o -` is a file, which gets no line break at the end."""
    from pi_engine.cli.commands.compute.digit_layout import is_preview, printed
    from pi_engine.cli.output.terminal import stdout_width
    from pi_engine.engine.printed_digits import require_text, watched

    text, width = result.characters, stdout_width()
    everything = everything or to_stdout
    pieces = printed(text, columns=columns, group=group, everything=everything, width=width)
    preview = is_preview(text, width, everything=everything)
    if preview:
        emit_all(pieces)
        require_text(result)
    else:
        emit_all(watched(pieces, result))
    if not to_stdout:
        emit("\n")
    return not preview


def _print_object(
    result: ComputeResult,
    seconds: dict[str, float],
    checks: Sequence[Check],
    file: str | None,
    others: dict[str, object],
) -> None:
    from pi_engine.engine.printed_digits import require_text

    emit_json({**_as_json(result, seconds, checks, file), **others})
    if file is None:  # else the file has been compared
        require_text(result)


def _as_json(
    result: ComputeResult, seconds: dict[str, float], checks: Sequence[Check], file: str | None
) -> dict[str, object]:
    from pi_engine.runtime.versions import arithmetic_versions

    return {
        "digits": result.digits,
        "base": result.base,
        "series": result.series,
        "threads": result.threads,
        "path": result.path,
        "kernels": result.kernels,
        "value_start": result[:_ENDS],
        "value_end": result[-_ENDS:],
        "hash": str(result.hash),
        "seconds": {name: round(spent, 6) for name, spent in seconds.items()},
        "processor_seconds": round(result.processor_seconds, 6),
        "peak_memory_bytes": result.peak_memory_bytes,
        "mapped_memory_bytes": result.mapped_memory_bytes,
        "checks": [check._asdict() for check in checks],
        "repairs": [repair.as_json() for repair in result.repairs],
        "output": file,
        **({} if result.scratch is None else {"scratch": result.scratch._asdict()}),
        "versions": arithmetic_versions(kernels=result.path == "compiled"),
    }
