"""The hash of digits, block by block: the digits as one integer modulo 2^61 − 1, as `radix.digit_hash`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.mersenne import M61, residue
from pi_engine.digits.digit_text import DigitText, kernels_pay
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.radix.words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.blocks import Block


class BlockHash:
    """Accumulates the hash of blocks, which fill their words, all but the last."""

    def __init__(self, base: int, integer: int = 3) -> None:
        """Begin with the integer before the point."""
        self._base, self._width = base, DIGITS_PER_WORD[base]
        self._text = DigitText(base)
        self.value, self.count = integer, 0
        self._kernel = False

    def update(self, block: Block) -> None:
        """Append the digits of a block."""
        self.count += block.digits
        spare = len(block.words) * self._width - block.digits
        if self._base == 16:
            number = residue(int.from_bytes(block.words.astype(">u8").tobytes(), "big"))
            number = number * pow(16, -spare, M61)
        elif self._by_kernel():
            from pi_engine.radix.word_text import word_hash

            number = word_hash(block.words) * pow(10, -spare, M61)
        else:
            digit_hash = DigitHash(10)
            digit_hash.update(self._text.text(block.words, block.digits).decode("ascii"))
            number = digit_hash.value
        self.value = (self.value * pow(self._base, block.digits, M61) + number) % M61

    def _by_kernel(self) -> bool:
        self._kernel = self._kernel or kernels_pay(self.count)
        return self._kernel

    def through(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks, each hashed when it passes."""
        for block in blocks:
            self.update(block)
            yield block
