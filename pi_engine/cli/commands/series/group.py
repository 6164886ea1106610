"""`pi-engine series`: the group of `list`, `show` and `derive`."""

from __future__ import annotations

import click

from pi_engine.cli.commands.series import derive, listing, show
from pi_engine.cli.output.streams import emit
from pi_engine.cli.parameters.lazy_group import CommandGroup


@click.group(
    cls=CommandGroup,
    commands=[listing.command, show.command, derive.command],
    short_help="List, show and derive series for π.",
    invoke_without_command=True,
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show and derive series for π."""
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help(), "\n")
