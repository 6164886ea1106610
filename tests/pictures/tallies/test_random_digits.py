"""The laws of random digits, against all sequences of a length, and against SciPy."""

import itertools
import math
from collections import Counter

import pytest

from pi_engine.pictures.tallies.random_digits import (
    chi_square_quantile,
    chi_square_upper,
    expected_runs,
    pair_deviation,
    run_deviation,
    share_deviation,
)


def mean_and_variance(values):
    mean = sum(values) / len(values)
    return mean, sum((x - mean) ** 2 for x in values) / len(values)


@pytest.mark.parametrize(("base", "length"), [(2, 2), (2, 10), (3, 6)])
def test_shares_and_pairs(base, length):
    """Both are exact."""
    counts = [Counter(itertools.pairwise(x)) for x in itertools.product(range(base), repeat=length)]
    for pair in ((0, 0), (0, 1), (1, 0)):
        mean, variance = mean_and_variance([found[pair] for found in counts])
        assert mean == pytest.approx((length - 1) / base**2)
        assert math.sqrt(variance) == pytest.approx(pair_deviation(base, length, equal=pair[0] == pair[1]))
    ones = [x.count(1) / length for x in itertools.product(range(base), repeat=length)]
    assert math.sqrt(mean_and_variance(ones)[1]) == pytest.approx(share_deviation(base, length))


@pytest.mark.parametrize(("base", "digits"), [(2, 1), (2, 2), (2, 12), (3, 7)])
def test_runs(base, digits):
    """The expectation is exact; the deviation leaves the two ends out, which are little of many digits."""
    found = [
        Counter(len(list(group)) for _, group in itertools.groupby(x))
        for x in itertools.product(range(base), repeat=digits)
    ]
    for length in range(1, digits + 2):
        mean, variance = mean_and_variance([counts[length] for counts in found])
        assert mean == pytest.approx(expected_runs(base, digits, length), abs=1e-12)
        if digits == 12 and length <= 3:
            assert variance == pytest.approx(run_deviation(base, digits, length) ** 2, rel=0.2)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_deviation_of_runs_grows_as_its_formula(length):
    """Two lengths differ by what the ends do not change: the variance that one more digit adds, by a count of states."""
    few, many = (exact_run_variance(2, digits, length) for digits in (40, 41))
    assert many - few == pytest.approx(run_deviation(2, 1, length) ** 2, rel=1e-9)


def exact_run_variance(base, digits, length):
    """Of the number of runs of a length, from its distribution: a state is the length of the open run and the count so far."""
    p = 1 / base
    states = Counter({(1, 0): 1.0})
    for _ in range(digits - 1):
        after = Counter()
        for (run, count), probability in states.items():
            after[min(run + 1, length + 1), count] += probability * p
            after[1, count + (run == length)] += probability * (1 - p)
        states = after
    moments = [sum(x * (count + (run == length)) ** k for (run, count), x in states.items()) for k in (1, 2)]
    return moments[1] - moments[0] ** 2


@pytest.mark.parametrize("freedom", [1, 7, 9, 15])
def test_chi_square_is_that_of_scipy(freedom):
    chi2 = pytest.importorskip("scipy.stats").chi2
    for x in (0, 0.5, 9, 27.5, 80):
        assert chi_square_upper(x, freedom) == pytest.approx(chi2.sf(x, freedom), rel=1e-9)
    for probability in (0.025, 0.5, 0.975):
        assert chi_square_quantile(probability, freedom) == pytest.approx(chi2.ppf(probability, freedom), rel=1e-8)


def test_the_precision_of_others_does_not_matter():
    from mpmath import mp

    expected = chi_square_quantile(0.025, 1)
    with mp.workdps(100_000):
        assert chi_square_quantile(0.025, 1) == expected
        assert mp.dps == 100_000
