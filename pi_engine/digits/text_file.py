"""The text format: `3.` and the digits, one line, no line break at the end."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from pi_engine.digits.atomic import atomic_writer
from pi_engine.errors import VerificationError
from pi_engine.radix.digit_hash import DigitHash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CHUNK = 1 << 20


def text_size(digits: int) -> int:
    """Bytes of the text of that many digits after the point."""
    return digits + 2 if digits else 1


def write_text_file(path: str | Path, pieces: Iterable[str], *, base: int, expected_hash: int, overwrite: bool) -> None:
    """Write the pieces to `path`, read them back and compare their hash, then let the file appear.

    Raises:
        VerificationError: what was read back does not have the expected hash; no file is left.
        UsageError, OutputError, CapacityError: as `atomic_writer`.
    """
    with atomic_writer(path, overwrite=overwrite) as stream:
        for piece in pieces:
            stream.write(piece.encode("ascii"))
        stream.flush()
        if stream.readable() and stream.seekable():
            _check_written(stream, base, expected_hash, path)


def _check_written(stream: IO[bytes], base: int, expected_hash: int, path: str | Path) -> None:
    stream.seek(0)
    digit_hash = DigitHash(base)
    for chunk in iter(lambda: stream.read(_CHUNK), b""):
        digit_hash.update(chunk.replace(b".", b"").decode("ascii"))
    stream.seek(0, io.SEEK_END)
    if digit_hash.value != expected_hash:
        raise VerificationError(f"{path}: what was read back differs from what was computed; no file was left")
