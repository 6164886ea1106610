"""Are these the digits of π? Answered without computing π, by the integer of 16^h·π modulo random primes (`proof.bbp.bbp_sum`).

Let x be the fraction that N digits of base b stand for, and δ = π − 3 − x. They are the digits of π, truncated, if and only if
0 ≤ δ < b^−N. Take h = N hexadecimal places for b = 16, the places of as many bits for b = 2 and 8, and for b = 10 enough that
16^h·10^−N is between 2^−16 and 2^−8. With P = ⌊16^h·π⌋
and f the fraction of 16^h·π, and B = ⌊16^h·(3 + x)⌋ and g the fraction of that, 16^h·δ = (P − B) + (f − g). The digits give B
and g; BBP gives f, and P modulo primes. For digits of π 16^h·δ is between 0 and 1, so that c = P − B is −1, 0 or 1 (−1 where
the error of f has moved a unit between P and f). Then 16^h·δ = c + f − g is known to some 2^−60, and the condition itself is
tested. That P − B is c is tested modulo the primes, for each c.

**What it misses.** Wrong digits pass only if c − (P − B), for some c, is an integer other than zero that each of the primes divides. It is
less than 16^(h+1), so that it has at most (4h + 4)/48 prime divisors beyond 2^48, and for the three c together no more than h/4 + 1
primes are bad. There are more than 8·10^12 primes between 2^48 and 2^49; PRIMES different ones are drawn after the file was
made, all with the same probability. So any file with a wrong digit, by accident or by intent, passes with a probability below
((h/4 + 1)/(8·10^12))^PRIMES: 2·10^−17 at 10^8 digits, 2·10^−11 at 10^10. An error m/2^j, which the hexadecimal digits at the end do not
show, is one like any other here.

In base 10 the digits are converted to binary once, O(M(N)·log N); in base 2, 8 and 16 they are read once, in bounded memory. One evaluation
of BBP follows, O(N·log N) operations on words. To compute π takes the sum of a series instead, which is most of a computation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.errors import VerificationError
from pi_engine.files.comparison.by_bbp import hex_places, power_ratio
from pi_engine.files.comparison.expansion import expand
from pi_engine.proof.bbp.bbp_formulas import FORMULAS
from pi_engine.proof.bbp.bbp_sum import random_primes, whole_and_fraction
from pi_engine.proof.bbp.hex_digits import LAST_POSITION
from pi_engine.proof.bbp.kernels.bbp_layout import FRACTION_BITS
from pi_engine.radix.kernels.binary_words import BITS_PER_DIGIT, binary_integer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pi_engine.digits.common.blocks import Block
    from pi_engine.files.comparison.expansion import DecimalDigits
    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress

PRIMES = 3
_FEWEST_PRIMES = 8e12
"""A lower bound of the primes between 2^48 and 2^49."""

_END_PLACES = 2
_FRACTION_PLACES = FRACTION_BITS // 4


def most_digits(base: int) -> int:
    """Digits that BBP's bounds allow."""
    return LAST_POSITION if base == 10 else LAST_POSITION * 4 // BITS_PER_DIGIT[base]


def miss_probability(digits: int, base: int) -> float:
    """What the probability is below with which digits pass that are wrong."""
    h = hex_places(digits) if base == 10 else math.ceil(BITS_PER_DIGIT[base] * digits / 4)
    return float(((h / 4 + 1) / _FEWEST_PRIMES) ** PRIMES)


def are_decimal_digits(
    digits: DecimalDigits,
    threads: int,
    progress: Progress,
    *,
    formula: str = "bellard",
    elsewhere: Summation | None = None,
) -> bool:
    """Whether these are the decimal digits of π after the point; what passes though it is wrong, the module says.

    Raises:
        VerificationError: the last digit stays open, or a check of the arithmetic failed.
    """
    h = max(0, hex_places(digits.count) - _END_PLACES)
    progress("conversion", 0, 0)
    x = expand(digits, h + _FRACTION_PLACES, threads)
    integer = (x.mantissa >> (x.bits - 4 * h)) + (mpz(3) << 4 * h)
    fraction = x.fraction(h, _FRACTION_PLACES)
    del x
    primes = random_primes(PRIMES)
    residues = [int(integer % p) for p in primes]
    del integer
    value = whole_and_fraction(FORMULAS[formula], h, primes, threads, progress, elsewhere=elsewhere)
    ratio = power_ratio(digits.count, h + _FRACTION_PLACES)  # 10^N in units of 16^−(h + 24)
    for c in _agreeing(residues, value.residues, primes):
        low = (c << FRACTION_BITS) + value.units - fraction - value.error - 1
        high = low + 2 * value.error + 2
        if ratio.floor(low) >= 0 and ratio.floor(high) < 1:
            return True
        if ratio.floor(high) >= 0 and ratio.floor(low) < 1:
            raise VerificationError("the last digit stays open: use the method 'recompute'")
    return False


def are_binary_digits(
    blocks: Iterable[Block],
    digits: int,
    base: int,
    threads: int,
    *,
    progress: Progress,
    formula: str = "bellard",
    elsewhere: Summation | None = None,
) -> bool:
    """Whether these are the digits of π after the point, in base 2, 8 or 16; what passes though it is wrong, the module says.

    With n = 4h + r bits, 0 ≤ r < 4, 2^n·π is 2^r·(16^h·π), integer and fraction.

    Raises:
        VerificationError: the last digit stays open.
    """
    primes = random_primes(PRIMES)
    residues = [3] * PRIMES
    for block in blocks:
        number = binary_integer(block.words, block.digits, base)
        residues = [int((x * pow(base, block.digits, p) + number) % p) for x, p in zip(residues, primes, strict=True)]
    h, r = divmod(BITS_PER_DIGIT[base] * digits, 4)
    value = whole_and_fraction(FORMULAS[formula], h, primes, threads, progress, elsewhere=elsewhere)
    error = value.error << r
    whole, units = divmod(value.units << r, 1 << FRACTION_BITS)
    expected = [((x << r) + whole) % p for x, p in zip(value.residues, primes, strict=True)]
    for c in _agreeing(residues, expected, primes):
        low = (c << FRACTION_BITS) + units - error
        high = low + 2 * error
        if low >= 0 and high >> FRACTION_BITS == 0:
            return True
        if high >= 0 and low >> FRACTION_BITS <= 0:
            raise VerificationError("the last digit stays open: use the method 'recompute'")
    return False


def _agreeing(ours: Iterable[int], theirs: Iterable[int], primes: Iterable[int]) -> list[int]:
    """The c for which theirs − ours is c modulo every prime."""
    triples = list(zip(ours, theirs, primes, strict=True))
    return [c for c in (-1, 0, 1) if all((b - a - c) % p == 0 for a, b, p in triples)]
