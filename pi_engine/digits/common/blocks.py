"""Blocks: how digits travel between files. Words of 64, 21, 19 or 16 digits of base 2, 8, 10 or 16, the first most significant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.errors import CorruptFileError
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.stored_words import StoredWords

    Words = NDArray[np.uint64]


class Block(NamedTuple):
    """`digits` digits in ⌈digits/19⌉ words (base 2: ⌈digits/64⌉, and so on), zeros behind the last digit."""

    words: Words
    digits: int


def aligned(blocks: Iterable[Block], base: int) -> Iterator[Block]:
    """Digits in blocks that fill their words, except for the last; those before an error too.

    A piece of a set begins a new word wherever the one before has ended; its words are then shifted: with r digits
    pending, each gives its first 19 − r to the word before and keeps the rest.
    """
    width = DIGITS_PER_WORD[base]
    pending, held = np.uint64(0), 0
    try:
        for words, digits in blocks:
            if held == 0:
                joined = words
            else:
                low, high = np.uint64(base**held), np.uint64(base ** (width - held))
                joined = np.zeros(len(words) + 1, np.uint64)
                np.floor_divide(words, low, out=joined[:-1])
                joined[1:] += (words - joined[:-1] * low) * high
                joined[0] += pending
            whole, held = divmod(held + digits, width)
            pending = joined[whole] if held else np.uint64(0)
            if whole:
                yield Block(joined[:whole], whole * width)
    except CorruptFileError:
        if held:
            yield Block(np.array([pending], np.uint64), held)
        raise
    if held:
        yield Block(np.array([pending], np.uint64), held)


def blocks_of_words(words: Words | StoredWords, digits: int, base: int, size: int = 1 << 17) -> Iterator[Block]:
    """Words in memory, or on disk, as blocks of `size` words."""
    width = DIGITS_PER_WORD[base]
    for start in range(0, len(words), size):
        part = words[start : start + size]
        yield Block(part, min(len(part) * width, digits - start * width))


def split_block(block: Block, digits: int, base: int) -> tuple[Block, list[Block]]:
    """The first `digits` digits of a block, and the rest: what remains of a word that is cut, and the words after it."""
    width = DIGITS_PER_WORD[base]
    whole, rest = divmod(digits, width)
    if not rest:
        return Block(block.words[:whole], digits), [Block(block.words[whole:], block.digits - digits)]
    low, cut = base ** (width - rest), int(block.words[whole])
    left = block.words[: whole + 1].copy()
    left[-1] = cut - cut % low
    held = min(width - rest, block.digits - digits)
    right = [Block(np.array([cut % low * base**rest], np.uint64), held)]
    if block.digits - digits > held:
        right.append(Block(block.words[whole + 1 :], block.digits - digits - held))
    return Block(left, digits), right


class Cutter:
    """Takes counted digits from blocks: for files of a set. Each begins a new word."""

    def __init__(self, blocks: Iterable[Block], base: int) -> None:
        """Take from `blocks`."""
        self._blocks, self._base = iter(blocks), base
        self._returned: list[Block] = []

    def take(self, digits: int) -> Iterator[Block]:
        """The next `digits` digits, or those that are left, aligned."""
        return aligned(self._take(digits), self._base)

    def _take(self, digits: int) -> Iterator[Block]:
        while digits:
            block = self._returned.pop() if self._returned else next(self._blocks, None)
            if block is None:
                return
            if block.digits > digits:
                block, rest = split_block(block, digits, self._base)
                self._returned += reversed(rest)
            digits -= block.digits
            yield block
