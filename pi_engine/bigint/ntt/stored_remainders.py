"""The remainders of a product modulo all primes, in a file until all are there; and one pass over them, which puts the product together.

They are written while others compute, and read while those before them are put together: a few rows modulo all primes at a time, in the
order of the coefficients.
"""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share, transfer
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.ntt.description.layout import CRT_DOUBLES, SPILL_GROUPS, state_doubles
from pi_engine.bigint.ntt.description.record import whole_lines
from pi_engine.bigint.ntt.transform import row_limbs, useful_threads
from pi_engine.bigint.ntt.transform_kernels import add_bytes, finish_rows
from pi_engine.bigint.scratch.scratch_file import padded
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, LimbWriter, add_to_limbs
from pi_engine.errors import PiEngineError
from pi_engine.runtime.machine_faults import require_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.buffers.workspace import MemoryBlock
    from pi_engine.bigint.ntt.tables import TransformPlan
    from pi_engine.bigint.ntt.transform import Transformed
    from pi_engine.bigint.scratch.scratch_file import ScratchFile
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

_PIECE_BYTES = 2 << 20
"""Remainders modulo one prime that are transferred at a time, about, and no fewer than a row."""


class Remainders(ABC):
    """The remainders of a result modulo all primes of a size, on disk in pieces of some rows, and what is made of them."""

    def __init__(self, plan: TransformPlan, rows: int) -> None:
        """In pieces of a given number of rows; the last one may have fewer."""
        self.plan, self._rows = plan, rows
        self._row_bytes = 8 * plan.size.row_stride
        self._piece = padded(rows * self._row_bytes)
        self._row_limbs, self._passed = row_limbs(plan.size), 0

    @abstractmethod
    def read_piece(self, prime: int, first: int, address: int) -> None:
        """Read the piece that begins with row `first`, modulo a prime.

        Raises:
            MiscalculationError: it is not what was written.
            OutputError: the disk fails.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the disk back."""

    def to_limbs(self, limbs: int, threads: int, out: Limbs | Callable[[], Limbs]) -> Limbs:
        """The lowest `limbs` limbs of the integer, as `transform.to_limbs` has it."""
        target = out() if callable(out) else out
        for _ in self._parts(limbs, threads, lambda first, count: target[first : first + count]):
            pass
        if 64 * limbs == self.plan.size.bits:
            while self._passed:
                self._passed = add_to_limbs(target, self._passed)
        return target

    def to_disk(self, limbs: int, threads: int, space: ScratchSpace) -> DiskLimbs:
        """The same in a file, which is written part after part."""
        buffer = PooledLimbs(self._rows * self._row_limbs)
        writer = LimbWriter(space, limbs)
        try:
            for part in self._parts(limbs, threads, lambda _, count: buffer.limbs[:count]):
                writer.put(part)
            if 64 * limbs == self.plan.size.bits:
                writer.add_at_start(self._passed)
            return DiskLimbs(writer.finish())
        finally:
            writer.close()
            buffer.release()

    def _parts(self, limbs: int, threads: int, place: Callable[[int, int], Limbs]) -> Iterator[Limbs]:
        """The limbs of the integer a few rows at a time, in the array that `place` has for a first limb and a number of them.

        What has passed their end is `_passed` then.
        """
        size = self.plan.size
        spill = SPILL_GROUPS * size.coefficient_bits
        threads = useful_threads(size, threads)
        state = 8 * (CRT_DOUBLES + state_doubles(size.digits))
        each = whole_lines(state + spill)
        scratch = pool.take(each * threads)
        record, row_limbs = self.plan.record().ctypes.data, self._row_limbs
        self._passed = 0
        with self._pieces() as pieces:
            for start, address in pieces:
                first = start * row_limbs
                if first >= limbs:
                    break
                rows = min(self._rows, size.rows - start)
                part = place(first, min(rows * row_limbs, limbs - first))
                part_at, part_bytes = part.ctypes.data, 8 * len(part)
                ends: list[tuple[int, bytes]] = []

                def task(thread: int, begin: int, end: int) -> None:
                    base = scratch.address + thread * each
                    # the kernel counts from the beginning of the integer
                    out_at, out_bytes = part_at - 8 * first, 8 * first + part_bytes  # noqa: B023
                    stride = self._piece // 8
                    require_sound(finish_rows(record, address, stride, out_at, out_bytes, start, base, begin, end))  # noqa: B023
                    ends.append((end, ctypes.string_at(base + state, spill)))  # noqa: B023

                share(task, rows, threads, self.plan, part)
                passed = 0
                for end, left in ends:
                    if end == rows:
                        passed += int.from_bytes(left, "little")
                    else:
                        addend = np.frombuffer(left, np.uint8).ctypes.data
                        passed += add_bytes(part_at, part_bytes, 8 * row_limbs * end, 0, addend, spill, 1)
                self._passed = passed + add_to_limbs(part, self._passed)
                yield part
        pool.give(scratch)

    @contextmanager
    def _pieces(self) -> Iterator[Iterator[tuple[int, int]]]:
        """Pairs of a row and the address of the rows from there on modulo the first prime, the others at `_piece` bytes each."""
        primes, rows = self.plan.size.primes, self.plan.size.rows
        blocks = [pool.take(primes * self._piece) for _ in range(2)]

        def read(first: int, block: MemoryBlock) -> None:
            for prime in range(primes):
                self.read_piece(prime, first, block.address + prime * self._piece)

        def pieces() -> Generator[tuple[int, int]]:
            waiting = transfer(lambda: read(0, blocks[0]))
            try:
                for i, first in enumerate(range(0, rows, self._rows)):
                    waiting()
                    following = first + self._rows
                    if following < rows:
                        block = blocks[1 - i % 2]
                        waiting = transfer(lambda: read(following, block))  # noqa: B023
                    yield first, blocks[i % 2].address
            finally:
                with suppress(PiEngineError):  # what goes wrong after another error is not the one to be told
                    waiting()

        running = pieces()
        try:
            yield running
        finally:
            running.close()
            for block in blocks:
                pool.give(block)


class StoredRemainders(Remainders):
    """The remainders as they come from memory: prime after prime and row after row."""

    def __init__(self, plan: TransformPlan, space: ScratchSpace) -> None:
        """Reserve the file."""
        size = plan.size
        super().__init__(plan, max(1, min(size.rows, _PIECE_BYTES // (8 * size.row_stride))))
        self._region = self._piece * -(-size.rows // self._rows)
        self._file: ScratchFile = space.file(size.primes * self._region)
        self._writing: Callable[[], None] | None = None

    def put(self, x: Transformed) -> None:
        """Begin to write the remainders modulo the primes of x, which is released when they are written."""

        def write() -> None:
            for prime in x.primes:
                for piece, first in enumerate(range(0, self.plan.size.rows, self._rows)):
                    rows = min(self._rows, self.plan.size.rows - first)
                    place = prime * self._region + piece * self._piece
                    self._file.write(place, x.address(prime) + first * self._row_bytes, rows * self._row_bytes)
            x.release()

        self._writing = transfer(write)

    def settle(self) -> None:
        """Wait until all that was put is written.

        Raises:
            CapacityError, OutputError: it could not be.
        """
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing()

    def close(self) -> None:
        """Give the file back; what is being written ends first."""
        with suppress(PiEngineError):  # another error is on its way, or this one has been told
            self.settle()
        self._file.close()

    def read_piece(self, prime: int, first: int, address: int) -> None:
        """See `Remainders`."""
        self._file.read(prime * self._region + first // self._rows * self._piece, address)
