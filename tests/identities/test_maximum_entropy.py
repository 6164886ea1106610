"""The classifier with the largest entropy: its dual and its closed form against minimisations that know neither."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from mpmath import mp

from pi_engine.identities import evaluate, get
from pi_engine.identities.essays import entropy


def labels(wrong):
    """The essay's example, spelled out: y = 1 where x is odd, and the first labels wrong."""
    y = [1, 0] * 50
    for i in range(wrong):
        y[i] = 1 - y[i]
    return y


def lagrangian_dual(y, weight):
    """1/N·Σ ln Z(x) + λτ in double precision, from the definitions, pair by pair."""
    total = 0.0
    for x, label in enumerate(y, 1):
        feature = [1 if x % 2 == 1 and value == 1 else 0 for value in (0, 1)]
        total += math.log(sum(math.exp(-weight * f) for f in feature)) + weight * feature[label]
    return total / len(y)


def least(function, low, high):
    """Where a convex function is least, by golden sections."""
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if function(a) < function(b) else (a, high)
    return (low + high) / 2


def entropy_of(table):
    """1/N·Σ_x of the entropy of (p, 1 − p)."""
    return -sum(q * math.log(q) for p in table for q in (p, 1 - p) if q > 0) / len(table)


def test_the_sample_is_the_essay_s():
    assert entropy.sample() == list(zip(range(1, 101), labels(0), strict=True))
    assert entropy.sample(10) == list(zip(range(1, 101), labels(10), strict=True))
    assert entropy.feature_mean(entropy.sample()) == Fraction(1, 2)
    assert [(x, y) for x in (1, 2, 99, 100) for y in (0, 1) if entropy.chi(x, y)] == [(1, 1), (99, 1)]


@pytest.mark.parametrize("wrong", [2, 10, 20, 50, 72, 98])
def test_the_dual_is_least_where_a_search_finds_it(wrong):
    pairs, share = entropy.sample(wrong), Fraction(wrong, 100)
    with mp.workdps(30):
        weight = entropy.solve_dual(pairs)
        assert abs(weight - entropy.closed_form_weight(share)) < mp.mpf(10) ** -25
        assert abs(weight - (mp.log(share.numerator) - mp.log(share.denominator - share.numerator))) < mp.mpf(10) ** -25
        assert abs(entropy.dual(pairs, weight) - entropy.closed_form_entropy(share)) < mp.mpf(10) ** -25
        assert abs(entropy.expectation(pairs, weight) - (1 - mp.mpf(wrong) / 100) / 2) < mp.mpf(10) ** -25
    y = labels(wrong)
    found = least(lambda x: lagrangian_dual(y, x), -8, 8)
    assert abs(found - weight) < 1e-6
    assert abs(lagrangian_dual(y, found) - entropy.dual(pairs, weight)) < 1e-12


def test_no_classifier_with_the_mean_has_more_entropy_and_no_weight_a_smaller_dual(rng):
    """The primal problem with a hundred unknowns: every table p(1|x) that meets the constraint has less entropy."""
    for wrong in (2, 20, 60):
        share = wrong / 100
        weight = float(entropy.solve_dual(entropy.sample(wrong)))
        best = [float(entropy.probability(1, x, weight)) for x in range(1, 101)]
        assert abs(sum(best[::2]) - 50 * (1 - share)) < 1e-9
        largest = entropy_of(best)
        assert abs(largest - entropy.closed_form_entropy(Fraction(wrong, 100))) < 1e-12
        for _ in range(200):
            table, scale = list(best), rng.choice((1e-3, 0.1, 1.0)) * min(share, 1 - share)
            for _ in range(30):  # what one odd x gains another loses
                i, j = rng.randrange(0, 100, 2), rng.randrange(0, 100, 2)
                change = min(rng.random() * scale, 1 - table[i], table[j])
                table[i] += change
                table[j] -= change
                table[rng.randrange(1, 100, 2)] = rng.random()
            assert abs(sum(table[::2]) - 50 * (1 - share)) < 1e-9
            assert entropy_of(table) < largest
            assert lagrangian_dual(labels(wrong), weight + rng.uniform(-3, 3)) > largest - 1e-12


def test_without_a_wrong_label_the_constraint_holds_in_the_limit_only():
    pairs, y = entropy.sample(), labels(0)
    assert entropy.solve_dual(pairs) == mp.ninf
    assert entropy.solve_dual(entropy.sample(100)) == mp.inf
    weights = range(-1, -30, -1)
    duals = [lagrangian_dual(y, weight) for weight in weights]
    assert all(later < earlier for earlier, later in pairwise(duals))
    with mp.workdps(400):
        for weight in (5, 0, -1, -10, -100, -700):
            missing = mp.mpf(1) / 2 - entropy.expectation(pairs, weight)
            assert abs(missing / (mp.exp(weight) / (2 + 2 * mp.exp(weight))) - 1) < mp.mpf(10) ** -90
            assert 0 < entropy.dual(pairs, weight) - mp.log(2) / 2 <= mp.exp(weight)
            assert entropy.probability(1, 2, weight) == entropy.probability(0, 100, weight) == mp.mpf(1) / 2
        assert 1 - entropy.probability(1, 1, -700) < mp.mpf(10) ** -300
        assert abs(entropy.closed_form_weight(Fraction(1, 10**300)) + 300 * mp.log(10)) < mp.mpf(10) ** -299


def test_the_labels_of_even_numbers_do_not_matter():
    pairs = entropy.sample(20)
    others = [(x, y if x % 2 else 1 - y) for x, y in pairs]
    assert entropy.solve_dual(pairs) == entropy.solve_dual(others)


@pytest.mark.parametrize("digits", [1, 2, 5, 40])
def test_the_gallery_shows_dual_closed_form_and_limit(digits):
    (identity,) = get(["entropy-parity"])
    found = evaluate(identity, digits)
    shown = {label: value for label, agreeing, value in found.cases if agreeing == digits}
    assert len(shown) == len(found.cases) == 13
    assert shown["ε = 1/10: λ"] == "-2.1972245773362193827904904738450514092949"[: digits + 3]
    assert shown["ε = 1/50: p(1|odd) = 49/50"] == "0.98".ljust(digits + 2, "0")[: digits + 2]
    (limit,) = (value for label, value in shown.items() if label.endswith("p(1|odd) → 1"))
    assert limit == "1." + "0" * digits
    (limit,) = (value for label, value in shown.items() if label.endswith("Ψ → ½·ln 2"))
    assert limit == "0.3465735902799726547086160607290882840377"[: digits + 2]
