"""A series for π as data: S = Σ_{k≥0} a(k)·∏_{j=1}^{k} p(j)/q(j), and π from S.

The engine that sums knows P, Q and T = S·Q only; what makes a series Chudnovsky's stands in its row of
the catalogue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError

if TYPE_CHECKING:
    from pi_engine.series.polynomial import IntegerPolynomial


@dataclass(frozen=True)
class ClosedForm:
    """π = numerator·√radicand / (denominator·S), with S = T/Q; all three are positive integers."""

    numerator: int
    radicand: int
    denominator: int

    def __post_init__(self) -> None:
        if min(self.numerator, self.radicand, self.denominator) < 1:
            raise UsageError("the closed form of a series needs positive integers")

    @property
    def sum_value(self) -> float:
        """S itself, to double precision: numerator·√radicand / (denominator·π)."""
        return self.numerator * math.sqrt(self.radicand) / (self.denominator * math.pi)

    def __str__(self) -> str:
        numerator = f"{self.numerator}·√{self.radicand}" if self.radicand > 1 else str(self.numerator)
        denominator = f"({self.denominator}·T)" if self.denominator > 1 else "T"
        return f"π = {numerator}·Q / {denominator}"


@dataclass(frozen=True)
class HypergeometricSeries:
    """S = Σ_{k≥0} a(k)·∏_{j=1}^{k} p(j)/q(j), linearly convergent, with positive sum.

    Attributes:
        name: what `--series` takes.
        title: for people.
        family: the group that it is listed under.
        p: numerator of the term ratio, p(j) ≠ 0 for j ≥ 1.
        q: its denominator, of the same degree, q(j) ≠ 0 for j ≥ 1.
        a: the factor of the k-th term.
        closed_form: how π follows from S.
        formula: the series as the literature prints it.
        source: where it was published.
    """

    name: str
    title: str
    family: str
    p: IntegerPolynomial
    q: IntegerPolynomial
    a: IntegerPolynomial
    closed_form: ClosedForm
    formula: str
    source: str

    def __post_init__(self) -> None:
        if not self.a.coefficients or self.p.degree < 0 or self.p.degree != self.q.degree:
            raise UsageError(f"series {self.name}: p and q must have the same degree, and a must not be zero")
        if self.ratio >= 1:
            raise UsageError(f"series {self.name} diverges: its terms do not shrink (ratio {self.ratio})")

    @property
    def ratio(self) -> Fraction:
        """ρ = lim |p(k)/q(k)|, less than 1."""
        return abs(Fraction(self.p.leading, self.q.leading))

    @property
    def bits_per_term(self) -> float:
        """log₂(1/ρ)."""
        return math.log2(self.ratio.denominator) - math.log2(self.ratio.numerator)

    @property
    def digits_per_term(self) -> float:
        """log₁₀(1/ρ), decimal digits gained by one more term."""
        return math.log10(self.ratio.denominator) - math.log10(self.ratio.numerator)

    @property
    def cost(self) -> float:
        """4·d/ln(1/ρ), d the degree of the term ratio: proportional to the predicted time of the sum.

        The sizes of P, Q and T at N digits grow as d·N/ln(1/ρ)·log N, and so does the work of a level of
        the tree.
        """
        return 4 * self.q.degree / (self.bits_per_term * math.log(2))
