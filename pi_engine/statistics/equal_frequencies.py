"""Are all digits, all blocks and all k-grams equally frequent? Pearson's χ², and Good's form of it where k-grams overlap.

Blocks that do not overlap are independent, and Pearson's statistic of their counts has the χ² distribution with b^k − 1 degrees of
freedom (Knuth, The Art of Computer Programming 2, 3.3.2, tests A and B). K-grams that overlap are not. With the digits closed to a
circle of n, let ψ²_k be Pearson's formula for its n k-grams. Then ψ²_k − ψ²_{k−1} has the χ² distribution with b^k − b^(k−1) degrees
(I. J. Good, The serial test for sampling numbers and other tests for randomness, Proceedings of the Cambridge Philosophical Society 49,
1953, for prime b; P. Billingsley, Asymptotic distributions of two goodness of fit criteria, Annals of Mathematical Statistics 27,
1956, for any). It asks what k-grams show beyond the shorter ones in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.statistics.significance import LEAST_EXPECTED, RandomnessTest, by_chi_square, by_pearson, pearson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies

_LEAST_OVERLAPPING = 500
"""Digits of a test of k-grams, at least: of two kinds of digits fewer have too few values of the statistic for χ² to be their law."""


def _statistic(counts: NDArray[np.int64]) -> float:
    """Pearson's statistic against equal frequencies."""
    return pearson(counts, np.full(len(counts), counts.sum() / len(counts)))


def _equal(test: RandomnessTest, counts: NDArray[np.int64]) -> RandomnessTest:
    return by_pearson(test, counts, np.full(len(counts), counts.sum() / len(counts)))


def digits_test(tallies: Tallies) -> RandomnessTest:
    """The χ² test of the counts of the digits."""
    test = RandomnessTest("digits", "are all digits equally frequent?", needs=LEAST_EXPECTED * tallies.base)
    if tallies.digits < test.needs:
        return test
    return _equal(test, tallies.counts)


def blocks_test(tallies: Tallies, k: int) -> RandomnessTest:
    """The same for blocks of k digits; for k = 2 it is the serial test."""
    kinds = tallies.base**k
    name, what = ("serial", "pairs") if k == 2 else (f"blocks of {k}", f"blocks of {k} digits")
    test = RandomnessTest(name, f"are all {what} equally frequent?", needs=LEAST_EXPECTED * k * kinds)
    if tallies.digits < test.needs:
        return test
    return _equal(test, tallies.blocks[k])


def kgrams_test(tallies: Tallies, k: int) -> RandomnessTest:
    """Good's test of overlapping k-grams, k ≥ 2."""
    kinds, fewer = tallies.base**k, tallies.base ** (k - 1)
    before = "digit" if k == 2 else f"{k - 1} digits"
    test = RandomnessTest(
        f"{k}-grams",
        f"are all digits equally frequent after any {before}?",
        needs=max(LEAST_EXPECTED * kinds, _LEAST_OVERLAPPING),
    )
    if tallies.digits < test.needs:
        return test
    statistic = _statistic(tallies.circular(k)) - _statistic(tallies.circular(k - 1))
    return by_chi_square(test, max(0.0, statistic), kinds - fewer)  # never negative but for rounding
