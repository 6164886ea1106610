"""The hash of a string of digits: the digits as one integer modulo 2^61 − 1, or modulo other primes as well.

H(A‖B) = H(A)·base^|B| + H(B), so it is computed piece by piece, in any cut.
"""

from __future__ import annotations

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
        self._moduli = [mpz(modulus) for modulus in moduli]
        self._full_piece = [powmod(base, _PIECE, modulus) for modulus in moduli]
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
        values = [mpz(value) for value in self.values]
        for start in range(0, len(digits), _PIECE):
            piece = digits[start : start + _PIECE]
            number = mpz(piece, self._base)
            for i, modulus in enumerate(self._moduli):
                power = self._full_piece[i] if len(piece) == _PIECE else powmod(self._base, len(piece), modulus)
                values[i] = (values[i] * power + number) % modulus
        self.values = [int(value) for value in values]
        self.count += len(digits)
