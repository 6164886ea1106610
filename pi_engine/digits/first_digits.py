"""The first digits of blocks, which may be shorter than that: those of a set of small files hold two words or three."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.ycd.ycd_header import LEAST_DIGITS
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.common.blocks import Block

_WORDS = 4
"""Words that hold the first digits in either base."""


def first_digits(blocks: Iterable[Block], base: int) -> tuple[str, Iterator[Block]]:
    """The first 50 digits, which the header of a .ycd file has too, or all if there are fewer; and the same blocks.

    The blocks fill their words, except for the last.
    """
    iterator, text = iter(blocks), DigitText(base)
    taken: list[Block] = []
    head = ""
    try:
        for block in iterator:
            taken.append(block)
            words = block.words[:_WORDS]
            head += text.text(words, min(block.digits, text.width * len(words))).decode("ascii")
            if len(head) >= LEAST_DIGITS:
                break
    except CorruptFileError as error:
        iterator = _damaged(error)
    return head[:LEAST_DIGITS], chain(taken, iterator)


def _damaged(error: CorruptFileError) -> Iterator[Block]:
    """Blocks that end in damage: it shows where it did, behind the blocks before it."""
    raise error
    yield
