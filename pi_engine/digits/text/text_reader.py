"""Text of any habit → blocks, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.common.blocks import Block
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.text.text_start import WINDOW, find_start
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.source import ByteStream

CHUNK = 1 << 20
"""Bytes read at once. As many in a row without a digit end the reading: no habit of text has so many blanks."""


class TextReader:
    """The digits of a text: the one before the point, the base, and blocks of those after it."""

    def __init__(self, stream: ByteStream, name: str, *, base: int | None = None, expected: int = 0) -> None:
        """Find where the digits begin.

        Raises:
            CorruptFileError: there are none, or the stream is damaged.
        """
        self._stream, self._name = stream, name
        window = b""
        self._damage: CorruptFileError | None = None
        try:
            while len(window) < WINDOW and (more := stream.read(WINDOW - len(window))):
                window += more
        except CorruptFileError as error:  # what is before the damage is read, and then it is raised
            if not window:
                raise
            self._damage = error
        start = find_start(window, name, base)
        self.integer, self.base = start.integer, start.base
        self._first, self._at = window[start.offset :], start.offset
        self._text = DigitText(start.base, expected)

    def blocks(self) -> Iterator[Block]:
        """The digits after the point.

        Raises:
            CorruptFileError: after the digits before it, where a character is no digit, or the stream is damaged.
        """
        text, width = self._text, self._text.width
        pending = b""
        blanks = 0
        for chunk in self._chunks():
            digits, stray = text.compact(chunk)
            missing = -len(pending) % width if pending else 0
            if len(digits) < missing:
                pending += bytes(digits)
            else:
                if pending:
                    yield Block(text.words(pending + bytes(digits[:missing])), width)
                whole = missing + (len(digits) - missing) // width * width
                if whole > missing:
                    yield Block(text.words(digits[missing:whole]), whole - missing)
                pending = bytes(digits[whole:])
            if stray is not None:
                if pending:
                    yield Block(text.words(pending), len(pending))
                raise self._stray(chunk[stray], self._at + stray)
            blanks = 0 if len(digits) else blanks + len(chunk)
            self._at += len(chunk)
            if blanks >= CHUNK:
                at = self._at - blanks
                raise CorruptFileError(f"{self._name}: {blanks:_} bytes from byte {at:_} on hold no digit", offset=at)
        if pending:
            yield Block(text.words(pending), len(pending))
        if self._damage is not None:
            raise self._damage

    def _chunks(self) -> Iterator[bytes]:
        """The text in pieces, up to its end or to where the stream is damaged."""
        if self._first:
            yield self._first
        try:
            while self._damage is None and (chunk := self._stream.read(CHUNK)):
                yield chunk
        except CorruptFileError as error:
            self._damage = error

    def _stray(self, byte: int, offset: int) -> CorruptFileError:
        shown = repr(chr(byte)) if 32 < byte < 127 else f"byte 0x{byte:02x}"
        what = f"{self._name}: {shown} at byte {offset:_} is no digit of base {self.base}"
        return CorruptFileError(what, kind="stray", offset=offset)
