"""A progress bar on stderr, for work that has taken longer than a second."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

_DELAY_SECONDS = 1.0


class ProgressBar:
    """A `runtime.progress.Progress` that draws with rich, which is imported only when it draws."""

    def __init__(self, *, enabled: bool) -> None:
        """Draw only if `enabled` and stderr is a terminal."""
        self._enabled = enabled and sys.stderr is not None and sys.stderr.isatty()
        self._start = time.perf_counter()
        self._lock = threading.Lock()
        self._display: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that `done` of `total` units of `phase` are finished; 0 of 0 begins a phase of unknown length."""
        if not self._enabled or time.perf_counter() - self._start < _DELAY_SECONDS:
            return
        with self._lock:
            display = self._display or self._open()
            if phase not in self._tasks:
                self._finish_tasks(display)
                self._tasks[phase] = display.add_task(phase, total=total or None)
            display.update(self._tasks[phase], completed=done, total=total or None)

    def _open(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        self._display = Progress(
            TextColumn("{task.description:>10}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._display.start()
        return self._display

    def _finish_tasks(self, display: Progress) -> None:
        """A phase has ended when the next one begins."""
        for task in display.tasks:
            if not task.finished:
                display.update(task.id, total=1, completed=1)
