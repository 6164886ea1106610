"""Digits after the point as a binary fraction, so that any hexadecimal position of theirs can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.product import multiply
from pi_engine.bigint.residues.moduli import require_equal, residues
from pi_engine.radix.integer_text import from_text_from_digits, from_text_pays
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD as _WIDTHS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS_PER_WORD = _WIDTHS[10]


@dataclass(frozen=True)
class DecimalDigits:
    """Decimal digits after the point, as words.

    Attributes:
        words: uint64, 19 digits each, first digit most significant, the last one padded with zeros.
        count: N.
    """

    words: NDArray[np.uint64]
    count: int

    def text(self, first: int, count: int) -> str:
        """`count` digits from position `first` on, 1 being the first after the point; zeros beyond N."""
        start, stop = (first - 1) // DIGITS_PER_WORD, -(-(first - 1 + count) // DIGITS_PER_WORD)
        spelled = "".join(f"{int(x):019d}" for x in self.words[start:stop])
        offset = first - 1 - start * DIGITS_PER_WORD
        return spelled[offset : offset + count].ljust(count, "0")


@dataclass(frozen=True)
class BinaryExpansion:
    """⌊x·2^bits⌋ of a fraction 0 ≤ x < 1."""

    mantissa: mpz
    bits: int

    def fraction(self, offset: int, count: int) -> int:
        """`count` hexadecimal digits of x after the first `offset`, as an integer, rounded down."""
        shift = self.bits - 4 * (offset + count)
        if shift < 0:
            raise ValueError("the expansion is shorter than that")
        return int((self.mantissa >> shift) & ((mpz(1) << 4 * count) - 1))


def expand(digits: DecimalDigits, hex_digits: int, threads: int) -> BinaryExpansion:
    """The digits as a fraction of at least `hex_digits` hexadecimal digits, exactly rounded down.

    Costs a conversion to binary and one division, O(M(n)·log n), both checked modulo 2^61 − 1 and a random prime.
    """
    places = DIGITS_PER_WORD * len(digits.words)
    bits = max(4 * hex_digits, places)
    numerator, denominator = _integer(digits, threads) << (bits - places), _power_of_five(places, threads)
    from pi_engine.bigint.division import divide

    return BinaryExpansion(divide(numerator, denominator, threads=threads), bits)


def _power_of_five(exponent: int, threads: int) -> mpz:
    """5^exponent by squarings that use all threads, and leave the interpreter to others meanwhile; GMP's own power does neither."""
    power = mpz(1)
    for bit in f"{exponent:b}":
        power = multiply(power, power, threads=threads)
        if bit == "1":
            power *= 5
    return power


def _integer(digits: DecimalDigits, threads: int) -> mpz:
    if digits.count < from_text_from_digits() or not from_text_pays(digits.count):
        return mpz("".join(f"{word:019d}" for word in digits.words.tolist()) or "0", 10)
    from pi_engine.radix.word_text import word_residues
    from pi_engine.radix.words_of_integer import integer_of_words

    expected = word_residues(digits.words, threads)
    x = integer_of_words(digits.words, threads)
    require_equal(residues(x, threads), expected, "the conversion from decimal")
    return x
