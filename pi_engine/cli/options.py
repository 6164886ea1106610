"""Options that mean the same in every command."""

from __future__ import annotations

import click

from pi_engine.cli.names import SERIES
from pi_engine.cli.quantities import SIZE


def _hear(ctx: click.Context, param: click.Parameter, value: bool) -> bool:  # noqa: ARG001, FBT001 (click's signature)
    from pi_engine.cli.notices import hear_warnings  # not for --help

    hear_warnings(quiet=value)
    return value


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object. docs/json.md describes its fields."
)
quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    callback=_hear,
    help="Print only errors to stderr. The output on stdout stays the same.",
)
memory_option = click.option(
    "--memory",
    type=SIZE,
    metavar="SIZE",
    help="Memory to stay within, for example 8GiB. By default all memory that this process may use.",
)
series_option = click.option(
    "--series",
    type=SERIES,
    default="chudnovsky",
    show_default=True,
    metavar="NAME",
    help="Series to sum: a name from 'series list', derived:D, or a FILE.toml that describes a series.",
)
