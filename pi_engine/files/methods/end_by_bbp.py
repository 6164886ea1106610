"""Decimal digits looked at without computing π: a beginning compared, the whole by BBP at the end of its binary expansion.

It is not a proof: a multiple of 2^−j, as a flipped bit makes it, escapes (`files.comparison.by_bbp`). The digits that such an error
changes begin at about 0.301·j, so that what is compared of the beginning sees it only where j is small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.common.blocks import Block
from pi_engine.engine.compute import compute
from pi_engine.files.comparison.by_bbp import EVALUATIONS, FEWEST_DIGITS, Agreement, find_divergence
from pi_engine.files.comparison.by_residues import are_decimal_digits
from pi_engine.files.comparison.difference import Difference, difference_at, first_difference
from pi_engine.files.comparison.expansion import DIGITS_PER_WORD, DecimalDigits
from pi_engine.proof.bbp.bbp_sum import kernel_compiles
from pi_engine.radix.integer_text import from_text_compiles
from pi_engine.radix.kernels.digit_words import digit_words
from pi_engine.runtime.limits.memory import THREAD_BYTES, kernel_bytes
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from pi_engine.digits.common.blocks import Words
    from pi_engine.files.comparison.by_bbp import Divergence
    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress

HEAD_DIGITS = 600 * DIGITS_PER_WORD
"""Digits that are computed and compared."""

_BASE_BYTES = 32 << 20
BYTES_PER_DIGIT = 16
"""Peak memory: the words, the integer, the power of five, and what the division takes; 12 at 10^7 digits."""


class Survival(NamedTuple):
    """Nothing wrong was found.

    Attributes:
        head: how many digits are equal to those computed here.
        position: where hexadecimal digits of the fraction that all digits stand for were compared with π's.
        digits: these hexadecimal digits.
    """

    head: int
    position: int
    digits: str


class Deceived(NamedTuple):
    """BBP sees a wrong digit at `position`, but digits before it are wrong too, in a way that it does not see."""

    position: int


def needed_bytes(digits: int, threads: int) -> int:
    """What this allocates at once, at most."""
    compiles = from_text_compiles(digits) or kernel_compiles(digits, EVALUATIONS)
    return _BASE_BYTES + threads * THREAD_BYTES + kernel_bytes(stored=not compiles) + BYTES_PER_DIGIT * digits


def examine(
    words: Words,
    digits: int,
    *,
    integer: str,
    threads: int,
    progress: Progress,
    elsewhere: Summation | None = None,
) -> Survival | Difference | Deceived:
    """Look for a digit that is not π's among these decimal digits after the point, and give the first.

    That those before it are right, and what π has there, is proved by residues (`files.comparison.by_residues`): BBP alone may be deceived.

    Args:
        words: 19 digits each.
        digits: N ≥ FEWEST_DIGITS.
        integer: the digit before the point.
        threads: how many to use.
        progress: called as (phase, done, total).
        elsewhere: what adds up BBP's terms, if not threads of this process.

    Raises:
        VerificationError: a check of the arithmetic failed, or the end stays open.
    """
    assert digits >= FEWEST_DIGITS
    head = min(digits, HEAD_DIGITS)
    beginning = Block(words[: -(-head // DIGITS_PER_WORD)], head)
    progress("first digits", 0, 0)
    different = first_difference(compute(head, threads=threads).words, head, [beginning], 10, integer)
    if different is not None:
        return different
    held = DecimalDigits(words, digits)
    found = find_divergence(held, threads, progress=progress, elsewhere=elsewhere)
    if isinstance(found, Agreement):
        return Survival(head, found.position, found.digits)
    if not are_decimal_digits(_corrected(held, found), threads, silent, elsewhere=elsewhere):
        return Deceived(found.position)
    before = held.text(found.position - 1, 1) if found.position > 1 else integer
    return difference_at(found.position, found.expected, found.found, before)


def _corrected(held: DecimalDigits, found: Divergence) -> DecimalDigits:
    """The digits before the first wrong one, and what π is said to have from there on."""
    whole = (found.position - 1) // DIGITS_PER_WORD
    first = whole * DIGITS_PER_WORD
    end = held.text(first + 1, found.position - 1 - first) + found.expected
    return DecimalDigits(np.concatenate([held.words[:whole], digit_words(end, 10)]), first + len(end))
