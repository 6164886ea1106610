"""The command `pi-engine`: finds the command, and turns every error into one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from pi_engine import __version__
from pi_engine.errors import CapacityError, PiEngineError

if TYPE_CHECKING:
    from types import FrameType

COMMANDS = {
    "compute": "pi_engine.cli.compute",
    "series": "pi_engine.cli.series",
    "info": "pi_engine.cli.info",
    "completion": "pi_engine.cli.completion",
}
"""Command → the module that holds it under the name `command`; in the order of the help."""

COMPLETION = "_PI_ENGINE_COMPLETE"
"""The variable by which a shell asks for completions."""

INTERRUPTED = 130
TERMINATED = 143


class _Terminated(BaseException):
    """SIGTERM, as an exception, so that temporaries are removed on the way out."""


class _Commands(click.Group):
    """Imports a command's module when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pi-engine")
@click.option("--debug", is_flag=True, help="Show the traceback of an error; may stand anywhere.")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool) -> None:  # noqa: ARG001 (taken out of the arguments by `run`)
    """Compute digits of π, and know that they are right."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors are one line on stderr."""
    options_end = arguments.index("--") if "--" in arguments else len(arguments)
    debug = "--debug" in arguments[:options_end]
    arguments = [x for i, x in enumerate(arguments) if x != "--debug" or i >= options_end]
    try:
        with cli.make_context("pi-engine", arguments) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:  # --help, --version
        return done.exit_code
    except BaseException as error:
        if debug:
            raise
        return _report(error)
    return 0


def _report(error: BaseException) -> int:
    """Say what went wrong in one line, and return the exit code."""
    if isinstance(error, BrokenPipeError):  # the reader has seen enough
        _drop_stdout()
        return 1
    code, message = _explain(error)
    _say(message)
    return code


def _explain(error: BaseException) -> tuple[int, str]:
    match error:
        case click.Abort() | KeyboardInterrupt():
            outcome = INTERRUPTED, "interrupted"
        case _Terminated():
            outcome = TERMINATED, "terminated"
        case click.UsageError() as usage:
            command = usage.ctx.command_path if usage.ctx else "pi-engine"
            outcome = 2, f"error: {usage.format_message().rstrip('.')} (see {command} --help)"
        case click.ClickException() as other:
            outcome = other.exit_code, f"error: {other.format_message()}"
        case PiEngineError():
            outcome = error.exit_code, f"error: {error}"
        case OSError():
            _drop_stdout()
            code = CapacityError.exit_code if error.errno in CapacityError.errnos else 1
            outcome = code, f"error: standard output could not be written: {error.strerror or error}"
        case MemoryError():
            outcome = CapacityError.exit_code, "error: out of memory: compute fewer digits, or close other programs"
        case _:
            outcome = 1, f"error: {type(error).__name__}: {error} (a bug: --debug shows where)"
    return outcome


def _say(message: str) -> None:
    line = " ".join(str(message).split())
    click.echo(f"pi-engine: {line}", err=True)


def _drop_stdout() -> None:
    """Nobody reads any more, or nothing can be written: keep the interpreter from trying again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _terminate(signum: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 (the signature of a handler)
    raise _Terminated


def main() -> NoReturn:
    """The console script."""
    signal.signal(signal.SIGTERM, _terminate)
    if sys.stdout is None:  # closed by the caller: `>&-`
        _say("error: standard output is closed: open it, or send it to /dev/null")
        sys.exit(1)
    if COMPLETION in os.environ:
        cli.main(prog_name="pi-engine", complete_var=COMPLETION)
    code = run(sys.argv[1:])
    if code in (INTERRUPTED, TERMINATED):
        # Threads may be inside a long product; nothing of theirs is needed, and all files are closed.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
