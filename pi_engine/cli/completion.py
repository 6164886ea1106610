"""`pi-engine completion SHELL`."""

from __future__ import annotations

import click

from pi_engine.cli.options import quiet_option
from pi_engine.cli.output import emit


@click.command(short_help="Shell completion.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@quiet_option
@click.pass_context
def command(ctx: click.Context, shell: str, *, quiet: bool) -> None:  # noqa: ARG001 (the option has done its work)
    """Print the completion script of SHELL.

    bash: eval "$(pi-engine completion bash)" in ~/.bashrc; zsh likewise in ~/.zshrc;
    fish: pi-engine completion fish > ~/.config/fish/completions/pi-engine.fish
    """
    from click.shell_completion import get_completion_class

    from pi_engine.cli.main import COMPLETION

    completion = get_completion_class(shell)
    assert completion is not None
    root = ctx.find_root().command
    try:
        script = completion(root, {}, "pi-engine", COMPLETION).source()
    except RuntimeError as error:  # click looks at the bash that is installed
        raise click.ClickException(str(error)) from None
    emit(script, "\n")
