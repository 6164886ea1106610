"""Many integers as a structure of arrays: the form in which a level of the tree goes through a kernel.

A number is a slice of one flat array of limbs, and a length whose sign is the number's sign, as in GMP's own `_mp_size`. Zero has
length 0; otherwise the highest limb is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from gmpy2 import mpz
from numpy.typing import NDArray

from pi_engine.bigint.limbs import Limbs, limbs_of, mpz_from_limbs

if TYPE_CHECKING:
    from collections.abc import Iterable

Indexes = NDArray[np.int64]

ALIGNMENT = 8
"""Limbs: results of a level begin on cache lines of their own, so that threads do not write to the same one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Numbers: |number i| lies in `limbs[offsets[i] : offsets[i] + |lengths[i]|]`; numbers may share limbs."""

    limbs: Limbs
    offsets: Indexes
    lengths: Indexes

    def __post_init__(self) -> None:
        for array, dtype in ((self.limbs, np.uint64), (self.offsets, np.int64), (self.lengths, np.int64)):
            if array.dtype != dtype or array.ndim != 1:
                raise TypeError("a batch is a flat uint64 array of limbs with int64 offsets and lengths")
        if not self.limbs.flags.c_contiguous or len(self.offsets) != len(self.lengths):
            raise ValueError("limbs must be contiguous, offsets and lengths as many as there are numbers")

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, which: slice | Indexes | Any) -> Batch:
        """Some of the numbers, by slice or index array, without copying limbs: `take(slice(0, None, 2))` are the left children."""
        return Batch(self.limbs, self.offsets[which], self.lengths[which])

    def number(self, i: int) -> mpz:
        """Number i as an mpz; one copy."""
        start, length = int(self.offsets[i]), int(self.lengths[i])
        return mpz_from_limbs(self.limbs[start : start + abs(length)], negative=length < 0)

    def numbers(self) -> list[mpz]:
        """All of them, about 4 µs each: not for the bottom of the tree."""
        return [self.number(i) for i in range(len(self))]

    @classmethod
    def of(cls, numbers: Iterable[mpz]) -> Batch:
        """The batch of these mpz, copied one after another; about 4 µs each."""
        items = [mpz(x) for x in numbers]
        views = [limbs_of(x) for x in items]
        sizes = np.array([len(view) for view in views], np.int64)
        ends = np.cumsum(sizes, dtype=np.int64)
        signs = np.array([-1 if x < 0 else 1 for x in items], np.int64)
        limbs = np.concatenate(views) if views else np.empty(0, np.uint64)
        return cls(limbs, ends - sizes, sizes * signs)
