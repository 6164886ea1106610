"""A progress bar on stderr, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from pi_engine.cli.output.streams import remarks_are_heard
from pi_engine.runtime.storage.watcher import BAR, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Progress, TaskID

    from pi_engine.runtime.progress import Step

_DELAY_SECONDS = 1.0
_TICK_SECONDS = 0.2
_UNITS = 1000


class ProgressBar:
    """A `runtime.progress.Progress` that draws with rich, which is imported only when it draws.

    A thread of its own draws, so that the bar also moves while one long step says nothing.
    """

    def __init__(self, *, only: str | None = None, then: Sequence[Step] = (), about: str = "") -> None:
        """Draw only if stderr is a terminal, and not under --quiet.

        Args:
            only: the one phase of work whose length no model knows.
            then: what comes after all that is expected.
            about: what is worked on, where that is one of several; it stands before the phase.
        """
        self._then, self._about = list(then), about
        self.listens = self._enabled = remarks_are_heard() and sys.stderr is not None and sys.stderr.isatty()
        self._lock = threading.RLock()
        if self._enabled:
            from pi_engine.cli.output.outlook import Outlook  # not for small jobs in a pipe

            self._outlook = Outlook()
            if only is not None:
                self._outlook.expect_only(only)
        self._display: Progress | None = None
        self._task: TaskID | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._enabled:
            self._thread = threading.Thread(target=self._tick, name="pi-engine-bar", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._display is not None:
            self._display.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that `done` of `total` units of `phase` are finished; 0 of 0 begins a phase of unknown length."""
        if self._enabled:
            with self._lock:
                self._outlook.report(phase, done, total)

    def expect(self, steps: Sequence[Step]) -> None:
        """Replace the forecast: `steps` make up the work that is left."""
        if self._enabled:
            with self._lock:
                self._outlook.expect([*steps, *self._then])

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the bar away for what is written to stdout in the block."""
        with self._lock:
            if self._display is not None:
                self._display.stop()
            try:
                yield
            finally:
                if self._display is not None:
                    self._display.start()

    def _tick(self) -> None:
        if self._ended.wait(_DELAY_SECONDS):
            return
        while not self._ended.wait(_TICK_SECONDS):
            with self._lock:
                self._draw()

    def _draw(self) -> None:
        view = self._outlook.view()
        display = self._display or self._open()
        assert self._task is not None
        left = "" if view.remaining is None else f"about {_clock_time(max(1.0, view.remaining))} to go"
        display.update(
            self._task,
            total=None if view.share is None else _UNITS,
            completed=0 if view.share is None else round(view.share * _UNITS),
            description=": ".join(part for part in (self._about, view.label) if part),
            elapsed_text=_clock_time(view.elapsed),
            left=left,
            share="" if view.share is None else f"{100 * view.share:3.0f} %",
        )

    def _open(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        display = Progress(
            TextColumn("{task.description}", markup=False),  # the name of a file may hold brackets
            BarColumn(bar_width=24),
            TextColumn("{task.fields[share]}"),
            TextColumn("{task.fields[elapsed_text]}"),
            TextColumn("{task.fields[left]}"),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,  # it would be sent to stderr
        )
        tell(BAR)
        self._task = display.add_task("", total=None, share="", elapsed_text="", left="")
        display.start()
        self._display = display
        return display


def _clock_time(seconds: float) -> str:
    """0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
