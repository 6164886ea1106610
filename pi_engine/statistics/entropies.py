"""Entropy of the digits, and of the next digit where those before are known, against the most that a base allows.

With the digits closed to a circle of n, let H_k be the entropy in bits of its k-grams. The entropy of the next digit given the k − 1 before
is H_k − H_(k−1), at most log₂ b. Random digits fall short of it: with m = b^k kinds, 2n·ln 2 times the deficit of H_k has the mean
(m − 1) + (m² − 1)/(6n) + m³/(6n²) + …, without the lower powers of m (the first term: G. A. Miller, Note on the bias of information
estimates, 1955; the others: P. J. Smith, D. S. Rae, R. W. Manderscheid and S. Silbergeld, Approximating the moments and distribution of the
likelihood ratio statistic for multinomial goodness of fit, Journal of the American Statistical Association 76, 1981). That of the
conditional entropy is the difference of two. It has about the χ² distribution with f = b^k − b^(k−1) degrees of freedom: spread √(2f).

Two terms of the mean are used. The third is below a tenth of the spread, m³/(6n²) ≤ 0.1·√(2m), where n/m ≥ 1.09·m^(1/4); with fewer
digits the entropy is not given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.runtime.display import line
from pi_engine.statistics.significance import LEAST_EXPECTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.statistics.tallies import Tallies


@dataclass(frozen=True)
class Entropy:
    """The entropy of the next digit, given those before.

    Attributes:
        given: how many digits before are known; 0 for the entropy of the digits alone.
        bits: the entropy, in bits a digit.
        deficit: how much is missing to log2(base).
        expected_deficit: the mean of that for random digits.
        spread: its standard deviation.
    """

    given: int
    bits: float
    deficit: float
    expected_deficit: float
    spread: float

    @property
    def deviation(self) -> float:
        """How many spreads the deficit is above the one that is expected."""
        return (self.deficit - self.expected_deficit) / self.spread

    def __repr__(self) -> str:
        """Like `Entropy(given 1: 3.3219 bits, deficit 6.5e-05 where 6.493e-05 ± 9.7e-06 is expected)`."""
        return line(
            "Entropy",
            f"given {self.given}: {self.bits:.10g} bits",
            f"deficit {self.deficit:.4g} where {self.expected_deficit:.4g} ± {self.spread:.2g} is expected",
        )


def least_digits(kinds: int) -> int:
    """Digits from which the expected deficit of a given number of kinds is known well enough."""
    return math.ceil(kinds * max(LEAST_EXPECTED, 1.09 * math.sqrt(math.sqrt(kinds))))


def entropies(tallies: Tallies, longest: int) -> tuple[Entropy, ...]:
    """The entropies given 0 … longest − 1 digits, those that there are digits enough for."""
    b, n = tallies.base, tallies.digits
    if n < b:
        return ()
    answers: list[Entropy] = []
    shorter = 0.0
    for k in range(1, longest + 1):
        if n < least_digits(b**k):
            break
        missing = _deficit(tallies.circular(k))
        degrees = b**k - b ** (k - 1)
        second = (b ** (2 * k) - b ** (2 * k - 2)) / (6 * n)
        unit = 1 / (2 * n * math.log(2))
        deficit = missing - shorter
        answers.append(
            Entropy(
                given=k - 1,
                bits=max(0.0, math.log2(b) - deficit),
                deficit=deficit,
                expected_deficit=(degrees + second) * unit,
                spread=math.sqrt(2 * degrees) * unit,
            )
        )
        shorter = missing
    return tuple(answers)


def _deficit(counts: NDArray[np.int64]) -> float:
    """log₂ m − H of m counts: with 1 + x a count by the mean, it is the mean of (1 + x)·ln(1 + x) − x, by ln 2.

    The x add up to 0; taken off, each term is about x²/2, and nothing cancels.
    """
    x = counts * (len(counts) / counts.sum()) - 1
    terms = -x
    present = counts > 0
    terms[present] += (1 + x[present]) * np.log1p(x[present])
    return float(terms.mean() / math.log(2))
