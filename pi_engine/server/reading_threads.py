"""Threads that read digits, so that the loop which hears all clients never waits for a disk."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from pi_engine.server.http_errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    T = TypeVar("T")


class ReadingThreads:
    """Some threads for one kind of work, and how many requests may wait for them."""

    def __init__(self, kind: str, threads: int, waiting: int) -> None:
        """Work for `kind`, a word for messages, on `threads` threads; refuse when `waiting` more requests wait already."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"pi-engine-{kind}")
        self._kind, self._most, self._pending = kind, threads + waiting, 0
        self._closing = threading.Event()

    async def run(self, request: Request, work: Callable[[Callable[[], bool]], T]) -> T:
        """The result of `work`, which is given a function that says whether nobody waits for it any more.

        Raises:
            HttpError: 503, where too many wait, or the server stops.
        """
        if self._closing.is_set():
            raise HttpError(503, "the server stops")
        if self._pending >= self._most:
            raise HttpError(503, f"too many clients ask for a {self._kind} at the same time", retry_after=1)
        gone = threading.Event()
        hears = asyncio.ensure_future(_gone(request, gone))
        self._pending += 1
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._executor, work, lambda: gone.is_set() or self._closing.is_set()
            )
        finally:
            self._pending -= 1
            gone.set()
            hears.cancel()
        if self._closing.is_set():
            raise HttpError(503, "the server stops")
        return result

    def stop(self) -> None:
        """Have all work end soon, and take no more; any thread may ask for it."""
        self._closing.set()

    def close(self) -> None:
        """Let the threads go, after all requests have been answered."""
        self._closing.set()
        self._executor.shutdown(wait=False)


async def _gone(request: Request, gone: threading.Event) -> None:
    """Set `gone` when the client has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()
