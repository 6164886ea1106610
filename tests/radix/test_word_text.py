"""Words of 19 digits and characters, and the hashes of both, against gmpy2."""

import itertools

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.moduli import moduli, random_prime, residues
from pi_engine.errors import VerificationError
from pi_engine.radix import integer_text, word_text
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.radix.integer_text import from_text, to_text
from pi_engine.radix.kernels.conversion_kernels import PIECE

THREADS = [1, 2, 3]


def plain_text(words):
    """The numpy oracle of `word_text`: digit by digit, last first."""
    rest, digits = words.copy(), np.empty((len(words), 19), np.uint8)
    for column in range(18, -1, -1):
        digits[:, column] = rest % np.uint64(10) + np.uint64(48)
        rest //= np.uint64(10)
    return digits.reshape(-1)


@pytest.mark.parametrize("threads", THREADS)
def test_words_and_text(rng, monkeypatch, threads):
    monkeypatch.setattr(word_text, "_LEAST_SHARE", 1)
    monkeypatch.setattr(word_text, "_LEAST_HASHED", 1)
    generator = np.random.default_rng(rng.getrandbits(60))
    for count in (0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100, 40_000):
        words = generator.integers(0, 10**19, count, dtype=np.uint64)
        words[:3] = [0, 10**19 - 1, 10**16][: min(3, count)]
        text = word_text.word_text(words, threads)
        assert bytes(text) == bytes(plain_text(words))
        assert np.array_equal(word_text.words_of_text(text, threads), words)
        value = mpz(bytes(text).decode() or "0")
        primes = (M61, random_prime(), 2**61 - 31, 3)
        assert word_text.word_hashes(words, primes, threads) == [value % prime for prime in primes]
        lengths = [count // 2, 0, count // 5, 1][: count // 2 + 1]
        found = word_text.residues_of_parts(words, lengths, threads)
        for length, place, part in zip(lengths, itertools.accumulate(lengths, initial=0), found, strict=False):
            assert part == residues(mpz(bytes(text[19 * place : 19 * (place + length)]).decode() or "0"))
        with pytest.raises(ValueError, match="words in all"):
            word_text.residues_of_parts(words, [count, 1], threads)


def test_words_at_the_edges_of_their_parts():
    """A word is cut into three parts, and these into halves: each of them smallest and largest, wherever it stands in a vector."""
    edges = [0, 1, 9, 10, 99, 100, 9999, 10_000, 10**8 - 1]
    words = [first * 10**16 + middle * 10**8 + last for first in (0, 1, 999) for middle in edges for last in edges]
    for shift in range(8):
        shifted = np.array([0] * shift + words + [10**19 - 1], np.uint64)
        assert bytes(word_text.word_text(shifted)).decode() == "".join(f"{word:019d}" for word in shifted.tolist())


def test_every_character_but_digits_is_refused():
    for place in range(19):
        for character in range(256):
            text = np.full(38, ord("5"), np.uint8)
            text[19 + place] = character
            if ord("0") <= character <= ord("9"):
                word_text.words_of_text(text)
            else:
                with pytest.raises(ValueError, match=f"character {19 + place} "):
                    word_text.words_of_text(text)
    with pytest.raises(ValueError, match="not a multiple of 19"):
        word_text.words_of_text(np.full(20, 48, np.uint8))


def test_the_hash_of_a_text_sees_every_character():
    """At every place of a block, and every character there is in a text."""
    digits = ("31415926535" * 12)[:130]
    right = word_text.text_residues(digits)
    for place in range(130):
        for character in map(chr, range(256)):
            text = digits[:place] + character + digits[place + 1 :]
            if character in "0123456789":
                assert (word_text.text_residues(text) == right) == (text == digits)
            else:
                with pytest.raises(ValueError, match="decimal digits"):
                    word_text.text_residues(text)


def test_the_hash_of_a_text_is_that_of_its_digits(rng, monkeypatch):
    monkeypatch.setattr(word_text, "_LEAST_SIXTEENS", 1)
    piece = 16 * PIECE
    for length in (0, 1, 63, 64, 65, 128, 1000, piece - 1, piece, piece + 64, rng.randrange(2 * piece, 4 * piece)):
        text = "".join(rng.choices("0123456789", k=length))
        oracle = DigitHash(10, moduli())
        oracle.update(text)
        for threads in (1, 3):
            assert word_text.text_residues(text, threads).values == tuple(oracle.values)
            assert word_text.text_residues("3.x" + text, threads, start=3).values == tuple(oracle.values)
        for wrong in ("x", "é", "/", ":"):
            if text:
                place = rng.randrange(length)
                with pytest.raises(ValueError, match="decimal digits"):
                    word_text.text_residues(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("place", [40, 77, -1])
def test_what_changes_on_its_way_to_or_from_a_text_is_seen(monkeypatch, sign, place):
    """Words or characters that change after they have been made, by a multiple of 2^61 − 1 or otherwise."""
    integer_text._TO_TEXT.load(), integer_text._FROM_TEXT.load()
    x = sign * (mpz(10) ** 150_000 // 7)
    text = to_text(x)
    assert from_text(text) == x
    made, read = word_text.word_text, word_text.words_of_text

    def other_text(*a):
        characters = made(*a)
        characters[place] = ord("0") + (characters[place] - ord("0") + 1) % 10
        return characters

    def other_words(characters, *a):
        words = read(characters, *a)
        words[min(place, len(words) - 1)] ^= np.uint64(1)
        return words

    monkeypatch.setattr(word_text, "word_text", other_text)
    monkeypatch.setattr(word_text, "words_of_text", other_words)
    for convert, value in ((to_text, x), (from_text, text)):
        assert convert(value, check=False) not in (x, text)
        with pytest.raises(VerificationError, match="decimal"):
            convert(value)
