"""The text of a result as words, half its size or less, for runs whose memory has no room for the text itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD
from pi_engine.radix.word_text import word_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.stored_words import StoredWords

_PIECE = 1 << 20
"""Characters that are looked through at a time."""


class TextOfWords:
    """`3.` and this many digits: what a result asks of a str, piece by piece; `str()` makes it whole."""

    def __init__(
        self, integer: int, words: NDArray[np.uint64] | StoredWords, digits: int, threads: int, base: int = 10
    ) -> None:
        """Keep the words of base 10 or 16, zeros behind the last digit; `integer` is before the point, and digits ≥ 1."""
        self.words, self.integer, self.base = words, integer, base
        self._head = f"{integer}."
        self._length, self._threads = len(self._head) + digits, threads

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, key: int | slice) -> str:
        """Characters as a str has them."""
        if isinstance(key, slice):
            start, stop, step = key.indices(self._length)
            if step == 1:
                return self._between(start, max(start, stop))
            return "".join(self[i] for i in range(start, stop, step))
        if not -self._length <= key < self._length:
            raise IndexError("the text ends before this character")
        place = key % self._length
        return self._between(place, place + 1)

    def _between(self, start: int, stop: int) -> str:
        head = len(self._head)
        first, last = max(start - head, 0), max(stop - head, 0)
        before = self._head[start:stop]
        if first == last:
            return before
        width = DIGITS_PER_WORD[self.base]
        begin = first // width
        words = self.words[begin : -(-last // width)]
        skipped = width * begin
        if self.base == 16:
            return before + words.astype(">u8").tobytes().hex().upper()[first - skipped : last - skipped]
        characters = word_text(words, self._threads)
        return before + str(characters[first - skipped : last - skipped].data, "ascii")

    def __str__(self) -> str:
        return self[:]

    def __hash__(self) -> int:
        return hash(str(self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (str, TextOfWords)) or len(self) != len(other):
            return False
        return all(
            self[start : start + _PIECE] == other[start : start + _PIECE] for start in range(0, len(self), _PIECE)
        )

    def find(self, wanted: str, start: int = 0) -> int:
        """The first place from `start` on where these characters are, or −1."""
        for place in range(start, max(len(self) - len(wanted), start - 1) + 1, _PIECE):
            found = self[place : place + _PIECE + len(wanted) - 1].find(wanted)
            if found >= 0:
                return place + found
        return -1
