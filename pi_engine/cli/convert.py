"""`pi-engine convert SRC DST`."""

from __future__ import annotations

import time

import click

from pi_engine.cli.names import FILE
from pi_engine.cli.options import json_option, quiet_option
from pi_engine.cli.output import emit_json, say
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import COUNT


@click.command(short_help="Convert between formats of digit files.")
@click.argument("source", type=FILE, metavar="SRC")
@click.argument("target", type=FILE, metavar="DST")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "gz", "xz", "zst", "ycd"]),
    help="Format of DST; by default its suffix tells (.txt.gz, .txt.xz, .txt.zst, .ycd), else text.",
)
@click.option(
    "--block-size", type=COUNT, metavar="DIGITS", help="Write a set of .ycd files of so many digits each, in a folder."
)
@click.option("--base", type=click.Choice(["10", "16"]), help="Base that SRC must be in; it is kept.")
@click.option("--force", is_flag=True, help="Replace DST if it exists.")
@json_option
@quiet_option
def command(
    source: str,
    target: str,
    *,
    form: str | None,
    block_size: int | None,
    base: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the digits of the file SRC to the file DST in another format.

    SRC may be text, with any line breaks, blanks, groups or a header, such text compressed by gzip, xz or Zstandard, a
    .ycd file, a folder with a set of .ycd files, or '-' for stdin; its content tells which. DST may be '-' for stdout.
    DST appears whole or not at all, and is read back and compared. The digits need not be those of π.

    Exit codes: 0 done, 1 failed, 2 usage, 3 what was read back differs, 4 does not fit, 5 SRC is corrupt, 130 interrupted.
    """
    if as_json and target == "-":
        raise click.UsageError("--json and a DST of '-' both want stdout: choose one")

    from pi_engine.digits.conversion import convert
    from pi_engine.runtime.threads import available_threads

    start = time.perf_counter()
    with ProgressBar(enabled=not quiet) as progress:
        done = convert(
            source,
            target,
            form=form,
            base=int(base) if base else None,
            block_size=block_size,
            overwrite=force,
            threads=available_threads(),
            progress=progress,
        )
    seconds = time.perf_counter() - start
    if as_json:
        emit_json(
            {
                "source": source,
                "source_format": done.source_format,
                "output": done.output,
                "format": done.format,
                "base": done.base,
                "digits": done.digits,
                "hash": str(done.hash),
                "read_back": done.read_back,
                "seconds": {"total": round(seconds, 6)},
            }
        )
    if not quiet:
        checked = "read back and compared" if done.read_back else "not read back"
        say(
            f"{done.digits:_} digits of base {done.base} from {done.source_format} to {done.format} in {seconds:.2f} s; "
            f"written to {done.output}, {checked}"
        )
