"""Text of any shape → blocks, in bounded memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.digits.common.blocks import Block
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.text.layout.left_out import LeftOut
from pi_engine.digits.text.layout.text_lines import LineReader, Uncertain
from pi_engine.digits.text.layout.text_start import WINDOW, find_start
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.source import ByteStream
    from pi_engine.digits.text.digit_text import Characters

CHUNK = 1 << 20
"""Bytes read at once. As many in a row without a digit end the reading: no shape of text has this many blanks."""

_LONGEST_LINE = 1 << 16
"""Bytes of a line up to which it is looked at as a whole."""

_SHORT = 40
"""Bytes of a last line that may be a total."""

_TAG = 2000
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BREAK = re.compile(rb"<br[ \t]*/?>", re.IGNORECASE)
_BESIDE_FEED = re.compile(
    rb"(?:\A|(?<=[\r\n]))[ \t]*(\d{1,5})[ \t]*(?=[\r\n]+[ \t\r\n]*\f|\f)|\f[ \t\r\n]*(\d{1,5})[ \t]*(?=[\r\n]|\Z)"
)
"""A number alone in its line, before or behind a form feed."""


class TextReader:
    """The digits of a text: the one before the point, the base, and blocks of those after it.

    Attributes:
        integer: the digit before the point, or "" where the text begins after it.
        base: 2, 8, 10 or 16.
        sure: whether the text itself or a known beginning says which digit stands before the point.
        claimed: how many digits its header says there are.
        begin: the byte at which the digits after the point begin.
    """

    def __init__(self, stream: ByteStream, name: str, *, base: int | None = None, expected: int = 0) -> None:
        """Find where the digits begin.

        Raises:
            CorruptFileError: there are none, or the stream is damaged.
        """
        self._stream, self._name = stream, name
        window = b""
        while len(window) < WINDOW and (more := stream.read(WINDOW - len(window))):
            window += more
        start = find_start(_with_lines(window), name, base)
        self.integer, self.base, self.sure, self.claimed = start.integer, start.base, start.sure, start.claimed
        self.begin = start.offset
        self._left_out = LeftOut()
        self._left_out.remarks.extend(start.remarks)
        self._lines = LineReader(start.base, start, self._left_out)
        self._text = DigitText(start.base, expected)
        self._rest = window[start.offset :]
        self._at, self._number, self._column = 0, 1, 0
        self._advance(window[: start.offset])

    @property
    def notes(self) -> list[str]:
        """What was taken for granted and what was left out, as far as the text has been read: a sentence each."""
        return self._left_out.notes()

    def blocks(self) -> Iterator[Block]:
        """The digits after the point.

        Raises:
            CorruptFileError: after the digits before it, where nothing is certain any more, or the stream is damaged.
        """
        text, width = self._text, self._text.width
        pending = b""
        pieces = self.pieces()
        failure: CorruptFileError | None = None
        while failure is None:
            try:
                digits = next(pieces, None)
            except CorruptFileError as error:
                failure = error
                break
            if digits is None:
                break
            missing = -len(pending) % width if pending else 0
            if len(digits) < missing:
                pending += bytes(digits)
                continue
            if pending:
                yield Block(text.words(pending + bytes(digits[:missing])), width)
            whole = missing + (len(digits) - missing) // width * width
            if whole > missing:
                yield Block(text.words(digits[missing:whole]), whole - missing)
            pending = bytes(digits[whole:])
        if pending:
            yield Block(text.words(pending), len(pending))
        if failure is not None:
            raise failure

    def pieces(self) -> Iterator[Characters]:
        """The digits after the point as characters, some at a time; in place of `blocks`, and like them in what is raised."""
        blanks, last = 0, False
        damage: CorruptFileError | None = None
        while not last:
            try:
                more = self._stream.read(CHUNK)
            except CorruptFileError as error:  # what has been read before is digits all the same
                more, damage = b"", error
            last = not more
            piece = self._next_piece(more)
            some = False
            for digits in self._digits(piece, last=False):
                some = some or len(digits) > 0
                yield digits
            if last:
                yield from self._digits(self._rest, last=True)
            blanks = 0 if some or not self._lines.idle else blanks + len(piece)
            if blanks >= CHUNK:
                at = self._at - blanks
                raise CorruptFileError(f"{self._name}: {blanks:_} bytes from byte {at:_} on hold no digit", offset=at)
        if damage is not None:
            raise damage

    def _next_piece(self, more: bytes) -> bytes:
        """What is left, and more, without the last line; that is left for the next time."""
        line = _line_to_keep(more)
        if line:  # the usual case: no copy of all but that of the piece
            piece, self._rest = b"".join((self._rest, memoryview(more)[:line])), more[line:]
            return piece
        buffer = self._rest + more if self._rest else more
        cut = _cut(buffer) if more else _last_line(buffer)
        self._rest = buffer[cut:]
        return buffer[:cut]

    def _digits(self, piece: bytes, *, last: bool) -> Iterator[Characters]:
        """The digits of a piece: at once where it has only digits and separators, else line by line."""
        if not piece:
            return
        if self._lines.idle and b"\f" not in piece and not (last and len(piece.strip()) < _SHORT):
            found = self._text.compact(piece)
            if found.stray is None:
                self._lines.count(len(found.digits), piece, self._number)
                self._advance(piece, found.line_feeds)
                yield found.digits
                return
            text = _with_lines(piece)
            if (many := self._lines.many(text, self._number)) is not None:
                self._note_breaks(piece, text)
                self._advance(piece)
                yield many
                return
        yield from self._by_lines(piece, last=last)

    def _by_lines(self, piece: bytes, *, last: bool) -> Iterator[bytes]:
        beside = _numbers_beside_feeds(piece) if b"\f" in piece else {}
        self._lines.expect_pages(list(beside.values()))
        text, gathered = _with_lines(piece), []
        self._note_breaks(piece, text)
        start, begins = 0, self._column == 0 or self._at <= WINDOW
        while start < len(piece):
            match = _LINE.match(text, start)
            assert match is not None
            line = match[0].rstrip(b"\r\n")
            ended = len(line) < len(match[0]) or (last and match.end() == len(piece))
            try:
                gathered.append(
                    self._lines.take(
                        line,
                        self._at,
                        self._number,
                        column=self._column,
                        whole=begins and ended,
                        ended=ended,
                        beside_feed=start in beside,
                    )
                )
            except Uncertain as answer:
                yield b"".join([*gathered, answer.digits])
                raise self._stray(answer) from None
            self._advance(piece[start : match.end()])
            start, begins = match.end(), ended
        yield b"".join(gathered)

    def _note_breaks(self, piece: bytes, text: bytes) -> None:
        """Note the tags of a piece in whose place `text` has line ends."""
        if text is not piece:
            self._left_out.add("HTML line breaks", len(_BREAK.findall(piece)), self._number)

    def _advance(self, text: bytes, line_feeds: int | None = None) -> None:
        """Go past a text: offset, line and column behind it; `line_feeds` of it, if they have been counted."""
        ends = _count(text, b"\n") if line_feeds is None else line_feeds
        if b"\r" in text:
            ends += _count(text, b"\r") - text.count(b"\r\n")
        if ends:
            self._number += ends
            text_of_line = text[_last_end(text, len(text)) + 1 :]
            self._column = len(text_of_line.decode("utf-8", "replace"))
        else:
            self._column += len(text.decode("utf-8", "replace")) if not text.isascii() else len(text)
        self._at += len(text)

    def _stray(self, answer: Uncertain) -> CorruptFileError:
        place = answer.place
        what = "does not go on with the digits" if place.words else f"is not a digit of base {self.base}"
        meant = place.looks_like()
        replace = "" if meant is None else f"write {meant} if it stands for that, "
        return CorruptFileError(
            f"{self._name}: {place.described()}, which {what}: "
            f"{replace}remove it if the digits go on behind it, or all from there on if they have ended",
            kind="stray",
            offset=place.offset,
        )


def _with_lines(piece: bytes) -> bytes:
    """A piece with line ends in place of the tags that break lines in HTML, every byte at its place."""
    if b"<br" not in piece and b"<BR" not in piece:
        return piece
    return _BREAK.sub(lambda match: b"\n".ljust(len(match[0])), piece)


def _count(text: bytes, sign: bytes) -> int:
    """How often a byte occurs; `bytes.count` takes ten times as long."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == sign[0]))


def _last_line(buffer: bytes) -> int:
    """Where the last line begins that is not blank, or the one above it where a form feed is behind that; 0 for the first line."""
    start = _line_before(buffer, len(buffer))
    while start and b"\f" in buffer[start - 1 :] and len(buffer) - start < _SHORT:
        start = _line_before(buffer, start)
    return start if not start or buffer[start : start + 1] != b"\f" else _line_before(buffer, start)


def _line_before(buffer: bytes, end: int) -> int:
    """Where the last line before `end` begins that is not blank."""
    near = max(end - _SHORT, 0)
    visible = len(buffer[near:end].rstrip())
    return _last_end(buffer, near + visible if visible else len(buffer[:near].rstrip())) + 1


def _last_end(buffer: bytes, end: int) -> int:
    """Where the last line end before `end` is, or −1; a carriage return is looked for only behind the last line feed."""
    feed = buffer.rfind(b"\n", 0, end)
    return max(feed, buffer.rfind(b"\r", feed + 1, end))


def _numbers_beside_feeds(piece: bytes) -> dict[int, int]:
    """Where lines begin that hold a number alone, before or behind a form feed, and the numbers."""
    found = {}
    for match in _BESIDE_FEED.finditer(piece):
        group = match.lastindex or 0
        line = max(piece.rfind(b"\n", 0, match.start(group)), piece.rfind(b"\r", 0, match.start(group))) + 1
        found[line] = int(match[group])
    return found


def _line_to_keep(buffer: bytes) -> int:
    """Where the last line begins that is not blank; 0 for the first line, or where it is a very long one."""
    line = _last_line(buffer)
    return line if len(buffer) - line <= _LONGEST_LINE else 0


def _cut(buffer: bytes) -> int:
    """Where to cut a buffer that goes on: before its last line that is not blank, or in a very long line at a blank."""
    line = _line_to_keep(buffer)
    if line:
        return line
    tag = buffer.rfind(b"<", -_TAG)
    if tag > max(buffer.rfind(b">", -_TAG), 0):
        return tag
    blank = max(buffer.rfind(b" ", -_TAG), buffer.rfind(b",", -_TAG))
    if blank > 0:  # with the blank before it what follows may be a counter
        return blank
    end = len(buffer)
    while end > len(buffer) - 4 and buffer[end - 1] >= 128:
        end -= 1
    return end
