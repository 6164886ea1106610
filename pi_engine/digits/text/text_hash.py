"""The hash of text, piece by piece: its digits as one integer modulo several primes, as `radix.digit_hash`, and faster.

Decimal digits at memory speed where the kernels are at hand, hexadecimal ones in long pieces, which GMP reads in linear time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz, powmod

from pi_engine.bigint.residues.moduli import moduli as moduli_of_the_process
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.runtime.compilation.kernel_set import KernelSet

if TYPE_CHECKING:
    from collections.abc import Sequence

_KERNELS = KernelSet("pi_engine.radix.kernels.conversion_kernels:HASH_KERNELS")
_SECONDS_PER_DIGIT = 5e-9
"""What the kernels save."""

_LEAST_PIECE = 1 << 12
"""Characters below which a call of the kernel takes longer than GMP."""

_HEXADECIMAL = b"0123456789ABCDEFabcdef"


class TextHash:
    """Accumulates the hashes of digits in `base`, most significant first.

    Attributes:
        moduli: the primes.
        values: the hash modulo each of them.
        count: how many digits.
    """

    def __init__(self, base: int, moduli: Sequence[int], expected: int = 0, threads: int = 1) -> None:
        """Begin with no digits, whose hash is 0; `expected` digits are to come."""
        self.moduli = tuple(moduli)
        self.values, self.count = [0] * len(self.moduli), 0
        self._base, self._threads = base, threads
        self._kernels = (
            base == 10
            and set(self.moduli) <= set(moduli_of_the_process())
            and expected >= _LEAST_PIECE
            and _KERNELS.pays_for(_SECONDS_PER_DIGIT * expected)
        )

    def update(self, digits: str) -> None:
        """Append `digits`, which are digits of the base only.

        Raises:
            ValueError: a character is not a digit of the base.
        """
        self.count += len(digits)
        for i, (modulus, number) in enumerate(zip(self.moduli, self._numbers(digits), strict=True)):
            self.values[i] = int((self.values[i] * powmod(self._base, len(digits), modulus) + number) % modulus)

    def _numbers(self, digits: str) -> Sequence[int]:
        if self._kernels and len(digits) >= _LEAST_PIECE:
            from pi_engine.radix.word_text import text_residues

            found = dict(zip(moduli_of_the_process(), text_residues(digits, self._threads).values, strict=True))
            return [found[modulus] for modulus in self.moduli]
        if self._base == 16 and digits:
            if digits.encode("ascii", "replace").translate(None, _HEXADECIMAL):
                raise ValueError("not all of these characters are hexadecimal digits")
            number = mpz(digits, 16)
            return [int(number % modulus) for modulus in self.moduli]
        digit_hash = DigitHash(self._base, self.moduli)
        digit_hash.update(digits)
        return digit_hash.values
