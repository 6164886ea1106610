"""Decimal text of integers and back, as GMP's, and many times as fast for large ones.

An integer D of at most K words becomes the fraction (D + 1/2)/10^(19·K): its words are D's, and what is left behind the
last is a half, so that every leaf is certain.
"""

from __future__ import annotations

from gmpy2 import mpz

from pi_engine.bigint.product import gmp_seconds, transform_is_usable
from pi_engine.runtime.kernel_set import KernelSet
from pi_engine.runtime.threads import available_threads

TO_TEXT_FROM_BITS = 400_000
FROM_TEXT_FROM_DIGITS = 40_000
"""Below, GMP's conversion is faster; found by benchmarks/bench_radix.py."""

_ARITHMETIC = (
    "pi_engine.bigint.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.transform_kernels:RESIDUE_KERNELS",
)
_TO_TEXT = KernelSet(*_ARITHMETIC, "pi_engine.radix.conversion_kernels:TO_DIGITS_KERNELS")
_FROM_TEXT = KernelSet(
    *_ARITHMETIC,
    "pi_engine.radix.conversion_kernels:FROM_DIGITS_KERNELS",
)
_TO_TEXT_PRODUCTS, _FROM_TEXT_PRODUCTS = 5.0, 2.2
"""Products of the integer's length that GMP's conversions take as long as, from 10^6 to 10^7 bits."""

_BITS_PER_DIGIT = 3.33


def to_text(x: mpz, *, threads: int | None = None, check: bool = True) -> str:
    """The decimal digits of x, with a minus if negative: equal to x.digits(), O(M(n)·log n) on all threads.

    Raises:
        VerificationError: the text is not x modulo 2^61 − 1.
    """
    bits = x.bit_length()
    if bits < TO_TEXT_FROM_BITS or not (
        transform_is_usable() and _TO_TEXT.pays_for_another(_TO_TEXT_PRODUCTS * gmp_seconds(bits, bits))
    ):
        return x.digits()
    from pi_engine.radix.word_text import word_text
    from pi_engine.radix.words_of_integer import words_of_integer

    threads = threads or available_threads()
    words = words_of_integer(abs(x), threads, check=check)
    text = word_text(words, threads)
    zeros = 19 - len(str(int(words[0])))
    if x < 0:
        # There is room for the sign in front of the digits, or else it is put there.
        return "-" + str(text[zeros:].data, "ascii")
    return str(text[zeros:].data, "ascii")


def from_text(text: str, *, threads: int | None = None, check: bool = True) -> mpz:
    """The integer that a decimal text stands for: equal to mpz(text, 10), O(M(n)·log n) on all threads.

    Raises:
        ValueError: the text is not a decimal integer.
        VerificationError: the integer is not the text's modulo 2^61 − 1.
    """
    if len(text) < FROM_TEXT_FROM_DIGITS or not from_text_pays(len(text)):
        return mpz(text, 10)
    import numpy as np

    from pi_engine.radix.word_text import words_of_text
    from pi_engine.radix.words_of_integer import integer_of_words

    threads = threads or available_threads()
    try:
        characters = np.frombuffer(text.encode("ascii"), np.uint8)
        negative = bool(characters[0] == ord("-"))
        digits = characters[1:] if negative else characters
        if not len(digits):
            return mpz(text, 10)
        head = len(digits) % 19
        first = words_of_text(np.concatenate([np.full(19 - head, ord("0"), np.uint8), digits[:head]]))
        words = words_of_text(digits[head:], threads)
    except ValueError:
        return mpz(text, 10)  # spaces and underscores, which GMP allows, or its own error
    magnitude = integer_of_words(np.concatenate([first, words]), threads, check=check)
    return -magnitude if negative else magnitude


def from_text_pays(digits: int) -> bool:
    """Whether kernels convert so many digits to binary. If so, they are loaded or compiled now."""
    bits = int(_BITS_PER_DIGIT * digits)
    return transform_is_usable() and _FROM_TEXT.pays_for_another(_FROM_TEXT_PRODUCTS * gmp_seconds(bits, bits))
