"""SHA-256 of bytes on their way to a file, and on their way back.

With the instructions that processors have for it, SHA-256 takes 0.55 ns a byte on Zen 4. hashlib releases Python's lock, so that a
thread hashes while the next bytes are made, written or read.
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_CONCURRENT_FROM = 4 << 20
"""Bytes from which a thread of its own is worth its start."""

_WAITING = 4
"""Pieces that may wait for the thread."""


class ByteHash:
    """Accumulates SHA-256, and how many bytes there were."""

    def __init__(self, threads: int = 1, expected: int = 0) -> None:
        """Of about `expected` bytes; with more than one thread, and enough bytes, concurrently with the caller.

        What is given to `update` must then not change until the hash has been asked for.
        """
        self._hash = hashlib.sha256()
        self.threads, self.count = threads, 0
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()
        if threads > 1 and expected >= _CONCURRENT_FROM:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(1, thread_name_prefix="pi-engine-sha256")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def update(self, piece: bytes | memoryview) -> None:
        """Append bytes."""
        self.count += len(piece)
        if self._pool is None:
            self._hash.update(piece)
            return
        try:
            self._waiting.append(self._pool.submit(self._hash.update, piece))
        except RuntimeError:  # no thread may begin, and the pool has none yet: else the piece would wait for it
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
            self._hash.update(piece)
            return
        if len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def found(self) -> tuple[int, str]:
        """How many bytes, and their SHA-256 as hexadecimal digits."""
        while self._waiting:
            self._waiting.popleft().result()
        return self.count, self._hash.hexdigest()
