"""The two formulas by which hexadecimal digits of π are found without those before.

Plouffe (Bailey, Borwein, Plouffe 1997): π = Σ 16^−k·(4/(8k+1) − 2/(8k+4) − 1/(8k+5) − 1/(8k+6)).

Bellard (1997): π = 2^−6·Σ (−1)^k·2^−10k·(−2^5/(4k+1) − 1/(4k+3) + 2^8/(10k+1) − 2^6/(10k+3) − 2^2/(10k+5) − 2^2/(10k+7)
+ 1/(10k+9)): 2.8 terms a hexadecimal digit instead of 4.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Summand:
    """sign·2^shift / (a·k + b), in every k."""

    sign: int
    shift: int
    a: int
    b: int


@dataclass(frozen=True)
class BBPFormula:
    """π = Σ over k and the summands of (−1)^k·2^−(step·k)·summand, without (−1)^k unless `alternating`."""

    name: str
    step: int
    alternating: bool
    summands: tuple[Summand, ...]

    def terms(self, position: int) -> int:
        """About how many terms have a denominator that must be taken modulo, at hexadecimal `position`."""
        return len(self.summands) * (4 * position // self.step + 1)


PLOUFFE = BBPFormula(
    "plouffe",
    step=4,
    alternating=False,
    summands=(Summand(1, 2, 8, 1), Summand(-1, 1, 8, 4), Summand(-1, 0, 8, 5), Summand(-1, 0, 8, 6)),
)
BELLARD = BBPFormula(
    "bellard",
    step=10,
    alternating=True,
    summands=(
        Summand(-1, -1, 4, 1),
        Summand(-1, -6, 4, 3),
        Summand(1, 2, 10, 1),
        Summand(-1, 0, 10, 3),
        Summand(-1, -4, 10, 5),
        Summand(-1, -4, 10, 7),
        Summand(1, -6, 10, 9),
    ),
)
FORMULAS = {formula.name: formula for formula in (BELLARD, PLOUFFE)}
"""Name → formula, the faster one first."""
