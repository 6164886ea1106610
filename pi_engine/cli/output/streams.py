"""What goes to stdout, and what is said when it cannot."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.terminal import hang, printable, stderr_width
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.watcher import ANSWERED, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.errors import CapacityError, OutputError


@dataclass
class Reply:
    """What a command line asks for and has got on stdout so far; it is the `obj` of click's context.

    Attributes:
        as_json: whether it asks for JSON.
        has_object: whether its object has been written, of several the last one: then an error that comes after it adds no other.
        quiet: whether it asks for errors alone on stderr.
        debug: whether it asks for the traceback of an error.
    """

    as_json: bool
    has_object: bool = False
    quiet: bool = False
    debug: bool = False


def current_reply() -> Reply | None:
    """The reply of the command line that is being worked on."""
    context = click.get_current_context(silent=True)
    return context.obj if context is not None and isinstance(context.obj, Reply) else None


def emit(*pieces: str) -> None:
    """Write text to stdout as it is.

    Raises:
        OutputError, CapacityError: it cannot be written. A broken pipe stays a BrokenPipeError.
    """
    emit_all(pieces)


def emit_all(pieces: Iterable[str]) -> None:
    """Write many pieces of text to stdout, one after another."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
            sys.stdout.flush()  # so that nothing of it is still in memory when its maker looks at it again
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_stdout()
        raise unwritten(error) from error


def unwritten(error: OSError) -> OutputError | CapacityError:
    """What the system answered where stdout was to be written, in words."""
    return output_error(error, f"standard output could not be written: {error.strerror or error}")


def emit_json(fields: dict[str, object]) -> None:
    """Write the JSON object of a command; its characters beyond ASCII are escaped, so that any locale can print it."""
    _emit_object(fields, indent=2, last=True)


def emit_json_line(fields: dict[str, object], *, last: bool) -> None:
    """Write a JSON object on a line of its own: one of several, or an error, which may stand among several."""
    _emit_object(fields, indent=None, last=last)


def _emit_object(fields: dict[str, object], *, indent: int | None, last: bool) -> None:
    text = json.dumps({"schema": 1, **fields}, indent=indent, allow_nan=False)
    reply = current_reply()
    if last and reply is not None:
        reply.has_object = True
        tell(ANSWERED)
    emit(text, "\n")


def silence_remarks() -> None:
    """Leave stderr to errors from here on: what --quiet asks for."""
    reply = current_reply()
    if reply is not None:
        reply.quiet = True


def remarks_are_heard() -> bool:
    """Whether stderr takes more than errors: false under --quiet."""
    reply = current_reply()
    return reply is None or not reply.quiet


def remark(text: str) -> None:
    """Write a line that is not an error to stderr, except under --quiet."""
    if remarks_are_heard():
        say(text)


def say(text: str) -> None:
    """Write a line to stderr, wrapped at words where that is a terminal; where it cannot be written, the exit code has to do."""
    if sys.stderr is None:
        return
    width = stderr_width()
    try:
        # not by click, which writes past the progress bar, into its line
        sys.stderr.write(f"{printable(text) if width is None else hang(printable(text), width)}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def stdout_shows_colour() -> bool:
    """Whether stdout is a terminal with colours, and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def drop_stdout() -> None:
    """Nobody reads any more, or nothing can be written: keep the interpreter from trying again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
