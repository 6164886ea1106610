"""What an identity is, and what "its sides agree" means."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from numbers import Rational
from typing import TYPE_CHECKING, Any, NamedTuple

import gmpy2
from mpmath import mp

from pi_engine.errors import UsageError
from pi_engine.identities.printed_numbers import MOST_SHOWN, decimals, number
from pi_engine.runtime.display import counted, html_table, line, seconds_text
from pi_engine.runtime.integers import as_int

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import SupportsIndex

GUARD_DIGITS = 20
"""Both sides are evaluated to this many digits more than are compared."""

MOST_DIGITS = 10_000
"""There a quadrature takes an hour."""

INTEGRAL_DIGITS = 200
SERIES_DIGITS = 1000
"""How many digits are compared unless the user says."""


class Case(NamedTuple):
    """One instance: what it is called, and its two sides, as mpmath numbers, or as rationals where they are exact."""

    label: str
    left: Any
    right: Any


@dataclass(frozen=True)
class Identity:
    """A statement that two expressions are equal, with a way to evaluate each.

    Attributes:
        name: what it is called on the command line.
        group: 1 to 10, the part of the gallery.
        statement: one line, readable in a terminal.
        source: where it comes from.
        cases: the instances that are compared, evaluated at mpmath's current precision for this many digits.
        default_digits: how many are compared unless the user says.
        notes: further lines worth reading, evaluated at mpmath's current precision, or at a higher one where they need it.
    """

    name: str
    group: int
    statement: str
    source: str
    cases: Callable[[int], Iterable[Case]]
    default_digits: int = SERIES_DIGITS
    notes: Callable[[], list[str]] | None = None

    def __repr__(self) -> str:
        """The name and the statement."""
        return line("Identity", self.name, self.statement)

    def _repr_html_(self) -> str:
        return html_table(self.name, [("statement", self.statement), ("source", self.source)])


@dataclass(frozen=True)
class Evaluation:
    """How far the two sides of an identity agree.

    Attributes:
        identity: what was evaluated.
        digits_requested: N.
        digits_agreeing: in the worst case: the largest k ≤ N with |left − right| < 10^−k·max(1, |right|).
        seconds: how long the evaluation took.
        cases: label, digits that agree, and the right side, truncated to N digits after the point, at most 50.
    """

    identity: Identity
    digits_requested: int
    digits_agreeing: int
    seconds: float
    cases: list[tuple[str, int, str]] = field(default_factory=list)

    def __repr__(self) -> str:
        """Like `Evaluation(euler, 1_000 of 1_000 digits agree, 0.12 s)`."""
        agree = f"{self.digits_agreeing:_} of {counted(self.digits_requested, 'digit')} agree"
        return line("Evaluation", self.identity.name, agree, seconds_text(self.seconds))

    def _repr_html_(self) -> str:
        rows = [(label, f"{agreeing:_} digits agree: {shown}") for label, agreeing, shown in self.cases]
        return html_table(self.identity.statement, rows)

    @property
    def ok(self) -> bool:
        """Whether the sides agree to the stated rounding: 10^−N of the larger of 1 and the value."""
        return self.digits_agreeing >= self.digits_requested

    def notes(self) -> list[str]:
        """The identity's notes, to the digits requested where their figures depend on them."""
        if self.identity.notes is None:
            return []
        with mp.workdps(self.digits_requested + GUARD_DIGITS):
            return self.identity.notes()


def evaluate(identity: Identity, digits: SupportsIndex | None = None) -> Evaluation:
    """Evaluate both sides to N digits, by default the identity's own.

    Raises:
        TypeError: N is not an integer.
        UsageError: N is not from 1 to MOST_DIGITS.
    """
    digits = identity.default_digits if digits is None else as_int(digits, "digits")
    if not 1 <= digits <= MOST_DIGITS:
        raise UsageError(f"the number of digits must be from 1 to {MOST_DIGITS:_}")
    start = time.perf_counter()
    with mp.workdps(digits + GUARD_DIGITS):
        shown = min(digits, MOST_SHOWN)
        cases = [(case.label, agreement(case, digits), decimals(case.right, shown)) for case in identity.cases(digits)]
    worst = min(agreeing for _, agreeing, _ in cases)
    return Evaluation(identity, digits, worst, time.perf_counter() - start, cases)


def agreement(case: Case, digits: int) -> int:
    """The largest k from 0 to `digits` with |left − right| < 10^−k·max(1, |right|); two rationals agree only if they are equal."""
    exact = isinstance(case.left, Rational) and isinstance(case.right, Rational)
    difference = abs(number(case.left - case.right)) if exact else abs(number(case.left) - number(case.right))
    if not mp.isfinite(difference):
        return 0
    if not difference:
        return digits
    relative = difference / max(mp.one, abs(number(case.right)))
    return max(0, min(digits - exact, int(mp.ceil(-mp.log10(relative))) - 1))


def agm_pi() -> Any:
    """π to the current precision by MPFR's arithmetic-geometric mean: no series, where a series is what it is compared to."""
    mantissa, exponent = gmpy2.const_pi(mp.prec + 20).as_mantissa_exp()
    return mp.ldexp(mp.mpf(int(mantissa)), int(exponent))
