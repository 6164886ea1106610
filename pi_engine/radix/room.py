"""Memory of one conversion: arrays of limbs, and workspace that the levels use in turn.

Small blocks come from the pool and go back to it: what one conversion used the next one finds, without page faults.
Large ones go back to the system, since the pool would keep those of every level's size.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.workspace import Block, pool

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs

KEPT_BYTES = 32 << 20
"""Blocks up to this size are kept in the pool."""


def give_back(block: Block) -> None:
    """Return a block to the pool if it is small; the caller drops it in any case."""
    if block.size <= KEPT_BYTES:
        pool.give(block)


class Room:
    """`limbs` limbs in `array`, contents undefined, until released; no view of them may be used afterwards."""

    def __init__(self, limbs: int) -> None:
        """Take the memory."""
        self._block = pool.take(8 * limbs)
        self.array: Limbs = np.ctypeslib.as_array((ctypes.c_uint64 * limbs).from_address(self._block.address))

    def release(self) -> None:
        """Give the memory back."""
        give_back(self._block)


class Arena:
    """One block of workspace, as large as the largest request so far."""

    def __init__(self) -> None:
        """Nothing is taken yet."""
        self._block: Block | None = None

    def address(self, size: int) -> int:
        """Where `size` bytes of workspace are; what was in them is lost."""
        if self._block is None or self._block.size < size:
            self.release()
            self._block = pool.take(size)
        return self._block.address

    def release(self) -> None:
        """Give the memory back."""
        if self._block is not None:
            give_back(self._block)
            self._block = None
