"""Integers ↔ words of 19 decimal digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import LimbBuffer, limb_count, limbs_of
from pi_engine.bigint.product import multiply
from pi_engine.bigint.reciprocal import reciprocal
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.radix.powers import powers_of, shape_for, useful
from pi_engine.radix.remainder_tree import integer_of
from pi_engine.radix.words_of_fraction import words_of_root

if TYPE_CHECKING:
    from gmpy2 import mpz
    from numpy.typing import NDArray

_BITS_PER_WORD = 63.1166
"""19·log₂(10), rounded down, so that the words are never too few."""


def words_of_integer(x: mpz, threads: int) -> NDArray[np.uint64]:
    """The words of x > 0, the first one not 0.

    The fraction is a product with the reciprocal r of 5^(19·K), r ≥ 2^n, n = 64·(K + 2), which is wrong by less than 2:
    relative to it that is 2^(1−n), so that the fraction, rounded down, is less than 2^−63 + 1 units from the truth. The words
    are for the caller to check.
    """
    shape = shape_for(int(x.bit_length() / _BITS_PER_WORD) + 1)
    powers = powers_of(shape, threads)
    digits, limbs = DECIMALS_PER_WORD * shape.words, shape.words + 1
    power = powers.whole(threads)
    length = power.bit_length()
    inverse = reciprocal(limbs_of(power << (64 * limb_count(power) - length)), limbs + 1, useful(threads, length))
    # (2·x + 1)/(2·5^d·2^d) in units of 2^(−64·limbs), of which the reciprocal has 2^(length + 64·(limbs + 1))/5^d
    root = HandOver(multiply(2 * x + 1, inverse, threads=threads) >> (length + 64 + digits + 1))
    words, _ = words_of_root(root, limbs, powers, threads, check=False)
    assert isinstance(words, np.ndarray), "an integer is converted in memory"
    return words[int(np.argmax(words != 0)) :]


def integer_of_words(words: NDArray[np.uint64], threads: int) -> mpz:
    """The integer of these words, which is for the caller to check."""
    shape = shape_for(len(words))
    padded = np.zeros(shape.words, np.uint64)
    padded[shape.words - len(words) :] = words
    buffer = LimbBuffer(shape.words)
    integer_of(padded, powers_of(shape, threads), buffer.array, threads)
    return buffer.finish()
