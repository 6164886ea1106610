"""What may stand between any two digits of a text: tags, blanks beyond ASCII, quotation marks, the signs of arrays and strings."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pi_engine.digits.common.constants import PI
from pi_engine.digits.text.layout import shapes

_FEW = 5
"""Digits of π that chance does not give."""


class Shape(NamedTuple):
    """What may stand between two digits.

    Attributes:
        name: a plural, as the note says it.
        pattern: of its bytes.
        hint: at least one of these bytes is in it; none where they are all beyond ASCII.
        habitual: whether one alone may as well be a damaged digit, so that it counts only where the text begins with several.
        certain: what must not be in a text in which all signs of ASCII that the shape consists of can be taken out at once.
    """

    name: str
    pattern: re.Pattern[bytes]
    hint: bytes = b""
    habitual: bool = False
    certain: re.Pattern[bytes] | None = None

    def taken_out(self, text: bytes) -> tuple[bytes, int]:
        """A text without the shape, and how often it was there."""
        if not any(byte in text for byte in _single(self.hint)) and (
            text.isascii() or (self.hint and not self.habitual)
        ):
            return text, 0
        if self.certain is not None and text.isascii() and not self.certain.search(text):
            bare = text.translate(None, self.hint)
            return bare, len(text) - len(bare)
        return self.pattern.subn(b"", text)


@cache
def _single(signs: bytes) -> tuple[bytes, ...]:
    return tuple(bytes([sign]) for sign in signs)


@cache
def between(base: int) -> tuple[Shape, ...]:
    """The shapes that may stand anywhere between digits of the base, in the order in which they are taken out."""
    digit = shapes.DIGIT_CLASS[base]
    apostrophe = rb"(?:'|\xe2\x80\x99|\xc2\xb7|\xcb\x99)"
    ascii_signs = b"\"'`()[]{}|;+&"
    alone = re.compile(digit + rb"[" + re.escape(ascii_signs) + rb"]" + digit)
    sign = shapes.SIGN
    behind, before = rb"(?=[ \t,\r\n]|\Z)", rb"(?:\A|(?<=[ \t,\r\n]))"
    signs = rb"(?:" + sign + shapes.JOIN + rb"){2,}|" + sign + behind + rb"|" + before + sign
    prefix = (Shape("prefixes 0x", re.compile(rb"(?<![0-9A-Za-z])0[xX](?=[0-9A-Fa-f])"), b"xX"),) if base == 16 else ()
    return (
        *prefix,
        Shape("HTML tags", re.compile(shapes.TAG), b"<"),
        Shape("HTML entities", re.compile(shapes.ENTITY), b"&"),
        Shape("Unicode blanks and invisible characters", re.compile(shapes.INVISIBLE + rb"+")),
        Shape("escaped line breaks", re.compile(shapes.ESCAPE), b"\\"),
        Shape("backslashes at the ends of lines", re.compile(rb"\\[ \t]*(?=[\r\n]|\Z)"), b"\\"),
        Shape(
            "apostrophes between groups",
            re.compile(rb"(?<=" + digit + rb")" + apostrophe + rb"(?=" + digit + rb"|[ \t]*(?:[\r\n]|\Z))"),
            b"'",
            habitual=True,
        ),
        Shape(
            "quotation marks, brackets and other signs", re.compile(signs), ascii_signs, habitual=True, certain=alone
        ),
    )


OPENING = re.compile(rb"(?:" + shapes.SIGN + rb")[ \t\r\n]*\Z")
"""What makes signs a habit of the text where it stands before the first digit."""


def habits(base: int, before: bytes, text: bytes) -> tuple[Shape, ...]:
    """The shapes between digits that a text has, which begins with `text` behind `before`.

    One of habit has to be there twice, or within digits that are those of π with it left out.
    """
    opened = OPENING.search(before) is not None
    right = _right_up_to(base, text)
    return tuple(
        shape
        for shape in between(base)
        if not shape.habitual
        or (opened and shape is between(base)[-1])
        or len(shape.pattern.findall(text)) > 1
        or shape.pattern.search(text, 0, right)
    )


def _right_up_to(base: int, text: bytes) -> int:
    """How far a text has the digits of π, whatever stands between them, for some more digits than that."""
    known = PI.fraction(base)
    count = 0
    for match in re.finditer(
        rb"[^\s" + shapes.DIGIT_CLASS[base][1:-1] + rb"]*(" + shapes.DIGIT_CLASS[base] + rb")", text
    ):
        if count == len(known) or match[1].decode().upper() != known[count]:
            break
        count += 1
        if count > _FEW:
            place = match.start(1)
    return place if count > _FEW else 0


def lexer(base: int, shapes_of_text: tuple[Shape, ...]) -> re.Pattern[bytes]:
    """The longest beginning that consists of digits, separators and these shapes."""
    parts = [
        *(shape.pattern.pattern for shape in shapes_of_text),
        shapes.DIGIT_CLASS[base] + rb"+",
        rb"[" + re.escape(shapes.SEPARATORS) + rb"]+",
    ]
    return re.compile(rb"(?:" + rb"|".join(parts) + rb")*")


def without(shapes_of_text: tuple[Shape, ...], text: bytes) -> tuple[bytes, list[tuple[str, int]]]:
    """A text without these shapes, and how often each was there."""
    taken = []
    for shape in shapes_of_text:
        text, count = shape.taken_out(text)
        if count:
            taken.append((shape.name, count))
    return text, taken
