"""Arrays that show memory by its address, and arrays that begin on a cache line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

LINE = 64
"""Bytes of a cache line, and of the longest vector that kernels load."""


class ShownMemory:
    """`count` items at an address, for `np.asarray`: the array that this gives keeps it, and with it the owner, alive.

    Attributes:
        owner: what the memory belongs to; None where the caller keeps that alive.
    """

    __slots__ = ("__array_interface__", "owner")

    def __init__(
        self, address: int, count: int, owner: object = None, *, kind: str = "<u8", read_only: bool = False
    ) -> None:
        """Show items of a type that `kind` names as numpy's array interface does, by default limbs."""
        self.owner: Any = owner
        self.__array_interface__ = {"data": (address, read_only), "shape": (count,), "typestr": kind, "version": 3}


def aligned_zeros(shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """An array of zeros that begins on a cache line; its items have eight bytes each."""
    count = math.prod(shape)
    memory: NDArray[Any] = np.zeros(count + LINE // 8, dtype)
    start = -(memory.ctypes.data // 8) % (LINE // 8)
    return memory[start : start + count].reshape(shape)
