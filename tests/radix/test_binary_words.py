"""Words of base 2, 8 and 16: the same bits in other words, against Python's integers."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.radix.kernels import binary_words
from pi_engine.radix.kernels.binary_words import BITS_PER_DIGIT, binary_integer, computed_as, words_in_base
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD, digit_words
from tests.conftest import MULTIPLIER

EDGES = [1, 20, 21, 22, 62, 63, 64, 65, 1323, 1343, 1344, 1345, 4031, 4032, 4033, 4095, 4096, 4097]


def lengths(rng):
    return [*range(1, 300), *EDGES, *(rng.randrange(1, 30_000) for _ in range(int(20 * MULTIPLIER)))]


@pytest.mark.parametrize("base", [2, 8])
def test_digits_of_every_length_from_hexadecimal_ones(base, rng, monkeypatch):
    """What is computed are as few hexadecimal digits as hold them, so that no digit comes from beyond."""
    monkeypatch.setattr(binary_words, "_BLOCK", 3)
    bits = BITS_PER_DIGIT[base]
    for count in lengths(rng):
        hexadecimal, sixteen = computed_as(count, base)
        assert sixteen == 16 and 0 <= 4 * hexadecimal - bits * count < 4
        number = rng.getrandbits(4 * hexadecimal)
        expected = mpz(number >> (4 * hexadecimal - bits * count)).digits(base).rjust(count, "0")
        words = words_in_base(digit_words(f"{number:0{hexadecimal}X}", 16), count, base)
        assert np.array_equal(words, digit_words(expected, base))


def test_other_bases_stay():
    words = digit_words("12345", 10)
    assert computed_as(5, 10) == (5, 10) and computed_as(5, 16) == (5, 16)
    assert words_in_base(words, 5, 10) is words and words_in_base(words, 5, 16) is words


@pytest.mark.parametrize("base", [2, 8, 16])
def test_integers_of_words(base, rng, monkeypatch):
    monkeypatch.setattr(binary_words, "_BLOCK", 3)
    for count in lengths(rng):
        text = "".join(rng.choices("0123456789ABCDEF"[:base], k=count))
        assert binary_integer(digit_words(text, base), count, base) == mpz(text, base)


def test_a_word_is_a_machine_word():
    for base, width in DIGITS_PER_WORD.items():
        assert base**width <= 2**64 < base ** (width + 1) * (2 if base == 8 else 1)
        assert int(digit_words("0123456789ABCDEF"[base - 1] * width, base)[0]) == base**width - 1
