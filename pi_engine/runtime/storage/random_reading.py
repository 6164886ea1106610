"""Bytes at any place of a file, from several threads at once."""

from __future__ import annotations

from typing import IO

from pi_engine.errors import PiEngineError
from pi_engine.runtime.system.file_calls import read_into


def read_at(stream: IO[bytes], offset: int, target: memoryview, name: str) -> int:
    """Fill `target` from byte `offset` on; returns how many bytes there were before the end.

    Raises:
        PiEngineError: the system could not read them.
    """
    done = 0
    try:
        while done < len(target):
            count = read_into(stream.fileno(), target[done:], offset + done)
            if not count:
                break
            done += count
    except OSError as error:
        raise PiEngineError(f"{name} could not be read: {error.strerror or error}") from error
    return done
