"""A worker's machine, as far as the model knows it."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1 << 30
GBIT = 1e9 / 8

RECORD_RATE = 3e9
"""Bytes a second that a record is written or read with, its hashes and residues included, while it stays in the system's page cache: 3.5
and 2.7·10^9 for a node of 120 MB, of one thread's time on a Zen 3."""


@dataclass(frozen=True)
class Machine:
    """What each worker has; the client's machine is like it.

    Attributes:
        threads: of its tasks.
        memory: bytes that a task may use.
        disk: bytes a second that it reads or writes.
        network: bytes a second that it sends, and as many that it receives at the same time.
        factor: how many times as long as on the machine of the forecast's tables arithmetic takes.
    """

    threads: int = 16
    memory: float = 128.0 * GIB
    disk: float = 2e9
    network: float = 10 * GBIT
    factor: float = 1.0

    @property
    def transfer_rate(self) -> float:
        """Bytes a second from a file of one worker to a file of another."""
        return min(self.network, RECORD_RATE)


REFERENCE = Machine()
"""The one that the page's tables are of."""
