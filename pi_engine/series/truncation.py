"""How many leading bits of the last terms' Q and T a sum of w bits needs.

Let Q and T of the terms m ≤ k < n lose low bits, the same number of them, so that each is short by a relative 2^−b at
most; then T/Q is off by a relative 2^(1−b) at most, b ≥ 2. In the sum

    S_n = S_m + (P/Q)·(T/Q)                                     P/Q of the terms before m, T/Q of those from m on

the last summand is S_n − S_m, for which `tail` has a bound, relative to the sum of the whole series: 2^−t(m), weighed
with the component's coefficient, m = 0 included, where the empty product begins. So the error is 2^(1 − b − t(m)) at
most. With

    b(m) = w + GUARD + ⌈log₂ of the number of components⌉ + STEPS + 1 − t(m)

each time that this is done, for any m, costs a relative 2^−(w+GUARD+STEPS) of the sum, divided by the number of
components. On the right edge of a tree it is done once a level, for fewer than 2^(STEPS−2) levels. A sum that has been
cut before is within the same bounds: what it lost is below 2^−b of it.
Together less than 2^−(w+GUARD+2) of the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.series.evaluation import GUARD
from pi_engine.series.tail import tail_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.series.rows import PiSeries

STEPS = 8
"""Room for 2^6 cuts: trees have fewer levels."""

LEAST_BITS = 64
"""Where the tail is nearly nothing, a word is kept all the same."""


def needed_bits(series: PiSeries, bits: int, component: int = 0) -> Callable[[int], float]:
    """b(m) as a function of m ≥ 0, for a result of `bits` bits; ∞ where the tail has no bound yet."""
    wanted = bits + GUARD + (len(series.components) - 1).bit_length() + STEPS + 1

    def needed(first: int) -> float:
        return max(wanted - tail_bits(series, first, component), LEAST_BITS)

    return needed
