"""Poker, gaps and runs: how equal digits stand to each other.

**Poker** (Knuth 3.3.2, test D, with all seven hands): five digits are a hand. The chance of a kind of hand is the share of the b^5 hands
that are of it.

**Gaps** (Knuth's test C, for all digits at once). Let the age of a digit be the number of digits since its last occurrence. At every place
the digits seen so far have different ages, and each comes next with chance 1/b. So with M_a gaps of a digits, and E_a places at which
a digit of age a was there to come, M_a − E_a/b is a sum of terms of mean 0 given all before (a martingale). Their covariances given the
past are 1/b − 1/b² for the same age, and −1/b² for two ages that are there both. A place has a digit of age a with chance q^a, q = 1 − 1/b:
the digit must not have come again. It has digits of ages a < a' with chance q^(a'−a)·(1 − 2/b)^a: the older one has not come in a' − a
places, and neither has in the a after them. These covariances, added over the n − 1 − a' places that have this many digits before them, are
a matrix C. By the martingale limit theorem r·C⁻¹·r, with r the vector of M_a − E_a/b, is χ² distributed, with as many degrees as there
are ages.

**Runs** of equal digits. After r equal digits the next is the same with chance 1/b. With E_r places behind a run of r so far, and M_r
runs that ended there, M_r − E_r·q are sums of this kind again, and uncorrelated, since a place is behind one run. So Σ (M_r −
E_r·q)²/(E_r·q/b)
is χ² distributed with as many degrees as there are classes; all lengths from the last class on are one.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.statistics.significance import LEAST_EXPECTED, RandomnessTest, by_chi_square, by_pearson, pooled
from pi_engine.statistics.tallies import GAP_CELLS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies

LEAST_DIGITS_FOR_EXPOSURES = 100
"""Gaps and runs are tested from this many digits a digit of the base on: the laws are those of many."""

HAND = 5
HANDS = {
    5: "all different",
    7: "one pair",
    9: "two pairs",
    11: "three of a kind",
    13: "full house",
    17: "four of a kind",
    25: "five of a kind",
}
"""The sum of the squares of how often each digit of a hand occurs in it → what it is called in poker."""


class Hand(NamedTuple):
    """A kind of hand: its name, how many of the hands are of it, and how many are expected."""

    kind: str
    dealt: int
    expected: float


def hands(tallies: Tallies) -> list[Hand]:
    """All kinds that are possible in the base; digits behind the last five are not dealt."""
    squares, dealt = _squares(tallies.base), tallies.digits // HAND
    found = np.bincount(squares, weights=tallies.blocks[HAND], minlength=HAND**2 + 1)
    shares = np.bincount(squares, minlength=HAND**2 + 1) / len(squares)
    return [Hand(kind, int(found[i]), dealt * float(shares[i])) for i, kind in HANDS.items() if shares[i]]


@cache
def _squares(base: int) -> NDArray[np.int64]:
    """The key in `HANDS` of each of base^5 hands: the sum of squares is the number of its ordered pairs of places with equal digits."""
    codes = np.arange(base**HAND)
    digits = [(codes // base**i % base).astype(np.uint8) for i in range(HAND)]
    equal = np.full(len(codes), HAND)
    for i in range(HAND):
        for j in range(i):
            equal += 2 * (digits[i] == digits[j])
    return equal


def poker_test(tallies: Tallies) -> RandomnessTest:
    """The poker test; kinds that are expected fewer than five times are joined."""
    squares = _squares(tallies.base)
    commonest = int(np.bincount(squares).max()) / len(squares)
    needs = HAND * math.ceil(2 * LEAST_EXPECTED / (1 - commonest))
    test = RandomnessTest("poker", "are poker hands of five digits as frequent as expected?", needs=needs)
    if tallies.digits < needs:
        return test
    found = hands(tallies)
    observed, expected = pooled(np.array([x.dealt for x in found]), np.array([x.expected for x in found]))
    return by_pearson(test, observed, expected)


def gaps_test(tallies: Tallies) -> RandomnessTest:
    """The test of the gaps of all digits; of all ages at which five gaps or more are expected to end."""
    b, n = tallies.base, tallies.digits
    needs = LEAST_DIGITS_FOR_EXPOSURES * b
    test = RandomnessTest("gaps", "are the gaps between equal digits as long as expected?", needs=needs)
    if n < needs:
        return test
    q = 1 - 1 / b
    ages = min(int(math.log(LEAST_EXPECTED * b / n) / math.log(q)) + 1, GAP_CELLS - 1)
    ended = tallies.gaps.sum(axis=0)
    present = ended + np.bincount(np.minimum(tallies.ages, GAP_CELLS), minlength=GAP_CELLS + 1)[1 : GAP_CELLS + 1]
    exposed = present[::-1].cumsum()[::-1]
    residuals = (ended - exposed / b)[:ages]
    covariance = gap_covariance(b, n, ages)
    return by_chi_square(test, float(residuals @ np.linalg.solve(covariance, residuals)), ages)


def gap_covariance(base: int, digits: int, ages: int) -> NDArray[np.float64]:
    """The covariances of M_a − E_a/b for 0 ≤ a < `ages` among a given number of random digits; exact."""
    b, q, age = base, 1 - 1 / base, np.arange(ages)
    younger, older = np.minimum.outer(age, age), np.maximum.outer(age, age)
    both = np.where(younger == older, q**older, q ** (older - younger) * (1 - 2 / b) ** younger)
    there: NDArray[np.int64] = digits - 1 - older  # places with enough digits before them
    return there * (np.diag(q**age) / b - both / b**2)


def runs_test(tallies: Tallies) -> RandomnessTest:
    """The test of the runs of equal digits; classes as long as five runs or more are expected to go on."""
    b, n = tallies.base, tallies.digits
    needs = LEAST_DIGITS_FOR_EXPOSURES * b
    test = RandomnessTest("runs", "are runs of equal digits as long as expected?", needs=needs)
    if n < needs:
        return test
    q = 1 - 1 / b
    classes = int(math.log(n / LEAST_EXPECTED) / math.log(b))
    lengths = tallies.runs.copy()
    behind = lengths[::-1].cumsum()[::-1]  # runs of r and more
    behind[1 : min(tallies.last_run, len(behind))] += 1  # the last run has passed these
    exposed = np.append(behind[1:classes], n - 1 - behind[1:classes].sum())
    ended = np.append(lengths[1:classes], lengths[classes:].sum())
    made = exposed > 0
    terms = (ended[made] - exposed[made] * q) ** 2 / (exposed[made] * q / b)
    return by_chi_square(test, float(terms.sum()), classes)
