"""The check of the downward conversion: every word is compared with the binary fraction modulo 2^61 − 1.

A node holds X and splits it into the first half of its words, D as one integer, and the fraction of the others. With
the names of `powers`, X = T·2^(64·m) + Y, m = k + 1 − q limbs in Y, Z = Y·P = H·2^(64·m) + Z₀, 0 ≤ Z₀ < 2^(64·m):

    X·10^(19·h) = (T·P + H)·2^(64·(k+1)) + Z₀·2^(64·q),   so that D = T·P + H;

and the product modulo 2^s − 1 is C = Z mod 2^s + U, U = ⌊Z/2^s⌋, H = C₁ + 2^(s−64·m)·U with C = C₁·2^(64·m) + C₀. Hence

    Y·P = C + (2^s − 1)·U   with   U = (D − T·P − C₁)/2^(s−64·m),

in which D is the hash of the words as they stand in memory at the end, C the product that the second half comes from,
and X that from which the node above made this one. An error in any of them breaks it, but for a chance of about 2^−61:
2^s ≢ 1, as 61 does not divide s. The second half's fraction is a part of C and again such a node; so the last node of
every level, and the last leaf, prove all words. It costs one pass over numbers of twice the whole's length together,
and the hash. GMP's product is the whole Z: then C₁ = H.

Where a number lies nearly at a border, D may differ by one from ⌊…⌋ of this X, modulo 10^(19·h); C may have wrapped
once more; or the addition of U have carried into C₁. These few possibilities are allowed.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.limbs import mpz_from_limbs
from pi_engine.bigint.mersenne import M61, check_identity
from pi_engine.bigint.residues import residue_of_limbs
from pi_engine.errors import VerificationError
from pi_engine.radix.conversion_kernels import REPORTED
from pi_engine.radix.powers import Shape, power_residue
from pi_engine.radix.word_text import word_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = 19


class Spine:
    """What is kept of the last node of every level.

    The residues of Y, of T, of C₀ below the second half's fraction, of that fraction, and of C₁. Also the bits s of the
    products, 0 where they are GMP's, and the fraction of the last leaf.
    """

    def __init__(self, shape: Shape) -> None:
        """Nothing is known yet."""
        self.shape = shape
        self.residues = np.zeros((shape.height + 1, REPORTED), np.uint64)
        self.cyclic_bits = [0] * (shape.height + 1)
        self.last_leaf = np.zeros(shape.leaf + 1, np.uint64)

    def check(self, root_residue: int, words: NDArray[np.uint64], threads: int) -> int:
        """The hash of the words, found to be those of a root with that residue.

        Raises:
            VerificationError: they are not.
        """
        shape = self.shape
        expected, place, total = root_residue, 0, 0
        for level in range(shape.height, 0, -1):
            half, shift = shape.half(level), shape.shift(level)
            Y, T, bottom, fraction, high = (int(x) for x in self.residues[level])
            used = 2 * half + 1 - shift
            check_identity(T * _two(64 * used) + Y, expected, "the fraction that is converted")
            low, expected = bottom + _two(64 * (half - shift)) * fraction, fraction
            D = word_hash(words[place : place + half], threads)
            node = _Node(Y, T, low, high, power_residue(shape, level), used, self.cyclic_bits[level])
            if not node.fits(D, half):
                raise VerificationError(
                    f"words {place} to {place + half} of the digits are wrong modulo 2^61 − 1: run the conversion again"
                )
            total = (total * pow(10, DIGITS * half, M61) + D) % M61
            place += half
        check_identity(residue_of_limbs(self.last_leaf), expected, "the fraction of the last digits")
        D = word_hash(words[place:])
        exact = mpz_from_limbs(self.last_leaf) * mpz(10) ** (DIGITS * shape.leaf) >> (64 * (shape.leaf + 1))
        modulus = mpz(10) ** (DIGITS * shape.leaf)
        if D not in {int((exact + step) % modulus % M61) for step in (0, -1, 1)}:
            raise VerificationError("the last words of the digits are wrong modulo 2^61 − 1: run the conversion again")
        return (total * pow(10, DIGITS * shape.leaf, M61) + D) % M61


def _two(exponent: int) -> int:
    return pow(2, exponent % 61, M61)


class _Node(NamedTuple):
    """The residues of one node; `used` is m, `cyclic_bits` is s or 0."""

    Y: int
    T: int
    low: int
    high: int
    P: int
    used: int
    cyclic_bits: int

    def fits(self, D: int, half: int) -> bool:
        """Whether D, or what the borders allow for it, can be the hash of the first half's words."""
        C = self.low + _two(64 * self.used) * self.high
        missing = self.Y * self.P - C
        around = pow(10, DIGITS * half, M61)
        for step in (0, -1, 1, around - 1, 1 - around):
            above = D + step - self.T * self.P - self.high
            if not self.cyclic_bits:
                if missing % M61 == 0 and above % M61 == 0:
                    return True
                continue
            for carry, wrap in itertools.product((0, 1), repeat=2):
                U = (above + carry) * _two(64 * self.used - self.cyclic_bits)
                if (missing - (_two(self.cyclic_bits) - 1) * (U + wrap)) % M61 == 0:
                    return True
        return False
