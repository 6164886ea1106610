"""Where digits first differ from π's, and what has happened there: a digit substituted, transposed, missing, doubled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.text.digit_text import DigitText
from pi_engine.files.comparison.held_digits import without_end

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.digits.common.blocks import Block, Words

SHOWN = 10
"""Digits of either side that a difference shows."""

_CONTEXT_WORDS = 5
_MOST_SHIFTED = 20
"""Digits that may be missing, or be too many, and the difference is still recognised as such."""

_SURE_BITS = 16
"""Bits that must agree after a shift, so that chance is not taken for it: 5 digits of base 10, one in a thousand of all shifts together."""

_SURE_BITS_OF_ONE = 13
"""The same of a shift by one digit, which is far more usual than others: 4 digits of base 10."""


class Difference(NamedTuple):
    """The first wrong digit.

    Attributes:
        position: counted from 1 after the point; 0 is the digit before it.
        expected: the digits of π from there, at most ten.
        found: the file's digits from there, at most ten.
        kind: as `files.methods.verdict.Verification` lists them.
        message: what has happened, in words.
        wrong_digits: how many positions of the file differ from π's, where that is known and the digits are at their places.
        wrong_positions: the first of them.
    """

    position: int
    expected: str
    found: str
    kind: str
    message: str
    wrong_digits: int | None = None
    wrong_positions: tuple[int, ...] = ()


def difference_at(position: int, expected: str, found: str, before: str, base: int = 10) -> Difference:
    """Tell what has happened where digits first differ.

    Args:
        position: of the first digits of `expected` and `found`, which differ.
        expected: π's digits from there on, some dozens if there are as many.
        found: the file's, fewer where it ends.
        before: the digit before both.
        base: of the digits.
    """
    kind, what = kind_of(expected, found, before, base)
    message = f"position {position:_}: {found[0]} where π has {expected[0]} ({what})"
    return Difference(position, expected[:SHOWN], found[:SHOWN], kind, message)


def only_first(difference: Difference) -> Difference:
    """The same, and that behind the first wrong digit only those were compared that tell the kind."""
    return difference._replace(message=f"{difference.message}; the digits behind it were not all compared")


def kind_of(expected: str, found: str, before: str, base: int = 10) -> tuple[str, str]:
    """What has happened where digits first differ, as a word and in words, by the digits that follow alone."""
    both = min(len(expected), len(found))
    if expected[1:both] == found[1:both]:
        return "substituted", "a substituted digit"
    if both > 1 and found[:2] == expected[1::-1] and expected[2:both] == found[2:both]:
        return "transposed", f"two digits transposed: {found[:2]} for {expected[:2]}"
    shift = shift_of(expected, found, base)
    if shift > 0:
        return "missing", f"{shown(expected[:shift])} missing"
    if shift == -1 and found[0] == before:
        return "doubled", f"the digit {before} before it doubled"
    if shift:
        return "inserted", f"{shown(found[:-shift])} too many"
    wrong = sum(a != b for a, b in zip(expected, found, strict=False))
    return "different", f"{wrong} of {both} digits from there on are wrong"


def shift_of(expected: str, found: str, base: int = 10) -> int:
    """How many digits are missing, up to 19, or too many if negative, where all that follow agree; 0 where it is not so."""
    for count in range(1, _MOST_SHIFTED):
        sure = math.ceil((_SURE_BITS if count > 1 else _SURE_BITS_OF_ONE) / math.log2(base))
        if _agree(expected[count:], found, sure):
            return count
        if _agree(expected, found[count:], sure):
            return -count
    return 0


def _agree(a: str, b: str, sure: int) -> bool:
    both = min(len(a), len(b))
    return both >= sure and a[:both] == b[:both]


def shown(digits: str) -> str:
    """Like `the digit 1` and `the 2 digits 14`."""
    return f"the digit {digits}" if len(digits) == 1 else f"the {len(digits)} digits {digits}"


def first_difference(
    expected: Words, digits: int, blocks: Iterable[Block], base: int, before: str = "3"
) -> Difference | None:
    """Compare blocks, word by word, with the first `digits` digits of π; None where they agree.

    Args:
        expected: those digits in words, and what follows them in π, if that is known.
        digits: their number: all of the blocks' digits, or a multiple of a word's.
        blocks: the digits to compare, from the first after the point; what goes beyond is not looked at.
        base: 2, 8, 10 or 16.
        before: the digit before the point.
    """
    stream, first, width = iter(blocks), 0, DigitText(base).width
    expected = expected[: -(-digits // width)]
    for block in stream:
        count = min(len(block.words), len(expected) - first)
        if count <= 0:
            break
        ours, theirs = expected[first : first + count], block.words[:count]
        if spare := max(0, (first + count) * width - digits):
            ours = without_end(ours, spare, base)
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
