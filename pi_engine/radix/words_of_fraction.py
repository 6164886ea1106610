"""A binary fraction → words of 19 decimal digits, by the multiplication tree; O(M(n)·log n), without division.

The root holds X, the fraction rounded down or exact. Every leaf computes from a fraction that is by less than 4.1
units of its last limb too small, modulo 1 (`powers` bounds it by −2.1 and 2, the leaf lowers it by 2). Dropping a limb a
word turns e units into less than 0.543·e + 1, so that from the first word on it is less than TAIL_UNITS. So its words, read as one integer,
are right or one too small, modulo 10^(19·leaf), and the latter only if its tail, below 2^64 by less than TAIL_UNITS,
has been lowered through 0. Then the true tail is nearly 0 where else it is nearly 1: the first word of the
next leaf tells which, once that leaf has its own carry. So carries are propagated from the last leaf to the first. Only
the last leaf, which has no next, can be wrong: by one unit of the last word.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.residues.moduli import power_residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.disk_integer import is_on_disk
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, LimbWriter, reading
from pi_engine.radix.kernels.conversion_kernels import propagate_carries
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.radix.powers import Powers, powers_of, shape_for
from pi_engine.radix.remainder_tree import words_of, words_on_disk
from pi_engine.radix.word_text import word_residues

if TYPE_CHECKING:
    from gmpy2 import mpz
    from numpy.typing import NDArray

    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.bigint.scratch.disk_integer import DiskInteger
    from pi_engine.bigint.scratch.stored_words import StoredWords

TAIL_UNITS = 4
GUARD_WORDS = 2
"""Words behind the last wanted one. The bound below holds with one too; with two, the one that may be too small is not looked at."""


class DecimalExpansion(NamedTuple):
    """⌊v·10^digits⌋: the integer part of v and the digits behind the point, 19 a word, zeros behind the last.

    Attributes:
        residues: of ⌊v·10^digits⌋, as they follow from the fraction; None where nothing was checked.
    """

    integer: mpz
    words: NDArray[np.uint64] | StoredWords
    digits: int
    residues: Residues | None = None


def decimal_expansion(
    fraction: HandOver[BinaryFraction], digits: int, threads: int = 1, *, check: bool = True
) -> DecimalExpansion | None:
    """⌊v·10^digits⌋ in words, or None where the error of the fraction v leaves it open, for digits ≥ 1 and v > 0.

    With L = X − E < v·2^w < L + 2·E, the words are those of L/2^w, in the worst case one too small in the last guard
    word. Let t be the 19 digits behind the last wanted one: v·10^digits lies above the value of the wanted digits, and
    by less than

        (t + 2)/10^19 + 2·E·10^digits/2^w

    above it, which must not pass 1.

    Raises:
        VerificationError: the words are not the fraction's modulo both `moduli`.
    """
    X, w, E, expected = fraction.take()
    whole = X if expected is None else Tracked(X, expected)
    lower = Tracked.of(whole, check=check, threads=threads).without(E)
    del X, whole
    count = -(-digits // DECIMALS_PER_WORD)
    integer = Tracked.of(lower.value >> w, check=check)
    rest = HandOver(lower - (integer << w))
    del lower
    words, total = fraction_words(rest, w, count + GUARD_WORDS, threads, check=check)
    spare = DECIMALS_PER_WORD * count - digits
    last, scale = int(words[count - 1]), 10**spare
    behind = (last % scale) * 10 ** (DECIMALS_PER_WORD - spare) + int(words[count]) // scale
    # 2^-30 of slack for the logarithms' rounding, at up to 2^40 digits.
    width = math.log2(2 * E) + digits * math.log2(10) * (1 + 2**-50) + 2**-10 - w
    if behind + 2 + math.ceil(10**DECIMALS_PER_WORD * 2.0 ** min(width, 0.0) * (1 + 2**-30)) > 10**DECIMALS_PER_WORD:
        return None
    found = None
    if total is not None and integer.residues is not None:
        # all words are those wanted, shifted by the others; of the last of those wanted some digits are too many
        wanted = (total - word_residues(words[count:])) * power_residues(10, DECIMALS_PER_WORD * (count - len(words)))
        found = (wanted - last % scale) * power_residues(10, -spare) + power_residues(10, digits) * integer.residues
    if isinstance(words, np.ndarray):
        words = words[:count]
        words[-1] = last - last % scale
    else:
        words.shorten(count, last - last % scale)
    return DecimalExpansion(integer.value, words, digits, found)


def fraction_words(
    mantissa: HandOver[Tracked] | HandOver[mpz], bits: int, count: int, threads: int = 1, *, check: bool = True
) -> tuple[NDArray[np.uint64] | StoredWords, Residues | None]:
    """Convert mantissa/2^bits < 1 to `count` words or some more, the first most significant.

    Rounded down; but where what follows is 0 except for 2^-60 the very last word may be one too small, modulo 1. With `check`
    also all these words as one integer modulo both `moduli`, as they follow from the fraction.

    Raises:
        VerificationError: the words are not the fraction's modulo both `moduli`.
    """
    shape = shape_for(count)
    limbs = shape.words + 1
    shift = 64 * limbs - bits
    tracked = Tracked.of(mantissa.take(), check=check, threads=threads)
    root = HandOver(tracked << shift if shift >= 0 else tracked.cut(-shift, threads))
    del tracked
    return words_of_root(root, limbs, powers_of(shape, threads, check=check), threads, check=check)


def words_of_root(
    root: HandOver[Tracked] | HandOver[mpz], limbs: int, powers: Powers, threads: int, *, check: bool
) -> tuple[NDArray[np.uint64] | StoredWords, Residues | None]:
    """The words of root/2^(64·limbs), which is less than 2^16 units from the truth; the powers are used up.

    With `check` also what they are, as one integer, modulo both `moduli`, found to be what follows from the root's residues.
    """
    tracked = Tracked.of(root.take(), check=check, threads=threads)
    expected = tracked.residues if check else None
    if is_on_disk(tracked.value):
        run = HandOver(_of_length(tracked.value, limbs))
        del tracked
        stored, tails, right_edge = words_on_disk(run, powers, threads, check=check)
        _carry_on_disk(stored, tails, powers.shape.leaf)
        return stored, None if expected is None else right_edge.check(expected, stored, threads)
    found = limbs_of(tracked.value)
    del tracked
    if len(found) < limbs:
        found = np.concatenate([found, np.zeros(limbs - len(found), np.uint64)])
    handed = HandOver(found)
    del found
    words, tails, right_edge = words_of(handed, powers, threads, check=check)
    if np.any(tails >= np.uint64(2**64 - TAIL_UNITS)):
        propagate_carries(words, tails, powers.shape.leaf, 2**64 - TAIL_UNITS)
    return words, None if expected is None else right_edge.check(expected, words, threads)


def _of_length(x: DiskInteger, limbs: int) -> DiskLimbs:
    """The limbs of x ≥ 0, and zeros above them."""
    if len(x) == limbs:
        return x
    writer = LimbWriter(x.space, limbs)
    try:
        with reading(x) as read:
            for first in range(0, limbs, x.stored.piece_limbs):
                writer.put(read(first, min(x.stored.piece_limbs, limbs - first)))
        return DiskLimbs(writer.finish())
    finally:
        writer.close()


def _carry_on_disk(words: StoredWords, tails: NDArray[np.uint64], leaf: int) -> None:
    """`propagate_carries` from the last piece to the first, each with the leaf behind it, which is right by then."""
    limit = 2**64 - TAIL_UNITS
    for first in reversed(range(0, len(words), words.each)):
        last = min(first + words.each, len(words))
        ends = tails[first // leaf : last // leaf + 1].copy()
        if np.any(ends[: (last - first) // leaf] >= np.uint64(limit)):
            part = words[first : min(last + leaf, len(words))]
            propagate_carries(part, ends, leaf, limit)
            words.write(first, part[: last - first])
