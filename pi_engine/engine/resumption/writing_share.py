"""How much of a run's time may go into its checkpoint."""

from __future__ import annotations

import time

SHARE = 1 / 40
"""Of the time of the work that a record saves, which it may take to be written: 2.5 %."""

RECORD_SECONDS = 0.03
"""For the files and folders of a record to be synced."""

BYTES_PER_SECOND = 4.0e8
"""Written, synced and read back. Records show how much longer or shorter it takes here."""


class WritingShare:
    """Says whether a record of so many bytes is worth its time: whether the work that it saves took `1/SHARE` times as long.

    What a record saves is what no record before it has saved, so all of them together cost a run about that share of its time, whatever
    disk they are on.
    """

    def __init__(self) -> None:
        """From now on there is work."""
        self._since = time.monotonic()
        self._expected = 0.0
        self.bytes = 0
        self.seconds = 0.0

    def lap(self) -> float:
        """Seconds of work since this was last asked, or since a record was written."""
        before, self._since = self._since, time.monotonic()
        return self._since - before

    def allows(self, size: int, saved: float) -> bool:
        """Whether a record of `size` bytes may be written for so many seconds of work."""
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
