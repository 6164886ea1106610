"""`pi-engine serve FILE`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.explore.digit_source import DigitSource, digit_source
from pi_engine.cli.output.streams import emit, emit_json, remark, remarks_are_heard, say
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.server.running_server import RunningServer

_LEAST_SAID = 1 << 20
"""Bytes of a file whose digits are put aside in a moment."""


@click.command(short_help="Serve digits over HTTP, with a page to look at them.")
@digit_source()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address of this machine to listen at. At the default only programs of this machine reach the server.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8314,
    show_default=True,
    metavar="P",
    help="Port to listen at; 0 takes one that is free.",
)
@click.option(
    "--rate",
    type=click.IntRange(0, 1_000_000),
    default=50,
    show_default=True,
    metavar="R",
    help="Requests a second that each client may make; 0 for any number.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    metavar="S",
    help="Time of one search or count. What is not done by then can be asked for by the next request.",
)
@click.option("--cors", is_flag=True, help="Let pages of other origins read the digits in a browser.")
@click.option("--log", is_flag=True, help="Write a line to stderr for each request.")
@json_option
@quiet_option
def command(
    *,
    source: DigitSource,
    host: str,
    port: int,
    rate: int,
    seconds: int,
    cors: bool,
    log: bool,
    as_json: bool,
) -> None:
    """Serve the digits of FILE over HTTP, until Ctrl-C.

    The address is printed when the server is ready. There a browser shows a page to jump, to search and to see the
    digits as a picture. Programs ask at /v1/pi, which answers like the public interface at pi.delivery, and at /v1/find,
    /v1/stats and /v1/info. docs/serve.md describes them.

    FILE can be every file that 'verify' reads. Digits that can only be read from their beginning, such as those of
    compressed text, are put aside in a temporary file first. Nothing outside of FILE can be read.

    \b
    pi-engine serve pi.ycd
    pi-engine serve --digits 1e6 --port 0 --json

    Exit codes: 130 stopped by Ctrl-C, 143 stopped by SIGTERM, 1 the port cannot be had, 2 wrong usage, 5 the file is
    corrupt.
    """  # noqa: D301 (click's mark for lines that are kept)
    from pi_engine.server.running_server import RunningServer, listen, require_server

    require_server()
    with listen(host, port) as listener, source.opened() as digits:
        from pi_engine.server.digit_service import DigitService

        if _takes_long_to_put_aside(digits):
            remark(f"pi-engine: {printable(digits.name)}: putting its digits aside, to read them at any place")
        service = DigitService(digits, seconds=seconds)
        for note in digits.notes:
            remark(f"pi-engine: {printable(digits.name)}: {note}")
        log_line = (
            _log if log and remarks_are_heard() else None
        )  # asked for here: the server's thread has no context of click's
        server = RunningServer(service, host=host, listener=listener, rate=rate, shared=cors, log=log_line)
        with server:
            if as_json:
                emit_json(
                    {
                        "url": server.url,
                        "host": server.host,
                        "port": server.port,
                        "file": source.file,
                        "base": service.base,
                        "digits": service.length,
                    }
                )
            else:
                emit(server.url, "\n")
            _say_who_can_ask(server)
            length = f", {counted(service.length, 'digit')}" if source.digits is None else ""  # its name has it else
            remark(f"pi-engine: serving {printable(service.name)}{length}; Ctrl-C stops")
            server.wait()


def _takes_long_to_put_aside(digits: DigitSequence) -> bool:
    """Whether that is worth a line."""
    if digits.format is None or digits.random_access:
        return False
    try:
        return Path(digits.name).stat().st_size >= _LEAST_SAID
    except OSError:  # a stream
        return True


def _say_who_can_ask(server: RunningServer) -> None:
    if not server.on_loopback:
        remark("pi-engine: everybody who reaches this machine over the network can read these digits")


def _log(text: str) -> None:
    say(f"{time.strftime('%H:%M:%S')} {text}")
