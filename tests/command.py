"""The command as a process of its own."""

import contextlib
import fcntl
import os
import pty
import shlex
import struct
import subprocess
import sys
import tempfile
import termios

import click

from pi_engine.cli.main import cli

COMMAND = [sys.executable, "-m", "pi_engine"]


def pi(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], **{"capture_output": True, "text": True, **options})


def pi_within(kilobytes, line):
    """A command line of pi-engine in so much address space."""
    return subprocess.run(
        f"ulimit -v {kilobytes}; exec {shlex.join(COMMAND)} {line}", shell=True, capture_output=True, text=True
    )


def run_code(code, *arguments, **options):
    """A process that has run `code` and ended."""
    return subprocess.run([sys.executable, "-c", code, *arguments], **{"capture_output": True, "text": True, **options})


def everything_on(terminal):
    """What is written to a terminal until the last process that has its other end is gone; then it is closed."""
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 1 << 16):
            shown += piece
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n")


def pi_on_terminal(*arguments, columns=80, environment=None, pipe_stdout=False, command=COMMAND):
    """The exit code and what a terminal of so many columns shows, stdout and stderr together.

    The terminal cannot move its cursor, so that no bar is drawn on a slow machine, unless the environment says otherwise. With
    `pipe_stdout` only stderr is the terminal, and what went to stdout is the third part of the answer.
    """
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    variables |= {"TERM": "dumb"} | (environment or {})
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL, stdout=out if pipe_stdout else end, stderr=end, env=variables,
        ) as process:  # fmt: skip
            os.close(end)
            shown = everything_on(terminal)
        out.seek(0)
        return process.returncode, shown, out.read().decode()


def commands(group=cli, path=()):
    """Every command, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command
