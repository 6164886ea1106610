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

from pi_engine.bigint.division import tracked_divide
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series.model.truncation import GUARD

if TYPE_CHECKING:
    from fractions import Fraction

    from pi_engine.series.model.pi_series import PiSeries


class Combination:
    """Adds up components; T/Q is then S, with the residues that they must have if `check`."""

    def __init__(self, series: PiSeries, bits: int, *, check: bool = True) -> None:
        """For π to `bits` bits."""
        self._check = check
        small = max(0, math.ceil(-series.closed_form.log2_sum))
        self._bits = bits + GUARD + len(series.components).bit_length() + 1 + small
        self.Q = Tracked.power_of_two(self._bits, check=check)
        self.T = Tracked.of(mpz(0), check=check)

    def add(
        self,
        coefficient: Fraction,
        Q: Tracked | mpz,
        T: Tracked | mpz,
        *,
        threads: int | None = None,
        compiled: bool = False,
    ) -> None:
        """Add coefficient·T/Q.

        Raises:
            VerificationError: the quotient's identity does not hold.
        """
        c, d = coefficient.as_integer_ratio()
        threads = threads or available_threads()
        T, Q = (Tracked.of(x, check=self._check, threads=threads) for x in (T, Q))
        # Read before the magnitudes: a sign that changes after this no longer fits the residues of its magnitude.
        negative = ((T.value < 0) != (Q.value < 0)) != (c < 0)
        above, below = T.magnitude(), Q.magnitude()
        size = above.bits - below.bits + c.bit_length() - d.bit_length() + 2
        kept = self._bits + 2 + max(0, size)
        cut_above, cut_below = (max(0, x.bits - kept) for x in (above, below))
        numerator = above.cut(cut_above, threads) * abs(c)
        denominator = below.cut(cut_below, threads) * d
        shift = self._bits + cut_above - cut_below
        numerator, denominator = (numerator << shift, denominator) if shift >= 0 else (numerator, denominator << -shift)
        quotient = tracked_divide(numerator, denominator, threads, compiled=compiled)
        self.T = self.T - quotient if negative else self.T + quotient
