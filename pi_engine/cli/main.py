"""The group of commands, and how every error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.error_answer import emit_error, explain
from pi_engine.cli.output.streams import Reply, drop_stdout, say, unwritten
from pi_engine.cli.parameters.lazy_group import COMPLETION, CommandGroup
from pi_engine.cli.process.interrupts import raising
from pi_engine.cli.process.supervision import work_in_child
from pi_engine.errors import PiEngineError
from pi_engine.runtime.limits.address_space import guard_address_space
from pi_engine.runtime.versions import __version__

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import NoReturn

COMMANDS = {
    "compute": "pi_engine.cli.commands.compute.command",
    "estimate": "pi_engine.cli.commands.estimate",
    "verify": "pi_engine.cli.commands.verify",
    "convert": "pi_engine.cli.commands.convert",
    "checkpoint": "pi_engine.cli.commands.checkpoint.checkpoint_group",
    "hex": "pi_engine.cli.commands.hex",
    "view": "pi_engine.cli.commands.explore.view",
    "find": "pi_engine.cli.commands.explore.find",
    "stats": "pi_engine.cli.commands.explore.stats",
    "plot": "pi_engine.cli.commands.explore.plotting",
    "report": "pi_engine.cli.commands.explore.report",
    "serve": "pi_engine.cli.commands.explore.serve",
    "series": "pi_engine.cli.commands.series.group",
    "convergence": "pi_engine.cli.commands.convergence",
    "near-integer": "pi_engine.cli.commands.near_integer",
    "identities": "pi_engine.cli.commands.identities",
    "bench": "pi_engine.cli.commands.bench",
    "tune": "pi_engine.cli.commands.tune",
    "selftest": "pi_engine.cli.commands.machine.selftest",
    "info": "pi_engine.cli.commands.info",
    "completion": "pi_engine.cli.commands.completion",
}
"""Command → the module that holds it under the name `command`; in the order of the help."""

SECTIONS = {
    "compute": "Digits",
    "view": "Looking at digits",
    "series": "Series and identities",
    "bench": "This machine",
}
"""The first command of a section of the help → the section's title."""

_LONGEST_SHOWN = 60
"""Characters of the name of a file that is taken for a command, up to which it is repeated."""

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
            file = len(name) <= _LONGEST_SHOWN and os.path.isfile(name)  # noqa: PTH113 (any name is a question here)
            return [f"verify {name}"] if file else super().suggestions(ctx, name)
        return [f"compute {name}"]


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pi-engine")
@click.option("--debug", is_flag=True, help="Show the traceback of an error. It works anywhere on the command line.")
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
    reply = Reply(as_json="--json" in arguments[:options_end], debug=debug)
    arguments = [x for i, x in enumerate(arguments) if x != "--debug" or i >= options_end]
    named = f"pi-engine {arguments[0]}" if arguments and arguments[0] in COMMANDS else "pi-engine"

    def answer(error: BaseException, has_object: bool) -> int:  # noqa: FBT001 (said by another process)
        reply.has_object = has_object
        return _answer(error, named, reply)

    try:
        if signals and arguments and arguments[0] in COMMANDS.keys() - INSTANT:
            work_in_child(signals, answer)
        guard_address_space()
        with raising(signals), cli.make_context("pi-engine", arguments, obj=reply) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:  # --help, --version
        return done.exit_code
    except BaseException as error:  # noqa: BLE001 (the end of the line for every error, interrupts too)
        if debug:
            import traceback

            traceback.print_exception(error)
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            drop_stdout()
            return 1
        try:
            if isinstance(error, Exception):  # an interrupt waits for nobody
                sys.stdout.flush()
        except OSError as failure:  # it is what went wrong, and must not be heard of again as Python shuts down
            drop_stdout()
            if isinstance(error, OSError):  # click, which prints the help, says no more than that
                error = unwritten(failure)
        return _answer(error, named, reply)
    return 0


def _answer(error: BaseException, command: str, reply: Reply) -> int:
    """Say what has ended the command, as far as it has not been said; returns the exit code.

    Stdout itself may be what failed: then the line on stderr stands for itself.
    """
    code, message = explain(error, command)
    say(f"pi-engine: {message}")
    if reply.as_json and not reply.has_object:
        try:
            emit_error(code, message)
        except BrokenPipeError:
            drop_stdout()
        except PiEngineError:
            pass
    return code


def complete() -> NoReturn:
    """Answer a shell that asks for completions, and end."""
    import pi_engine.cli.parameters.shells  # noqa: F401 (its scripts replace click's)

    try:
        cli.main(prog_name="pi-engine", complete_var=COMPLETION)
    except OSError as error:
        drop_stdout()
        sys.exit(_answer(unwritten(error), "pi-engine", Reply(as_json=False)))
