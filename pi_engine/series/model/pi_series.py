"""A series for π as data: what is summed, how π follows, and what people want to know about it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import UsageError
from pi_engine.runtime.display import fitted, html_table, line
from pi_engine.series.model.hypergeometric import HypergeometricSeries

if TYPE_CHECKING:
    from pi_engine.series.model.closed_form import ClosedForm


_LARGEST_ORDER = 10
"""For errors like C·n^(−s) with larger s the C that is not known says more of the number of terms than n^(−s)."""

_MOST_EXPONENT = 10**15
"""Longer ones make no readable message."""


class Component(NamedTuple):
    """A part of S: coefficient·sum.

    Attributes:
        coefficient: rational, not zero.
        sum: a hypergeometric series. Its limit may have either sign.
        label: what it is the series of, like `arctan(1/5)`; may be empty.
    """

    coefficient: Fraction
    sum: HypergeometricSeries
    label: str = ""

    def __repr__(self) -> str:
        """Like `Component(10/13 · arctan(1/5))`."""
        return line("Component", f"{self.coefficient} · {self.label or self.sum}")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class PiSeries(ABC):
    """S = Σ coefficient·sum over its components, S > 0, and π from S.

    Attributes:
        name: what `--series` takes.
        title: for people.
        family: the group that it is listed under.
        closed_form: how π follows from S.
        formula: the series as the literature prints it.
        source: where it was published.
        level: of the modular group of a Ramanujan–Sato series.
        discriminant: of its form ℓτ² + Bτ + C = 0, ℓ the level; negative.
        note: how it differs from series of the same name, in a sentence or two.
    """

    name: str
    title: str
    family: str
    closed_form: ClosedForm
    formula: str
    source: str
    level: int | None = None
    discriminant: int | None = None
    note: str = ""

    def __repr__(self) -> str:
        """Like `SingleSeries(chudnovsky, 14.18 digits a term)`."""
        return line(type(self).__name__, fitted(self.name, 40), f"{self.digits_per_term:.2f} digits a term")

    def _repr_html_(self) -> str:
        rows = (
            ("name", self.name),
            ("formula", self.formula),
            ("π from the sum", fitted(str(self.closed_form), 200)),
            ("digits a term", f"{self.digits_per_term:.3f}"),
            ("predicted cost", f"{self.cost:.2f}"),
            ("source", self.source),
        )
        return html_table(self.title, [row for row in rows if row[1]])

    @property
    @abstractmethod
    def components(self) -> tuple[Component, ...]:
        """What S is made of."""

    @property
    def digits_per_term(self) -> float:
        """Decimal digits gained by one more term of every component: those of the slowest."""
        return min(component.sum.digits_per_term for component in self.components)

    @property
    def order(self) -> Fraction | None:
        """s, where the error after n terms is like n^(−s): such a series is too slow to compute with. None for all others."""
        return min((x for x in (component.sum.order for component in self.components) if x is not None), default=None)

    def require_computable(self, digits: int, base: int = 10) -> None:
        """Refuse a series whose number of terms is exponential in the number of digits.

        Raises:
            UsageError: it says how many terms there would be, and what to do.
        """
        if self.order is None:
            return
        if self.order > _LARGEST_ORDER:
            raise UsageError(
                f"{self.name} converges too slowly to compute with: ten times as many terms give {float(self.order):.6g} "
                "more digits; choose another series, such as chudnovsky"
            )
        exponent = math.ceil(Fraction(math.log10(base)) * max(1, digits) / self.order)
        wanted = (
            "a digit" if digits < 2 else f"{digits} digits" if exponent < _MOST_EXPONENT else "that number of digits"
        )
        count = f"about 10^{exponent}" if exponent < _MOST_EXPONENT else "far too many"
        raise UsageError(
            f"{self.name} converges too slowly to compute with: {wanted} would take {count} terms; choose another series, "
            "such as chudnovsky"
        )

    @property
    def degree(self) -> int:
        """The largest degree of a component's term ratio."""
        return max(component.sum.degree for component in self.components)

    @property
    def cost(self) -> float:
        """Σ 4·d/ln(1/ρ) over the components: proportional to the predicted time of the sum; ∞ where `order` is not None."""
        return sum(component.sum.cost for component in self.components)


@dataclass(frozen=True, repr=False)
class SingleSeries(HypergeometricSeries, PiSeries):
    """A series of one component, with coefficient 1."""

    __repr__ = PiSeries.__repr__

    def __post_init__(self) -> None:
        try:
            super().__post_init__()
        except UsageError as error:
            raise UsageError(f"series {self.name}: {error}") from None

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Itself."""
        return (Component(Fraction(1), self),)


@dataclass(frozen=True, kw_only=True, repr=False)
class CombinedSeries(PiSeries):
    """A series of several components, like a sum of arctangents.

    Attributes:
        parts: its components.
    """

    parts: tuple[Component, ...]

    def __post_init__(self) -> None:
        if not self.parts or not all(part.coefficient for part in self.parts):
            raise UsageError(f"series {self.name}: it needs components, and coefficients that are not zero")

    @property
    def components(self) -> tuple[Component, ...]:
        """What S is made of."""
        return self.parts
