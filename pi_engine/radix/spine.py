"""The check of the downward conversion: every word is compared with the binary fraction modulo 2^61 − 1 and a random prime.

A node holds X and splits it into the first half of its words, D as one integer, and the fraction of the others. With
the names of `powers`, X = T·2^(64·m) + Y, m = k + 1 − q limbs in Y, Z = Y·P = H·2^(64·m) + Z₀, 0 ≤ Z₀ < 2^(64·m):

    X·10^(19·h) = (T·P + H)·2^(64·(k+1)) + Z₀·2^(64·q),   so that D = T·P + H;

and the product modulo 2^s − 1 is C = Z mod 2^s + U, U = ⌊Z/2^s⌋, H = C₁ + 2^(s−64·m)·U with C = C₁·2^(64·m) + C₀. Hence

    Y·P = C + (2^s − 1)·U   with   U = (D − T·P − C₁)/2^(s−64·m),

in which D is the hash of the words as they stand in memory at the end, C the product that the second half comes from,
and X that from which the node above made this one. An error in any of them breaks it, but for a chance of about 2^−61:
2^s ≢ 1 modulo 2^61 − 1, as 61 does not divide s, and modulo the random prime as good as never. The second half's fraction
is a part of C and again such a node; so the last node of every level, and the last leaf, prove all words. It costs one
pass over numbers of twice the whole's length together, and the hash. GMP's product is the whole Z: then C₁ = H.

Where a number lies nearly at a border, D may differ by one from ⌊…⌋ of this X, modulo 10^(19·h); C may have wrapped
once more; or the addition of U have carried into C₁. These few possibilities are allowed.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.limbs import mpz_from_limbs
from pi_engine.bigint.moduli import Residues, moduli, power, power_residues, random_prime, require_equal, residues
from pi_engine.bigint.modulus_table import modulus_table
from pi_engine.bigint.residues import residues_of_limbs
from pi_engine.errors import VerificationError
from pi_engine.radix.conversion_kernels import REPORTED
from pi_engine.radix.powers import Shape, power_residue
from pi_engine.radix.word_text import word_residues

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
        self.residues = np.zeros((shape.height + 1, REPORTED, 2), np.uint64)
        self.table = modulus_table(random_prime())
        self.cyclic_bits = [0] * (shape.height + 1)
        self.last_leaf = np.zeros(shape.leaf + 1, np.uint64)

    def check(self, root: Residues, words: NDArray[np.uint64], threads: int) -> Residues:
        """The words as one integer modulo both `moduli`, found to be those of a root with these residues.

        Raises:
            VerificationError: they are not.
        """
        shape = self.shape
        expected, place, total = root, 0, Residues((0, 0))
        for level in range(shape.height, 0, -1):
            half, shift = shape.half(level), shape.shift(level)
            Y, T, bottom, fraction, high = (Residues((x, y)) for x, y in self.residues[level].tolist())
            used = 2 * half + 1 - shift
            require_equal(T * power_residues(2, 64 * used) + Y, expected, "the fraction that is converted")
            low, expected = fraction * power_residues(2, 64 * (half - shift)) + bottom, fraction
            D = word_residues(words[place : place + half], threads)
            for i, prime in enumerate(moduli()):
                P = power_residue(shape, level, prime)
                y, t, bottom_part, top_part = (x.values[i] for x in (Y, T, low, high))
                node = _Node(prime, y, t, bottom_part, top_part, P, used, self.cyclic_bits[level])
                if not node.fits(D.values[i], half):
                    raise VerificationError(
                        f"words {place} to {place + half} of the digits are wrong modulo {prime}: run the conversion again"
                    )
            total = total * power_residues(10, DIGITS * half) + D
            place += half
        require_equal(residues_of_limbs(self.last_leaf), expected, "the fraction of the last digits")
        D = word_residues(words[place:])
        exact = mpz_from_limbs(self.last_leaf) * mpz(10) ** (DIGITS * shape.leaf) >> (64 * (shape.leaf + 1))
        modulus = mpz(10) ** (DIGITS * shape.leaf)
        if D not in {residues((exact + step) % modulus) for step in (0, -1, 1)}:
            raise VerificationError("the last words of the digits are wrong: run the conversion again")
        return total * power_residues(10, DIGITS * shape.leaf) + D


class _Node(NamedTuple):
    """The residues of one node modulo `prime`; `used` is m, `cyclic_bits` is s or 0."""

    prime: int
    Y: int
    T: int
    low: int
    high: int
    P: int
    used: int
    cyclic_bits: int

    def fits(self, D: int, half: int) -> bool:
        """Whether D, or what the borders allow for it, can be the hash of the first half's words."""
        prime = self.prime
        C = self.low + power(2, 64 * self.used, prime) * self.high
        missing = self.Y * self.P - C
        for sign, wrapped in ((0, False), (-1, False), (1, False), (1, True), (-1, True)):
            # most nodes need none of this: the power is found when it is
            step = sign * (power(10, DIGITS * half, prime) - 1) if wrapped else sign
            above = D + step - self.T * self.P - self.high
            if not self.cyclic_bits:
                if missing % prime == 0 and above % prime == 0:
                    return True
                continue
            for carry, wrap in itertools.product((0, 1), repeat=2):
                U = (above + carry) * power(2, 64 * self.used - self.cyclic_bits, prime)
                if (missing - (power(2, self.cyclic_bits, prime) - 1) * (U + wrap)) % prime == 0:
                    return True
        return False
