"""Are these not the decimal digits of π? Asked of BBP at the end of their binary expansion; where they are not, by bisection.

Let x be the fraction that N digits stand for, and δ = π − 3 − x. They are the digits of π, truncated, if and only if
0 ≤ δ < 10^−N. BBP gives the fraction t of 16^h·π; the digits give that of 16^h·x, u. t − u modulo 1, between −1/2 and 1/2, is
16^h·δ, if that is below 1/2 in size, so at the h for which 16^h·10^−N is about 1/256 the condition can be tested. Wrong digits
that end at position j make δ = k/10^j, and 16^h·δ an arbitrary fraction unless j is near the end, so that t − u is small by chance
only: once in 16^8.

What does escape is an integer 16^h·δ: δ a multiple of 2^−j, j ≤ 4h. Such an error is not rare: it is what a flipped bit of the binary
fraction makes of the digits, from about 0.301·j on, up to j, or to the end where j > N. The caller compares a beginning and the
known positions, which see some of them. So what is not found to be wrong here is not proved to be right; where a digit is
found to be wrong, those before it may hold such an error too. (In base 16 every error would escape: there BBP says nothing
about the digits before.)

|16^h·δ| grows with h until it wraps: where it becomes visible is found by bisection, each step one evaluation of BBP; there δ is
known with its sign and to many digits, and x + δ has π's digits, the first that differs among them. The digits are
converted once, for all steps.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import gmpy2
from gmpy2 import mpz

from pi_engine.errors import VerificationError
from pi_engine.files.comparison.expansion import DecimalDigits, expand
from pi_engine.proof.bbp.bbp_sum import prepare
from pi_engine.proof.bbp.hex_digits import hex_digits
from pi_engine.runtime.progress import part_of, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress

LOCATING = "error found, locating it"
"""The phase in which a wrong digit is being looked for."""

FEWEST_DIGITS = 100
"""With fewer digits π is computed sooner, and the offsets below would not fit."""

_LOOK = 12
"""Hexadecimal digits that are compared in a step."""
_TOLERANCE = 1 << 4 * (_LOOK - 8)
"""Units of 16^−12: a difference below 16^−8 is none."""
_END_DIGITS = 2
_DECIDING_DIGITS = 12
"""Hexadecimal digits before the end where δ is measured when all before agree."""
_MEASURE = 40
"""Hexadecimal digits of t and u from which δ is taken, doubled where they do not decide."""
_LARGEST_MEASURE = 640
_MARGIN = 60
"""Digits before the place of δ that are looked at for a carry."""
_EXPECTED = 24
"""Digits of π that are given from the first wrong one on: enough to tell what has happened there."""
EVALUATIONS = 1 + 5 + 2
"""Evaluations of BBP that find nothing wrong, about."""
BISECTION = 5
"""Evaluations that the first wrong digit takes besides log₂ of the digits."""
_PRECISION = 4000
"""Bits for ratios of powers, whose exponents are exact integers."""


class Divergence(NamedTuple):
    """The first digit that is not π's.

    Attributes:
        position: 1 is the first after the point.
        expected: 24 digits of π from there.
        found: the digits that stand there instead, as many, or fewer where they end.
    """

    position: int
    expected: str
    found: str


class Agreement(NamedTuple):
    """Nothing wrong was found: the hexadecimal digits of their fraction from `position` on are `digits`, as in π."""

    position: int
    digits: str


def find_divergence(
    digits: DecimalDigits,
    threads: int,
    *,
    formula: str = "bellard",
    progress: Progress | None = None,
    elsewhere: Summation | None = None,
) -> Divergence | Agreement:
    """The first digit that is seen to be wrong, or what was compared; what escapes is said at the head of this module.

    N must be FEWEST_DIGITS or more.

    Cost: one conversion, O(M(N)·log N), and one evaluation of BBP at about position 0.83·N; log₂ N of them where a digit is
    wrong.

    Raises:
        VerificationError: a check of the arithmetic failed.
    """
    progress = silent if progress is None else progress
    end = hex_places(digits.count) - _END_DIGITS
    progress("conversion", 0, 0)
    x = expand(digits, end + _LARGEST_MEASURE, threads)
    prepare(end, EVALUATIONS, elsewhere)
    count_up = _CountUp(progress, "BBP", EVALUATIONS)

    def digits_at(offset: int, count: int) -> str:
        return hex_digits(
            offset + 1, count=count, formula=formula, threads=threads, progress=count_up.next(), elsewhere=elsewhere
        )

    def difference(offset: int, count: int) -> int:
        """16^offset·δ modulo 1, from −1/2 to 1/2, in units of 16^−count, wrong by less than one."""
        return _wrap(int(digits_at(offset, count), 16) - x.fraction(offset, count), count)

    def agrees(offset: int) -> bool:
        return -_TOLERANCE <= difference(offset, _LOOK) <= _TOLERANCE

    last = end - _DECIDING_DIGITS
    if agrees(last):
        found = _decide(digits, last, difference)
        if found is not None:
            return found
        shown = end - last
        return Agreement(last + 1, digits_at(last, shown))
    prepare(end, BISECTION + end.bit_length(), elsewhere)
    count_up = _CountUp(progress, LOCATING, BISECTION + math.ceil(math.log2(last + 2)))
    low, high = -1, last  # agrees at low, where there is nothing yet; not at high
    while high - low > 1:
        middle = (low + high) // 2
        if agrees(middle):
            low = middle
        else:
            high = middle
    found = _decide(digits, max(low, 0), difference)
    if found is None:
        raise VerificationError(
            "the digits differ from π at their end, but not where they should: use the method 'recompute'"
        )
    return found


class _CountUp:
    """Progress of several evaluations as one phase."""

    def __init__(self, progress: Progress, phase: str, count: int) -> None:
        self._progress, self._phase, self._count, self._begun = progress, phase, count, 0
        progress(phase, 0, count)

    def next(self) -> Progress:
        """The progress of the next evaluation."""
        i, self._begun = min(self._begun, self._count - 1), self._begun + 1
        part = part_of(self._progress, i, self._count)
        return lambda _phase, done, total: part(self._phase, done, total)


def _decide(digits: DecimalDigits, offset: int, difference: Callable[[int, int], int]) -> Divergence | None:
    """δ is visible from `offset` on, and not before: decide, and name the first digit that is wrong."""
    count = _MEASURE
    while count <= _LARGEST_MEASURE:
        d = difference(offset, count)
        ratio = power_ratio(digits.count, offset + count)  # 10^N in units of 16^(offset + count)
        if ratio.floor(d - 1) >= 0 and ratio.floor(d + 1) < 1:
            return None
        if ratio.floor(d + 1) < 0 or ratio.floor(d - 1) >= 1:
            found = _first_difference(digits, d, offset + count)
            if found is not None:
                return found
        count *= 2
    raise VerificationError("the last digit stays open: use the method 'recompute'")


def _first_difference(digits: DecimalDigits, d: int, places: int) -> Divergence | None:
    """The first digit of x that x + δ has not, δ being between d ± 1 units of 16^−places; None where that leaves it open."""
    stop = _places(places) - 1
    ratio = power_ratio(stop, places)
    margin = _MARGIN
    start = max(0, _places(places - len(f"{abs(d):x}")) - margin)
    while True:
        size = stop - start
        written = digits.text(start + 1, size)
        limit = mpz(10) ** size
        value = mpz(written, 10)
        least, most = value + ratio.floor(d - 1), value + 1 + ratio.floor(d + 1)  # there may be digits of x beyond
        if start == 0:  # 3 + x + δ is π: what leaves the interval from 3 to 4 has wrapped
            least, most = least % limit, most % limit
        if 0 <= least <= most < limit:
            break
        if start == 0:
            return None
        margin *= 4  # a carry comes from further up
        start = max(0, start - margin)
    certain = _common_prefix(_spelled(least, size), _spelled(most, size))
    for i, (right, wrong) in enumerate(zip(certain, written, strict=False)):
        if right != wrong:
            position, expected = start + i + 1, certain[i : i + _EXPECTED]
            found = digits.text(position, max(0, min(_EXPECTED, digits.count - position + 1)))
            return Divergence(position, expected, found) if found and len(expected) == _EXPECTED else None
    return None


def _wrap(units: int, count: int) -> int:
    """Modulo 16^count, between minus and plus one half of it."""
    size = 1 << 4 * count
    return (units + size // 2) % size - size // 2


class _Ratio(NamedTuple):
    """mantissa·2^exponent, to a relative 2^-3900."""

    mantissa: mpz
    exponent: int

    def floor(self, count: int) -> mpz:
        """⌊count·ratio⌋."""
        product = self.mantissa * count
        return product << self.exponent if self.exponent >= 0 else product >> -self.exponent


def power_ratio(exponent: int, places: int) -> _Ratio:
    """10^exponent / 16^places, to a relative 2^−3900."""
    with gmpy2.context(precision=_PRECISION):
        ratio = gmpy2.exp2(exponent * gmpy2.log2(gmpy2.mpfr(10)) - 4 * places)
        mantissa, power = ratio.as_mantissa_exp()
        return _Ratio(mantissa, int(power))


def hex_places(digits: int) -> int:
    """⌊log₁₆ 10^digits⌋, or one less."""
    return digits * 830_482_023_721_840 // 10**15


def _places(count: int) -> int:
    """About the decimal digits that a given number of hexadecimal places are, rounded down."""
    return count * 1_204_119_982_655_924 // 10**15


def _spelled(value: mpz, size: int) -> str:
    return value.digits().rjust(size, "0")


def _common_prefix(a: str, b: str) -> str:
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        if x != y:
            return a[:i]
    return a
