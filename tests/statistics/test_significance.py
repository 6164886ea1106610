"""Two-sided probabilities, their correction, and the pooling of rare classes."""

import math

import numpy as np
import pytest

from pi_engine.statistics.significance import (
    RandomnessTest,
    by_chi_square,
    by_pearson,
    by_probabilities,
    chance_of_as_unusual,
    corrected,
    pearson,
    pooled,
)


def with_p(upper):
    return by_probabilities(RandomnessTest("a", "b"), 1, 1, upper, 1 - upper)


@pytest.mark.parametrize(
    ("statistic", "degrees", "upper"),
    # from the table of Knuth 3.3.1
    [(16.92, 9, 0.05), (21.67, 9, 0.01), (3.325, 9, 0.95), (2.088, 9, 0.99), (18.31, 10, 0.05), (14.68, 10, 0.1441)],
)
def test_chi_square(statistic, degrees, upper):
    found = by_chi_square(RandomnessTest("a", "b"), statistic, degrees)
    assert found.p_value == pytest.approx(upper, rel=2e-3)
    assert found.two_sided == pytest.approx(2 * min(upper, 1 - upper), rel=2e-2)
    assert found.expected == degrees


@pytest.mark.parametrize(("throws", "share"), [(100, 0.5), (101, 0.5), (400, 0.5), (200, 0.3)])
def test_two_classes_are_binomial(throws, share):
    """Also where both counts are exactly as expected, which is no rarity."""
    expected = throws * np.array([share, 1 - share])

    def probability(wanted):
        return sum(
            math.comb(throws, c) * share**c * (1 - share) ** (throws - c) for c in range(throws + 1) if wanted(c)
        )

    for count in range(round(throws * share), round(throws * share) + 20):
        found = by_pearson(RandomnessTest("a", "b"), np.array([count, throws - count]), expected)
        distance = abs(count - throws * share) - 1e-9
        upper = probability(lambda c, least=distance: abs(c - throws * share) >= least)
        lower = probability(lambda c, most=distance: abs(c - throws * share) <= most + 2e-9)
        assert found.p_value == pytest.approx(upper, abs=0.02)
        assert found.two_sided == pytest.approx(min(1, 2 * min(upper, lower)), abs=0.04)


def test_many_degrees_are_normal():
    degrees = 10**6
    for sigmas in (-4, -1, 0, 1, 4):
        found = by_chi_square(RandomnessTest("a", "b"), degrees + sigmas * math.sqrt(2 * degrees), degrees)
        assert found.p_value == pytest.approx(math.erfc(sigmas / math.sqrt(2)) / 2, rel=0.05)


def test_holm():
    """The example of Holm 1979 has these products: 4·0.005, 3·0.01, 2·0.03, 1·0.04, none below the one before."""
    tests = [with_p(p / 2) for p in (0.01, 0.04, 0.03, 0.005)]
    assert [x.corrected for x in corrected(tests)] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    tests.insert(2, RandomnessTest("few", "digits"))
    found = corrected(tests)
    assert [x.corrected for x in found] == pytest.approx([0.03, 0.06, None, 0.06, 0.02])
    assert found[2].verdict == "too few digits"


def test_verdicts():
    found = corrected([with_p(0.0001), with_p(0.9999), with_p(0.5), with_p(0.004)])
    assert [x.verdict for x in found] == ["too uneven", "too regular", "usual", "usual"]


def test_the_chance_of_the_most_unusual():
    assert chance_of_as_unusual([with_p(0.01), with_p(0.4)]) == pytest.approx(1 - 0.98**2)
    assert chance_of_as_unusual([with_p(0.5)]) == 1
    assert chance_of_as_unusual([with_p(1e-30)] * 10) == pytest.approx(2e-29)
    assert chance_of_as_unusual([RandomnessTest("a", "b")]) is None


def test_rare_classes_are_joined():
    observed, expected = pooled(np.array([50, 3, 2, 9]), np.array([48.0, 4.0, 0.5, 8.0]))
    assert observed.tolist() == [14, 50]
    assert expected.tolist() == [12.5, 48.0]
    observed, expected = pooled(np.array([5, 5]), np.array([5.0, 5.0]))
    assert observed.tolist() == [5, 5]
    observed, expected = pooled(np.array([1, 1]), np.array([1.0, 1.0]))
    assert observed.tolist() == [2]


def test_pearson():
    """Knuth 3.3.1: 144 throws of two dice."""
    observed = np.array([2, 4, 10, 12, 22, 29, 21, 15, 14, 9, 6])
    expected = 4 * np.array([1.0, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1])
    assert pearson(observed, expected) == pytest.approx(7 + 7 / 48)
