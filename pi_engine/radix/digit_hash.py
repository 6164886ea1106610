"""The hash of a string of digits: the digits as one integer modulo 2^61 − 1, or modulo other primes as well.

H(A‖B) = H(A)·base^|B| + H(B), so it is computed piece by piece, in any cut.
"""

from __future__ import annotations

import math

from gmpy2 import mpz, powmod

from pi_engine.bigint.residues.kernels.mersenne import M61

_PIECE = 1000
"""Digits given to GMP at once: its conversion is quadratic there and costs about 6 ns a digit (AMD Zen 1)."""


class DigitHash:
    """Accumulates the hash of digits in `base`, most significant first.

    Attributes:
        values: the hash modulo each of `moduli`.
        count: how many digits.
    """

    def __init__(self, base: int, moduli: tuple[int, ...] = (M61,)) -> None:
        """Begin with no digits, whose hash is 0."""
        self._base = base
        self._alphabet = b"0123456789"[:base] if base <= 10 else b"0123456789ABCDEFabcdef"
        self._moduli = moduli
        self._modulus = mpz(math.prod(moduli))  # one remainder for all of them
        self._full_piece = powmod(base, _PIECE, self._modulus)
        self._value = mpz(0)
        self.values = [0] * len(moduli)
        self.count = 0

    @property
    def value(self) -> int:
        """The hash modulo the first of them."""
        return self.values[0]

    def update(self, digits: str) -> None:
        """Append `digits`, which are digits of the base only.

        Raises:
            ValueError: a character is not a digit of the base.
        """
        if digits.encode("ascii", "replace").translate(None, self._alphabet):
            raise ValueError(f"not all of these {len(digits)} characters are digits of base {self._base}")
        for start in range(0, len(digits), _PIECE):
            piece = digits[start : start + _PIECE]
            power = self._full_piece if len(piece) == _PIECE else powmod(self._base, len(piece), self._modulus)
            self._value = (self._value * power + mpz(piece, self._base)) % self._modulus
        self.values = [int(self._value % modulus) for modulus in self._moduli]
        self.count += len(digits)
