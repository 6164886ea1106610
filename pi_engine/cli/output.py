"""What goes to stdout, and what is said when it cannot."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable


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
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_stdout()
        kind = CapacityError if error.errno in CapacityError.errnos else OutputError
        raise kind(f"standard output could not be written: {error.strerror or error}") from error


def emit_json(fields: dict[str, object]) -> None:
    """Write one JSON object; its characters beyond ASCII are escaped, so that any locale can print it."""
    emit(json.dumps({"schema": 1, **fields}, indent=2), "\n")


def stdout_shows_colour() -> bool:
    """Whether stdout is a terminal with colours, and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def drop_stdout() -> None:
    """Nobody reads any more, or nothing can be written: keep the interpreter from trying again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
