"""How much of a run's time may go into its checkpoint."""

from __future__ import annotations

import time

SHARE = 1 / 40
"""Of the time since the last record that the next one may take to be written: 2.5 %."""

RECORD_SECONDS = 0.03
"""For the files and folders of a record to be synced."""

BYTES_PER_SECOND = 2.0e8
"""Written, synced and read back; on a slow SSD. Records show how much longer or shorter it takes here."""


class WritingShare:
    """Says whether a record of so many bytes is worth its time now: whether the work since the last one took `1/SHARE` times as long.

    So records cost a run about that share of its time, whatever disk they are on; and what is lost with the process is no more
    than what takes 1/SHARE times as long as it takes to be written, and what its nodes that were too cheap to be kept take.
    """

    def __init__(self) -> None:
        """From now on there is work."""
        self._since = time.monotonic()
        self._expected = 0.0
        self.bytes = 0
        self.seconds = 0.0

    def allows(self, size: int) -> bool:
        """Whether a record of `size` bytes may be written now."""
        slowness = self.seconds / self._expected if self._expected else 1.0
        return SHARE * (time.monotonic() - self._since) >= slowness * _usual_seconds(size)

    def has_written(self, size: int, begin: float) -> None:
        """Count a record whose writing began at `begin`, by `time.monotonic`."""
        self._since = time.monotonic()
        self._expected += _usual_seconds(size)
        self.bytes += size
        self.seconds += self._since - begin


def _usual_seconds(size: int) -> float:
    return RECORD_SECONDS + size / BYTES_PER_SECOND
