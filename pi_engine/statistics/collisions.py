"""The collision test: n balls are thrown into m urns, and some fall where one lies already.

The test is Knuth's (3.3.2, test I). Balls are blocks of digits, side by side, and urns are the kinds of blocks: 2^14 blocks of six decimal
digits, which are of 10^6 kinds. A ball collides with the chance that its urn is not empty, so the law of the number of collisions follows
ball by ball. Groups of 2^14 blocks are independent, and their collisions are added: the law of the sum is that of one group, folded with
itself, and for many groups normal. The skewness of one group is below 0.09; that of more than 16 groups is below 0.022.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.statistics.significance import RandomnessTest, by_probabilities
from pi_engine.statistics.tallies import BALLS, URN_DIGITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies

_MOST_FOLDED = 16
"""Groups up to which the law is not yet taken for normal."""

_SPREADS = 40
"""The law is followed up to this many standard deviations above the mean; beyond lies less than 10^−300."""


@cache
def collision_law(balls: int, urns: int) -> NDArray[np.float64]:
    """The probability of c collisions of the balls, for c = 0, 1, …; what is left out at the end is 0 in double precision."""
    mean = balls - urns * -math.expm1(balls * math.log1p(-1 / urns))
    size = min(balls, int(mean + _SPREADS * math.sqrt(mean) + _SPREADS)) + 1
    law = np.zeros(size)
    law[0] = 1
    collided = np.arange(size)
    for thrown in range(balls):
        hit = np.maximum(thrown - collided, 0) / urns  # of the urns that are not empty
        moved = law * hit
        law -= moved
        law[1:] += moved[:-1]
    return law


def moments(law: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and variance."""
    values = np.arange(len(law))
    mean = float(values @ law)
    return mean, float((values - mean) ** 2 @ law)


def collisions_test(tallies: Tallies) -> RandomnessTest:
    """The test of all complete groups; from one group on."""
    k = URN_DIGITS[tallies.base]
    test = RandomnessTest("collisions", f"do blocks of {k} digits repeat as often as expected?", needs=BALLS * k)
    if tallies.digits < test.needs:
        return test
    law, groups, found = collision_law(BALLS, tallies.base**k), tallies.groups, tallies.collisions
    mean, variance = moments(law)
    if groups <= _MOST_FOLDED:
        together = law
        for _ in range(groups - 1):
            together = np.convolve(together, law)
        upper, lower = float(together[found:].sum()), float(together[: found + 1].sum())
    else:
        from scipy.special import ndtr

        # a count of c is all from c − ½ to c + ½
        distance, spread = found - groups * mean, math.sqrt(groups * variance)
        upper, lower = float(ndtr((0.5 - distance) / spread)), float(ndtr((0.5 + distance) / spread))
    return by_probabilities(test, found, groups * mean, upper, lower)
