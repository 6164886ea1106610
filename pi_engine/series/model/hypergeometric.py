"""What is summed: S = Σ_{k≥0} a(k)·∏_{j=1}^{k} p(j)/q(j), given by three polynomials.

The engine that sums knows P, Q and T = S·Q only; what makes a series Chudnovsky's stands in its row of
the catalogue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from pi_engine.errors import UsageError
from pi_engine.runtime.display import line
from pi_engine.series.model.polynomial import IntegerPolynomial

LEAST_BITS_PER_TERM = 2**-10
"""Series that converge more slowly are refused: 3000 terms a digit serve nobody, and `tail` is derived for this."""


@dataclass(frozen=True, repr=False)
class HypergeometricSeries:
    """S = Σ_{k≥0} a(k)·∏_{j=1}^{k} p(j)/q(j), convergent: linearly if `order` is None, and otherwise too slowly to compute with.

    Attributes:
        p: numerator of the term ratio, p(j) ≠ 0 for j ≥ 1.
        q: its denominator, of the same degree, q(j) ≠ 0 for j ≥ 1.
        a: the factor of the k-th term.
    """

    p: IntegerPolynomial
    q: IntegerPolynomial
    a: IntegerPolynomial

    def __post_init__(self) -> None:
        for polynomial in (self.p, self.q, self.a):
            if not isinstance(polynomial, IntegerPolynomial):
                raise TypeError(f"a series takes IntegerPolynomial for p, q and a, not {type(polynomial).__name__}")
        if not self.a.coefficients or self.p.degree < 0 or self.p.degree != self.q.degree:
            raise UsageError("p and q must have the same degree, and a must not be zero")
        if self.ratio > 1:
            raise UsageError(
                f"the series diverges: its terms grow, p(k)/q(k) tends to ±{_short(self.ratio)}; "
                "check p and q, which may have changed places"
            )
        if self.order is not None:
            if self.order <= 0:
                exponent = -self.order - (not self._alternates)
                sign = "the sign of p: with alternating signs it converges" if exponent < 0 else "p, q and a"
                raise UsageError(
                    "the series diverges: its terms do not shrink fast enough, p(k)/q(k) tends to ±1 "
                    f"and term k is like k^({exponent}); check {sign}"
                )
        elif self.bits_per_term < LEAST_BITS_PER_TERM:
            raise UsageError(
                "the series converges too slowly: it takes more than 3000 terms for a digit; choose another series, such as chudnovsky"
            )

    def __repr__(self) -> str:
        """Like `HypergeometricSeries(p = −(6k − 5)(2k − 1)(6k − 1), q = …, a = …)`."""
        return line("HypergeometricSeries", *(f"{name} = {getattr(self, name)}" for name in "pqa"))

    @cached_property
    def ratio(self) -> Fraction:
        """ρ = lim |p(k)/q(k)|, at most 1."""
        return abs(Fraction(self.p.leading, self.q.leading))

    @cached_property
    def order(self) -> Fraction | None:
        """s, where ρ = 1 and the error after n terms is like n^(−s); None where ρ < 1 and every term gives digits_per_term.

        By Gauss: p(k)/q(k) = ±(1 + β/k + O(1/k²)) makes terms like k^γ, γ = β + deg a. With alternating signs the error is
        like the next term, else like the integral of those that follow.
        """
        if self.ratio != 1:
            return None
        p, q = self.p.coefficients, self.q.coefficients
        beta = Fraction(p[-2], p[-1]) - Fraction(q[-2], q[-1]) if self.degree else Fraction(0)
        return -(beta + self.a.degree) - (not self._alternates)

    @property
    def _alternates(self) -> bool:
        return self.p.leading * self.q.leading < 0

    @cached_property
    def bits_per_term(self) -> float:
        """log₂(1/ρ), right to 2^−51 + 2^−52 relative to itself and absolutely; 0 where ρ = 1."""
        u, v = self.ratio.as_integer_ratio()
        shift = v.bit_length() - u.bit_length()
        return shift - math.log2((u << shift) / v)  # Python's quotient of integers is correctly rounded

    @property
    def digits_per_term(self) -> float:
        """log₁₀(1/ρ), decimal digits gained by one more term."""
        return self.bits_per_term * math.log10(2)

    @property
    def degree(self) -> int:
        """The degree d of the term ratio's polynomials."""
        return self.q.degree

    @property
    def cost(self) -> float:
        """4·d/ln(1/ρ): proportional to the predicted time of the sum.

        The sizes of P, Q and T at N digits grow as d·N/ln(1/ρ)·log N, and so does the work of a level of
        the tree. ∞ where ρ = 1.
        """
        return math.inf if self.ratio == 1 else 4 * self.degree / (self.bits_per_term * math.log(2))


def _short(ratio: Fraction) -> str:
    """A fraction as people read it, whatever its size."""
    u, v = ratio.as_integer_ratio()
    if max(u, v) < 10**12:
        return str(ratio)
    try:
        return f"{u / v:.6g}"
    except OverflowError:
        return "more than 10^300"
