"""All that a report says, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from pi_engine.convergence.measure import Convergence
    from pi_engine.engine.result import Check
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.report.measured.digit_facts import DigitFacts
    from pi_engine.report.measured.drawings import Drawing
    from pi_engine.report.measured.machine_facts import MachineFacts
    from pi_engine.report.measured.missing_parts import LeftOut
    from pi_engine.report.measured.speed_figures import SpeedFigures
    from pi_engine.statistics.summary import Statistics


@dataclass(frozen=True)
class CheckedComputation:
    """A computation with all checks, made for the report.

    Attributes:
        digits: N.
        base: 10 or 16.
        path: "compiled" or "plain".
        seconds: in all.
        checks: in the order in which they were made.
        agreeing: how many of its first digits are those that the report looks at; None where those have another base.
    """

    digits: int
    base: int
    path: str
    seconds: float
    checks: list[Check]
    agreeing: int | None


@dataclass
class Findings:
    """What was measured and read for a page.

    Attributes:
        made: when the report began, in UTC.
        machine: this machine.
        speed: times of computations.
        convergence: a series each.
        digits: what was looked at.
        checked: the computation with all checks.
        verification: of the file; None for digits that were computed, and if none was asked for.
        statistics: of the digits; None where they were left out.
        pictures: of the digits.
        left_out: parts that are missing.
        seconds: of each part of the report, and "total".
    """

    made: datetime
    machine: MachineFacts
    speed: SpeedFigures
    convergence: list[Convergence]
    digits: DigitFacts
    checked: CheckedComputation
    verification: Verification | None = None
    statistics: Statistics | None = None
    pictures: list[Drawing] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
