"""share/man/man1/pi-engine.1: the commands' own help as a man page, and the environment variables that docs/environment.md has.

The macros are those of man(7), which groff and mandoc read.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.main import cli
from pi_engine.runtime.versions import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "share" / "man" / "man1" / "pi-engine.1"
_VARIABLES = ROOT / "docs" / "environment.md"
_NAME = "pi-engine"
_KEPT = "\b\n"
"""click's mark of a paragraph whose lines are kept."""

_CHARACTERS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
"""What troff would change: it makes hyphens and quotation marks of those that people type."""


def man_page() -> str:
    """The whole page."""
    context = click.Context(cli, info_name=_NAME, **cli.context_settings)
    lines = [
        r".\" Made by scripts/make_docs.py from the commands' own help; do not edit.",
        f'.TH {_NAME.upper()} 1 "" "{_NAME} {__version__}" "User Commands"',
        ".SH NAME",
        f"{_escaped(_NAME)} \\- {_escaped(_lower_first(_help_of(cli)[0]).rstrip('.'))}",
        ".SH SYNOPSIS",
        f"{_bold(_NAME)} [{_bold('--debug')}] \\fICOMMAND\\fP [\\fIARGUMENTS\\fP]",
        ".SH DESCRIPTION",
        "Results go to stdout, everything else to stderr. The exit code says how the command ended.",
        ".SH OPTIONS",
        *_options(cli, context),
        ".SH COMMANDS",
        *_overview(cli, context),
        ".SH EACH COMMAND",
        *_commands(cli, context),
        ".SH ENVIRONMENT",
        *_variables(_VARIABLES.read_text(encoding="utf-8")),
    ]
    return "\n".join(lines) + "\n"


def _overview(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield ".TP"
        yield _bold(name)
        yield _line(command.get_short_help_str(limit=1000))


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    """A section for each command, and those of its own commands after it."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        child = click.Context(command, info_name=name, parent=context)
        yield f".SS {_escaped(child.command_path)}"
        pieces = [piece for piece in command.collect_usage_pieces(child) if piece]
        yield f"{_bold(child.command_path)} {_escaped(' '.join(pieces))}"
        for text in _help_of(command):
            yield from _paragraph(text)
        yield from _options(command, child)
        if isinstance(command, click.Group):
            yield from _commands(command, child)


def _help_of(command: click.Command) -> list[str]:
    return inspect.cleandoc(command.help or "").split("\n\n")


def _paragraph(text: str) -> list[str]:
    if text.startswith(_KEPT):
        return [".PP", ".nf", *map(_line, text.removeprefix(_KEPT).splitlines()), ".fi"]
    return [".PP", _line(" ".join(text.split()))]


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        told_above = "--help" in parameter.opts and context.parent is not None
        if record is not None and record[1] and not told_above:  # an argument is told of in the text
            yield ".TP"
            yield _bold(record[0])
            yield _line(record[1])


def _variables(page: str) -> Iterator[str]:
    """The first table of the section on environment variables: the others are those of scripts in a clone."""
    table = page.partition("## Environment variables\n")[2].strip().partition("\n\n")[0]
    for row in table.splitlines()[2:]:
        names, effect = (cell.strip() for cell in row.strip("|").split(" | ", 1))
        yield ".TP"
        yield _bold(names.replace("`", ""))
        yield _line(re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", effect).replace("`", ""))


def _escaped(text: str) -> str:
    return "".join(_CHARACTERS.get(character, character) for character in text)


def _bold(text: str) -> str:
    return rf"\fB{_escaped(text)}\fP"


def _line(text: str) -> str:
    """A line of text; a full stop at its beginning would make it a request."""
    text = _escaped(text)
    return rf"\&{text}" if text.startswith(".") else text


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
