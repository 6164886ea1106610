"""Integers that wait on disk, where the run has a scratch space and they are large; else they wait in memory."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.limbs import LimbBuffer, limb_count, limbs_of
from pi_engine.bigint.buffers.workers import transfer
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.scratch.scratch_space import scratch_space
from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from gmpy2 import mpz

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.scratch_file import ScratchFile
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

PIECE = 1 << 22
"""Bytes that are transferred at a time."""


class StoredLimbs:
    """Limbs on disk; `read` any number of times, then `release`."""

    def __init__(self, space: ScratchSpace, limbs: Limbs, written: Callable[[], None] | None = None) -> None:
        """Write them; with `written`, which is called then, while the caller goes on, and the limbs stay as they are until then.

        Raises:
            CapacityError, OutputError: the folder has no room, or fails; of what goes on meanwhile `read` says so.
        """
        self.length = len(limbs)
        self._file: ScratchFile = space.file(8 * len(limbs))
        self._writing: Callable[[], None] | None = None

        def write() -> None:
            address = limbs.ctypes.data
            for place in range(0, 8 * len(limbs), PIECE):
                self._file.write(place, address + place, min(PIECE, 8 * len(limbs) - place))
            if written is not None:
                written()

        if written is None:
            write()
        else:
            self._writing = transfer(write)

    def __len__(self) -> int:
        return self.length

    @property
    def bytes_on_disk(self) -> int:
        """What they would take in memory."""
        return 8 * self.length

    def read(self, target: Limbs, skipped: int = 0) -> None:
        """Fill an array as long as they are, without the lowest so many bytes, a multiple of PIECE.

        Raises:
            VerificationError: they are not what was written.
            OutputError: the disk fails.
        """
        self._settle()
        address = target.ctypes.data
        for place in range(skipped, 8 * self.length, PIECE):
            self._file.read(place, address + place - skipped)

    @contextmanager
    def limbs(self, highest: int | None = None) -> Iterator[Limbs]:
        """They, or so many of them, the highest, in memory from the pool, within the context."""
        first = 0 if highest is None else self.length - highest
        skipped = 8 * first // PIECE * PIECE
        buffer = PooledLimbs(self.length - skipped // 8)
        try:
            self.read(buffer.limbs, skipped)
            yield buffer.limbs[first - skipped // 8 :]
        finally:
            buffer.release()

    def _settle(self) -> None:
        if self._writing is not None:
            self._writing()  # once more is once
            self._writing = None

    def release(self) -> None:
        """Give the disk back; what is being written ends first."""
        with suppress(PiEngineError):  # nobody wants it any more
            self._settle()
        self._file.close()


class ParkedInteger:
    """An integer that waits: on disk if it is large and there is a scratch space, else in memory."""

    def __init__(self, value: mpz) -> None:
        """Park it; the memory is free when the caller has no reference to it any more."""
        space = scratch_space()
        self.negative = value < 0
        self._length = limb_count(value)
        self._value: mpz | None = value
        self._stored: StoredLimbs | None = None
        if space is not None and space.parks(8 * self._length):
            self._stored = StoredLimbs(space, limbs_of(value))
            self._value = None

    def __len__(self) -> int:
        """Limbs of its magnitude."""
        return self._length

    @property
    def bytes_on_disk(self) -> int:
        """What it would take in memory besides what it takes: nothing where it waits there."""
        return 0 if self._stored is None else self._stored.bytes_on_disk

    def value(self) -> mpz:
        """The integer, which goes on waiting."""
        if self._stored is None:
            assert self._value is not None, "an integer that has been taken"
            return self._value
        buffer = LimbBuffer(self._length)
        self._stored.read(buffer.array)
        return buffer.finish(negative=self.negative)

    @contextmanager
    def limbs(self, highest: int | None = None) -> Iterator[Limbs]:
        """The limbs of its magnitude, or so many of them, the highest, within the context."""
        if self._stored is None:
            yield limbs_of(self.value())[0 if highest is None else self._length - highest :]
        else:
            with self._stored.limbs(highest) as limbs:
                yield limbs

    def take(self) -> mpz:
        """The integer, which waits no longer."""
        value = self.value()
        self.release()
        return value

    def release(self) -> None:
        """Give memory and disk back."""
        self._value = None
        if self._stored is not None:
            self._stored.release()
            self._stored = None


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


def integer_of(x: mpz | ParkedInteger) -> mpz:
    """The integer, whether it waits or not; one that waits goes on waiting."""
    return x.value() if isinstance(x, ParkedInteger) else x
