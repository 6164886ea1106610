"""Options that mean the same in every command."""

from __future__ import annotations

import click


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
