"""A binary fraction → words of 16 hexadecimal digits, which are its limbs: moved to where a word begins with a digit, and turned round."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.residues.limb_residues import residues_of_several
from pi_engine.bigint.residues.moduli import Residues, power_residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.disk_integer import is_on_disk, low_bits, magnitude_limbs
from pi_engine.bigint.scratch.stored_limbs import PIECE, reading
from pi_engine.bigint.scratch.stored_words import StoredWords
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.bigint.buffers.hand_over import HandOver

_WORD_BITS = 64


class HexadecimalExpansion(NamedTuple):
    """⌊v·16^digits⌋: the integer part of v and the digits behind the point, 16 a word, zeros behind the last.

    Attributes:
        residues: of ⌊v·16^digits⌋, as they follow from the fraction; None where nothing was checked.
    """

    integer: int
    words: NDArray[np.uint64] | StoredWords
    residues: Residues | None


def hexadecimal_expansion(
    fraction: HandOver[BinaryFraction], digits: int, threads: int = 1, *, check: bool = True
) -> HexadecimalExpansion | None:
    """⌊v·16^digits⌋ in words, or None where the error of the fraction v leaves it open, for digits ≥ 1 and v > 0.

    `radix.fraction_text` has the reason: with L = X − E and its lowest w − 4N bits R, ⌊L/2^(w−4N)⌋ is certain if R + 2E ≤
    2^(w−4N). No product is made, so numbers on disk are read and written a few times, a piece after another.

    Raises:
        VerificationError: the fraction is not what it was when it was made.
    """
    X, w, E, expected = fraction.take()
    lower = Tracked.of(X if expected is None else Tracked(X, expected), check=check, threads=threads).without(E)
    del X
    shift = w - 4 * digits
    if low_bits(lower.value, shift) + 2 * E > 1 << shift:
        return None
    scaled = lower.cut(shift, threads)
    del lower
    count = -(-digits // DIGITS_PER_WORD[16])
    pad = _WORD_BITS * count - 4 * digits
    aligned = (scaled << pad).value
    limbs = magnitude_limbs(aligned)
    with reading(limbs) as read:
        integer = int(read(count, 1)[0])
        words: NDArray[np.uint64] | StoredWords
        if is_on_disk(aligned):
            words = StoredWords(aligned.space, count, PIECE // 8)
            for first in range(0, count, words.each):
                last = min(first + words.each, count)
                words.write(first, read(count - last, last - first)[::-1])
        else:
            words = np.ascontiguousarray(read(0, count)[::-1])
    return HexadecimalExpansion(integer, words, scaled.residues)


def limb_residues(words: NDArray[np.uint64] | StoredWords, threads: int = 1) -> Residues:
    """The words as one integer of base 2^64, the first most significant, modulo both `moduli`."""
    total = Residues((0, 0))
    for first in range(0, len(words), PIECE // 8):
        limbs = np.ascontiguousarray(words[first : first + PIECE // 8][::-1])
        total = total * power_residues(2, _WORD_BITS * len(limbs)) + residues_of_several([limbs], threads)[0]
    return total
