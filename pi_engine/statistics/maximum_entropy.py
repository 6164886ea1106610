"""The maximum-entropy test: does a model that knows the digits before guess the next one better than chance lets it?

The features of a digit y after the digits x_1 (just before), x_2, … x_J are: that it is y; and, for each j, that it is y and x_j is u.
Of all laws p(y|x) under which each feature is as frequent as among the digits, the one of largest entropy is exp(Σ λ·f(x, y))/Z(x), and
its weights λ are where the dual function Ψ(λ) = Σ_x N(x)·ln Z(x) − Σ λ·N(f) is least (A. Berger, S. Della Pietra and V. Della Pietra,
A maximum entropy approach to natural language processing, Computational Linguistics 22, 1996). Ψ is convex; Newton's iteration finds
the place. There −Ψ is the log-likelihood of the digits. Its gain over the law that knows nothing, n·ln b − Ψ, is never negative: w free
weights also fit what is chance. If the digits are random, twice the gain has the χ² distribution with w degrees of freedom
(S. S. Wilks, The large-sample distribution of the likelihood ratio, Annals of Mathematical Statistics 9, 1938).

One weight in b of a feature is left out for y and one for each x_j, as the probabilities add up to 1: w = (b − 1)·(1 + J·(b − 1)).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.statistics.significance import RandomnessTest, by_chi_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies

    Values = NDArray[np.float64]

DIGITS_BEFORE = {2: 5, 8: 3, 10: 3, 16: 2}
"""J: how many digits before the next have features; b^(J+1) is at most 10^4."""

_DIGITS_A_PAIR = 100
"""Digits for each of b² pairs from which twice the gain has its χ² distribution."""

_ITERATIONS = 60
_LEAST_STEP = 1e-9
"""The iteration ends where the next step would gain less, in nats."""


class Model(NamedTuple):
    """A model of the next digit.

    Attributes:
        weights: λ, float64[1 + J·(b − 1), b − 1]; row 0 for y alone, then for x_1 = 1 … b − 1, x_2 = 1 …; columns y = 1 … b − 1.
        probabilities: p(y|x), float64[b^J, b]; the rows are the numbers that x_J … x_1 are.
        gain: of the log-likelihood over that of equal probabilities, in nats.
    """

    weights: Values
    probabilities: Values
    gain: float


def fit(counts: NDArray[np.int64], base: int, before: int) -> Model:
    """The model of largest entropy for the counts of (J+1)-grams, int64[b^(J+1)], J = `before`, by Newton's iteration on the dual.

    Where a feature never occurs, or always, Ψ has no least place: its weight grows until that gains nothing.
    """
    table = counts.reshape(-1, base).astype(np.float64)
    features = _features(base, before)
    squares = (features[:, :, None] * features[:, None, :]).reshape(len(features), -1)
    seen = table.sum(axis=1)
    wanted = features.T @ table[:, 1:]
    weights = np.zeros((features.shape[1], base - 1))
    probabilities, gain = _law(features, weights, table)
    size = weights.size
    for _ in range(_ITERATIONS):
        slope = wanted - features.T @ (seen[:, None] * probabilities[:, 1:])
        curvature = _curvature(squares, seen, probabilities[:, 1:]).reshape(size, size)
        # where a weight changes nothing any more, its curvature is 0
        curvature[np.diag_indices(size)] += 1e-12 * (curvature.trace() / size + 1)
        step = np.linalg.solve(curvature, slope.reshape(-1)).reshape(weights.shape)
        if float((step * slope).sum()) < _LEAST_STEP:
            break
        share = 1.0
        while share > 1e-6:
            found = _law(features, weights + share * step, table)
            if found[1] > gain:
                break
            share /= 2
        else:
            break
        weights, (probabilities, gain) = weights + share * step, found
    return Model(weights, probabilities, gain)


def _features(base: int, before: int) -> Values:
    """float64[b^J, 1 + J·(b − 1)]: 1 and the indicators of x_1 = 1 …, x_2 = 1 …, by the number that x_J … x_1 are."""
    contexts = np.arange(base**before)
    columns = [np.ones(len(contexts))]
    for j in range(before):
        digit = contexts // base**j % base
        columns += [(digit == u).astype(np.float64) for u in range(1, base)]
    return np.stack(columns, axis=1)


def _law(features: Values, weights: Values, table: Values) -> tuple[Values, float]:
    """p(y|x), and the gain of the log-likelihood, Σ N(x, y)·ln(b·p(y|x))."""
    exponents = np.zeros((len(features), table.shape[1]))
    exponents[:, 1:] = features @ weights
    exponents -= exponents.max(axis=1, keepdims=True)
    logs = exponents - np.log(np.exp(exponents).sum(axis=1, keepdims=True))
    return np.exp(logs), float((table * (logs + math.log(table.shape[1]))).sum())


def _curvature(squares: Values, seen: Values, p: Values) -> Values:
    """Σ_x N(x)·f f' ⊗ (diag p − p p'), float64[F, b − 1, F, b − 1]."""
    count, places = p.shape[1], math.isqrt(squares.shape[1])
    spread = -p[:, :, None] * p[:, None, :]
    spread[:, np.arange(count), np.arange(count)] += p
    sums = squares.T @ (seen[:, None] * spread.reshape(len(p), -1))
    return sums.reshape(places, places, count, count).transpose(0, 2, 1, 3)


def maximum_entropy_test(tallies: Tallies) -> RandomnessTest:
    """The test of the gain of the model that knows `DIGITS_BEFORE` digits."""
    b, before = tallies.base, DIGITS_BEFORE[tallies.base]
    test = RandomnessTest(
        "maximum entropy", f"do {before} digits help to predict the next one?", needs=_DIGITS_A_PAIR * b * b
    )
    if tallies.digits < test.needs:
        return test
    model = fit(tallies.kgrams(before + 1), b, before)
    return by_chi_square(test, 2 * model.gain, (b - 1) * (1 + before * (b - 1)))
