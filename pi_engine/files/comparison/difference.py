"""Where digits first differ from π's, and what has happened there: a digit substituted, transposed, missing, doubled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.text.digit_text import DigitText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.digits.common.blocks import Block, Words

SHOWN = 10
"""Digits of either side that a difference shows."""

_CONTEXT_WORDS = 5
_MOST_SHIFTED = 20
"""Digits that may be missing, or be too many, and the difference is still recognised as such."""

_SURE_BITS = 9
"""Bits of digits that must agree after a shift, lest chance be taken for it: 3 digits of base 10 or 16."""


class Difference(NamedTuple):
    """The first wrong digit.

    Attributes:
        position: counted from 1 after the point; 0 is the digit before it.
        expected: the digits of π from there, at most ten.
        found: the file's digits from there, at most ten.
        kind: "substituted", "transposed", "missing", "doubled", "inserted" or "different".
        message: what has happened, in words.
    """

    position: int
    expected: str
    found: str
    kind: str
    message: str


def difference_at(position: int, expected: str, found: str, before: str, base: int = 10) -> Difference:
    """Tell what has happened where digits first differ.

    Args:
        position: of the first digits of `expected` and `found`, which differ.
        expected: π's digits from there on, some dozens if there are as many.
        found: the file's, fewer where it ends.
        before: the digit before both.
        base: of the digits.
    """
    kind, message = _kind(position, expected, found, before, sure=math.ceil(_SURE_BITS / math.log2(base)))
    return Difference(position, expected[:SHOWN], found[:SHOWN], kind, message)


def _kind(position: int, expected: str, found: str, before: str, *, sure: int) -> tuple[str, str]:
    both = min(len(expected), len(found))
    instead = f"position {position:_}: {found[0]} where π has {expected[0]}"
    if expected[1:both] == found[1:both]:
        return "substituted", f"{instead} (a substituted digit)"
    if both > 1 and found[:2] == expected[1::-1] and expected[2:both] == found[2:both]:
        return "transposed", f"{instead} (two digits transposed: {found[:2]} for {expected[:2]})"
    for count in range(1, _MOST_SHIFTED):
        if _agree(expected[count:], found, sure):
            lost = expected[:count]
            return "missing", f"{instead} ({_digits(lost)} missing)"
        if _agree(expected, found[count:], sure):
            more = found[:count]
            if count == 1 and more == before:
                return "doubled", f"{instead} (the digit {more} before it doubled)"
            return "inserted", f"{instead} ({_digits(more)} too many)"
    wrong = sum(a != b for a, b in zip(expected, found, strict=False))
    return "different", f"{instead} ({wrong} of {both} digits from there on are wrong)"


def _agree(a: str, b: str, sure: int) -> bool:
    both = min(len(a), len(b))
    return both >= sure and a[:both] == b[:both]


def _digits(digits: str) -> str:
    return f"the digit {digits}" if len(digits) == 1 else f"the {len(digits)} digits {digits}"


def first_difference(
    expected: Words, digits: int, blocks: Iterable[Block], base: int, before: str = "3"
) -> Difference | None:
    """Compare blocks, word by word, with the first `digits` digits of π; None where they agree.

    Args:
        expected: those digits in words, padded with zeros.
        digits: their number: all of the blocks' digits, or a multiple of a word's.
        blocks: the digits to compare, from the first after the point; what goes beyond is not looked at.
        base: 2, 8, 10 or 16.
        before: the digit before the point.
    """
    stream, first = iter(blocks), 0
    for block in stream:
        count = min(len(block.words), len(expected) - first)
        if count <= 0:
            break
        ours, theirs = expected[first : first + count], block.words[:count]
        if not np.array_equal(ours, theirs):
            word = int(np.argmax(ours != theirs))
            found = _following(block, word, stream, base)
            return _locate(expected, digits, first + word, found=found, base=base, before=before)
        first += len(block.words)
    return None


def _following(block: Block, word: int, rest: Iterable[Block], base: int) -> str:
    """The digits of a block from one of its words on, and of those that follow, as far as is looked at."""
    text = DigitText(base)
    width = text.width
    part = block.words[word : word + _CONTEXT_WORDS]
    found = text.text(part, min(block.digits - word * width, len(part) * width))
    if len(found) == _CONTEXT_WORDS * width:
        return found.decode("ascii")
    following = next(iter(rest), None)
    if following is not None:
        part = following.words[:_CONTEXT_WORDS]
        found += text.text(part, min(following.digits, len(part) * width))
    return found.decode("ascii")


def _locate(expected: Words, digits: int, word: int, *, found: str, base: int, before: str) -> Difference:
    """The difference within a word, which is the first that differs."""
    text = DigitText(base)
    width = text.width
    part = expected[word : word + _CONTEXT_WORDS + 2]
    ours = text.text(part, min(digits - word * width, len(part) * width)).decode("ascii")
    place = next(i for i, (a, b) in enumerate(zip(ours, found, strict=False)) if a != b)
    if place:
        before = ours[place - 1]
    elif word:
        before = text.text(expected[word - 1 : word], width).decode("ascii")[-1]
    return difference_at(word * width + place + 1, ours[place:], found[place:], before, base)
