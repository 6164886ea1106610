"""The hash of digits, block by block: the digits as one integer modulo a prime, as `radix.digit_hash`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gmpy2

from pi_engine.bigint.mersenne import M61
from pi_engine.digits.digit_text import DigitText, hash_pays
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.radix.words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.blocks import Block


class BlockHash:
    """Accumulates the hash of blocks, which fill their words, all but the last."""

    def __init__(self, base: int, integer: int = 3, modulus: int = M61) -> None:
        """Begin with the integer before the point.

        Raises:
            ValueError: the modulus is not 2^61 − 1, nor a prime between 2^60 and it.
        """
        if not 2**60 < modulus <= M61 or not gmpy2.is_prime(modulus):
            raise ValueError("the modulus of a hash is a prime between 2^60 and 2^61")
        self._modulus = modulus
        self._base, self._width = base, DIGITS_PER_WORD[base]
        self._text = DigitText(base)
        self.value, self.count = integer, 0
        self._kernel = False

    def update(self, block: Block) -> None:
        """Append the digits of a block."""
        self.count += block.digits
        spare = len(block.words) * self._width - block.digits
        if self._base == 16:
            number = int.from_bytes(block.words.astype(">u8").tobytes(), "big") % self._modulus
            number = number * pow(16, -spare, self._modulus)
        elif self._by_kernel():
            from pi_engine.radix.word_text import word_hash

            number = word_hash(block.words, prime=self._modulus) * pow(10, -spare, self._modulus)
        else:
            digit_hash = DigitHash(10, (self._modulus,))
            digit_hash.update(self._text.text(block.words, block.digits).decode("ascii"))
            number = digit_hash.value
        self.value = (self.value * pow(self._base, block.digits, self._modulus) + number) % self._modulus

    def _by_kernel(self) -> bool:
        self._kernel = self._kernel or hash_pays(self.count)
        return self._kernel

    def through(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks, each hashed when it passes."""
        for block in blocks:
            self.update(block)
            yield block
