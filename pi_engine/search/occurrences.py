"""What a search answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from pi_engine.runtime.display import counted, fitted, html_table, line
from pi_engine.search.scanning import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.search.pattern_chance import Method

Kind = Literal["digits", "run", "palindrome", "self-locating"]

_SHOWN = 3
_LONGEST = 24


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Where a pattern stands among digits; its length is the count, and it is true where there is at least one.

    Attributes:
        pattern: the digit string, or what was searched for in words.
        kind: "digits", "run", "palindrome" or "self-locating".
        name: what a digit string spells, such as "ddmmyy" of a date; else "".
        count: how often it occurs; occurrences that overlap count each.
        positions: of the first ones, int64, in ascending order, counted from 1 after the point; as many as were asked for.
        lengths: of runs, palindromes and self-locating numbers at these positions, in digits; None for digit strings.
        longest: the most digits of any run or palindrome, and its first position; None if there is none, and for the others.
        context: the ten digits before and behind the first occurrence of a digit string, fewer at the ends; else None.
        expected: how often it occurs in random digits of this number, on average.
        probability: that random digits of this number hold it at least once.
        method: of the probability: "exact", "Poisson" or "independent" (`search.pattern_chance`).
        digits: how many digits were searched.
        base: of the digits.
    """

    pattern: str
    kind: Kind
    name: str
    count: int
    positions: NDArray[np.int64] = field(repr=False)
    lengths: NDArray[np.int64] | None
    longest: tuple[int, int] | None
    context: tuple[str, str] | None
    expected: float
    probability: float
    method: Method
    digits: int
    base: int

    def __len__(self) -> int:
        """How often the pattern occurs."""
        return self.count

    def __bool__(self) -> bool:
        """Whether it occurs."""
        return self.count > 0

    def __repr__(self) -> str:
        """Like `Occurrences(999999, 2 times, at 762, 193_034, probability 0.595, 1_000_000 digits)`."""
        parts = [fitted(self.pattern, _LONGEST), counted(self.count, "time")]
        if len(self.positions):
            shown = [f"{position:_}" for position in self.positions[:_SHOWN].tolist()]
            parts.append(f"at {', '.join(shown)}{', …' if self.count > len(shown) else ''}")
        parts += [f"probability {self.probability:.3g}", counted(self.digits, "digit")]
        return line("Occurrences", *parts)

    def _repr_html_(self) -> str:
        rows = [("pattern", fitted(self.pattern, 100)), ("spelling", self.name), ("count", f"{self.count:_}")]
        shown = ", ".join(f"{position:_}" for position in self.positions[:10].tolist())
        rows.append(("first positions", shown + (", …" if self.count > 10 and shown else "")))
        if self.longest is not None:
            rows.append(("longest", f"{counted(self.longest[0], 'digit')} at {self.longest[1]:_}"))
        if self.context is not None:
            rows.append(("first occurrence", f"…{self.context[0]} [{fitted(self.pattern, 100)}] {self.context[1]}…"))
        rows += [
            ("expected in random digits", f"{self.expected:.3g}"),
            ("probability of at least one", f"{self.probability:.3g} ({self.method})"),
            ("digits searched", f"{self.digits:_}"),
        ]
        return html_table("Occurrences", [row for row in rows if row[1]])


def joined(parts: Sequence[Part], room: int, *, by_middles: bool) -> Part:
    """What neighbouring ranges hold together, in the order of the digits.

    Args:
        parts: of the ranges, in their order.
        room: positions that are kept.
        by_middles: whether the positions come in the order of the middles of what stands there.
    """
    positions = np.concatenate([part.positions for part in parts])[:room]
    lengths = None
    if parts[0].lengths is not None:
        lengths = np.concatenate([part.lengths for part in parts if part.lengths is not None])[:room]
        if by_middles:
            order = np.lexsort((lengths, positions))
            positions, lengths = positions[order], lengths[order]
    return Part(
        count=sum(part.count for part in parts),
        positions=positions,
        lengths=lengths,
        longest=max((part.longest for part in parts if part.longest), key=lambda longest: longest[0], default=None),
        context=next((part.context for part in parts if part.context is not None), None),
    )
