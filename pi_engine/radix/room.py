"""Memory of one conversion: arrays of limbs, and workspace that the levels use in turn.

They come from the pool and go back to it: what one level used the next one finds, without page faults.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.workspace import pool

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs
    from pi_engine.bigint.workspace import Block


class Room:
    """`limbs` limbs in `array`, contents undefined, until released; no view of them may be used afterwards."""

    def __init__(self, limbs: int) -> None:
        """Take the memory."""
        self._block = pool.take(8 * limbs)
        self.array: Limbs = np.ctypeslib.as_array((ctypes.c_uint64 * limbs).from_address(self._block.address))

    def release(self) -> None:
        """Give the memory back."""
        pool.give(self._block)


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
            pool.give(self._block)
            self._block = None
