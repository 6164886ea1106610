"""How much of a run's time may go into its checkpoint."""

from __future__ import annotations

import math
import time

SHARE = 1 / 40
"""Of the time of the work that a record saves, which it may take to be written: 2.5 %."""

RECORD_SECONDS = 0.03
"""For the files and folders of a record to be synced."""

BYTES_PER_SECOND = 4.0e8
"""Written, synced and read back. Records show how much longer or shorter it takes here."""

_ALL = 1 << 62
"""More terms than a sum has."""

ALWAYS = math.inf
"""Seconds of work that are worth a record of any size."""


class WritingShare:
    """Says whether a record of this many bytes is worth its time: whether the work that it saves took `1/SHARE` times as long.

    What a record saves is what no record before it has saved, so all of them together cost a run about that share of its time, whatever
    disk they are on.
    """

    def __init__(self) -> None:
        """From now on there is work."""
        self._since = time.monotonic()
        self._unsaved: dict[tuple[int, int], float] = {}
        self._expected = 0.0
        self.bytes = 0
        self.seconds = 0.0

    def is_worth(self, size: int, terms: tuple[int, int] | None, least_saved: float = 0.0) -> bool:
        """Whether a record of `size` bytes may be written now; where not, what it would save counts for the next one that saves it too.

        terms: those of a node, which saves the work on the nodes within them; other records save all that no record has saved yet.
        least_saved: seconds of work that it counts for at least.
        """
        lo, hi = terms or (0, _ALL)
        within = [part for part in self._unsaved if lo <= part[0] and part[1] <= hi]
        saved = self._lap() + sum(self._unsaved.pop(part) for part in within)
        if least_saved == ALWAYS or self._allows(size, max(saved, least_saved)):
            return True
        self._unsaved[lo, hi] = saved
        return False

    def _lap(self) -> float:
        """Seconds of work since this was last asked, or since a record was written."""
        before, self._since = self._since, time.monotonic()
        return self._since - before

    def _allows(self, size: int, saved: float) -> bool:
        """Whether a record of `size` bytes may be written for a given number of seconds of work."""
        slowness = self.seconds / self._expected if self._expected else 1.0
        return SHARE * saved >= slowness * _usual_seconds(size)

    def has_written(self, size: int, begin: float) -> None:
        """Count a record whose writing began at `begin`, by `time.monotonic`."""
        self._since = time.monotonic()
        self._expected += _usual_seconds(size)
        self.bytes += size
        self.seconds += self._since - begin


def _usual_seconds(size: int) -> float:
    return RECORD_SECONDS + size / BYTES_PER_SECOND
