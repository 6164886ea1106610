"""Compressed files as streams of bytes: never more in memory than a piece, whatever the file pretends.

What bounds them: a decoder is asked for a piece of output at a time (gzip, xz, bzip2), or given blocks of at most 128 KiB of
output (Zstandard); dictionaries beyond `WINDOW_LIMIT` are refused; and three kinds of streams are refused that no program makes
of digits (`_Account`): those that grow more than `MOST_EXPANSION` times, for a text of digits holds 3.3 bits a character and at most some
separators; those that are cut into tiny pieces, because each costs a decoder; and those that go on without giving anything.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Any, NoReturn

from pi_engine.digits.compressed.zstd_frames import FrameWalker
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.digits.common.formats import Format
    from pi_engine.digits.common.source import ByteStream

WINDOW_LIMIT = 1 << 27
"""Bytes of dictionary that a decoder may allocate: the largest that `xz -9` (64 MiB) and `zstd -19` (8 MiB) need, doubled."""

MEMORY_LIMIT = WINDOW_LIMIT + (1 << 22)
"""Bytes that a decoder of LZMA may take, its dictionary included."""

MOST_EXPANSION = 50
_EXPANSION_FROM = 1 << 22
"""Bytes of output from which the expansion counts: small files of one repeated digit are harmless."""

_LEAST_OUTPUT = 64
"""Bytes that a piece (a gzip member, an xz stream, a Zstandard frame or block) has to give on average."""

_FREE_PIECES = 4096
"""Pieces that may give less than that average."""

_MOST_SILENT = 1 << 24
"""Bytes of input in a row that may give nothing: the index of an xz file, what Zstandard skips."""

_PIECE = 1 << 18
_FEED = 1 << 14
"""Bytes that a decoder is given at a time: what it does not use, because a member ends, is copied."""


def decompressed(raw: ByteStream, form: Format, name: str, taken: Callable[[], int] | None = None) -> ByteStream:
    """The decompressed bytes of `raw`, or `raw` itself where the format is not a compressed one.

    Args:
        raw: what is decompressed.
        form: its format.
        name: for messages.
        taken: bytes of the file that have been read, where `raw` has itself been decompressed from fewer: the expansion counts from them.
    """
    match form:
        case "gz":
            return Members(raw, name, "gzip", lambda: zlib.decompressobj(31), taken)
        case "xz":
            return Members(raw, name, "xz", _xz_decoder, taken)
        case "bz2":
            return Members(raw, name, "bzip2", bz2.BZ2Decompressor, taken)
        case "zst":
            return _Frames(raw, name, taken)
        case _:
            return raw


def _xz_decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)


class _Account:
    """What a stream has taken and given; refuses those that cost more than digits can."""

    def __init__(self, name: str, of_file: Callable[[], int] | None) -> None:
        self._name, self._of_file = name, of_file
        self.taken = self._given = self._pieces = self._silent = 0

    def begin(self) -> None:
        """Another piece begins."""
        self._pieces += 1
        if self._pieces > _FREE_PIECES + self._given // _LEAST_OUTPUT:
            raise CorruptFileError(
                f"{self._name} is cut into {self._pieces:_} pieces that hold {self._given:_} characters: compress it again in one piece",
                offset=self._given,
            )

    def take(self, count: int) -> None:
        """Count bytes that have gone into the decoder; those that it hands back count negative."""
        self.taken += count
        self._silent += count
        if self._silent > _MOST_SILENT:
            raise CorruptFileError(
                f"{self._name}: {self._silent:_} bytes of compressed data before byte {self.taken:_} hold no digit",
                offset=self._given,
            )

    def give(self, count: int) -> None:
        """Count bytes that have come out of the decoder."""
        if not count:
            return
        self._given += count
        self._silent = 0
        taken = self.taken if self._of_file is None else min(self.taken, self._of_file())
        if self._given > max(_EXPANSION_FROM, MOST_EXPANSION * taken):
            raise CorruptFileError(
                f"{self._name} grows more than {MOST_EXPANSION}-fold when decompressed: no text of digits does"
            )


class Members:
    """gzip members, xz or bzip2 streams, one after another; zeros may stand between them, as on tapes."""

    def __init__(
        self,
        raw: ByteStream,
        name: str,
        kind: str,
        new_decoder: Callable[[], Any],
        taken: Callable[[], int] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        """Read members of the format `kind` from `raw`, each by a decoder of its own, or one that is alone there.

        For the other arguments see `decompressed`.
        """
        self._raw, self._name, self._kind, self._new = raw, name, kind, new_decoder
        self._decoder: Any = None
        self._input, self._at = b"", 0
        self._alone, self._begun = alone, False
        self._account = _Account(name, taken)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end.

        Raises:
            CorruptFileError: the data are damaged, cut off, or cost more than digits can.
        """
        while True:
            wanting = self._decoder is None or getattr(self._decoder, "needs_input", True)
            piece = self._ahead() if wanting else b""
            ended = wanting and not piece
            if self._decoder is None:
                if ended:
                    return b""
                if self._alone and self._begun:
                    self._fail(ValueError("they go on after their end"))
                if not self._alone and (zeros := len(piece) - len(piece.lstrip(b"\x00"))):
                    self._advance(zeros)
                    continue
                self._account.begin()
                self._decoder, self._begun = self._new(), True
            try:
                output = bytes(self._decoder.decompress(piece, size))
            except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:  # the last two are bz2's
                self._fail(error)
            if self._decoder.eof:
                # What lzma and bz2 have kept of earlier input is handed back as well.
                self._advance(len(piece) - len(self._decoder.unused_data))
                self._decoder = None
            else:
                # zlib hands back what it has not taken; lzma and bz2 keep it.
                self._advance(len(piece) - len(getattr(self._decoder, "unconsumed_tail", b"")))
                if ended and not output:
                    self._ends_early()
            self._account.give(len(output))
            if output:
                return output

    def _ends_early(self) -> NoReturn:
        if self._alone:  # all of it is there, by the length that is stated elsewhere
            self._fail(ValueError("they end before their text does"))
        at = self._account.taken
        raise CorruptFileError(
            f"{self._name}: the {self._kind} data are cut off after {at:_} bytes", kind="truncated", offset=at
        )

    def _ahead(self) -> bytes:
        """The next bytes of input; none at the end."""
        if self._at == len(self._input):
            self._input, self._at = self._raw.read(_PIECE), 0
        return self._input[self._at : self._at + _FEED]

    def _advance(self, count: int) -> None:
        self._at += count
        self._account.take(count)

    def _fail(self, error: Exception) -> NoReturn:
        if "Memory usage" in str(error):
            raise CorruptFileError(
                f"{self._name}: its dictionary is larger than {WINDOW_LIMIT >> 20} MiB: compress it again with xz -9 or less",
            ) from error
        raise CorruptFileError(
            f"{self._name}: the {self._kind} data are damaged within {_FEED >> 10} KiB after byte {self._account.taken:_}"
            f" ({error})",
            offset=self._account.taken,
        ) from error


class _Frames:
    """Zstandard frames, a block at a time."""

    def __init__(self, raw: ByteStream, name: str, taken: Callable[[], int] | None) -> None:
        import zstandard

        self._walker = FrameWalker(raw, name)
        self._module: Any = zstandard
        self._name = name
        self._decoder: Any = None
        self._account = _Account(name, taken)

    def read(self, size: int, /) -> bytes:  # noqa: ARG002 (a block is at most 128 KiB)
        while True:
            self._account.begin()
            piece = self._walker.next_piece()
            self._account.take(self._walker.position - self._account.taken)
            if piece is None:
                return b""
            if not piece.data:
                continue
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
            self._account.give(len(output))
            if output:
                return output
