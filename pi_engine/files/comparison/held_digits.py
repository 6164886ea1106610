"""Digits held as words, read from any place and searched at word speed: 0.42 bytes a decimal digit.

A window of 2w − 1 digits, wherever it stands, covers one whole word of w digits. So there are only w values that a word
can have there, and to find the window anywhere each word is looked up once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.digits.text.digit_text import DigitText
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pi_engine.digits.common.blocks import Block, Words

_WORDS = 1 << 15
"""Words looked at together, so that what is intermediate stays in cache."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_KEY_SHIFT = np.uint64(48)


class HeldDigits:
    """The first `count` digits after the point, the first one at place 0."""

    def __init__(self, words: Words, count: int, base: int) -> None:
        """Take words that are full, except for the last."""
        self.words, self.count, self.base = words, count, base
        self._text = DigitText(base)
        self.width = self._text.width

    @property
    def window(self) -> int:
        """How many digits `find` looks for."""
        return 2 * self.width - 1

    def text(self, start: int, stop: int) -> str:
        """The digits from place `start` to before `stop`, or to the end."""
        return self._bytes(start, stop).decode("ascii")

    def characters(self, start: int, stop: int) -> NDArray[np.uint8]:
        """The same as an array of characters."""
        return np.frombuffer(self._bytes(start, stop), np.uint8)

    def _bytes(self, start: int, stop: int) -> bytes:
        start, stop = max(0, start), min(stop, self.count)
        if stop <= start:
            return b""
        first, last = start // self.width, -(-stop // self.width)
        text = self._text.text(self.words[first:last], (last - first) * self.width)
        return text[start - first * self.width : stop - first * self.width]

    def words_from(self, place: int, count: int) -> Words | None:
        """`count` words of the digits from any place on; None where not all of them are whole."""
        first, ahead = divmod(place, self.width)
        if first < 0 or first + count + (ahead > 0) > len(self.words):
            return None
        words = self.words[first : first + count]
        if not ahead:
            return words
        unit = np.uint64(self.base ** (self.width - ahead))
        following = self.words[first + 1 : first + count + 1]
        return (words - words // unit * unit) * np.uint64(self.base**ahead) + following // unit

    def find(self, windows: Sequence[str]) -> list[tuple[int, int]]:
        """Where windows of `self.window` digits stand: pairs of a window's number and a place, by place."""
        places: dict[int, list[tuple[int, int]]] = {}
        for number, window in enumerate(windows):
            for ahead in range(self.width):
                value = int(window[ahead : ahead + self.width], self.base)
                places.setdefault(value, []).append((number, ahead))
        keys = np.zeros(1 << 16, np.bool_)
        keys[((np.array(list(places), np.uint64) * _MIX) >> _KEY_SHIFT).astype(np.intp)] = True
        found = []
        for start in range(0, len(self.words), _WORDS):
            words = self.words[start : start + _WORDS]
            for i in np.flatnonzero(keys[((words * _MIX) >> _KEY_SHIFT).astype(np.intp)]).tolist():
                for number, ahead in places.get(int(words[i]), ()):
                    place = (start + i) * self.width - ahead
                    if place >= 0 and self.text(place, place + self.window) == windows[number]:
                        found.append((number, place))
        return sorted(found, key=lambda pair: pair[1])


class Tally:
    """How many digits of `theirs` are not those of `ours` at the same place, where the first are, and the last."""

    def __init__(self, ours: HeldDigits, theirs: HeldDigits, shown: int) -> None:
        """Compare all digits of `theirs`, word by word."""
        self.wrong = 0
        self.first: list[int] = []
        self.last = -1
        self._text, self._width = DigitText(ours.base), ours.width
        for numbers, a, b in _differing_words(ours, theirs):
            self.wrong += self._count(a, b)
            few = shown - len(self.first)
            if few > 0:
                self.first += self._places(numbers[:few], a[:few], b[:few])[:few]
            last = numbers[-1:], a[-1:], b[-1:]
        if self.wrong:
            self.last = self._places(*last)[-1]

    def _count(self, a: Words, b: Words) -> int:
        """How many digits of two words each differ, in all."""
        base = self._text.base
        if base & (base - 1):
            return int(np.count_nonzero(self._characters(a) != self._characters(b)))
        bits = base.bit_length() - 1
        differ = a ^ b
        any_bit = differ.copy()
        for shift in range(1, bits):
            any_bit |= differ >> np.uint64(shift)
        lowest = sum(1 << bits * i for i in range(self._width))
        return int(np.bitwise_count(any_bit & np.uint64(lowest)).sum(dtype=np.int64))

    def _places(self, numbers: NDArray[np.intp], a: Words, b: Words) -> list[int]:
        """Where the digits of words differ; `numbers` are the words' numbers."""
        places = np.flatnonzero(self._characters(a) != self._characters(b))
        return [
            int(numbers[i]) * self._width + j
            for i, j in zip(*(x.tolist() for x in np.divmod(places, self._width)), strict=True)
        ]

    def _characters(self, words: Words) -> NDArray[np.uint8]:
        return np.frombuffer(self._text.text(words, len(words) * self._width), np.uint8)


def _differing_words(ours: HeldDigits, theirs: HeldDigits) -> Iterator[tuple[NDArray[np.intp], Words, Words]]:
    """Where words differ, and both; the end of ours is cut to the digits that theirs have."""
    count, width = len(theirs.words), ours.width
    spare = count * width - theirs.count
    for start in range(0, count, _WORDS):
        b = theirs.words[start : start + _WORDS]
        a = ours.words[start : start + len(b)]
        if spare and start + len(b) == count:
            a = without_end(a, spare, ours.base)
        differ = np.flatnonzero(a != b)
        if len(differ):
            yield differ + start, a[differ], b[differ]


def without_end(words: Words, spare: int, base: int) -> Words:
    """A copy of words whose last one has zeros in place of its last `spare` digits."""
    words = words.copy()
    words[-1] -= words[-1] % np.uint64(base**spare)
    return words


def held(blocks: Iterable[Block], digits: int, base: int) -> HeldDigits:
    """The digits of blocks that fill their words, except for the last."""
    return HeldDigits(gathered(blocks, digits, base), digits, base)


def gathered(blocks: Iterable[Block], digits: int, base: int) -> Words:
    """The words of blocks with `digits` digits in all, which fill their words, except for the last, which is padded with zeros."""
    words, filled = np.empty(-(-digits // DIGITS_PER_WORD[base]), np.uint64), 0
    for block in blocks:
        words[filled : filled + len(block.words)] = block.words
        filled += len(block.words)
    return words
