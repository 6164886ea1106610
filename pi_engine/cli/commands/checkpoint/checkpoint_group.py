"""`pi-engine checkpoint`: the group of `show` and `clean`."""

from __future__ import annotations

import click

from pi_engine.cli.commands.checkpoint import contents, removal
from pi_engine.cli.output.streams import emit
from pi_engine.cli.parameters.lazy_group import CommandGroup


@click.group(
    cls=CommandGroup,
    commands=[contents.command, removal.command],
    short_help="Show what a checkpoint holds, or remove it.",
    invoke_without_command=True,
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show what a checkpoint holds, or remove it.

    A checkpoint is a folder in which a run keeps what it has finished, so that the next one can go on from there.
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help(), "\n")
