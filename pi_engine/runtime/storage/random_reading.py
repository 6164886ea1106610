"""Bytes at any place of a file, from several threads at once."""

from __future__ import annotations

import os
from threading import Lock
from typing import IO

from pi_engine.errors import PiEngineError

_LOCK = Lock()
"""Where the system cannot read at a place without moving there first."""


def read_at(stream: IO[bytes], offset: int, target: memoryview, name: str) -> int:
    """Fill `target` from byte `offset` on; returns how many bytes there were before the end.

    Raises:
        PiEngineError: the system could not read them.
    """
    done = 0
    try:
        while done < len(target):
            count = _once(stream, offset + done, target[done:])
            if not count:
                break
            done += count
    except OSError as error:
        raise PiEngineError(f"{name} could not be read: {error.strerror or error}") from error
    return done


def _once(stream: IO[bytes], offset: int, target: memoryview) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(stream.fileno(), [target], offset)
    with _LOCK:
        stream.seek(offset)
        found = stream.read(len(target))
    target[: len(found)] = found
    return len(found)
