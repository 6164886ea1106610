"""What goes to stdout, and what is said when it cannot."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.terminal import hang, printable, stderr_width
from pi_engine.errors import CapacityError, OutputError
from pi_engine.runtime.storage.watcher import ANSWERED, tell

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Reply:
    """What a command line asks for and has got on stdout so far; it is the `obj` of click's context.

    Attributes:
        as_json: whether it asks for one JSON object.
        has_object: whether that object has been written: then an error that comes after it adds no second one.
        quiet: whether it asks for errors alone on stderr.
    """

    as_json: bool
    has_object: bool = False
    quiet: bool = False


def _reply() -> Reply | None:
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
        kind = CapacityError if error.errno in CapacityError.errnos else OutputError
        raise kind(f"standard output could not be written: {error.strerror or error}") from error


def emit_json(fields: dict[str, object]) -> None:
    """Write one JSON object; its characters beyond ASCII are escaped, so that any locale can print it."""
    text = json.dumps({"schema": 1, **fields}, indent=2, allow_nan=False)
    reply = _reply()
    if reply is not None:
        reply.has_object = True
        tell(ANSWERED)
    emit(text, "\n")


def silence_remarks() -> None:
    """Leave stderr to errors from here on: what --quiet asks for."""
    reply = _reply()
    if reply is not None:
        reply.quiet = True


def remarks_are_heard() -> bool:
    """Whether stderr takes more than errors: false under --quiet."""
    reply = _reply()
    return reply is None or not reply.quiet


def remark(text: str) -> None:
    """Write a line that is no error to stderr, except under --quiet."""
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
