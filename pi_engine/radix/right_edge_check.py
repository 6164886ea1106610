"""The check of the downward conversion: every word is compared with the binary fraction modulo 2^61 − 1 and a random prime.

A node holds X and splits it into the first half of its words, D as one integer, and the fraction of the others. With
the names of `powers`, X = T·2^(64·m) + Y, m = k + 1 − q limbs in Y, Z = Y·P = H·2^(64·m) + Z₀, 0 ≤ Z₀ < 2^(64·m):

    X·10^(19·h) = (T·P + H)·2^(64·(k+1)) + Z₀·2^(64·q),   so that D = T·P + H;

and the product modulo 2^s − 1 is C = Z mod 2^s + U, U = ⌊Z/2^s⌋, H = C₁ + 2^(s−64·m)·U with C = C₁·2^(64·m) + C₀. Hence

    Y·P = C + (2^s − 1)·U   with   U = (D − T·P − C₁)/2^(s−64·m),

and modulo 2^s + 1 it is C = Z mod 2^s − U, or 2^s + 1 more with a U one less where that is negative. Hence

    Y·P = C + (2^s + 1)·U   with   U = (D − T·P − C₁ − b)/2^(s−64·m),   b = 1 where the subtraction has borrowed from C₁,

in which D is the hash of the words as they stand in memory at the end, C the product that the second half comes from,
and X that from which the node above made this one. An error in any of them breaks it, except for a chance of about 2^−61:
2^s ≢ 1 modulo 2^61 − 1, as 61 does not divide s, and −1 is not a power of 2 there; modulo the random prime 2^s is 1 or −1 as good
as never. The second half's fraction
is a part of C and again such a node; so the last node of every level, and the last leaf, prove all words. It costs one
pass over numbers of twice the whole's length together, and the hash. GMP's product is the whole Z: then C₁ = H.

Where a number lies nearly at a border, D may differ by one from ⌊…⌋ of this X, modulo 10^(19·h); C may have wrapped
once more; or the addition of U have carried into C₁, or its subtraction borrowed. These few possibilities are allowed there
alone. In each of them the second half's fraction is within 5 units of its last limb of 0 or of 1, because U has no more limbs than C
has below that fraction. A half has 8 words or more, so that the second one then begins with a word of zeros or of nines.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import mpz_from_limbs
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import (
    Residues,
    moduli,
    power,
    power_residues,
    random_prime,
    require,
    require_equal,
    residues,
)
from pi_engine.errors import MiscalculationError
from pi_engine.radix.kernels.conversion_kernels import REPORTED
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.radix.word_text import residues_of_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.stored_words import StoredWords
    from pi_engine.radix.powers import Shape

_AT_A_BORDER = (0, 10**DECIMALS_PER_WORD - 1)
"""The first word of a second half whose fraction is nearly 0 or 1."""


class RightEdge:
    """The right edge of the tree: what is kept of the last node of every level.

    The residues of Y, of T, of C₀ below the second half's fraction, of that fraction, and of C₁. Also s and e of the
    products modulo 2^s − e, s = 0 where they are GMP's, and the fraction of the last leaf.
    """

    def __init__(self, shape: Shape) -> None:
        """Nothing is known yet."""
        self.shape = shape
        self.residues = np.zeros((shape.height + 1, REPORTED, 2), np.uint64)
        self.table = modulus_table(random_prime())
        self.rings = [(0, 1)] * (shape.height + 1)
        self.last_leaf = np.zeros(shape.leaf + 1, np.uint64)

    def check(self, root: Residues, words: NDArray[np.uint64] | StoredWords, threads: int) -> Residues:
        """The words as one integer modulo both `moduli`, found to be those of a root with these residues.

        Raises:
            VerificationError: they are not.
        """
        shape = self.shape
        halves = [shape.half(level) for level in range(shape.height, 0, -1)]
        borders = [int(words[place]) in _AT_A_BORDER for place in accumulate(halves)]
        *parts, D = residues_of_parts(words, [*halves, shape.leaf], threads)
        first, second = (
            self._check_levels(i, prime, root.values[i], [D.values[i] for D in parts], borders)
            for i, prime in enumerate(moduli())
        )
        fraction = mpz_from_limbs(self.last_leaf)
        require_equal(residues(fraction), Residues((first[0], second[0])), "the fraction of the last digits")
        modulus = mpz(10) ** (DECIMALS_PER_WORD * shape.leaf)
        exact = fraction * modulus >> (64 * (shape.leaf + 1))
        if D not in {residues((exact + step) % modulus) for step in (0, -1, 1)}:
            sides = D.values, residues(exact % modulus).values
            last = "the last words of the digits are wrong"
            raise MiscalculationError(f"{last}: run the conversion again", reason=last, sides=sides)
        return Residues((first[1], second[1])) * power_residues(10, DECIMALS_PER_WORD * shape.leaf) + D

    def _check_levels(
        self, i: int, prime: int, fraction: int, parts: list[int], borders: list[bool]
    ) -> tuple[int, int]:
        """The last leaf's fraction, and the words before it as one integer, modulo modulus i.

        parts: the D of all levels. borders: whether their second halves begin as they do at a border.
        """
        shape = self.shape
        total = 0
        weights, residues_of_levels = self._weights(prime), self.residues[:, :, i].tolist()
        for level, D, border in zip(range(shape.height, 0, -1), parts, borders, strict=True):
            bits, sign = self.rings[level]
            Y, T, bottom, following, high = residues_of_levels[level]
            base_half, base_shift, ten = weights[level - 1]
            cut = base_half * base_shift  # B^(h − q)
            used = cut * base_half % prime << 64  # B^m, m = 2·h + 1 − q
            require((T * used + Y - fraction) % prime == 0, f"the fraction that is converted, modulo {prime},")
            fraction = following
            low = fraction * cut + bottom
            P = ten * base_shift % prime
            above, missing = D - T * P - high, Y * P - low - used * high
            wrap = power(2, bits, prime) if bits else 0
            if not _fits(prime, above, missing, used=used, ten=ten, wrap=wrap, sign=sign, border=border):
                place = sum(shape.half(j) for j in range(level + 1, shape.height + 1))
                wrong = f"words {place} to {place + shape.half(level)} of the digits are wrong modulo {prime}"
                sides = (D,), ((T * P + high) % prime,)
                raise MiscalculationError(f"{wrong}: run the conversion again", reason=wrong, sides=sides)
            total = (total * ten + D) % prime
        return fraction, total

    def _weights(self, prime: int) -> list[tuple[int, int, int]]:
        """B^h, B^−q and 10^(19·h) modulo a prime, B = 2^64, from level 1 up; squared from level to level.

        19·h = 64·q + r, so that B^−q = 2^r·2^(−19·h).
        """
        shape, found = self.shape, []
        base_half, ten = power(2, 64 * shape.leaf, prime), power(10, DECIMALS_PER_WORD * shape.leaf, prime)
        inverse = power(2, -DECIMALS_PER_WORD * shape.leaf, prime)
        for level in range(1, shape.height + 1):
            left = DECIMALS_PER_WORD * shape.half(level) - 64 * shape.shift(level)
            found.append((base_half, (inverse << left) % prime, ten))
            base_half, inverse, ten = base_half**2 % prime, inverse**2 % prime, ten**2 % prime
        return found


def _fits(prime: int, above: int, missing: int, *, used: int, ten: int, wrap: int, sign: int, border: bool) -> bool:
    """Whether D, or at a border what that allows for it, can be the hash of the first half's words.

    above: D − T·P − C₁. missing: Y·P − C. used, ten, wrap: 2^(64·m), 10^(19·h), 2^s, or 0 if the product is GMP's. sign: e.
    """
    for step in (0, -1, 1, ten - 1, 1 - ten) if border else (0,):
        if not wrap:
            if missing % prime == 0 and (above + step) % prime == 0:
                return True
            continue
        for carry, again in ((0, 0), (0, 1), (1, 0), (1, 1)) if border else ((0, 0),):
            # U = (D − T·P − C₁)/2^(s − 64·m), and both sides times 2^(s − 64·m)·2^(64·m)
            U = (above + step + sign * carry) * used
            if (missing * wrap - (wrap - sign) * (U + again * wrap)) % prime == 0:
                return True
    return False
