"""One .ycd file → blocks, in bounded memory: what is allocated never depends on what the header says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.digits.common.blocks import Block
from pi_engine.digits.ycd.ycd_header import MOST_BYTES, YcdHeader, parse_header
from pi_engine.errors import CorruptFileError
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD, DIGITS_PER_WORD
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.digits.common.blocks import Words
    from pi_engine.digits.common.source import Source

_CHUNK_WORDS = 1 << 17
_LARGEST = np.uint64(10**DECIMALS_PER_WORD - 1)


class YcdReader:
    """The header of a file, and blocks of its digits."""

    def __init__(self, source: Source, *, partial: bool = False) -> None:
        """Read the header, and compare the length it implies with the file's, where that is known.

        With `partial` a file that is shorter is not an error before its digits have been read.

        Raises:
            CorruptFileError: the header is wrong, or the file is shorter or longer than it says.
        """
        self._source = source
        self.header: YcdHeader = parse_header(source.peek(MOST_BYTES), source.name)
        self._words = -(-self.header.digits // DIGITS_PER_WORD[self.header.base])
        size = None if source.size is None else source.size - self.header.length
        if size is not None and not (partial and 8 <= size < 8 * self._words):
            self._compare_length(size)

    def blocks(self) -> Iterator[Block]:
        """The digits of this file.

        Raises:
            CorruptFileError: after the digits before it, where a word is too large or not padded with zeros, or the file ends too
            early or too late.
        """
        source, (base, *_), width = self._source, self.header, DIGITS_PER_WORD[self.header.base]
        source.read(self.header.length)
        left, digits = self._words, self.header.digits
        while left:
            words = np.empty(min(left, _CHUNK_WORDS), np.uint64)
            offset = source.position
            found = source.fill(words.data.cast("B"))
            if found < words.nbytes:
                yield from self._sound(words[: found // 8], base, offset, cut_off=True)
                self._compare_length(source.position - self.header.length)
            if sys.byteorder == "big":
                words.byteswap(inplace=True)
            left -= len(words)
            count = min(digits, len(words) * width)
            yield from self._sound(words, base, offset, padding=len(words) * width - count)
            digits -= count
        if source.read(1):
            raise self._too_long()

    def _sound(
        self, words: Words, base: int, offset: int, padding: int = 0, *, cut_off: bool = False
    ) -> Iterator[Block]:
        """The words as a block; where one of them cannot be, those before it, and then the error.

        Zeros at the end of words that are cut off may be padding, if the header is wrong: they are left out.
        """
        width, good, what = DIGITS_PER_WORD[base], len(words), ""
        if base == 10 and good and words.max() > _LARGEST:
            good, what, padding = int(np.argmax(words > _LARGEST)), "the word at byte {} does not hold 19 digits", 0
        elif padding and int(words[-1]) % base**padding:
            words = words.copy()
            words[-1] -= words[-1] % np.uint64(base**padding)
            what = "the last word, at byte {}, does not end in zeros"
        elif cut_off and good:
            last = int(words[-1])
            padding = next(zeros for zeros in range(width, -1, -1) if last % base**zeros == 0)
        if good * width > padding:
            yield Block(words[:good], good * width - padding)
        if what:
            at = offset + 8 * min(good, len(words) - 1)
            raise CorruptFileError(f"{self._source.name}: {what.format(f'{at:_}')}", offset=at)

    def _compare_length(self, size: int) -> None:
        """`size` bytes of data are there."""
        if size < 8 * self._words:
            width = DIGITS_PER_WORD[self.header.base]
            raise CorruptFileError(
                f"{self._source.name} is truncated: it holds {max(size, 0) // 8 * width:_} of {counted(self.header.digits, 'digit')}",
                kind="truncated",
                offset=self.header.length + size,
            )
        if size > 8 * self._words:
            raise self._too_long()

    def _too_long(self) -> CorruptFileError:
        end = self.header.length + 8 * self._words
        return CorruptFileError(
            f"{self._source.name} goes on after its {counted(self.header.digits, 'digit')}, which end at byte {end:_}",
            offset=end,
        )
