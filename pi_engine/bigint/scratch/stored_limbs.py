"""Limbs in a scratch file, in pieces that are written in any order and read in any order; and how they are read a part at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import transfer
from pi_engine.bigint.buffers.workspace import PooledLimbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.scratch_file import ScratchFile
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

PIECE = 1 << 20
"""Bytes that are transferred at a time: of numbers that are worked on piece by piece some ten pieces are in memory at once."""


class StoredLimbs:
    """Limbs on disk, as pieces; `run` gives them as one number."""

    def __init__(self, space: ScratchSpace, limbs: Limbs | int, written: Callable[[], None] | None = None) -> None:
        """Write them; with `written`, which is called then, while the caller goes on, and the limbs stay as they are until then.

        If the limbs are given by their number, the caller writes all pieces before any is read.

        Raises:
            CapacityError, OutputError: the folder has no room, or fails; of what goes on meanwhile `read` says so.
        """
        self.length = limbs if isinstance(limbs, int) else len(limbs)
        self.space, self.piece_limbs = space, PIECE // 8
        self._file: ScratchFile = space.file(8 * self.length)
        self._writing: Callable[[], None] | None = None
        if isinstance(limbs, int):
            return

        def write() -> None:
            for first in range(0, len(limbs), self.piece_limbs):
                self.write_piece(first, limbs[first : first + self.piece_limbs])
            if written is not None:
                written()

        if written is None:
            write()
        else:
            self._writing = transfer(write)

    def __len__(self) -> int:
        return self.length

    def run(self) -> DiskLimbs:
        """All of them."""
        return DiskLimbs(self)

    def write_piece(self, first: int, limbs: Limbs) -> None:
        """Write the piece that begins with limb `first`, a multiple of `piece_limbs`.

        Raises:
            CapacityError, OutputError: the disk fails.
        """
        self._file.write(8 * first, limbs.ctypes.data, 8 * len(limbs))

    def read_piece(self, first: int, target: Limbs) -> None:
        """Read the piece that begins with limb `first`.

        Raises:
            VerificationError: it is not what was written.
            OutputError: the disk fails.
        """
        self._settle()
        self._file.read(8 * first, target.ctypes.data)

    def _settle(self) -> None:
        if self._writing is not None:
            self._writing()  # once more is once
            self._writing = None


class DiskLimbs:
    """A run of limbs of a `StoredLimbs`, behind this many zeros; the disk is free when the last of its runs is.

    Attributes:
        stored: where they are.
        start: the first limb of `stored` that is one of these.
        zeros: how many zeros come before it.
        length: how many there are, the zeros included.
    """

    def __init__(self, stored: StoredLimbs, start: int = 0, length: int | None = None, zeros: int = 0) -> None:
        self.stored, self.start, self.zeros = stored, start, zeros
        self.length = len(stored) - start + zeros if length is None else length

    def __len__(self) -> int:
        return self.length

    @property
    def bytes_on_disk(self) -> int:
        """What they would take in memory."""
        return 8 * self.length

    def run(self) -> DiskLimbs:
        """Itself: where they are."""
        return self

    def part(self, first: int, last: int) -> DiskLimbs:
        """Limbs first … last-1, last ≤ length, with zeros before them where `first` is negative."""
        zeros, skipped = max(self.zeros - first, 0), max(first - self.zeros, 0)
        return DiskLimbs(self.stored, self.start + skipped, last - first, min(zeros, last - first))

    def __getitem__(self, key: slice) -> Limbs:
        """A copy of some neighbours, in memory."""
        first, last, _ = key.indices(self.length)
        target = np.empty(max(last - first, 0), np.uint64)
        with reading(self) as read:
            read.into(target, first)
        return target

    @contextmanager
    def limbs(self) -> Iterator[Limbs]:
        """All of them in memory, from the pool, within the context."""
        buffer = PooledLimbs(self.length)
        try:
            self.read(buffer.limbs)
            yield buffer.limbs
        finally:
            buffer.release()

    def read(self, target: Limbs) -> None:
        """Fill an array as long as they are."""
        with reading(self) as read:
            read.into(target, 0)


class LimbReader:
    """Reads parts of limbs on disk or in memory; the piece that was read last is kept for the next part."""

    def __init__(self, source: DiskLimbs | Limbs) -> None:
        """Read from there, until `close`."""
        self._source = source
        self._piece: PooledLimbs | None = None
        self._first = -1
        self._part: PooledLimbs | None = None

    def __call__(self, first: int, count: int) -> Limbs:
        """Limbs first … first + count − 1, zeros beyond the ends; valid until the next call."""
        source = self._source
        if isinstance(source, np.ndarray) and first >= 0 and first + count <= len(source):
            return source[first : first + count]
        if self._part is None or len(self._part.limbs) < count:
            if self._part is not None:
                self._part.release()
            self._part = PooledLimbs(count)
        target = self._part.limbs[:count]
        self.into(target, first)
        return target

    def into(self, target: Limbs, first: int) -> None:
        """Fill an array with the limbs from `first` on, zeros beyond the ends."""
        source = self._source
        length = len(source)
        begin = max(first, source.zeros if isinstance(source, DiskLimbs) else 0)
        end = min(first + len(target), length)
        if begin >= end:
            target[:] = 0
            return
        target[: begin - first] = 0
        target[end - first :] = 0
        inside = target[begin - first : end - first]
        if isinstance(source, DiskLimbs):
            self._copy(source.stored, source.start + begin - source.zeros, inside)
        else:
            inside[:] = source[begin:end]

    def _copy(self, stored: StoredLimbs, place: int, target: Limbs) -> None:
        """Fill an array with the limbs of a file from `place` on. It has all of them."""
        step, end = stored.piece_limbs, place + len(target)
        for first in range(place // step * step, end, step):
            last = min(first + step, len(stored))
            if first >= place and last <= end and first != self._first:
                stored.read_piece(first, target[first - place :])
                continue
            if self._piece is None:
                self._piece = PooledLimbs(min(step, len(stored)))
            if first != self._first:
                self._first = -1
                stored.read_piece(first, self._piece.limbs)
                self._first = first
            begin, stop = max(first, place), min(last, end)
            target[begin - place : stop - place] = self._piece.limbs[begin - first : stop - first]

    def close(self) -> None:
        """Give the memory back."""
        for buffer in (self._piece, self._part):
            if buffer is not None:
                buffer.release()
        self._piece = self._part = None


@contextmanager
def reading(source: DiskLimbs | Limbs) -> Iterator[LimbReader]:
    """A reader, within the context."""
    reader = LimbReader(source)
    try:
        yield reader
    finally:
        reader.close()


class LimbWriter:
    """Writes runs of limbs one behind the other; `finish` gives what was written, and `close` the memory back."""

    def __init__(self, space: ScratchSpace, length: int) -> None:
        """For `length` limbs."""
        self._stored = StoredLimbs(space, length)
        self._buffer = PooledLimbs(min(self._stored.piece_limbs, length))
        self._place = 0

    def put(self, limbs: Limbs) -> None:
        """Write these behind those before."""
        step, done = self._stored.piece_limbs, 0
        while done < len(limbs):
            filled = self._place % step
            count = min(step - filled, len(limbs) - done)
            if count == step:
                self._stored.write_piece(self._place, limbs[done : done + step])
            else:
                self._buffer.limbs[filled : filled + count] = limbs[done : done + count]
            self._place, done = self._place + count, done + count
            if count < step and (self._place % step == 0 or self._place == len(self._stored)):
                first = (self._place - 1) // step * step
                self._stored.write_piece(first, self._buffer.limbs[: self._place - first])

    def add_at_start(self, carry: int) -> None:
        """Add a number at the lowest limb, once all are written; what passes the highest limb is added there again."""
        total = len(self._stored)
        first = 0
        while carry:
            count = min(self._stored.piece_limbs, total - first)
            piece = self._buffer.limbs[:count]
            self._stored.read_piece(first, piece)
            carry = add_to_limbs(piece, carry)
            self._stored.write_piece(first, piece)
            first = (first + count) % total

    def finish(self) -> StoredLimbs:
        """What was written, all of it."""
        assert self._place == len(self._stored), "a number that was not written to its end"
        return self._stored

    def close(self) -> None:
        """Give the memory back."""
        self._buffer.release()


def add_to_limbs(limbs: Limbs, number: int) -> int:
    """Add a number ≥ 0 to these limbs, in place; returns what passes the highest."""
    i = 0
    while number and i < len(limbs):
        number += int(limbs[i])
        limbs[i] = number & (2**64 - 1)
        number >>= 64
        i += 1
    return number
