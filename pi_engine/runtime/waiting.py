"""Streams that nobody knows the end of: pipes, standard input, devices. A log record says that one is waited for, or that reading goes on.

A read that does not return can report nothing. So a thread of its own looks on, as long as the stream is read.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_SECONDS = 1.0
"""Of silence, after which the stream is said to be waited for; later pauses have to be `LATER` times as long."""

LATER = 10.0

STILL_SECONDS = 10.0
"""Of reading, after which it is said how much has been read; then after twice as long, and so on."""


class WatchedStream:
    """Tells, as log records, when the stream `name` is waited for, and now and then how much of it has been read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ended = threading.Event()
        self._waiting_since: float | None = None
        self._patience = FIRST_SECONDS
        self._read = 0
        self._thread = threading.Thread(target=self._look_on, name="pi-engine-stream", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Stop watching: the stream has ended, or nothing more will be read."""
        self._ended.set()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around whatever may have to wait: opening the stream, or reading from it."""
        self._waiting_since = time.monotonic()
        try:
            yield
        finally:
            self._waiting_since = None

    def has_read(self, count: int) -> None:
        """Count bytes that have come."""
        self._read += count

    def _look_on(self) -> None:
        begun, still = time.monotonic(), STILL_SECONDS
        logger = logging.getLogger("pi_engine")
        reported = None
        while not self._ended.wait(min(FIRST_SECONDS, STILL_SECONDS) / 4):
            now, since = time.monotonic(), self._waiting_since
            if since is not None and since != reported and now - since >= self._patience:
                reported, self._patience = since, FIRST_SECONDS * LATER
                logger.warning(
                    "pi-engine: waiting for %s: %s; press Ctrl-C to give up",
                    self._name,
                    "nothing comes any more" if self._read else "nothing has come yet",
                )
            elif since != reported and now - begun >= still:
                still *= 2
                logger.warning(
                    "pi-engine: still reading %s: %s so far; press Ctrl-C to give up",
                    self._name,
                    counted(self._read, "byte"),
                )
