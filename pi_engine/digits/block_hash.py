"""The hash of digits, block by block: the digits as one integer modulo a prime, or several, as `radix.digit_hash`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gmpy2

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.digits.text.digit_text import DigitText, hash_pays
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.radix.kernels.binary_words import binary_integer
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pi_engine.digits.common.blocks import Block


class BlockHashes:
    """Accumulates the hashes of blocks, which fill their words, except for the last.

    Attributes:
        moduli: the primes.
        values: the hash modulo each of them.
        count: how many digits after the point.
    """

    def __init__(self, base: int, integer: int, moduli: Sequence[int]) -> None:
        """Begin with the integer before the point.

        Raises:
            ValueError: a modulus is not 2^61 − 1, nor a prime between 2^60 and it.
        """
        if not all(2**60 < modulus <= M61 and gmpy2.is_prime(modulus) for modulus in moduli):
            raise ValueError("the modulus of a hash is a prime between 2^60 and 2^61")
        self.moduli = tuple(moduli)
        self._base, self._width = base, DIGITS_PER_WORD[base]
        self._text = DigitText(base)
        self.values, self.count = [integer % modulus for modulus in moduli], 0
        self._kernel = False

    def update(self, block: Block) -> None:
        """Append the digits of a block."""
        self.count += block.digits
        for i, (modulus, number) in enumerate(zip(self.moduli, self._numbers(block), strict=True)):
            self.values[i] = (self.values[i] * pow(self._base, block.digits, modulus) + number) % modulus

    def _numbers(self, block: Block) -> list[int]:
        """The digits of a block as an integer, modulo each prime."""
        if self._base != 10:
            number = binary_integer(block.words, block.digits, self._base)
            return [int(number % modulus) for modulus in self.moduli]
        spare = len(block.words) * self._width - block.digits
        if self._by_kernel():
            from pi_engine.radix.word_text import word_hashes

            found = word_hashes(block.words, self.moduli)
            return [value * pow(10, -spare, modulus) for value, modulus in zip(found, self.moduli, strict=True)]
        digit_hash = DigitHash(10, self.moduli)
        digit_hash.update(self._text.text(block.words, block.digits).decode("ascii"))
        return digit_hash.values

    def _by_kernel(self) -> bool:
        self._kernel = self._kernel or hash_pays(self.count)
        return self._kernel

    def through(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Blocks, passed on, each hashed when it passes."""
        for block in blocks:
            self.update(block)
            yield block
