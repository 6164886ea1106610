"""Text in another encoding → UTF-8, a piece at a time: UTF-16 and UTF-32, and decimal digits beyond ASCII.

UTF-16 and UTF-32 are told by their first bytes (`text_encodings`). The decimal digits that other scripts have, and the full-width
characters of East Asian text, become ASCII where the beginning of a text has `_LEAST_FOREIGN` of them: one among ASCII
digits is an error, which the reader names.
"""

from __future__ import annotations

import codecs
import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from pi_engine.digits.common.text_encodings import TextEncoding, encoding_of
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from pi_engine.digits.common.source import ByteStream, Source

_HEAD = 4096
_LEAST_FOREIGN = 5
_UTF_8 = TextEncoding("UTF-8", "utf-8", 0, 1)


def as_utf8(source: Source) -> tuple[ByteStream, list[str]]:
    """The text that `source` holds, in UTF-8 with ASCII digits, and sentences on what was assumed for this."""
    head = source.peek(_HEAD)
    encoding = encoding_of(head)
    if encoding is None and head.isascii():
        return source, []
    found = encoding or _UTF_8
    notes = [] if encoding is None or found.mark else [f"the text has no byte order mark: it is read as {found.name}"]
    foreign = _foreign_digit(head[found.mark :].decode(found.codec, "ignore"))
    if foreign:
        notes.append(f"its digits are like U+{ord(foreign):04X} {unicodedata.name(foreign)}: they are read as 0 to 9")
    if encoding is None and not foreign:
        return source, notes
    return _Transcoded(source, source.name, found, foreign=bool(foreign)), notes


def _foreign_digit(text: str) -> str:
    """A decimal digit of a text whose digits are not ASCII's; "" where they are, or where there are few others."""
    found = [character for character in text if not character.isascii() and character.isdecimal()]
    own = sum(character in "0123456789" for character in text)
    return found[0] if len(found) >= max(_LEAST_FOREIGN, own) else ""


@cache
def _to_ascii() -> dict[int, str]:
    """Decimal digits of all scripts, what is full-width, and the decimal separators of Arabic, to ASCII."""
    table = {
        code: str(unicodedata.decimal(chr(code))) for code in range(128, sys.maxunicode + 1) if chr(code).isdecimal()
    }
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return table | {0x3000: " ", 0x066B: ".", 0x066C: ","}


class _Transcoded:
    """A text in UTF-8, decoded from another encoding. Offsets count bytes of UTF-8."""

    def __init__(self, raw: ByteStream, name: str, encoding: TextEncoding, *, foreign: bool) -> None:
        self._raw, self._name, self._encoding = raw, name, encoding
        self._decoder = codecs.getincrementaldecoder(encoding.codec)()
        self._table = _to_ascii() if foreign else None
        self._skip = encoding.mark
        self._taken = self._given = 0
        self._error: CorruptFileError | None = None

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, or nine if that is more; none at the end.

        Raises:
            CorruptFileError: a code unit is damaged or cut off; after what stands before it.
        """
        while self._skip and (mark := self._raw.read(self._skip)):
            self._skip -= len(mark)
            self._taken += len(mark)
        text = ""
        while not text:
            if self._error is not None:
                raise self._error
            # Two bytes of UTF-16 are at most three of UTF-8, and up to three have been kept.
            piece = self._raw.read(max(4, size * 2 // 3 - 3))
            text = self._decoded(piece)
            if not piece:
                break
        if self._table is not None:
            text = text.translate(self._table)
        found = text.encode("utf-8")
        self._given += len(found)
        if self._error is not None:
            self._error.offset = self._given
            if not found:
                raise self._error
        return found

    def _decoded(self, piece: bytes) -> str:
        """The characters that a piece completes; those before an error, which is kept for the next call."""
        kept = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            at = self._taken - len(kept) + error.start
            cut = not piece and "truncated" in error.reason
            what = "ends within a character" if cut else "is damaged"
            self._error = CorruptFileError(
                f"{self._name}: the {self._encoding.name} text {what} at byte {at:_}",
                kind="truncated" if cut else "damaged",
            )
            text = error.object[: error.start].decode(self._encoding.codec)
        self._taken += len(piece)
        return text
