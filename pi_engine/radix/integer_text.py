"""Decimal text of integers and back, as GMP's, and many times as fast for large ones.

An integer D of at most K words becomes the fraction (D + 1/2)/10^(19·K): its words are D's, and what is left behind the
last is a half, so that every leaf is certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.product import gmp_seconds, thresholds, transform_is_usable
from pi_engine.bigint.residues.moduli import require_equal, residues
from pi_engine.radix.decimal_text import sign_and_digits
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.integers import as_mpz
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

TO_TEXT_FROM_BITS = 330_000
FROM_TEXT_FROM_DIGITS = 90_000
"""Below, GMP's conversion is faster, if `tune` has not measured that."""

SHORT_BITS = 30_000
"""Bits below which it is faster whatever was measured, so that nothing has to be read."""

_ARITHMETIC = (
    "pi_engine.bigint.fft.fourier_kernels:FOURIER_KERNELS",
    "pi_engine.bigint.ntt.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS",
)
_TO_TEXT = KernelSet(*_ARITHMETIC, "pi_engine.radix.kernels.conversion_kernels:TO_DIGITS_KERNELS")
_FROM_TEXT = KernelSet(
    *_ARITHMETIC,
    "pi_engine.radix.kernels.conversion_kernels:FROM_DIGITS_KERNELS",
)
_TO_TEXT_PRODUCTS, _FROM_TEXT_PRODUCTS = 5.0, 2.2
"""Products of the integer's length that GMP's conversions take as long as, from 10^6 to 10^7 bits."""

_BITS_PER_DIGIT = 3.33


def to_text(x: SupportsIndex, *, threads: SupportsIndex | None = None, check: bool = True) -> str:
    """The decimal digits of x, with a minus if it is negative: equal to x.digits(), in O(M(n)·log n) on all threads.

    Args:
        x: int, mpz or a numpy integer, of any size: Python's limit on the digits of an int does not apply.
        threads: how many to use, by default all that this process may.
        check: whether to compare residues of the text with those of a large x. The switch is for tests.

    Raises:
        TypeError: x, or the number of threads, is not an integer.
        UsageError: the number of threads is less than 1, or more than 1024.
        CapacityError: a product on the way would need more memory than this process may use.
        MemoryError: the system refuses memory all the same.
        VerificationError: the text differs from x modulo 2^61 − 1 or modulo a random prime.

    Without compiled kernels GMP converts, until that takes longer than to load them: `pi_engine.prepare` has them there at once.
    """
    x, count = as_mpz(x, "to_text"), thread_count(threads)
    bits = x.bit_length()
    if (
        bits < SHORT_BITS
        or bits < to_text_from_bits()
        or not (transform_is_usable() and _TO_TEXT.pays_for_another(_TO_TEXT_PRODUCTS * gmp_seconds(bits, bits)))
    ):
        return x.digits()
    return text_by_kernels(x, count, check=check)


def to_text_from_bits() -> int:
    """Bits of an integer from which kernels make its text."""
    return thresholds().to_text or TO_TEXT_FROM_BITS


def from_text_from_digits() -> int:
    """Digits of a text from which kernels make the integer."""
    measured = thresholds().from_text
    return int(measured / _BITS_PER_DIGIT) if measured else FROM_TEXT_FROM_DIGITS


def text_by_kernels(x: mpz, count: int, *, check: bool) -> str:
    """`to_text` of an integer of any size, on `count` threads, by kernels that are loaded."""
    from pi_engine.radix.word_text import text_residues, word_text
    from pi_engine.radix.words_of_integer import words_of_integer

    expected = residues(x, count) if check else None
    words = words_of_integer(abs(x), count)
    characters = word_text(words, count)
    zeros = DECIMALS_PER_WORD - len(str(int(words[0])))
    text = ("-" if x < 0 else "") + str(characters[zeros:].data, "ascii")
    if expected is not None:
        found = text_residues(text, count, start=int(x < 0)) * (-1 if x < 0 else 1)
        require_equal(found, expected, "the conversion to decimal")
    return text


def from_text(text: str, *, threads: SupportsIndex | None = None, check: bool = True) -> mpz:
    """The integer of a decimal text: equal to mpz(text, 10), in O(M(n)·log n) on all threads.

    Args:
        text: digits, with or without a sign. White space and underscores among them are ignored.
        threads: how many to use, by default all that this process may.
        check: whether to compare residues of a large integer with those of the text. The switch is for tests.

    Raises:
        TypeError: the text is not a str, or the number of threads is not an integer.
        UsageError: the number of threads is less than 1, or more than 1024.
        ValueError: the text is not a decimal integer; the message names the first wrong character and its position.
        CapacityError, MemoryError, VerificationError: as `to_text`, which also says when `pi_engine.prepare` makes it faster.
    """
    if not isinstance(text, str):
        raise TypeError(f"from_text takes str, not {type(text).__name__}")
    count = thread_count(threads)
    if len(text) < SHORT_BITS / _BITS_PER_DIGIT or len(text) < from_text_from_digits() or not from_text_pays(len(text)):
        return _from_plain_text(text)
    return integer_by_kernels(text, count, check=check)


def integer_by_kernels(text: str, count: int, *, check: bool) -> mpz:
    """`from_text` of a text of any length, on `count` threads, by kernels that are loaded."""
    import numpy as np

    from pi_engine.radix.word_text import text_residues, words_of_text
    from pi_engine.radix.words_of_integer import integer_of_words

    try:
        characters = np.frombuffer(text.encode("ascii"), np.uint8)
        negative = text.startswith("-")
        digits = characters[1:] if negative else characters
        if not len(digits):
            return _from_plain_text(text)
        head = len(digits) % DECIMALS_PER_WORD
        first = words_of_text(np.concatenate([np.full(DECIMALS_PER_WORD - head, ord("0"), np.uint8), digits[:head]]))
        words = words_of_text(digits[head:], count)
    except ValueError:
        negative, plain = sign_and_digits(text)  # not all of it is digits
        magnitude = from_text(plain, threads=count, check=check)
        return -magnitude if negative else magnitude
    magnitude = integer_of_words(np.concatenate([first, words]), count)
    x = -magnitude if negative else magnitude
    if check:
        expected = text_residues(text, count, start=int(negative)) * (-1 if negative else 1)
        require_equal(residues(x, count), expected, "the conversion from decimal")
    return x


def _from_plain_text(text: str) -> mpz:
    """By GMP, which would take `--1` for 1, and read `1` and a zero byte to the 1."""
    if text.isascii() and text.isdigit():
        return mpz(text, 10)
    negative, digits = sign_and_digits(text)
    return -mpz(digits, 10) if negative else mpz(digits, 10)


def from_text_compiles(digits: int) -> bool:
    """Whether `from_text_pays` would compile kernels."""
    bits = int(_BITS_PER_DIGIT * digits)
    return (
        digits >= from_text_from_digits()
        and transform_is_usable()
        and _FROM_TEXT.would_compile(_FROM_TEXT_PRODUCTS * gmp_seconds(bits, bits))
    )


def from_text_pays(digits: int) -> bool:
    """Whether kernels convert a given number of digits to binary. If so, they are loaded or compiled now."""
    bits = int(_BITS_PER_DIGIT * digits)
    return transform_is_usable() and _FROM_TEXT.pays_for_another(_FROM_TEXT_PRODUCTS * gmp_seconds(bits, bits))
