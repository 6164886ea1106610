"""The terminal around the viewer: whether there is one, its keys where stdin brings digits, and signals that end the screen first."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, TextIO

import click

from pi_engine.errors import PiEngineError
from pi_engine.runtime.storage.watcher import SCREEN, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from pi_engine.cli.viewer.viewer_page import ViewerPage
    from pi_engine.cli.viewer.viewer_screen import ViewerScreen
    from pi_engine.sequence.digit_sequence import DigitSequence

_TERMINAL = "CONIN$" if sys.platform == "win32" else "/dev/tty"
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def require_viewer() -> None:
    """Refuse, before anything is read, what cannot be shown.

    Raises:
        click.UsageError: stdout is not a terminal, or one that cannot move its cursor.
        PiEngineError: prompt_toolkit is not installed.
    """
    if not sys.stdout.isatty():
        raise click.UsageError("-i needs a terminal on stdout: leave it out to print digits")
    if os.environ.get("TERM", "dumb") == "dumb":
        raise click.UsageError("-i needs a terminal that can move its cursor, and TERM says that this one cannot")
    try:
        import prompt_toolkit  # noqa: F401
    except ImportError:
        from pi_engine.runtime.installation import command_to_install

        command = command_to_install("prompt-toolkit", "look")
        raise PiEngineError(f"-i needs prompt_toolkit, which is not installed: run {command}") from None


def show(digits: DigitSequence, page: ViewerPage) -> None:
    """Show a page until its reader quits.

    Raises:
        click.UsageError: there is no keyboard.
        KeyboardInterrupt, Terminated: a signal has ended it; the terminal is as it was.
    """
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    from pi_engine.cli.viewer.viewer_screen import ViewerScreen

    with _keyboard() as keyboard:
        screen = ViewerScreen(digits, page, keys=create_input(keyboard), terminal=create_output(sys.stdout))
        heard: list[int] = []
        tell(SCREEN, b"1")
        silent = logging.root.manager.disable
        logging.disable(logging.WARNING)  # a line on stderr would be in the middle of the digits
        try:
            with _signals(screen, heard):
                screen.run()
        except EOFError:  # the keyboard is gone
            pass
        finally:
            logging.disable(silent)
        tell(SCREEN)
    for number in heard:
        signal.raise_signal(number)


@contextlib.contextmanager
def _keyboard() -> Iterator[TextIO]:
    if sys.stdin is not None and sys.stdin.isatty():
        yield sys.stdin
        return
    try:
        terminal = open(_TERMINAL)  # noqa: SIM115, PTH123 (a device; closed below)
    except OSError as error:
        raise click.UsageError(
            f"-i needs a keyboard: stdin is not a terminal, and {_TERMINAL} cannot be opened: {error.strerror or error}"
        ) from error
    with terminal:
        yield terminal


@contextlib.contextmanager
def _signals(screen: ViewerScreen, heard: list[int]) -> Iterator[None]:
    """Have signals end the screen: an exception within a callback of the event loop would be lost there."""

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)
        loop = screen.application.loop
        if loop is not None:
            loop.call_soon_threadsafe(screen.leave)

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, hear) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
