"""How much of a run's time may go into its checkpoint."""

from __future__ import annotations

import time

SHARE = 1 / 40
"""Of the time since the last record that the next one may take to be written: 2.5 %."""

FIRST_SPEED = 2.0e8
"""Bytes a second that are written, synced and read back, until records have shown how many: those of a slow SSD."""


class WritingShare:
    """Says whether a record of so many bytes is worth its time now: whether the work since the last one took `1/SHARE` times as long.

    So records cost a run at most that share of its time, whatever disk they are on; and what is lost with the process is no more
    than what takes 1/SHARE times as long as it takes to be written, and what its nodes that were too cheap to be kept take.
    """

    def __init__(self) -> None:
        """From now on there is work."""
        self._since = time.monotonic()
        self.bytes = 0
        self.seconds = 0.0

    def allows(self, size: int) -> bool:
        """Whether a record of `size` bytes may be written now."""
        speed = self.bytes / self.seconds if self.seconds else FIRST_SPEED
        return SHARE * (time.monotonic() - self._since) >= size / speed

    def has_written(self, size: int, begin: float) -> None:
        """Count a record whose writing began at `begin`, by `time.monotonic`."""
        self._since = time.monotonic()
        self.bytes += size
        self.seconds += self._since - begin
