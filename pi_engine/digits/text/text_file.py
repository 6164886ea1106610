"""The text format: `3.` and the digits, one line, no line break at the end."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from pi_engine.digits.common.sha256 import ByteHash
from pi_engine.digits.text.text_hash import TextHash
from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pi_engine.runtime.storage.pending_file import PendingFile

_CHUNK = 1 << 22
DIFFERS = "the text that was read back differs from the digits that were computed"


def text_size(digits: int) -> int:
    """Bytes of the text of that many digits after the point."""
    return digits + 2 if digits else 1


def fill_text_file(
    pending: PendingFile,
    pieces: Iterable[str],
    *,
    digits: int,
    base: int,
    residues: Mapping[int, int],
    threads: int = 1,
) -> None:
    """Write the pieces to a pending file, and compare what is read back: its bytes, by SHA-256, and its digits.

    Args:
        pending: the file.
        pieces: `3.` and the digits, or `3`.
        digits: how many after the point.
        base: 10 or 16.
        residues: all digits as one integer, by modulus.
        threads: with more than one, bytes are hashed in another.

    Raises:
        VerificationError: what was read back is not the text of these digits.
        OSError: the system refuses.
    """
    pending.rewind()
    with ByteHash(threads, text_size(digits)) as written:
        for piece in pieces:
            content = piece.encode("ascii")
            written.update(content)
            pending.write(content)
        pending.finish()
        if not _reads_back(pending.stream, digits, base, residues, written):
            raise VerificationError(DIFFERS)


def _reads_back(stream: IO[bytes], digits: int, base: int, residues: Mapping[int, int], written: ByteHash) -> bool:
    """Whether the stream holds what was written and the digits, read from the device itself where the system can be asked to."""
    stream.seek(0)
    digit_hash = TextHash(base, tuple(residues), digits, written.threads)
    with ByteHash(written.threads, text_size(digits)) as found:
        head = stream.read(min(2, text_size(digits)))
        found.update(head)
        try:
            digit_hash.update(head[:1].decode("ascii"))
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
                digit_hash.update(chunk.decode("ascii"))
        except ValueError:  # not a digit, or not even ASCII
            return False
        same = found.found() == written.found() and digit_hash.count == digits + 1
    return same and head == b"3."[: len(head)] and digit_hash.values == list(residues.values())
