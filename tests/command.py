"""The command as a process of its own."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import click

from pi_engine.cli.main import cli

COMMAND = [sys.executable, "-m", "pi_engine"]


def pi(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, **options)


def pi_on_terminal(*arguments, columns=80, environment=None, pipe_stdout=False):
    """The exit code and what a terminal of so many columns shows, stdout and stderr together.

    The terminal cannot move its cursor, so that no bar is drawn on a slow machine. With `pipe_stdout` only stderr is the terminal,
    and what went to stdout is the third part of the answer.
    """
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    variables |= {"TERM": "dumb"} | (environment or {})
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if pipe_stdout else end, stderr=end, env=variables,
    ) as process:  # fmt: skip
        os.close(end)
        piped = process.stdout.read().decode() if pipe_stdout else ""
        shown = b""
        while True:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:  # the last process that has the other end is gone
                break
            if not piece:
                break
            shown += piece
        code = process.wait()
    os.close(terminal)
    return code, shown.decode().replace("\r\n", "\n"), piped


def commands(group=cli, path=()):
    """Every command, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command
