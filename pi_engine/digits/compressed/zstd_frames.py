"""The outer form of Zstandard data (RFC 8878): frames, their headers, blocks and checksums, not what is in them.

The decoder of the `zstandard` package takes any input at once, and ends silently where the data do. Given a block at a
time it cannot produce more than 128 KiB, and the walk knows whether the last frame is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from pi_engine.digits.common.source import ByteStream

_MAGIC = 0xFD2FB528
_SKIPPABLE = 0x184D2A50
_PIECE = 1 << 18
_RAW, _RLE, _RESERVED = 0, 1, 3
_LARGEST_BLOCK = 1 << 17


class Piece(NamedTuple):
    """A frame's header, or one of its blocks with the checksum that may follow the last; empty for what is to be skipped."""

    data: bytes
    begins: bool
    ends: bool


class FrameWalker:
    """Cuts a stream of Zstandard data into pieces."""

    def __init__(self, raw: ByteStream, name: str) -> None:
        """Read from `raw`; `name` is for messages."""
        self._raw, self._name = raw, name
        self._buffer, self._at = b"", 0
        self._in_frame = self._checksum = False
        self.position = 0

    def next_piece(self) -> Piece | None:
        """The next piece, or None at the end.

        Raises:
            CorruptFileError: the data are cut off, or of no form that the format knows.
        """
        return self._block() if self._in_frame else self._header()

    def _header(self) -> Piece | None:
        self._fill(4)
        if self._at == len(self._buffer):
            return None
        magic = int.from_bytes(self._take(4), "little")
        if magic & 0xFFFFFFF0 == _SKIPPABLE:
            self._skip(int.from_bytes(self._take(4), "little"))
            return Piece(b"", begins=False, ends=False)
        if magic != _MAGIC:
            raise self._damaged("no frame begins")
        descriptor = self._take(1)
        flags = descriptor[0]
        single = flags >> 5 & 1
        size = (1 - single) + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]
        self._in_frame, self._checksum = True, bool(flags & 4)
        return Piece(_MAGIC.to_bytes(4, "little") + descriptor + self._take(size), begins=True, ends=False)

    def _block(self) -> Piece:
        header = self._take(3)
        word = int.from_bytes(header, "little")
        last, kind, size = word & 1, word >> 1 & 3, word >> 3
        if kind == _RESERVED or size > _LARGEST_BLOCK:
            raise self._damaged("a block has an impossible header")
        data = header + self._take(1 if kind == _RLE else size)
        if last:
            self._in_frame = False
            data += self._take(4) if self._checksum else b""
        return Piece(data, begins=False, ends=bool(last))

    def _damaged(self, what: str) -> CorruptFileError:
        at = self.position
        return CorruptFileError(f"{self._name}: the Zstandard data are damaged before byte {at:_}: {what}", offset=at)

    def _fill(self, count: int) -> None:
        while len(self._buffer) - self._at < count:
            more = self._raw.read(_PIECE)
            if not more:
                return
            self._buffer, self._at = self._buffer[self._at :] + more, 0

    def _take(self, count: int) -> bytes:
        self._fill(count)
        taken = self._buffer[self._at : self._at + count]
        if len(taken) < count:
            at = self.position + len(taken)
            raise CorruptFileError(
                f"{self._name}: the Zstandard data are cut off after {at:_} bytes", kind="truncated", offset=at
            )
        self._at += count
        self.position += count
        return taken

    def _skip(self, count: int) -> None:
        while count:
            piece = self._take(min(count, _PIECE))
            count -= len(piece)
