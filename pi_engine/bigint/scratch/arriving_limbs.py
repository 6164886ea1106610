"""Limbs that arrive from a file in blocks, one behind the other, for memory or for disk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.scratch.disk_integer import belongs_on_disk
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, LimbWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.buffers.limbs import Limbs


class ArrivingLimbs:
    """A number's limbs, little-endian as files have them."""

    def __init__(self, target: Limbs | LimbWriter, block: int) -> None:
        """They go to memory, in one piece, or to what writes them to disk; blocks have a given number of bytes, the last one fewer."""
        self._target = target
        self._buffer = memoryview(bytearray(block)) if isinstance(target, LimbWriter) else memoryview(b"")
        self._count = 0

    def view(self, first: int, last: int) -> memoryview:
        """Where the block of these bytes of the number is to be read to."""
        if isinstance(self._target, LimbWriter):
            self._count = (last - first) // 8
            return self._buffer[: last - first]
        return self._target.data.cast("B")[first:last]

    def put(self) -> None:
        """The block that was read last is right."""
        if isinstance(self._target, LimbWriter):
            self._target.put(np.frombuffer(self._buffer, "<u8", self._count).astype(np.uint64, copy=False))

    def limbs(self) -> Limbs | DiskLimbs:
        """All of them, once they have arrived."""
        if isinstance(self._target, LimbWriter):
            return self._target.finish().run()
        if sys.byteorder == "big":
            self._target.byteswap(inplace=True)
        return self._target

    def close(self) -> None:
        """Give back the memory of what wrote them."""
        if isinstance(self._target, LimbWriter):
            self._target.close()


def place_for(limbs: int, allocate: Callable[[int], Limbs]) -> Limbs | LimbWriter:
    """Memory for a given number of limbs; or the disk, where the run has a scratch space and memory is short."""
    space = scratch_space()
    if space is not None and belongs_on_disk(space, limbs):
        return LimbWriter(space, limbs)
    return allocate(limbs)
