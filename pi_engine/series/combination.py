"""S = Σ cᵢ·Tᵢ/Qᵢ as one binary fraction: how the sums of several components become one.

With w bits wanted of π, S is found as an integer X ≈ S·2^f,

    f = w + GUARD + b + 1 + z,   b = the bits of m,   z ≥ −log₂ S, z ≥ 0,

for m components. Each of them adds ⌊|cᵢ|·Tᵢ/Qᵢ·2^f⌋ with its sign: short by less than 1, and by less than 1 more for
cutting Tᵢ and Qᵢ to L bits, L = f + 2 + log₂ of a bound of |cᵢ·Tᵢ/Qᵢ|, since each cut is a relative 2^−(L−1) at most. Together
2m < 2^(b+1) units of 2^−f, so a relative 2^−(w+GUARD) of S at most.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.division import divide
from pi_engine.series.evaluation import GUARD

if TYPE_CHECKING:
    from fractions import Fraction

    from pi_engine.series.rows import PiSeries


class Combination:
    """Adds up components; T/Q is then S."""

    def __init__(self, series: PiSeries, bits: int) -> None:
        """For π to `bits` bits."""
        small = max(0, math.ceil(-series.closed_form.log2_sum))
        self._bits = bits + GUARD + len(series.components).bit_length() + 1 + small
        self.Q = mpz(1) << self._bits
        self.T = mpz(0)

    def add(
        self,
        coefficient: Fraction,
        Q: mpz,
        T: mpz,
        *,
        check: bool = True,
        threads: int | None = None,
        fast: bool = False,
    ) -> None:
        """Add coefficient·T/Q.

        Raises:
            VerificationError: the quotient's identity does not hold.
        """
        c, d = coefficient.as_integer_ratio()
        above, below = abs(T), abs(Q)
        size = above.bit_length() - below.bit_length() + c.bit_length() - d.bit_length() + 2
        kept = self._bits + 2 + max(0, size)
        cut_above, cut_below = (max(0, x.bit_length() - kept) for x in (above, below))
        numerator = (above >> cut_above) * abs(c)
        denominator = (below >> cut_below) * d
        shift = self._bits + cut_above - cut_below
        numerator, denominator = (numerator << shift, denominator) if shift >= 0 else (numerator, denominator << -shift)
        quotient = divide(numerator, denominator, check=check, threads=threads, newton=fast)
        negative = ((T < 0) != (Q < 0)) != (c < 0)
        self.T = self.T - quotient if negative else self.T + quotient
