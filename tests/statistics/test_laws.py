"""Each statistic against plain Python, and its law against every sequence, published values, or random digits."""

import itertools
import math
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from pi_engine.statistics.collisions import collision_law, collisions_test, moments
from pi_engine.statistics.digit_counter import DigitCounter
from pi_engine.statistics.entropies import entropies, least_digits
from pi_engine.statistics.equal_frequencies import blocks_test, digits_test, kgrams_test
from pi_engine.statistics.maximum_entropy import maximum_entropy_test
from pi_engine.statistics.spacings import gap_covariance, gaps_test, hands, poker_test, runs_test
from pi_engine.statistics.tallies import BALLS
from tests.conftest import MULTIPLIER
from tests.statistics import naive_counts as naive
from tests.statistics.naive_counts import text_of


def tally(x, base=10):
    counter = DigitCounter(base)
    counter.add(text_of(x))
    return counter.tallies()


@pytest.fixture
def x(rng):
    return [rng.randrange(10) for _ in range(6000)]


def chi(counts):
    mean = sum(counts) / len(counts)
    return sum((int(c) - mean) ** 2 / mean for c in counts)


def test_equal_frequencies(x):
    found = tally(x)
    assert digits_test(found).statistic == pytest.approx(chi(naive.overlapping(x, 1, 10)))
    assert blocks_test(found, 2).statistic == pytest.approx(chi(naive.blocks(x, 2, 10)))
    psi = [chi(naive.circular(x, k, 10)) for k in (1, 2, 3)]
    assert kgrams_test(found, 2).statistic == pytest.approx(psi[1] - psi[0])
    assert kgrams_test(found, 3).statistic == pytest.approx(psi[2] - psi[1])
    assert kgrams_test(found, 3).degrees_of_freedom == 900
    assert blocks_test(found, 3).statistic is None
    assert blocks_test(found, 3).needs == 15_000


def test_hands_of_poker(x):
    kinds = {
        (1, 1, 1, 1, 1): "all different",
        (1, 1, 1, 2): "one pair",
        (1, 2, 2): "two pairs",
        (1, 1, 3): "three of a kind",
        (2, 3): "full house",
        (1, 4): "four of a kind",
        (5,): "five of a kind",
    }
    dealt = Counter(kinds[tuple(sorted(Counter(x[i : i + 5]).values()))] for i in range(0, 6000, 5))
    found = hands(tally(x))
    assert {hand.kind: hand.dealt for hand in found if hand.dealt} == dealt
    # the probabilities of the poker test with ten digits, as in Knuth and elsewhere
    shares = [0.3024, 0.5040, 0.1080, 0.0720, 0.0090, 0.0045, 0.0001]
    assert [hand.expected / 1200 for hand in found] == pytest.approx(shares)
    observed = [hand.dealt for hand in found]
    observed[4:] = [sum(observed[4:])]  # expected 10.8, 5.4, 0.12: the last two are joined
    assert poker_test(tally(x)).degrees_of_freedom == 5
    assert [hand.kind for hand in hands(tally([0, 1] * 50, 2))] == ["full house", "four of a kind", "five of a kind"]


def residuals(x, base, ages):
    """M_a − E_a/b, by looking at every place."""
    ended, exposed, last = [0] * ages, [0] * ages, {}
    for i, digit in enumerate(x):
        for other, place in last.items():
            if (age := i - place - 1) < ages:
                exposed[age] += 1
                ended[age] += other == digit
        last[digit] = i
    return np.array([m - e / base for m, e in zip(ended, exposed, strict=True)])


def test_gaps(x):
    found = gaps_test(tally(x))
    r = residuals(x, 10, found.degrees_of_freedom)
    covariance = gap_covariance(10, 6000, len(r))
    assert found.statistic == pytest.approx(float(r @ np.linalg.inv(covariance) @ r))
    # the last age has five gaps expected, the next one fewer
    assert 600 * 0.9 ** (len(r) - 1) >= 5 > 600 * 0.9 ** len(r)


@pytest.mark.parametrize(("base", "digits"), [(2, 9), (3, 7), (4, 6)])
def test_the_covariance_of_gaps_is_that_of_all_sequences(base, digits):
    ages = digits - 1
    total = np.zeros((ages, ages))
    for x in itertools.product(range(base), repeat=digits):
        r = residuals(x, base, ages)
        total += np.outer(r, r)
    assert total / base**digits == pytest.approx(gap_covariance(base, digits, ages), abs=1e-12)


def test_runs(x):
    classes = int(math.log10(6000 / 5))
    ended, exposed, run = [0] * classes, [0] * classes, 0
    for i, digit in enumerate(x):
        if i:
            exposed[min(run, classes) - 1] += 1
            if digit != x[i - 1]:
                ended[min(run, classes) - 1] += 1
                run = 0
        run += 1
    expected = sum((m - e * 0.9) ** 2 / (e * 0.09) for m, e in zip(ended, exposed, strict=True))
    found = runs_test(tally(x))
    assert (found.statistic, found.degrees_of_freedom) == (pytest.approx(expected), classes)


@pytest.mark.parametrize(("balls", "urns"), [(1, 3), (4, 3), (5, 4), (6, 2)])
def test_the_law_of_collisions_is_that_of_all_throws(balls, urns):
    throws = Counter(balls - len(set(x)) for x in itertools.product(range(urns), repeat=balls))
    law = collision_law(balls, urns)
    assert law == pytest.approx([throws[c] / urns**balls for c in range(len(law))], abs=1e-15)
    assert len(law) > max(throws)


def test_the_law_of_collisions_is_the_published_one():
    """The table of Knuth 3.3.2, test I: 2^14 balls, 2^20 urns."""
    law = np.cumsum(collision_law(2**14, 2**20))
    published = {101: 0.009, 108: 0.043, 119: 0.244, 126: 0.476, 134: 0.742, 145: 0.946, 153: 0.989}
    assert {c: round(float(law[c]), 3) for c in published} == published
    assert law[-1] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("urns", [2**18, 10**6, 2**20])
def test_the_skewness_of_collisions(urns):
    law = collision_law(BALLS, urns)
    mean, variance = moments(law)
    assert (np.arange(len(law)) - mean) ** 3 @ law / variance**1.5 < 0.09


def test_collisions_of_many_groups_are_normal_as_those_of_few_are(rng, monkeypatch):
    """The folded law of 16 groups and the normal one agree."""
    generator = np.random.default_rng(rng.getrandbits(60))
    found = tally(generator.integers(0, 10, 16 * 6 * BALLS).tolist())
    exact = collisions_test(found)
    monkeypatch.setattr("pi_engine.statistics.collisions._MOST_FOLDED", 1)
    normal = collisions_test(found)
    assert normal.p_value == pytest.approx(exact.p_value, abs=0.01)
    assert (exact.statistic, found.groups) == (found.collisions, 16)


def test_the_normal_law_of_collisions_has_the_chance_of_each_count(monkeypatch):
    """What "at least c" and "at most c" have in common is c itself: 1/σ√2π in the middle."""
    seen = []
    monkeypatch.setattr("pi_engine.statistics.collisions._MOST_FOLDED", 0)
    monkeypatch.setattr("pi_engine.statistics.collisions.by_probabilities", lambda *answer: seen.append(answer[-2:]))
    mean, variance = moments(collision_law(BALLS, 10**6))
    collisions_test(SimpleNamespace(base=10, digits=6 * BALLS, groups=1, collisions=round(mean)))
    ((upper, lower),) = seen
    assert upper + lower - 1 == pytest.approx(1 / math.sqrt(2 * math.pi * variance), rel=0.01)


def test_entropies(x):
    def entropy(k):
        shares = [c / 6000 for c in naive.circular(x, k, 10) if c]
        return -sum(p * math.log2(p) for p in shares)

    found = entropies(tally(x), 6)
    assert [e.bits for e in found] == pytest.approx([entropy(1), entropy(2) - entropy(1)], abs=1e-12)
    assert [e.deficit for e in found] == pytest.approx([math.log2(10) - e.bits for e in found], abs=1e-12)
    # the first term is (m − 1)/(2n·ln 2)
    assert found[0].expected_deficit == pytest.approx(9 / (12_000 * math.log(2)), rel=1e-3)
    assert found[0].spread == pytest.approx(math.sqrt(18) / (12_000 * math.log(2)))
    assert least_digits(1000) > 6000


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_the_expected_deficit_of_single_digits_is_that_of_all_counts(base):
    """Σ over all counts of a digit, with their chances: what is left out is less than (b/n)² of it, and the second term is not."""
    n = 40 * base
    counts = range(1, n + 1)
    chances = [math.comb(n, c) * (1 / base) ** c * (1 - 1 / base) ** (n - c) for c in counts]
    exact = base * sum(p * c / n * math.log2(base * c / n) for c, p in zip(counts, chances, strict=True))
    (found,) = entropies(tally([i % base for i in range(n)], base), 1)
    assert found.expected_deficit == pytest.approx(exact, rel=(base / n) ** 2)
    assert (base - 1) / (2 * n * math.log(2)) != pytest.approx(exact, rel=(base / n) ** 2)


@pytest.mark.parametrize("kinds", [2, 10, 100, 10**4, 10**6])
def test_the_third_term_of_the_deficit_is_below_a_tenth_of_its_spread(kinds):
    n = least_digits(kinds)
    assert kinds**3 / (6 * n**2) <= 0.1 * math.sqrt(2 * kinds)


ALL = [
    digits_test,
    lambda t: blocks_test(t, 2),
    lambda t: kgrams_test(t, 2),
    lambda t: kgrams_test(t, 3),
    poker_test,
    gaps_test,
    runs_test,
    maximum_entropy_test,
]


@pytest.mark.parametrize(("base", "size"), [(2, 1000), (8, 6400), (10, 5000), *([(10, 10_000)] * (MULTIPLIER > 1))])
def test_probabilities_of_random_digits_are_uniform(rng, base, size):
    """Mean and mean square of p, and the deviations of entropies, within five standard errors."""
    generator = np.random.default_rng(rng.getrandbits(60))
    rounds = round(60 * max(1, MULTIPLIER))
    all_values, deviations = [[] for _ in ALL], []
    for _ in range(rounds):
        found = tally(generator.integers(0, base, size).tolist(), base)
        for values, test in zip(all_values, ALL, strict=True):
            values.extend(filter(lambda p: p is not None, [test(found).p_value]))
        deviations.append([e.deviation for e in entropies(found, 2)])
    for values in filter(None, all_values):
        assert len(values) == rounds
        assert abs(np.mean(values) - 1 / 2) < 5 * math.sqrt(1 / 12 / rounds)
        assert abs(np.mean(np.square(values)) - 1 / 3) < 5 * math.sqrt(4 / 45 / rounds)
    assert np.abs(np.mean(deviations, axis=0)).max() < 5 * math.sqrt(1 / rounds) + 0.1
    assert np.std(deviations, axis=0) == pytest.approx(1, abs=7 * math.sqrt(1 / rounds))
