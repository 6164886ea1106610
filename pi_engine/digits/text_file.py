"""The text format: `3.` and the digits, one line, no line break at the end."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from pi_engine.digits.atomic import atomic_writer, require_writable
from pi_engine.errors import VerificationError
from pi_engine.radix.digit_hash import DigitHash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CHUNK = 1 << 20


def text_size(digits: int) -> int:
    """Bytes of the text of that many digits after the point."""
    return digits + 2 if digits else 1


def write_text_file(
    path: str | Path, pieces: Iterable[str], *, digits: int, base: int, expected_hash: int, overwrite: bool
) -> bool:
    """Write the pieces to `path`, read them back and compare, then let the file appear.

    Returns:
        Whether it was read back: a device or a pipe cannot be.

    Raises:
        VerificationError: what was read back is not the text of these digits; no file is left.
        UsageError, OutputError, CapacityError: as `require_writable` and `atomic_writer`.
    """
    require_writable(path, size=text_size(digits), overwrite=overwrite)
    with atomic_writer(path, overwrite=overwrite) as stream:
        for piece in pieces:
            stream.write(piece.encode("ascii"))
        stream.flush()
        readable = stream.readable() and stream.seekable()
        if readable and not _reads_back(stream, digits, base, expected_hash):
            raise VerificationError(f"{path}: what was read back differs from what was computed; no file was left")
        return readable


def _reads_back(stream: IO[bytes], digits: int, base: int, expected_hash: int) -> bool:
    """Whether the stream holds the digits, read from the device itself where the system can be asked to."""
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    stream.seek(0)
    head = stream.read(min(2, text_size(digits)))
    digit_hash = DigitHash(base)
    try:
        digit_hash.update(head[:1].decode("ascii"))
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            digit_hash.update(chunk.decode("ascii"))
    except ValueError:  # not a digit, or not even ASCII
        return False
    return head == b"3."[: len(head)] and (digit_hash.value, digit_hash.count) == (expected_hash, digits + 1)
