"""How an error becomes an exit code, one line on stderr and, under `--json`, one line with an object on stdout."""

from __future__ import annotations

import errno
import re

import click

from pi_engine.cli.output.streams import emit_json_line
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.process.interrupts import Terminated
from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.runtime.limits.memory import process_memory_limit

INTERRUPTED = 130


def emit_error(code: int, message: str, *, file: str | None = None, last: bool = True) -> None:
    """Write an error's object to stdout, with the name of the file that it belongs to, if it belongs to one.

    Raises:
        OutputError, CapacityError: as `streams.emit`.
    """
    named: dict[str, object] = {} if file is None else {"file": file}
    emit_json_line({**named, "error": {"code": code, "message": message.removeprefix("error: ")}}, last=last)


def explain(error: BaseException, command: str = "pi-engine") -> tuple[int, str]:
    """The exit code, and one line without control characters; `command` is whose `--help` helps where click does not know it."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            outcome = INTERRUPTED, f"interrupted{''.join(f': {said}' for said in error.args)}"
        case Terminated():
            outcome = 128 + error.number, "terminated"
        case click.UsageError() as usage:
            command = usage.ctx.command_path if usage.ctx else command  # the parser of options knows none
            said = _plain(_joined(usage.format_message())).rstrip(".") + _digits_meant(usage)
            outcome = 2, f"error: {said} (see {command} --help)"
        case click.ClickException() as other:
            outcome = other.exit_code, f"error: {_joined(other.format_message())}"
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
            outcome = 1, f"error: {type(error).__name__}: {_joined(str(error))} (a bug: --debug shows where)"
    code, message = outcome
    return code, printable(message)


def _joined(message: str) -> str:
    """The lines of a message that is not this package's as one; a line break in the name of a file is not an end of a line."""
    return " ".join(message.split())


def _digits_meant(usage: click.UsageError) -> str:
    """A number too many is one of digits, where a command takes it by an option."""
    found = re.search(r"unexpected extra argument \((\d[\d_.,*^]*(?:e\d+)?[kmgbt]?)\)", usage.message, re.IGNORECASE)
    options = () if usage.ctx is None else usage.ctx.command.params
    if found is None or not any("--digits" in option.opts for option in options):
        return ""
    return f": did you mean '--digits {found[1]}'?"


def _plain(message: str) -> str:
    """Click's messages about numbers, in words that say what is taken."""
    message = message.replace("is not a valid integer range", "is not a whole number")
    message = message.replace("is not a valid float", "is not a number")
    message = re.sub(r"-?\d+ is not in the range (\d+)<=x<=(\d+)", r"it must be from \1 to \2", message)
    return re.sub(r"-?\d+ is not in the range x>=(\d+)", r"it must be \1 or more", message)


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
