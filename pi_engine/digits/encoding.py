"""Digits in a format: the bytes of a file."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.compressed.compression import compressed
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.ycd.ycd_header import header_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.common.formats import Format


class Encoding(NamedTuple):
    """How digits are written.

    Attributes:
        digits: how many; None is for one or more, counted as they are written, and not for .ycd files.
        base: 2, 8, 10 or 16; of a .ycd file 10 or 16.
        form: the format.
        integer: the digits before the point.
        first_digits: for the header of a .ycd file, a digit, a point and 50 more; by default those of π.
        block_size: digits of each file of a .ycd set.
        threads: for compression.
    """

    digits: int | None
    base: int
    form: Format
    integer: str = "3"
    first_digits: str = ""
    block_size: int | None = None
    threads: int = 1


def encoded(blocks: Iterable[Block], encoding: Encoding) -> Iterator[bytes | memoryview]:
    """The bytes of a file, which is not a set's."""
    digits, base, form, integer = encoding[:4]
    if form == "ycd":
        assert digits is not None
        header = header_bytes(base, digits, first=encoding.first_digits)
        return chain([header], map(bytes_of_words, blocks))
    text = DigitText(base, digits or 0)
    head = (integer if digits == 0 else f"{integer}.").encode("ascii")
    pieces = chain([head], (text.text(block.words, block.digits) for block in blocks))
    return pieces if form == "text" else compressed(pieces, form, encoding.threads)


def bytes_of_words(block: Block) -> memoryview:
    """The words of a block as a .ycd file has them."""
    return block.words.astype("<u8", copy=False).data.cast("B")
