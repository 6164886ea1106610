"""A level of the tree: neighbouring nodes as a structure of arrays, in memory that levels hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.buffers.workspace import PooledLimbs


@dataclass(frozen=True, slots=True)
class NodeLevel:
    """Nodes of neighbouring ranges: row 0 of the indexes is P, row 1 Q, row 2 T.

    Attributes:
        buffer: the limbs of all numbers.
        offsets: int64[3][nodes], where each number begins.
        lengths: int64[3][nodes], signed lengths.
        residues: uint64[3][nodes][2], the numbers modulo both `moduli`, or None where nothing is checked (`node_residues`).
    """

    buffer: PooledLimbs
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    residues: NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return int(self.offsets.shape[1])

    @property
    def bits(self) -> int:
        """Bits of the Q of the last node, which is the largest."""
        return 64 * abs(int(self.lengths[1, -1]))

    def number(self, row: int, i: int) -> tuple[Limbs, bool]:
        """The limbs of a number, without copying them, and whether it is negative."""
        start, length = int(self.offsets[row, i]), int(self.lengths[row, i])
        return self.buffer.limbs[start : start + abs(length)], length < 0
