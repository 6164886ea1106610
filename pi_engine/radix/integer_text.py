"""Decimal text of integers and back, as GMP's, and many times as fast for large ones.

An integer D of at most K words becomes the fraction (D + 1/2)/10^(19·K): its words are D's, and what is left behind the
last is a half, so that every leaf is certain.
"""

from __future__ import annotations

from gmpy2 import mpz

from pi_engine.runtime.threads import available_threads

TO_TEXT_FROM_BITS = 400_000
FROM_TEXT_FROM_DIGITS = 40_000
"""Below, GMP's conversion is faster; found by benchmarks/bench_radix.py."""


def to_text(x: mpz, *, threads: int | None = None, check: bool = True) -> str:
    """The decimal digits of x, with a minus if negative: equal to x.digits(), O(M(n)·log n) on all threads.

    Raises:
        VerificationError: the text is not x modulo 2^61 − 1.
    """
    if x.bit_length() < TO_TEXT_FROM_BITS:
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
    if len(text) < FROM_TEXT_FROM_DIGITS:
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
