"""`pi-engine completion SHELL`."""

from __future__ import annotations

import click

from pi_engine.cli.output.streams import emit
from pi_engine.cli.parameters.options import quiet_option


@click.command(short_help="Print a shell completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@quiet_option
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, files, series and identities.

    \b
    bash: add this line to ~/.bashrc:
        eval "$(pi-engine completion bash)"
    zsh: add this line at the end of ~/.zshrc:
        eval "$(pi-engine completion zsh)"
    fish: add this line to ~/.config/fish/config.fish:
        pi-engine completion fish | source

    Then open a new shell. To remove completion, delete the line. The script for zsh also works as a file _pi-engine in a
    folder of $fpath.
    """  # noqa: D301 (click's mark for lines that are kept)
    from click.shell_completion import get_completion_class

    import pi_engine.cli.parameters.shells  # noqa: F401 (its scripts replace click's)
    from pi_engine.cli.parameters.lazy_group import COMPLETION

    completion = get_completion_class(shell)
    assert completion is not None
    emit(completion(ctx.find_root().command, {}, "pi-engine", COMPLETION).source())
