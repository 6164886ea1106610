"""Integers that wait, on disk where the run has a scratch space and they are large; else in memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.scratch.disk_integer import DiskInteger, belongs_on_disk, length_in_limbs, stored_integer
from pi_engine.bigint.scratch.space_of_run import scratch_space

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from gmpy2 import mpz

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs


class ParkedInteger:
    """An integer that waits: on disk if it is large and there is a scratch space, else in memory."""

    def __init__(self, value: mpz) -> None:
        """Park it; the memory is free when the caller has no reference to it any more."""
        space = scratch_space()
        self.negative = value < 0
        self._length = length_in_limbs(value)
        self._value: mpz | None = value
        self._stored: DiskInteger | None = None
        if space is not None and space.parks(8 * self._length):
            self._stored = stored_integer(value, space)
            self._value = None

    def __len__(self) -> int:
        """Limbs of its magnitude."""
        return self._length

    @property
    def bytes_on_disk(self) -> int:
        """What it would take in memory besides what it takes: nothing where it waits there."""
        return 0 if self._stored is None else self._stored.bytes_on_disk

    def value(self) -> mpz:
        """The integer, which goes on waiting: in memory, or where memory is short a `DiskInteger`."""
        if self._stored is None:
            assert self._value is not None, "an integer that has been taken"
            return self._value
        if belongs_on_disk(self._stored.space, self._length):
            return cast("mpz", self._stored)
        return self._stored.value()

    @contextmanager
    def limbs(self, highest: int | None = None) -> Iterator[Limbs]:
        """The limbs of its magnitude, or a given number of the highest of them, within the context."""
        first = 0 if highest is None else self._length - highest
        if self._stored is None:
            yield limbs_of(self.value())[first:]
        else:
            with self._stored.part(first, self._length).limbs() as limbs:
                yield limbs

    def run(self, first: int = 0) -> DiskLimbs | Limbs:
        """The limbs of its magnitude from `first` on, where they are."""
        if self._stored is None:
            return limbs_of(self.value())[first:]
        return self._stored.part(first, self._length)

    def take(self) -> mpz:
        """The integer, which waits no longer."""
        value = self.value()
        self.release()
        return value

    def release(self) -> None:
        """Give memory and disk back, unless what has been taken is there."""
        self._value = self._stored = None


class HighestLimbs:
    """The highest `count` limbs of an integer that waits, as an operand."""

    def __init__(self, integer: ParkedInteger, count: int) -> None:
        """Take no more of them than there are."""
        self._integer, self._count = integer, count

    def __len__(self) -> int:
        return self._count

    @property
    def bytes_on_disk(self) -> int:
        """What they would take in memory besides what they take."""
        return 8 * self._count if self._integer.bytes_on_disk else 0

    def limbs(self) -> AbstractContextManager[Limbs]:
        """They, within the context."""
        return self._integer.limbs(self._count)

    def run(self) -> DiskLimbs | Limbs:
        """They, where they are."""
        return self._integer.run(len(self._integer) - self._count)


def integer_of(x: mpz | ParkedInteger) -> mpz:
    """The integer, whether it waits or not; one that waits goes on waiting."""
    return x.value() if isinstance(x, ParkedInteger) else x
