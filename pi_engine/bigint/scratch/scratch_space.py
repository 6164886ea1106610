"""Where a run keeps what does not fit in memory, and how much memory it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.scratch.scratch_file import ScratchFile, Traffic
from pi_engine.runtime.limits.address_space import trim_heap
from pi_engine.runtime.limits.memory import allocated_memory

if TYPE_CHECKING:
    from pathlib import Path

_MARGIN = 0.04
"""The part of the limit that is not asked for: small blocks, tables, what the allocator holds back."""

_LEAST_PARKED = 1 / 64
"""The part of the limit from which on a number is put on disk."""


@dataclass
class ScratchSpace:
    """A folder for the numbers of a run, and the bytes of memory that the process may have allocated.

    Attributes:
        folder: it exists.
        limit: bytes.
        traffic: what the files of this space have taken.
    """

    folder: Path
    limit: int
    traffic: Traffic = field(default_factory=Traffic)

    def free(self) -> int:
        """Bytes of memory that may be taken, those included that wait in the pool to be used again."""
        return int(self.limit * (1 - _MARGIN)) - allocated_memory() + pool.held()

    def fits(self, size: int) -> bool:
        """Whether a given number of bytes of memory may be taken."""
        return size <= self.free()

    def holds(self, size: int) -> bool:
        """Whether the transforms of a product modulo one prime, of a given number of bytes, are made in memory."""
        return self.fits(size)

    def file(self, size: int) -> ScratchFile:
        """A file of a given number of bytes, which are reserved.

        Raises:
            CapacityError: the disk has no room.
            OutputError: the folder cannot be used.
        """
        return ScratchFile(self.folder, size, self.traffic)

    def parks(self, size: int) -> bool:
        """Whether a number of a given number of bytes is put on disk while nothing works on it."""
        return size >= self.limit * _LEAST_PARKED

    def at_once(self, most: int, each: int, besides: int) -> int:
        """How many of up to `most` parts, of `each` bytes, are held in memory at once beside a given number of bytes; at least one."""
        return max(1, min(most, (self.free() - besides) // each))

    def settle(self) -> None:
        """Give free memory back to the system, except for what freed workspace may hold back."""
        pool.release(pool.limit)
        trim_heap()
