"""How π follows from the sum of a series: π^power = (numerator/denominator)·√radicand·S, or the same over S."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pi_engine.errors import UsageError
from pi_engine.runtime.integers import as_int

LOG2_PI = math.log2(math.pi)


@dataclass(frozen=True)
class ClosedForm:
    """π^power = numerator·√radicand / (denominator·S), or with `direct` numerator·√radicand·S / denominator.

    Attributes:
        numerator: a positive integer, like the next two.
        radicand: under the root; 1 if there is none.
        denominator: of the rational factor.
        direct: whether S is in the numerator, as in Machin's formula, and not in the denominator, as in Ramanujan's.
        power: 1, or 2 for series that give π².
    """

    numerator: int
    radicand: int
    denominator: int
    direct: bool = False
    power: int = 1

    def __post_init__(self) -> None:
        for name in ("numerator", "radicand", "denominator", "power"):
            object.__setattr__(self, name, as_int(getattr(self, name), f"the {name} of a closed form"))
        if min(self.numerator, self.radicand, self.denominator) < 1:
            raise UsageError("the closed form of a series needs positive integers")
        if self.power not in (1, 2):
            raise UsageError("the closed form of a series gives π or π²")

    @property
    def log2_sum(self) -> float:
        """log₂ S as it must be for the closed form to hold."""
        factor = math.log2(self.numerator) + math.log2(self.radicand) / 2 - math.log2(self.denominator)
        value = self.power * LOG2_PI - factor
        return value if self.direct else -value

    @property
    def has_root(self) -> bool:
        """Whether a square root is taken on the way to π."""
        return self.radicand > 1 or self.power == 2

    def value(self, sum_above: str, sum_below: str = "") -> str:
        """π as a formula, for S = `sum_above`/`sum_below`."""
        above, below = (sum_above, sum_below) if self.direct else (sum_below, sum_above)
        root = f"√{self.radicand}" if self.radicand > 1 else ""
        factor = str(self.numerator) if self.numerator > 1 else ""
        numerator = "·".join(part for part in (factor, root, above) if part) or "1"
        factor = str(self.denominator) if self.denominator > 1 else ""
        denominator = "·".join(part for part in (factor, below) if part)
        if factor and below:
            denominator = f"({denominator})"
        quotient = f"{numerator} / {denominator}" if denominator else numerator
        return quotient if self.power == 1 else f"√({quotient})"

    def __str__(self) -> str:
        """Like `π = 426880·√10005·Q / T`."""
        return f"π = {self.value('T', 'Q')}"
