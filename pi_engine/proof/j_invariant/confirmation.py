"""What e^(π√d) and its j-invariant say about the digits of π."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.runtime.display import counted, line

if TYPE_CHECKING:
    from gmpy2 import mpz


@dataclass(frozen=True)
class Confirmation:
    """What the j-invariant says about ⌊π·10^digits⌋.

    Attributes:
        digits: how many digits after the point were looked at.
        confirmed: how many of them, from the first on, are proved.
        first_wrong: where digits are proved to be wrong, confirmed + 1, counted from 1 after the point; else None.
    """

    digits: int
    confirmed: int
    first_wrong: int | None


@dataclass(frozen=True)
class NearInteger:
    """e^(π√d) and what is special about it.

    Attributes:
        d: the number under the root.
        digits: N, the digits of π that were looked at.
        value_start: the digits before the point, the point, and 50 digits after it, truncated.
        nearest_integer: to e^(π√d).
        distance: e^(π√d) − nearest_integer, truncated to 20 significant digits, like "-7.4992740280181431112e-13".
        nines: how many digits 9 (or 0, where the distance is positive) follow the point.
        discriminant: |discriminant| of the order that j belongs to.
        class_number: of that order: the degree of j; None where it was not counted, because the discriminant is too large.
        j: the integer j, None if j is not an integer.
        confirmation: of the digits of π; None where j is not an integer, or stationary (0 or 1728).
    """

    d: int
    digits: int
    value_start: str
    nearest_integer: mpz
    distance: str
    nines: int
    discriminant: int
    class_number: int | None
    j: int | None
    confirmation: Confirmation | None

    def __repr__(self) -> str:
        """Like `NearInteger(d = 163, 18 digits before the point, 7.49e-13 below the nearest integer)`."""
        before, side = self.value_start.index("."), "below" if self.distance.startswith("-") else "above"
        leading, _, exponent = self.distance.removeprefix("-").partition("e")
        parts = [
            f"d = {self.d}",
            f"{counted(before, 'digit')} before the point",
            f"{leading[:4]}e{exponent} {side} the nearest integer",
        ]
        return line("NearInteger", *parts)
