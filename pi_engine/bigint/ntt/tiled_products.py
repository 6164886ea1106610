"""Products whose remainders modulo one prime do not even fit in memory: the matrix in a file of tiles, the six-step way.

The matrix modulo one prime is cut into tiles, so that a panel of whole rows, and one of whole columns, are each read and written in
large pieces. Each operand is cut into coefficients, a panel of rows after another; then its columns are transformed, a
panel of columns after another; rows are transformed, multiplied, added up and transformed back, a panel of each operand at a time;
and columns are transformed back. The remainders stay in the tiles until those modulo all primes are put together.
Source: Bailey, FFTs in external or hierarchical memory (1990).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.buffers.shown_memory import ShownMemory
from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.ntt.description.layout import (
    ADD,
    COLUMN_BLOCK,
    FORWARD_A,
    FORWARD_B,
    INVERSE,
    MULTIPLY,
    SQUARE,
)
from pi_engine.bigint.ntt.stored_remainders import Remainders
from pi_engine.bigint.ntt.transform import cut_rows, row_limbs, useful_threads
from pi_engine.bigint.ntt.transform_kernels import columns_in_place, inverse_columns, transform_rows
from pi_engine.bigint.scratch.scratch_file import padded
from pi_engine.bigint.scratch.stored_limbs import reading
from pi_engine.runtime.machine_faults import require_sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.ntt.description.sizes import Size
    from pi_engine.bigint.ntt.tables import TransformPlan
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs

    Panel = NDArray[np.float64]
    Run = DiskLimbs | Limbs

_PAD = 8
"""Doubles between the rows of a panel of columns: without them all rows would compete for the same cache sets."""

_ROW_PANELS = 18
"""Panels of rows that are in memory at once, at most: as the product is put together, two for each of eight primes, and the result."""

_LEAST_BYTES = 12 << 20
"""What panels take in any case: smaller tiles would be read and written one by one for most of the time."""


class Tiles(NamedTuple):
    """Rows and columns of a tile, and so of a panel of rows and of one of columns."""

    rows: int
    columns: int

    @classmethod
    def of(cls, size: Size, memory: int) -> Tiles:
        """Tiles for passes that take a given number of bytes, or a few more."""
        rows = max(1, min(size.rows, memory // (_ROW_PANELS * 8 * size.row_stride)))
        blocks = max(1, min(size.columns, memory // (2 * 8 * size.rows)) // COLUMN_BLOCK)
        return cls(rows, COLUMN_BLOCK * blocks)


@contextmanager
def _panel(rows: int, stride: int) -> Iterator[Panel]:
    """Memory for a given number of rows, within the context."""
    buffer = PooledLimbs(rows * stride)
    try:
        yield buffer.limbs.view(np.float64).reshape(rows, stride)
    finally:
        buffer.release()


class TiledMatrix:
    """The matrix of a size modulo one prime, in a file of tiles."""

    def __init__(self, size: Size, space: ScratchSpace, tiles: Tiles) -> None:
        """Reserve the file."""
        self.size, self.tiles = size, tiles
        self.down, self.across = -(-size.rows // tiles.rows), -(-size.columns // tiles.columns)
        self._step = padded(8 * tiles.rows * tiles.columns)
        self._file = space.file(self._step * self.down * self.across)

    def rows_of(self, i: int) -> int:
        """How many rows the panel of rows `i` has."""
        return min(self.tiles.rows, self.size.rows - i * self.tiles.rows)

    def columns_of(self, j: int) -> int:
        """How many columns the panel of columns `j` has."""
        return min(self.tiles.columns, self.size.columns - j * self.tiles.columns)

    def move_rows(self, i: int, panel: Panel, *, write: bool) -> None:
        """Write a panel of rows, or read it."""
        for j in range(self.across):
            place = j * self.tiles.columns
            self._move(i, j, panel[: self.rows_of(i), place : place + self.columns_of(j)], write=write)

    def move_columns(self, j: int, panel: Panel, down: int, *, write: bool) -> None:
        """Write the first `down` tiles of a panel of columns, or read them."""
        for i in range(down):
            place = i * self.tiles.rows
            self._move(i, j, panel[place : place + self.rows_of(i), : self.columns_of(j)], write=write)

    def _move(self, i: int, j: int, part: Panel, *, write: bool) -> None:
        place = (i * self.across + j) * self._step
        with _panel(*part.shape) as tile:
            if write:
                tile[:] = part
                self._file.write(place, tile.ctypes.data, tile.nbytes)
            else:
                self._file.read(place, tile.ctypes.data)
                part[:] = tile

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()


class TiledRemainders(Remainders):
    """The remainders of a sum of products modulo all primes, in tiles."""

    def __init__(self, plan: TransformPlan, space: ScratchSpace, threads: int) -> None:
        """Take half of the memory that is free for panels, and `_LEAST_BYTES` at least; the rest is for kernels and transfers."""
        self.space, self.threads = space, useful_threads(plan.size, threads)
        self.tiles = Tiles.of(plan.size, max(space.free() // 2, _LEAST_BYTES))
        super().__init__(plan, self.tiles.rows)
        self._matrices: list[TiledMatrix] = []

    def make(self, terms: Sequence[tuple[Run, Run]]) -> None:
        """Find them, prime by prime."""
        for prime in range(self.plan.size.primes):
            operands = [(self._forward(a, prime), None if b is a else self._forward(b, prime)) for a, b in terms]
            total = operands[0][0]
            try:
                self._multiply(operands, prime)
            finally:
                for x in (x for pair in operands for x in pair if x is not None and x is not total):
                    x.close()
            self._matrices.append(total)
            self._back(total, prime)

    def _forward(self, operand: Run, prime: int) -> TiledMatrix:
        """The columns of an operand, transformed."""
        plan, size, tiles = self.plan, self.plan.size, self.tiles
        matrix = TiledMatrix(size, self.space, tiles)
        each = row_limbs(size)
        used = -(-len(operand) // each)
        filled = -(-used // tiles.rows)
        with _panel(tiles.rows, size.row_stride) as panel, reading(operand) as read:
            for i in range(filled):
                first = i * tiles.rows * each
                limbs = read(first, min(tiles.rows * each, len(operand) - first))
                cut_rows(plan, range(prime, prime + 1), limbs, panel.ctypes.data, self.threads)
                matrix.move_rows(i, panel, write=True)
        record = plan.record(range(prime, prime + 1), row_stride=tiles.columns + _PAD).ctypes.data
        with self._column_panel() as (panel, scratch, step):
            for j in range(matrix.across):
                matrix.move_columns(j, panel, filled, write=False)
                data = panel.ctypes.data

                def task(thread: int, first: int, last: int) -> None:
                    require_sound(columns_in_place(record, data, used, scratch + step * thread, first, last))  # noqa: B023

                share(task, matrix.columns_of(j) // COLUMN_BLOCK, self.threads, plan, panel)
                matrix.move_columns(j, panel, matrix.down, write=True)
        return matrix

    def _multiply(self, operands: list[tuple[TiledMatrix, TiledMatrix | None]], prime: int) -> None:
        """The rows of the sum of products, transformed back, into the first operand's tiles."""
        rows, stride = self.tiles.rows, self.plan.size.row_stride
        total = operands[0][0]
        with _panel(rows, stride) as x, _panel(rows, stride) as y, _panel(rows, stride) as z:
            for i in range(total.down):
                first = i * rows
                last = first + total.rows_of(i)
                for n, (a, b) in enumerate(operands):
                    target = z if n else x
                    a.move_rows(i, target, write=False)
                    if b is not None:
                        b.move_rows(i, y, write=False)
                    mode = FORWARD_A | (SQUARE if b is None else FORWARD_B | MULTIPLY)
                    self._rows_pass(mode, target, y, prime, (first, last))
                    if n:
                        self._rows_pass(ADD, x, z, prime, (first, last))
                self._rows_pass(INVERSE, x, x, prime, (first, last))
                total.move_rows(i, x, write=True)

    def _rows_pass(self, mode: int, a: Panel, b: Panel, prime: int, rows: tuple[int, int]) -> None:
        """What `mode` asks for, on panels of the rows from one to before another."""
        plan, (first_row, last_row) = self.plan, rows
        each = plan.scratch.rows
        scratch = pool.take(each * self.threads)
        record = plan.record(range(prime, prime + 1)).ctypes.data
        # the kernel counts rows from the first of the matrix
        before = 8 * plan.size.row_stride * first_row
        a_at, b_at = a.ctypes.data - before, b.ctypes.data - before

        def task(thread: int, first: int, last: int) -> None:
            base = scratch.address + each * thread
            require_sound(transform_rows(record, mode, a_at, b_at, base, first_row + first, first_row + last))

        share(task, last_row - first_row, self.threads, plan, a, b)
        pool.give(scratch)

    def _back(self, matrix: TiledMatrix, prime: int) -> None:
        """The columns, transformed back."""
        record = self.plan.record(range(prime, prime + 1), row_stride=self.tiles.columns + _PAD).ctypes.data
        with self._column_panel() as (panel, scratch, step):
            for j in range(matrix.across):
                matrix.move_columns(j, panel, matrix.down, write=False)
                data = panel.ctypes.data

                def task(thread: int, first: int, last: int) -> None:
                    require_sound(inverse_columns(record, data, scratch + step * thread, first, last))  # noqa: B023

                share(task, matrix.columns_of(j) // COLUMN_BLOCK, self.threads, self.plan, panel)
                matrix.move_columns(j, panel, matrix.down, write=True)

    @contextmanager
    def _column_panel(self) -> Iterator[tuple[Panel, int, int]]:
        """A panel of columns, the address of scratch, and how much of that a thread has."""
        size = self.plan.size
        step = 8 * COLUMN_BLOCK * size.rows
        scratch = pool.take(step * self.threads)
        try:
            with _panel(size.rows, self.tiles.columns + _PAD) as panel:
                yield panel, scratch.address, step
        finally:
            pool.give(scratch)

    def read_piece(self, prime: int, first: int, address: int) -> None:
        """See `Remainders`."""
        matrix, number, stride = self._matrices[prime], first // self.tiles.rows, self.plan.size.row_stride
        panel = np.asarray(ShownMemory(address, matrix.rows_of(number) * stride, kind="<f8")).reshape(-1, stride)
        matrix.move_rows(number, panel, write=False)

    def close(self) -> None:
        """Give the disk back."""
        for matrix in self._matrices:
            matrix.close()
