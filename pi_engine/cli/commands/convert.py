"""`pi-engine convert SRC DST`."""

from __future__ import annotations

import time

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_json, remark
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import block_size_option, force_option, format_option, json_option, quiet_option
from pi_engine.runtime.display import counted


@click.command(short_help="Convert a digit file to another format.")
@click.argument("source", type=FILE, metavar="SRC")
@click.argument("target", type=FILE, metavar="DST")
@format_option
@block_size_option
@click.option(
    "--base",
    type=click.Choice(["2", "8", "10", "16"]),
    help="Base of the digits in SRC. DST has the same base; a .ycd file holds base 10 or 16.",
)
@force_option
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
) -> None:
    """Write the digits of the file SRC to the file DST in another format.

    SRC can be text with any line breaks, blanks, groups or header, in ASCII, UTF-8, UTF-16 or UTF-32. It can also be such text
    compressed by gzip, xz, Zstandard or bzip2, or alone in a zip archive; a .ycd file; a folder with a set of .ycd
    files; or '-' for stdin. The content decides, not the name.

    DST can be '-' for stdout. DST is written atomically, read back and compared. The digits need not be those of π.

    Exit codes: 0 converted, 1 failed, 2 wrong usage, 3 the file read back differs, 4 not enough memory or disk, 5 SRC
    is corrupt, 130 interrupted.
    """
    if as_json and target == "-":
        raise click.UsageError("--json and a DST of '-' both want stdout: choose one")

    from pi_engine.digits.conversion import convert
    from pi_engine.runtime.thread_count import available_threads

    start = time.perf_counter()
    with ProgressBar() as progress:
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
                "notes": [*map(printable, done.notes)],
                "seconds": {"total": round(seconds, 6)},
            }
        )
    name = "standard input" if source == "-" else source
    for note in done.notes:
        remark(f"pi-engine: {name}: {note}")
    checked = "read back and compared" if done.read_back else "not read back"
    remark(
        f"{counted(done.digits, 'digit')} of base {done.base} from {done.source_format} to {done.format} in {seconds:.2f} s; "
        f"written to {'standard output' if done.output == '-' else done.output}, {checked}"
    )
