"""How much of a command's work is done, and how long the rest will take: what a progress bar shows, without its drawing.

Work is a sequence of steps, each with the seconds that a model predicts for it (`forecast`). The share of a step that is done
is what the step itself reports, in units. Within a unit, and a step that cannot report, such as one square root, is one, work is
taken to go on at the predicted speed, more slowly at the end, so that it never arrives before it has. The steps that are done
tell how far the model is off here.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.progress import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SLOWS_FROM = 0.8
"""The share of a silent unit from which on it is shown to go on more slowly."""

_MOST_SHARE = 0.999
_FEWEST_SHARE = 0.02
"""Without a model the time to go is not shown before this share is done."""

_FALLS_FROM, _FALL_SECONDS = 2.0, 1.0
"""By how many times as much as the share says must be left before it falls, and how many seconds."""

_TRUSTED_SECONDS = 2.0
"""Seconds of work from which on the speed until now says more than the model."""


class View(NamedTuple):
    """What there is to show.

    Attributes:
        label: the phase, or "" before the first.
        share: of all work, from 0 to 1. None where nothing is known yet. It falls only where a new forecast has at least twice as much
            work left as the share says, such as that of an error which has to be located.
        elapsed: seconds since the beginning.
        remaining: seconds until the end, by the model and the speed until now; None where nothing is known.
    """

    label: str
    share: float | None
    elapsed: float
    remaining: float | None


class Outlook:
    """Takes the reports that a `Progress` gets, and says at any time what is to be shown."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Begin now, by `clock`."""
        self._clock = clock
        self._begin = self._expected_at = self._step_at = self._unit_at = clock()
        self._steps: list[Step] = []
        self._modelled = True
        self._index = -1
        self._phase, self._done, self._total = "", 0, 0
        self._base = self._shown = 0.0

    def expect(self, steps: Sequence[Step]) -> None:
        """Replace the forecast: `steps` make up the work that is left."""
        if any(step.seconds > 0 for step in steps):
            self._go_on_with(steps, self._share_beside(sum(step.seconds for step in steps)))

    def _go_on_with(self, steps: Sequence[Step], share: float) -> None:
        self._base = self._shown = share
        self._steps, self._index, self._modelled = list(steps), -1, True
        self._expected_at = self._step_at = self._clock()

    def expect_only(self, phase: str) -> None:
        """All work is this phase, which reports its share; only its speed until now tells how long it will take."""
        self._go_on_with([Step(phase, 1.0)], self._share_now())
        self._modelled = False

    def report(self, phase: str, done: int, total: int) -> None:
        """Take a report, as `Progress.__call__` does."""
        begins = phase != self._phase or (total == 0 and done == 0)
        if begins:
            self._enter(phase)
        if begins or done != self._done:
            self._unit_at = self._clock()
        self._phase, self._done, self._total = phase, done, total

    def _enter(self, phase: str) -> None:
        place = next((i for i, x in enumerate(self._steps) if i > self._index and x.phase == phase), None)
        if place is None:
            if any(step.phase == phase for step in self._steps):
                return  # once more, which was not expected
            if self._steps and self._index + 1 < len(self._steps):
                return  # a part of what is expected that the model does not know
            self._go_on_with([Step(phase, 1.0), Step("", 1.0)], self._share_now())  # nothing is known: half of the rest
            place = 0
        self._index = place
        self._step_at = self._clock()

    def view(self) -> View:
        """What is to be shown now."""
        elapsed = self._clock() - self._begin
        label = self._label()
        if not self._steps:
            return View(label, None, elapsed, None)
        self._shown = max(self._shown, self._share_now())
        known = self._steps[-1].phase != "" and (self._modelled or self._shown >= _FEWEST_SHARE)
        return View(label, self._shown, elapsed, self._remaining() if known else None)

    def _label(self) -> str:
        if self._phase == "compilation" and self._total:
            return f"compilation: {self._done} of {self._total} kernels"
        return self._phase

    def _seconds_done(self) -> float:
        """Seconds of the model that are done."""
        if self._index < 0:
            return 0.0
        return sum(x.seconds for x in self._steps[: self._index]) + self._fraction() * self._steps[self._index].seconds

    def _fraction(self) -> float:
        """The share of the current step that is done."""
        step = self._steps[self._index]
        expected = step.seconds * self._slowness(sum(x.seconds for x in self._steps[: self._index]), self._step_at)
        if not self._total or self._phase != step.phase:
            return _passed(self._clock() - self._step_at, expected)
        # a phase of several steps reports its share of them all
        count = sum(x.phase == step.phase for x in self._steps)
        before = sum(x.phase == step.phase for x in self._steps[: self._index])
        unit = _passed(self._clock() - self._unit_at, expected * count / self._total) if self._modelled else 0.0
        done = self._done + unit
        return min(1.0, max(0.0, done / self._total * count - before))

    def _slowness(self, predicted: float, until: float) -> float:
        """By how much longer work takes here than predicted, as far as that has been seen."""
        spent = until - self._expected_at
        if predicted <= 0:
            return 1.0
        if not self._modelled:
            return spent / predicted
        trust = min(1.0, spent / _TRUSTED_SECONDS)
        return (spent / predicted) ** trust if spent > 0 else 1.0

    def _share_now(self) -> float:
        if not self._steps:
            return self._shown
        total = sum(step.seconds for step in self._steps)
        return max(self._shown, min(_MOST_SHARE, self._base + (1 - self._base) * self._seconds_done() / total))

    def _share_beside(self, left: float) -> float:
        """The share that is done where `left` seconds are left: the one that is shown, unless that would be far from true."""
        share, elapsed = self._share_now(), self._clock() - self._begin
        by_time = elapsed / (elapsed + left)
        return by_time if left >= _FALL_SECONDS and 1 - by_time > _FALLS_FROM * (1 - share) else share

    def _remaining(self) -> float:
        done = self._seconds_done()
        left = sum(step.seconds for step in self._steps) - done
        return max(0.0, left * self._slowness(done, self._clock()))


def _passed(spent: float, expected: float) -> float:
    """The share of a unit of work that is done after a given number of seconds, if it takes about `expected`; below 1."""
    x, rest = spent / max(expected, 1e-9), 1 - _SLOWS_FROM
    return x if x < _SLOWS_FROM else 1 - rest * math.exp(-(x - _SLOWS_FROM) / rest)
