"""What chance would do: a test's probability, which way it is unusual, and the correction for many tests.

A statistic may be too large, because the digits are uneven, or too small, because they are more regular than chance allows. So a
test is two-sided: of the probabilities P of at least this statistic and 1 − P of a smaller one, the lesser counts, twice. All tests of a
sequence are corrected together by Holm's method, which holds however the tests depend on each other (S. Holm, A simple sequentially
rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pi_engine.errors import PiEngineError
from pi_engine.runtime.display import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Verdict = Literal["usual", "too uneven", "too regular", "too few digits"]

LEAST_EXPECTED = 5
"""The least expected count of a class: with fewer the χ² distribution is not a good approximation (Knuth 3.3.1; Cochran 1954)."""

SIGNIFICANCE = 0.01
"""A test is unusual where its corrected probability is below."""


@dataclass(frozen=True)
class RandomnessTest:
    """One question to the digits, and how usual the answer would be for random ones.

    Attributes:
        name: of the test.
        question: what it asks.
        statistic: what was measured; None where there were too few digits.
        expected: its mean for random digits.
        degrees_of_freedom: of its χ² distribution; None where it has another.
        p_value: the probability that random digits give this statistic or a larger one.
        two_sided: twice the lesser of `p_value` and the probability of this statistic or a smaller one, at most 1.
        corrected: `two_sided` corrected for the number of tests by Holm's method.
        verdict: "usual"; "too uneven" where the statistic is too large, and "too regular" where it is too small, both with `corrected`
            below 0.01; or "too few digits".
        needs: of how many digits the test can be made.
    """

    name: str
    question: str
    statistic: float | None = None
    expected: float | None = None
    degrees_of_freedom: int | None = None
    p_value: float | None = None
    two_sided: float | None = None
    corrected: float | None = None
    verdict: Verdict = "too few digits"
    needs: int = 0

    def __repr__(self) -> str:
        """Like `RandomnessTest(poker: usual, statistic 6.49 where 6 is expected, p 0.371)`."""
        if self.statistic is None:
            return line("RandomnessTest", f"{self.name}: too few digits, it needs {self.needs:_}")
        return line(
            "RandomnessTest",
            f"{self.name}: {self.verdict}",
            f"statistic {self.statistic:.6g} where {self.expected:.6g} is expected, p {self.p_value:.3g}",
        )


def require_scipy() -> None:
    """Refuse, before anything is counted, where the distributions are missing.

    Raises:
        PiEngineError: SciPy is not installed.
    """
    try:
        import scipy.special  # noqa: F401 (whether it can be imported)
    except ImportError as error:
        from pi_engine.runtime.installation import command_to_install

        command = command_to_install("scipy", "look")
        raise PiEngineError(f"the tests need SciPy, which is not installed: run {command}") from error


def by_chi_square(test: RandomnessTest, statistic: float, degrees: int) -> RandomnessTest:
    """The test with its probabilities, by the χ² distribution."""
    from scipy.special import chdtr, chdtrc

    upper, lower = float(chdtrc(degrees, statistic)), float(chdtr(degrees, statistic))
    return _answered(replace(test, degrees_of_freedom=degrees), statistic, degrees, upper, lower)


def by_pearson(test: RandomnessTest, observed: NDArray[np.int64], expected: NDArray[np.float64]) -> RandomnessTest:
    """The test of counts against those expected, with one degree of freedom less than classes.

    Of two classes the counts are binomial, and exactly equal ones are not rare. So they get Yates' correction: a count stands for all from
    ½ below to ½ above it.
    """
    statistic, degrees = pearson(observed, expected), len(observed) - 1
    if degrees > 1:
        return by_chi_square(test, statistic, degrees)
    from scipy.special import chdtr, chdtrc

    half = 0.5 * math.sqrt(float(expected.sum() / expected.prod()))
    distance = math.sqrt(statistic)
    upper, lower = chdtrc(1, max(0.0, distance - half) ** 2), chdtr(1, (distance + half) ** 2)
    return _answered(replace(test, degrees_of_freedom=1), statistic, 1, float(upper), float(lower))


def by_probabilities(
    test: RandomnessTest, statistic: float, expected: float, upper: float, lower: float
) -> RandomnessTest:
    """The test with the probabilities of at least and of at most its statistic."""
    return _answered(test, statistic, expected, upper, lower)


def _answered(test: RandomnessTest, statistic: float, expected: float, upper: float, lower: float) -> RandomnessTest:
    two_sided = min(1.0, 2 * min(upper, lower))
    return replace(test, statistic=statistic, expected=float(expected), p_value=min(1.0, upper), two_sided=two_sided)


def pearson(observed: NDArray[np.int64] | NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Pearson's statistic Σ (observed − expected)²/expected."""
    return float(np.sum((observed - expected) ** 2 / expected))


def pooled(observed: NDArray[np.int64], expected: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The classes, the rarest of them joined to one until each is expected `LEAST_EXPECTED` times; one class where that cannot be."""
    order = np.argsort(expected, kind="stable")
    sums = np.cumsum(expected[order])
    joined = int(np.argmax(sums >= LEAST_EXPECTED)) + 1 if sums[-1] >= LEAST_EXPECTED else len(order)
    first, rest = order[:joined], order[joined:]
    return (
        np.concatenate(([observed[first].sum()], observed[rest])),
        np.concatenate(([expected[first].sum()], expected[rest])),
    )


def corrected(tests: Sequence[RandomnessTest]) -> tuple[RandomnessTest, ...]:
    """The tests with `corrected` and `verdict`: the i-th smallest of m probabilities times m − i + 1, and none below one before it."""
    made = sorted((test.two_sided, i) for i, test in enumerate(tests) if test.two_sided is not None)
    answers = list(tests)
    most = 0.0
    for rank, (probability, i) in enumerate(made):
        most = max(most, min(1.0, probability * (len(made) - rank)))
        answers[i] = replace(tests[i], corrected=most, verdict=_verdict(tests[i], most))
    return tuple(answers)


def _verdict(test: RandomnessTest, probability: float) -> Verdict:
    assert test.p_value is not None
    if probability >= SIGNIFICANCE:
        return "usual"
    return "too uneven" if test.p_value < 0.5 else "too regular"


def chance_of_as_unusual(tests: Sequence[RandomnessTest]) -> float | None:
    """How often random digits have a test as unusual as the most unusual of these; None if none could be made.

    It is 1 − (1 − p)^m for the least p of m tests, as if the tests were independent. They are nearly so: what they have in common
    makes the true chance smaller.
    """
    made = [test.two_sided for test in tests if test.two_sided is not None]
    if not made:
        return None
    least = min(made)
    return 1.0 if least >= 1 else -math.expm1(len(made) * math.log1p(-least))
