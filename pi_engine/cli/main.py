"""The group of commands, and how every error becomes one line and an exit code."""

from __future__ import annotations

import errno
import re
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import Reply, drop_stdout, emit_json, say
from pi_engine.cli.parameters.lazy_group import CommandGroup
from pi_engine.cli.process.interrupts import Terminated, raising
from pi_engine.cli.process.supervision import work_in_child
from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.runtime.limits.address_space import guard_address_space
from pi_engine.runtime.limits.memory import process_memory_limit
from pi_engine.runtime.versions import __version__

if TYPE_CHECKING:
    from collections.abc import Collection

COMMANDS = {
    "compute": "pi_engine.cli.commands.compute.command",
    "estimate": "pi_engine.cli.commands.estimate",
    "verify": "pi_engine.cli.commands.verify",
    "convert": "pi_engine.cli.commands.convert",
    "hex": "pi_engine.cli.commands.hex",
    "series": "pi_engine.cli.commands.series.group",
    "convergence": "pi_engine.cli.commands.convergence",
    "near-integer": "pi_engine.cli.commands.near_integer",
    "identities": "pi_engine.cli.commands.identities",
    "bench": "pi_engine.cli.commands.bench",
    "tune": "pi_engine.cli.commands.tune",
    "info": "pi_engine.cli.commands.info",
    "completion": "pi_engine.cli.commands.completion",
}
"""Command → the module that holds it under the name `command`; in the order of the help."""

SECTIONS = {"compute": "Digits", "series": "Series and identities", "bench": "This machine"}
"""The first command of a section of the help → the section's title."""

INTERRUPTED = 130

INSTANT = frozenset({"estimate", "info", "completion"})
"""Commands that never take long, and need no child process to be interrupted."""


class _Commands(CommandGroup):
    """Imports a command's module when it is used, and shows commands in sections."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        title = "Commands"
        width = max(map(len, COMMANDS))
        for name in self.list_commands(ctx):
            title = SECTIONS.get(name, title)
            command = self.get_command(ctx, name)
            assert command is not None
            row = name.ljust(width), command.get_short_help_str(formatter.width - width - 6)
            sections.setdefault(title, []).append(row)
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)

    def suggestions(self, ctx: click.Context, name: str) -> list[str]:
        from pi_engine.cli.parameters.quantities import parse_count

        try:
            parse_count(name)
        except ValueError:
            return super().suggestions(ctx, name)
        return [f"compute {name}"]


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pi-engine")
@click.option("--debug", is_flag=True, help="Show the traceback of an error. Can stand anywhere on the command line.")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool) -> None:  # noqa: ARG001 (taken out of the arguments by `run`)
    """Compute digits of π, and prove that they are right."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: list[str], *, signals: Collection[int] = ()) -> int:
    """Run one command line and return its exit code; errors are one line on stderr, and under `--json` an object as well.

    `signals` are exceptions from here on, and end in their exit code.
    """
    options_end = arguments.index("--") if "--" in arguments else len(arguments)
    debug = "--debug" in arguments[:options_end]
    reply = Reply(as_json="--json" in arguments[:options_end])
    arguments = [x for i, x in enumerate(arguments) if x != "--debug" or i >= options_end]

    def answer(error: BaseException, has_object: bool) -> int:  # noqa: FBT001 (said by another process)
        reply.has_object = has_object
        return _answer(error, arguments, reply)

    if signals and arguments and arguments[0] in COMMANDS.keys() - INSTANT:
        work_in_child(signals, answer)
    try:
        guard_address_space()
        with raising(signals), cli.make_context("pi-engine", arguments, obj=reply) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:  # --help, --version
        return done.exit_code
    except BaseException as error:  # noqa: BLE001 (the end of the line for every error, interrupts too)
        if debug:
            traceback.print_exception(error)
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            drop_stdout()
            return 1
        try:
            if isinstance(error, Exception):  # an interrupt waits for nobody
                sys.stdout.flush()
        except OSError:  # it is what went wrong, and must not be heard of again as Python shuts down
            drop_stdout()
        return _answer(error, arguments, reply)
    return 0


def _answer(error: BaseException, arguments: list[str], reply: Reply) -> int:
    """Say what went wrong, as far as it has not been said; returns the exit code."""
    code, message = _explain(error, arguments)
    message = " ".join(message.split())
    say(f"pi-engine: {message}")
    if reply.as_json and not reply.has_object:
        _reply_with_error(code, message.removeprefix("error: "))
    return code


def _plain(message: str) -> str:
    """Click's messages about numbers, in words that say what is taken."""
    message = message.replace("is not a valid integer range", "is not a whole number")
    message = re.sub(r"-?\d+ is not in the range (\d+)<=x<=(\d+)", r"it must be from \1 to \2", message)
    return re.sub(r"-?\d+ is not in the range x>=(\d+)", r"it must be \1 or more", message)


def _explain(error: BaseException, arguments: list[str]) -> tuple[int, str]:
    match error:
        case click.Abort() | KeyboardInterrupt():
            outcome = INTERRUPTED, "interrupted"
        case Terminated():
            outcome = 128 + error.number, "terminated"
        case click.UsageError() as usage:
            named = f"pi-engine {arguments[0]}" if arguments and arguments[0] in COMMANDS else "pi-engine"
            command = usage.ctx.command_path if usage.ctx else named  # the parser of options knows none
            outcome = 2, f"error: {_plain(usage.format_message()).rstrip('.')} (see {command} --help)"
        case click.ClickException() as other:
            outcome = other.exit_code, f"error: {other.format_message()}"
        case PiEngineError():
            outcome = error.exit_code, f"error: {error}".replace("give overwrite=True", "give --force")
        case RuntimeError() if _no_more_threads(error) and not _is_out_of_memory(error):
            more = "raise the limit of processes (ulimit -u, or the container's), or end other programs"
            outcome = 1, f"error: no further thread may begin: {more}"
        case _ if _is_out_of_memory(error):
            outcome = CapacityError.exit_code, f"error: out of memory: {_more_memory()}"
        case OSError():
            place = f" ({error.filename})" if error.filename else ""
            full = error.errno in CapacityError.errnos
            outcome = CapacityError.exit_code if full else 1, f"error: {error.strerror or error}{place}"
        case _:
            outcome = 1, f"error: {type(error).__name__}: {error} (a bug: --debug shows where)"
    return outcome


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether memory or address space has run out: libraries that cannot be mapped and threads that cannot begin say so too."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    if process_memory_limit() is None:
        return False
    unmapped = isinstance(error, (ImportError, OSError)) and getattr(error, "errno", None) is None
    return unmapped or _no_more_threads(error)


def _no_more_threads(error: BaseException) -> bool:
    return "can't start new thread" in str(error)


def _more_memory() -> str:
    """What to do where it has."""
    if process_memory_limit() is not None:
        return "raise the limit with ulimit -v, or compute fewer digits"
    return "compute fewer digits, or close other programs"


def _reply_with_error(code: int, message: str) -> None:
    """Answer a caller that reads JSON with an object, whatever went wrong; stdout itself may be what did."""
    try:
        emit_json({"error": {"code": code, "message": message}})
    except BrokenPipeError:
        drop_stdout()
    except PiEngineError:  # the line on stderr stands for itself
        pass
