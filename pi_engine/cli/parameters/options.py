"""Options that mean the same in every command, each declared once."""

from __future__ import annotations

import click

from pi_engine.cli.output.streams import silence_remarks
from pi_engine.cli.parameters.names import FOLDER, SERIES
from pi_engine.cli.parameters.quantities import COUNT, SIZE


def _hear(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001 (click's signature)
    from pi_engine.cli.output.notices import hear_warnings  # not for --help

    if value:
        silence_remarks()
    hear_warnings(quiet=value)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON. docs/json.md describes its fields."
)
quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_hear,
    help="Print only errors to stderr. The output on stdout stays the same.",
)
"""A command does not see it: `streams.remark` and `ProgressBar` heed it."""

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "gz", "xz", "zst", "ycd"]),
    help="Format of the file. By default its name chooses: .txt.gz, .txt.xz, .txt.zst or .ycd; otherwise it is text.",
)
block_size_option = click.option(
    "--block-size", type=COUNT, metavar="DIGITS", help="Write a folder of .ycd files with this many digits each."
)
force_option = click.option("--force", is_flag=True, help="Overwrite an existing file.")
base_option = click.option(
    "--base", type=click.Choice(["10", "16"]), default="10", show_default=True, help="Base of the digits."
)
threads_option = click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Number of threads. By default all processors are used."
)
check_option = click.option(
    "--check",
    type=click.Choice(["none", "fast", "full"]),
    help="'fast', the default, checks every phase by residues and compares known digits. 'full' also checks the "
    "end of the binary fraction by BBP. It checks all digits by the j-invariant or, above 1e6 digits, by another series. "
    "'none' checks nothing.",
)
checkpoint_option = click.option(
    "--checkpoint",
    type=FOLDER,
    metavar="DIR",
    help="Keep what is finished in the folder DIR, so that --resume can go on, whatever ended the run.",
)
memory_option = click.option(
    "--memory",
    type=SIZE,
    metavar="SIZE",
    help="Memory to stay within, for example 8GiB. By default all memory that this process may use.",
)
scratch_option = click.option(
    "--scratch",
    type=FOLDER,
    metavar="DIR",
    help="Folder for numbers that do not fit in memory. By default the one that contains the checkpoint, or else FILE.",
)
cluster_option = click.option(
    "--cluster",
    "where",
    metavar="WHERE",
    help="Work on a Dask cluster: tcp://HOST:PORT, a scheduler's JSON file, or local:N for N worker processes here. It needs the extra "
    "'distributed'.",
)
series_option = click.option(
    "--series",
    type=SERIES,
    default="chudnovsky",
    show_default=True,
    metavar="NAME",
    help="Series to sum: a name from 'series list', derived:D, or a FILE.toml that describes a series.",
)
