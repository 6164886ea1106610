"""Open a file of digits, whatever its format."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pi_engine.digits.common.blocks import aligned
from pi_engine.digits.common.formats import COMPRESSED, Format, format_of_content
from pi_engine.digits.common.source import Source
from pi_engine.digits.compressed.decompression import decompressed
from pi_engine.digits.first_digits import first_digits
from pi_engine.digits.text.text_reader import TextReader
from pi_engine.digits.ycd.ycd_reader import YcdReader
from pi_engine.digits.ycd.ycd_set import YcdSet, find_pieces, is_piece
from pi_engine.errors import CorruptFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.ycd.ycd_header import YcdHeader

_HEAD = 4096
_DIGITS_PER_COMPRESSED_BYTE = 2.3


class DigitFile:
    """An open file of digits.

    Attributes:
        name: for messages.
        format: found by content, the name decides only where that is silent.
        base: 10 or 16.
        integer: the digit before the point, or "" where the text begins after it.
        digits: how many there are after the point, where a header says so; else None, until they have been read.
        header_digits: the first digits as a header gives them, the one before the point and the point included.
    """

    def __init__(self, path: str | Path, *, base: int | None = None, partial: bool = False) -> None:
        """Open `path`: a file, a folder that holds a set of .ycd files, or "-" for standard input.

        Args:
            path: what to read.
            base: of a text, 10 or 16; by default the digits decide it.
            partial: of a .ycd file that is cut off, read the digits that are there before it is an error.

        Raises:
            UsageError: it cannot be read.
            CorruptFileError: it holds no digits, or its header is wrong.
        """
        self.name = "standard input" if str(path) == "-" else str(path)
        self._stack = ExitStack()
        self.header_digits: str | None = None
        self.digits: int | None = None
        self._reader: TextReader | YcdReader | YcdSet
        self._source: Source | YcdSet
        with self._stack:
            self._open(path, base, partial=partial)
            self._stack = self._stack.pop_all()

    def _open(self, path: str | Path, base: int | None, *, partial: bool) -> None:
        place = Path(path)
        self.format: Format = "ycd"
        if str(path) != "-" and (place.is_dir() or is_piece(place)):
            pieces = YcdSet(find_pieces(place))
            self._reader = self._source = pieces
            self._take_header(pieces.header, pieces.digits, base)
            return
        source = self._source = self._stack.enter_context(Source.open(path))
        self.format = format_of_content(source.peek(_HEAD), self.name)
        if self.format == "ycd":
            self._reader = YcdReader(source, partial=partial)
            header = self._reader.header
            if header.block_id:
                raise CorruptFileError(
                    f"{self.name}: its header says that it is file {header.block_id} of a set: name it "
                    f"'NAME - {header.block_id}.ycd', beside the others",
                    kind="header",
                )
            self._take_header(header, header.digits, base)
            return
        stream = decompressed(source, self.format, self.name)
        factor = _DIGITS_PER_COMPRESSED_BYTE if self.format in COMPRESSED else 1
        expected = int((source.size or 0) * factor)
        self._reader = TextReader(stream, self.name, base=base, expected=expected)
        self.base, self.integer = self._reader.base, self._reader.integer

    def _take_header(self, header: YcdHeader, digits: int, base: int | None) -> None:
        if base not in {None, header.base}:
            raise UsageError(f"{self.name} holds digits of base {header.base}, not {base}")
        self.base, self.digits = header.base, digits
        self.header_digits, self.integer = header.first_digits, header.first_digits[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        self._stack.close()

    @property
    def position(self) -> int:
        """Bytes of the file that have been read."""
        return self._source.position

    @property
    def size(self) -> int | None:
        """Bytes of the file, or of all files of the set; None where it is no regular file."""
        return self._source.size

    def blocks(self) -> Iterator[Block]:
        """The digits after the point, once, in blocks that fill their words, all but the last.

        Raises:
            CorruptFileError: the file is damaged; the blocks before are good as far as is known.
        """
        return aligned(self._reader.blocks(), self.base)


def header_mismatch(file: DigitFile, head: str) -> int | None:
    """The first place after the point, from 1, at which a header's digits differ from the first ones of the data."""
    if file.header_digits is None:
        return None
    return next((i for i, (a, b) in enumerate(zip(file.header_digits[2:], head, strict=False), 1) if a != b), None)


def sound_blocks(file: DigitFile) -> Iterator[Block]:
    """The blocks of a file, and the certainty that its header's digits are those of its data.

    Raises:
        CorruptFileError: see `DigitFile.blocks`; or the header's digits are not those of the data.
    """
    head, blocks = first_digits(file.blocks(), file.base)
    if (place := header_mismatch(file, head)) is not None:
        raise CorruptFileError(
            f"{file.name}: the FirstDigits of its header differ from its data at digit {place}", kind="header"
        )
    yield from blocks
