"""Open a file of digits, whatever its format."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pi_engine.digits.common.blocks import aligned
from pi_engine.digits.common.formats import COMPRESSED, Format
from pi_engine.digits.common.postponed import Postponed
from pi_engine.digits.common.source import Source
from pi_engine.digits.compressed.containers import content_of
from pi_engine.digits.first_digits import first_digits
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.text.text_reader import TextReader
from pi_engine.digits.text.transcoding import as_utf8
from pi_engine.digits.ycd.ycd_reader import YcdReader
from pi_engine.digits.ycd.ycd_set import YcdSet, find_pieces, is_piece
from pi_engine.errors import CorruptFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.text.digit_text import Characters
    from pi_engine.digits.ycd.ycd_header import YcdHeader

_DIGITS_PER_COMPRESSED_BYTE = 2.3

_MOST_REST = 1 << 24
"""Bytes read after an error in a text, to find the damage that it may come from: most formats have their check sums at the end."""

_PIECE = 1 << 20


class DigitFile:
    """An open file of digits.

    Attributes:
        name: for messages.
        format: found by content, the name decides only where that is silent.
        base: 2, 8, 10 or 16.
        integer: the digits before the point, one but in base 2, or "" where the text begins after it.
        digits: how many there are after the point, where a header says so; else None, until they have been read.
        header_digits: the first digits as a header gives them, the one before the point and the point included.
        claimed: how many digits after the point a text says that it has, in its header; None where it says nothing.
        sure: whether the digit before the point is in the file, or follows from digits that are known.
        begin: the byte of a text, decompressed and in UTF-8, at which the digits after the point begin; None of .ycd files.
    """

    def __init__(self, path: str | Path, *, base: int | None = None, partial: bool = False, few: bool = False) -> None:
        """Open `path`: a file, a folder that holds a set of .ycd files, or "-" for standard input.

        Args:
            path: what to read.
            base: of a text, 2, 8, 10 or 16; by default the digits decide it.
            partial: of a .ycd file that is cut off, read the digits that are there before it is an error.
            few: perhaps only the first digits of a text will be read: kernels are not loaded for all of it.

        Raises:
            UsageError: it cannot be read.
            CorruptFileError: it holds no digits, or its header is wrong.
        """
        if not str(path):
            raise UsageError("the name of the file is empty: give one")
        self.name = "standard input" if str(path) == "-" else str(path)
        self._stack = ExitStack()
        self.header_digits: str | None = None
        self.digits: int | None = None
        self.claimed: int | None = None
        self.sure = True
        self.begin: int | None = None
        self._notes: list[str] = []
        self._decoded: Postponed | None = None
        self._reader: TextReader | YcdReader | YcdSet
        self._source: Source | YcdSet
        with self._stack:
            self._open(path, base, partial=partial, few=few)
            self._stack = self._stack.pop_all()

    def _open(self, path: str | Path, base: int | None, *, partial: bool, few: bool) -> None:
        place = Path(path)
        self.format: Format = "ycd"
        # `Path.is_dir` raises where a name is too long
        if str(path) != "-" and (os.path.isdir(path) or is_piece(place)):  # noqa: PTH112
            pieces = YcdSet(find_pieces(place))
            self._reader = self._source = pieces
            self._take_header(pieces.header, pieces.digits, base)
            return
        source = self._source = self._stack.enter_context(Source.open(path))
        content = content_of(source, self._stack)
        self.format, self._notes = content.outer, content.notes
        if content.form == "ycd":
            self._reader = YcdReader(content.source, partial=partial)
            header = self._reader.header
            if header.block_id:
                raise CorruptFileError(
                    f"{self.name}: its header says that it is file {header.block_id} of a set: name it "
                    f"'NAME - {header.block_id}.ycd', beside the others",
                    kind="header",
                )
            self._take_header(header, header.digits, base)
            return
        stream, notes = as_utf8(content.source)
        self._notes += notes
        if stream is not source:
            stream = self._decoded = Postponed(stream)
        factor = _DIGITS_PER_COMPRESSED_BYTE if self.format in COMPRESSED else 1
        expected = 0 if few else int((source.size or 0) * factor)
        try:
            self._reader = TextReader(stream, self.name, base=base, expected=expected)
        except CorruptFileError:
            self._require_sound()
            self._require_end()
            raise
        self.base, self.integer = self._reader.base, self._reader.integer
        self.claimed, self.sure, self.begin = self._reader.claimed, self._reader.sure, self._reader.begin

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
    def notes(self) -> list[str]:
        """What was assumed and what was left out in the part of a text that has been read: a sentence each."""
        return self._notes + (self._reader.notes if isinstance(self._reader, TextReader) else [])

    @property
    def position(self) -> int:
        """Bytes of the file that have been read."""
        return self._source.position

    @property
    def size(self) -> int | None:
        """Bytes of the file, or of all files of the set; None where it is not a regular file."""
        return self._source.size

    def blocks(self) -> Iterator[Block]:
        """The digits after the point, once, in blocks that fill their words, except for the last.

        Raises:
            CorruptFileError: the file is damaged; the blocks before are good as far as is known.
        """
        try:
            yield from aligned(self._reader.blocks(), self.base)
        except CorruptFileError:
            self._require_sound()
            raise
        self._require_end()

    def pieces(self) -> Iterator[Characters]:
        """The digits after the point, once, as characters; in place of `blocks`, and like them in what is raised.

        Pieces have any length; letters are as they stand in a text, and upper case where they come from words.
        """
        if isinstance(self._reader, TextReader):
            try:
                yield from self._reader.pieces()
            except CorruptFileError:
                self._require_sound()
                raise
            self._require_end()
            return
        text = DigitText(self.base, self._source.size or 0)
        for words, digits in self.blocks():
            yield text.characters(words, digits)

    def _require_end(self) -> None:
        if self._decoded is not None:
            self._decoded.require_end()

    def _require_sound(self) -> None:
        """Where text that was decompressed cannot be read: whether it has been damaged before it was decompressed."""
        if self._decoded is None or self.format not in COMPRESSED:
            return
        left = _MOST_REST
        while left > 0 and (piece := self._decoded.read(min(left, _PIECE))):
            left -= len(piece)
        self._decoded.require_end()


def header_mismatch(header_digits: str | None, head: str) -> int | None:
    """The first position at which the digits of a header, as `DigitFile.header_digits` has them, differ from those of the data.

    head: the first digits of the data, after the point.
    """
    if header_digits is None:
        return None
    return next((i for i, (a, b) in enumerate(zip(header_digits[2:], head, strict=False), 1) if a != b), None)


def sound_blocks(file: DigitFile) -> Iterator[Block]:
    """The blocks of a file, and the certainty that its header's digits are those of its data.

    Raises:
        CorruptFileError: see `DigitFile.blocks`; or the header's digits are not those of the data.
    """
    head, blocks = first_digits(file.blocks(), file.base)
    if (place := header_mismatch(file.header_digits, head)) is not None:
        raise CorruptFileError(
            f"{file.name}: the FirstDigits of its header differ from its data at digit {place}", kind="header"
        )
    yield from blocks
