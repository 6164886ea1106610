"""`pi-engine series`: the group of `list`, `show` and `derive`."""

from __future__ import annotations

import click

from pi_engine.cli import series_derive, series_list, series_show
from pi_engine.cli.group import CommandGroup
from pi_engine.cli.output import emit


@click.group(
    cls=CommandGroup,
    commands=[series_list.command, series_show.command, series_derive.command],
    short_help="List, show and derive series for π.",
    invoke_without_command=True,
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show and derive series for π."""
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help(), "\n")
