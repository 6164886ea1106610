"""The model of the next digit: its dual, its weights and its gain, against closed forms and SciPy's minimiser."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from pi_engine.statistics.maximum_entropy import fit
from tests.statistics import naive_counts as naive


def counts_of(rng, base, before, size=3000):
    """Digits that depend on those before."""
    x = [0] * before
    while len(x) < size:
        x.append(rng.randrange(base) if rng.random() < 0.7 else (x[-1] + x[-before]) % base)
    return naive.overlapping(x, before + 1, base)


def features(base, before):
    """f(x, y) for every (x, y), one feature after another, also those that `fit` leaves out."""
    rows = []
    for code in range(base ** (before + 1)):
        context, y = divmod(code, base)
        row = [float(y == v) for v in range(base)]
        for j in range(before):
            digit = context // base**j % base
            row += [float(digit == u and y == v) for u in range(base) for v in range(base)]
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("base", [2, 3, 10])
def test_one_digit_before_has_a_closed_form(rng, base):
    """With all pairs as features p(y|x) is N(x, y)/N(x)."""
    counts = counts_of(rng, base, 1)
    model = fit(counts, base, 1)
    pairs = counts.reshape(base, base)
    shares = pairs / pairs.sum(axis=1, keepdims=True)
    assert model.probabilities == pytest.approx(shares, abs=1e-6)
    present = pairs > 0
    assert model.gain == pytest.approx((pairs[present] * np.log(base * shares[present])).sum(), rel=1e-9)


@pytest.mark.parametrize(("base", "before"), [(2, 3), (3, 2), (10, 2)])
def test_the_features_are_as_frequent_in_the_model_as_among_the_digits(rng, base, before):
    counts = counts_of(rng, base, before)
    model, f = fit(counts, base, before), features(base, before)
    contexts = counts.reshape(-1, base).sum(axis=1)
    expected = (contexts[:, None] * model.probabilities).reshape(-1)
    assert f.T @ expected == pytest.approx(f.T @ counts, abs=1e-3)
    assert model.probabilities.sum(axis=1) == pytest.approx(1)
    assert 0 < model.gain < counts.sum() * math.log(base)


@pytest.mark.parametrize(("base", "before"), [(2, 4), (3, 2)])
def test_the_dual_is_least_where_another_minimiser_finds_it(rng, base, before):
    counts = counts_of(rng, base, before, 1000)
    f = features(base, before)
    contexts = counts.reshape(-1, base).sum(axis=1)

    def dual(weights):
        exponents = (f @ weights).reshape(-1, base)
        logs = np.log(np.exp(exponents).sum(axis=1))
        p = np.exp(exponents - logs[:, None])
        slope = f.T @ ((contexts[:, None] * p).reshape(-1) - counts)
        return contexts @ logs - weights @ (f.T @ counts), slope

    found = minimize(dual, np.zeros(f.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-6})
    assert fit(counts, base, before).gain == pytest.approx(counts.sum() * math.log(base) - found.fun, abs=1e-5)


def test_the_sample_of_the_essay():
    """y = 1 where x is odd, half of the even x too: λ = −ln((1 − ε)/ε) grows without bound as ε falls; the gain tends to ½·N·ln 2."""
    for wrong in (25, 5, 0):
        counts = np.array([25, 25, wrong, 50 - wrong])  # (x, y) = (0, 0), (0, 1), (1, 0), (1, 1)
        model = fit(counts, 2, 1)
        share = wrong / 50
        entropy = sum(p * math.log(p) for p in (share, 1 - share) if p)
        assert model.gain == pytest.approx(50 * (math.log(2) + entropy), abs=1e-6)
        if wrong:
            assert model.weights[1, 0] == pytest.approx(math.log((1 - share) / share), abs=1e-4)


@pytest.mark.parametrize("x", [[7] * 400, [3, 8] * 200, list(range(10)) * 40])
def test_digits_that_follow_for_certain(x):
    """The weights have no bound, and the gain comes as near to n·ln b as matters."""
    model = fit(naive.overlapping(x, 3, 10), 10, 2)
    assert model.gain == pytest.approx((len(x) - 2) * math.log(10), abs=1e-3)
    assert np.isfinite(model.weights).all()
