"""Hexadecimal words of a fraction: what `scale` gives for the same fraction, and nothing where it gives nothing."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import residues
from pi_engine.engine.conversion.hexadecimal_words import hexadecimal_expansion, limb_residues
from pi_engine.radix import scale
from tests.scratch_spaces import by_disk


def expanded(X, bits, error, digits):
    """⌊v·16^digits⌋ as the words say, with the residues; None where it is left open."""
    fraction = BinaryFraction(mpz(X), bits, error, residues(mpz(X)))
    found = hexadecimal_expansion(HandOver(fraction), digits)
    if found is None:
        return None
    spare = 16 * len(found.words) - digits
    after = int("".join(f"{int(word):016x}" for word in found.words[:]), 16)
    assert after % 16**spare == 0
    return found.integer * 16**digits + after // 16**spare, found.residues


@pytest.mark.parametrize("digits", [1, 2, 15, 16, 17, 40])
def test_it_is_certain_exactly_when_it_can_be(digits, rng):
    for bits in range(4 * digits, 4 * digits + 6):
        for error in (1, 2, 3, 8):
            around = [((3 << bits) + (rng.randrange(16**digits) << (bits - 4 * digits)) + i) for i in range(-9, 10)]
            for X in (*around, *(rng.randrange(error, 4 << bits) for _ in range(10))):
                expected = scale(BinaryFraction(mpz(X), bits, error), digits, 16)
                found = expanded(X, bits, error, digits)
                assert found == (None if expected is None else (expected.value, expected.residues)), (X, bits, error)


def test_the_same_on_disk(tmp_path, rng):
    for digits in (3000, 8192, 8193):
        bits = 4 * digits + 70
        X = (3 << bits) + rng.getrandbits(bits)
        expected = scale(BinaryFraction(mpz(X), bits, 8), digits, 16)
        with by_disk(tmp_path):
            assert expanded(X, bits, 8, digits) == (expected.value, expected.residues)


def test_residues_of_words_are_those_of_the_integer(rng, compiled_path):
    words = [rng.getrandbits(64) for _ in range(3000)]
    whole = int("".join(f"{word:016x}" for word in words), 16)
    assert limb_residues(np.array(words, np.uint64)) == residues(mpz(whole))
