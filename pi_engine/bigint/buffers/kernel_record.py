"""A kernel's record: one row of integers in place of many arguments, sealed like the rows of other tables (`machine_faults`).

The places of a record have names, in a module that imports no Numba: a number takes one place, an array ARRAY of them. The kernel first
looks whether the record is sealed. Then it reads numbers by these names, and arrays by `record_arrays.array_in`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pi_engine.runtime.machine_faults import sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Words = NDArray[np.int64] | NDArray[np.uint64]

ARRAY = 4
"""Places of an array: its address and up to three extents."""


def places_of_array(place: int, array: Words) -> dict[int, int]:
    """The numbers by which a kernel finds an array at a place of a record; who writes them there keeps the array alive.

    Raises:
        TypeError: the array is not contiguous, or its items are not words.
    """
    if array.dtype not in (np.int64, np.uint64) or not array.flags.c_contiguous:
        raise TypeError("a kernel's record takes contiguous arrays of words")
    extents = (*array.shape, *[1] * (ARRAY - 1 - array.ndim))
    return dict(zip(range(place, place + ARRAY), (array.ctypes.data, *extents), strict=True))


class KernelRecord:
    """Values by their places; the arrays among them are kept alive as long as the record is.

    Attributes:
        row: what the kernel takes, int64[places + 1], its seal last.
        arrays: by their places.

    Raises:
        TypeError: an array is not contiguous, or its items are not words.
    """

    def __init__(self, places: int, values: Mapping[int, int | Words]) -> None:
        self.arrays: dict[int, NDArray[Any]] = {}
        row: list[int | None] = [None] * places
        for place, value in values.items():
            if not isinstance(value, np.ndarray):
                row[place] = int(value)
                continue
            row[place : place + ARRAY] = places_of_array(place, value).values()
            self.arrays[place] = value
        assert len(row) == places
        self.row = np.array(sealed(number for number in row if number is not None), np.int64)
        assert len(self.row) == places + 1, "a record needs a value for every place"
