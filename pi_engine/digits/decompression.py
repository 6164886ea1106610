"""Compressed files as streams of bytes: never more in memory than a piece, whatever the file pretends.

What bounds them: a decoder is asked for a piece of output at a time (gzip, xz), or given blocks of at most 128 KiB of
output (Zstandard); dictionaries beyond `WINDOW_LIMIT` are refused; and a file that grows more than `MOST_EXPANSION`
times is no text of digits, which holds 3.3 bits a character and at most some separators.
"""

from __future__ import annotations

import lzma
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from pi_engine.digits.zstd_frames import FrameWalker
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from pi_engine.digits.formats import Format

WINDOW_LIMIT = 1 << 27
"""Bytes of dictionary that a decoder may allocate: the largest that `xz -9` (64 MiB) and `zstd -19` (8 MiB) need, doubled."""

MOST_EXPANSION = 50
_EXPANSION_FROM = 1 << 22
"""Bytes of output from which the expansion counts: small files of one repeated digit are harmless."""

_PIECE = 1 << 18


class ByteStream(Protocol):
    """What is read: a file, or what it decompresses to."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def decompressed(raw: ByteStream, form: Format, name: str) -> ByteStream:
    """The decompressed bytes of `raw`, or `raw` itself where the format is not a compressed one."""
    match form:
        case "gz":
            return _Bounded(_Members(raw, name, "gzip", _gzip_decoder), name)
        case "xz":
            return _Bounded(_Members(raw, name, "xz", _xz_decoder), name)
        case "zst":
            return _Bounded(_Frames(raw, name), name)
        case _:
            return raw


def _gzip_decoder() -> Any:  # noqa: ANN401 (zlib's type has no name)
    return zlib.decompressobj(31)


def _xz_decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW_LIMIT + (1 << 22))


class _Members:
    """gzip members or xz streams, one after another, zeros between them allowed as both formats do."""

    def __init__(self, raw: ByteStream, name: str, kind: str, new_decoder: Any) -> None:  # noqa: ANN401
        self._raw, self._name, self._kind, self._new = raw, name, kind, new_decoder
        self._decoder = new_decoder()
        self._input = b""
        self.consumed = 0

    def read(self, size: int, /) -> bytes:
        while True:
            if not self._input and getattr(self._decoder, "needs_input", True):
                self._input = self._raw.read(_PIECE)
                self.consumed += len(self._input)
                ended = not self._input
            else:
                ended = False
            if self._decoder is None:
                if ended:
                    return b""
                self._input = self._input.lstrip(b"\x00")
                if not self._input:
                    continue
                self._decoder = self._new()
            try:
                output = bytes(self._decoder.decompress(self._input, size))
            except (zlib.error, lzma.LZMAError, EOFError) as error:
                self._fail(error)
            if self._decoder.eof:
                self._input, self._decoder = self._decoder.unused_data, None
            else:
                # zlib hands back what it has not taken; lzma keeps it.
                self._input = getattr(self._decoder, "unconsumed_tail", b"")
                if ended and not output:
                    raise CorruptFileError(
                        f"{self._name}: the {self._kind} data are cut off after {self.consumed:_} bytes",
                        kind="truncated",
                        offset=self.consumed,
                    )
            if output:
                return output

    def _fail(self, error: Exception) -> None:
        if "Memory usage" in str(error):
            raise CorruptFileError(
                f"{self._name}: its xz dictionary is larger than {WINDOW_LIMIT >> 20} MiB: compress it again with xz -9 or less",
            ) from error
        raise CorruptFileError(
            f"{self._name}: the {self._kind} data are damaged within {_PIECE >> 10} KiB before byte {self.consumed:_}"
            f" ({error})",
            offset=self.consumed,
        ) from error


class _Frames:
    """Zstandard frames, a block at a time."""

    def __init__(self, raw: ByteStream, name: str) -> None:
        import zstandard

        self._walker = FrameWalker(raw, name)
        self._module: Any = zstandard
        self._name = name
        self._decoder: Any = None

    @property
    def consumed(self) -> int:
        return self._walker.position

    def read(self, size: int, /) -> bytes:  # noqa: ARG002 (a block is at most 128 KiB)
        while True:
            piece = self._walker.next_piece()
            if piece is None:
                return b""
            if piece.begins:
                self._decoder = self._module.ZstdDecompressor(max_window_size=WINDOW_LIMIT).decompressobj()
            try:
                output = bytes(self._decoder.decompress(piece.data))
            except self._module.ZstdError as error:
                at = self._walker.position
                hint = ": compress it again without --long" if "much memory" in str(error) else ""
                raise CorruptFileError(
                    f"{self._name}: the Zstandard data are damaged just before byte {at:_} ({error}){hint}", offset=at
                ) from error
            if piece.ends and not self._decoder.eof:
                at = self._walker.position
                raise CorruptFileError(f"{self._name}: the Zstandard frame before byte {at:_} is damaged", offset=at)
            if output:
                return output


class _Bounded:
    """Stops a stream that grows more than digits can."""

    def __init__(self, stream: _Members | _Frames, name: str) -> None:
        self._stream, self._name, self._given = stream, name, 0

    def read(self, size: int, /) -> bytes:
        output = self._stream.read(size)
        self._given += len(output)
        if self._given > max(_EXPANSION_FROM, MOST_EXPANSION * self._stream.consumed):
            raise CorruptFileError(
                f"{self._name} grows more than {MOST_EXPANSION}-fold when decompressed: no text of digits does"
            )
        return output
