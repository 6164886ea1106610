"""Complex numbers in vectors, and the steps of the transform on them, in LLVM code: each instruction is one butterfly in memory.

Points lie in blocks of LONG: their real parts, then their imaginary parts. The operations are those of `small_transforms`, one
rounding after the other: LLVM neither joins nor reorders them.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from pi_engine.bigint.fft.description.fft_record import CHUNK, TAIL_DOUBLES
from pi_engine.bigint.fft.description.fft_sizes import TAIL
from pi_engine.bigint.fft.description.small_transforms import join, split
from pi_engine.bigint.fft.description.unit_roots import first_twiddles
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.simd import GROUP, LONG, constant, long_doubles, multiply_add, shuffle, splat
from pi_engine.bigint.vectors.widths import WIDTH

_I64 = ir.IntType(64)
_DOUBLE = ir.DoubleType()
_VECTOR = long_doubles.llvm
_PART = ir.VectorType(_DOUBLE, WIDTH)
_I64_T = types.int64
_BLOCK_BYTES = 16 * LONG
_IMAGINARY = 8 * LONG


class Vectors:
    """`Arithmetic` on pairs of LLVM vectors; the imaginary part of a real number is None."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def _sum(self, x: Any, y: Any) -> Any:
        return y if x is None else x if y is None else self._builder.fadd(x, y)

    def _difference(self, x: Any, y: Any) -> Any:
        if y is None:
            return x
        return self._builder.fneg(y) if x is None else self._builder.fsub(x, y)

    def add(self, x: Any, y: Any) -> Any:
        return self._sum(x[0], y[0]), self._sum(x[1], y[1])

    def subtract(self, x: Any, y: Any) -> Any:
        return self._difference(x[0], y[0]), self._difference(x[1], y[1])

    def add_turned(self, x: Any, y: Any) -> Any:
        return self._difference(x[0], y[1]), self._sum(x[1], y[0])

    def subtract_turned(self, x: Any, y: Any) -> Any:
        return self._sum(x[0], y[1]), self._difference(x[1], y[0])

    def add_scaled(self, x: Any, y: Any, factor: float) -> Any:
        by = constant(_VECTOR, factor)
        real = multiply_add(self._builder, y[0], by, x[0])
        if x[1] is None:
            return real, self._builder.fmul(y[1], by)
        return real, multiply_add(self._builder, y[1], by, x[1])

    def scale(self, y: Any, factor: float) -> Any:
        by = constant(_VECTOR, factor)
        return self._builder.fmul(y[0], by), self._builder.fmul(y[1], by)

    def twist(self, x: Any, twiddle: Any) -> Any:
        builder, (real, imaginary) = self._builder, twiddle
        if x[1] is None:
            return builder.fmul(x[0], real), builder.fmul(x[0], imaginary)
        taken = builder.fneg(builder.fmul(x[1], imaginary))
        return multiply_add(builder, x[0], real, taken), multiply_add(
            builder, x[0], imaginary, builder.fmul(x[1], real)
        )

    def twist_back(self, x: Any, twiddle: Any) -> Any:
        builder, (real, imaginary) = self._builder, twiddle
        added = builder.fmul(x[1], imaginary)
        taken = builder.fneg(builder.fmul(x[0], imaginary))
        return multiply_add(builder, x[0], real, added), multiply_add(builder, x[1], real, taken)


def _pointer(builder: Any, address: Any, offset: int, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, ir.Constant(_I64, offset)), kind.as_pointer())


def _load(builder: Any, address: Any) -> Any:
    """LONG points of a block."""
    return tuple(
        builder.load(_pointer(builder, address, offset, _VECTOR), align=8 * LONG) for offset in (0, _IMAGINARY)
    )


def _store(builder: Any, address: Any, point: Any) -> None:
    for offset, value in zip((0, _IMAGINARY), point, strict=True):
        builder.store(value, _pointer(builder, address, offset, _VECTOR), align=8 * LONG)


def _places(builder: Any, first: Any, stride: Any, count: int) -> list[Any]:
    """The addresses first, first + stride, and so on."""
    return [builder.add(first, builder.mul(stride, ir.Constant(_I64, k))) for k in range(count)]


def _twiddles(builder: Any, table: Any, count: int) -> list[Any]:
    """So many twiddles, each in all lanes."""
    return [
        tuple(
            splat(builder, builder.load(_pointer(builder, table, 16 * k + offset, _DOUBLE)), _VECTOR)
            for offset in (0, 8)
        )
        for k in range(count)
    ]


def _step(builder: Any, x: Any, stride: Any, table: Any, radix: int, direction: Any) -> None:
    places = _places(builder, x, stride, radix)
    values = [_load(builder, place) for place in places]
    for place, value in zip(
        places, direction(Vectors(builder), values, _twiddles(builder, table, radix - 1)), strict=True
    ):
        _store(builder, place, value)


_STEP = types.void(_I64_T, _I64_T, _I64_T)


@instruction(_STEP)
def split_in_four(builder, x, stride, table):
    """A step of radix 4 on LONG points of each quarter of a ring, `stride` bytes apart; table: w, w², w³."""
    _step(builder, x, stride, table, 4, split)


@instruction(_STEP)
def join_four(builder, x, stride, table):
    """The inverse of split_in_four."""
    _step(builder, x, stride, table, 4, join)


@instruction(_STEP)
def split_in_two(builder, x, stride, table):
    """A step of radix 2; table: w."""
    _step(builder, x, stride, table, 2, split)


@instruction(_STEP)
def join_two(builder, x, stride, table):
    """The inverse of split_in_two."""
    _step(builder, x, stride, table, 2, join)


def _grouped(builder: Any, address: Any, offset: int, stride: int, kind: Any) -> Any:
    """WIDTH doubles from each of GROUP places; or one double of each, in WIDTH lanes."""
    parts = [builder.load(_pointer(builder, address, offset + stride * g, kind), align=8) for g in range(GROUP)]
    if kind is _DOUBLE:
        parts = [splat(builder, part, _PART) for part in parts]
    return parts[0] if GROUP == 1 else shuffle(builder, *parts, list(range(LONG)))


def _row_offset(row: int) -> int:
    """Where the WIDTH points of a quarter of a ring of TAIL points begin."""
    return _BLOCK_BYTES * (WIDTH * row // LONG) + 8 * (WIDTH * row % LONG)


_TAIL_STRIDE = 16 * TAIL
_TABLE_STRIDE = 8 * TAIL_DOUBLES


def _outer_twiddles(builder: Any, table: Any) -> list[Any]:
    return [tuple(_grouped(builder, table, 16 * k + part, _TABLE_STRIDE, _DOUBLE) for part in (0, 8)) for k in range(3)]


def _inner_twiddles(builder: Any, table: Any) -> list[Any]:
    return [
        tuple(_grouped(builder, table, 64 + 64 * k + part, _TABLE_STRIDE, _PART) for part in (0, 32)) for k in range(3)
    ]


def _rows(builder: Any, x: Any) -> list[Any]:
    """The quarters of GROUP rings of TAIL points, one ring behind the other."""
    return [
        tuple(_grouped(builder, x, _row_offset(k) + part, _TAIL_STRIDE, _PART) for part in (0, _IMAGINARY))
        for k in range(4)
    ]


def _store_rows(builder: Any, x: Any, rows: list[Any]) -> None:
    for k, row in enumerate(rows):
        for part, value in zip((0, _IMAGINARY), row, strict=True):
            for g in range(GROUP):
                lanes = value if GROUP == 1 else shuffle(builder, value, value, list(range(WIDTH * g, WIDTH * (g + 1))))
                place = _pointer(builder, x, _row_offset(k) + part + _TAIL_STRIDE * g, _PART)
                builder.store(lanes, place, align=8 * WIDTH)


def _columns(builder: Any, x: Any) -> list[Any]:
    """The rows, transposed: loaded by halves, so that only neighbours have to change places in registers."""
    half = ir.VectorType(_DOUBLE, WIDTH // 2)

    def halves(rows: tuple[int, int], offset: int) -> Any:
        parts = [
            builder.load(_pointer(builder, x, _row_offset(k) + offset + _TAIL_STRIDE * g, half), align=16)
            for g in range(GROUP)
            for k in rows
        ]
        while len(parts) > 1:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = [shuffle(builder, x, y, list(range(2 * x.type.count))) for x, y in pairs]
        return parts[0]

    columns = []
    for part in (0, _IMAGINARY):
        found = []
        for side in (0, 16):
            even, odd = halves((0, 2), part + side), halves((1, 3), part + side)
            for first in (0, 1):
                lanes = [lane + first + LONG * k for lane in range(0, LONG, 2) for k in (0, 1)]
                found.append(shuffle(builder, even, odd, lanes))
        columns.append(found)
    return list(zip(*columns, strict=True))


def _blocks(builder: Any, x: Any) -> list[Any]:
    return [_load(builder, builder.add(x, ir.Constant(_I64, _BLOCK_BYTES * k))) for k in range(4)]


@instruction(types.void(_I64_T, _I64_T))
def split_rows(builder, x, table):
    """The last step but one on GROUP rings of TAIL points, one behind the other."""
    _store_rows(builder, x, split(Vectors(builder), _rows(builder, x), _outer_twiddles(builder, table)))


@instruction(types.void(_I64_T, _I64_T))
def split_columns(builder, x, table):
    """The last step on GROUP rings of TAIL points, whose quarters have become rings."""
    values = split(Vectors(builder), _columns(builder, x), _inner_twiddles(builder, table))
    for k, value in enumerate(values):
        _store(builder, builder.add(x, ir.Constant(_I64, _BLOCK_BYTES * k)), value)


@instruction(types.void(_I64_T, _I64_T))
def join_columns(builder, x, table):
    """The inverse of split_columns, transposed."""
    _store_rows(builder, x, join(Vectors(builder), _blocks(builder, x), _inner_twiddles(builder, table)))


@instruction(types.void(_I64_T, _I64_T, _I64_T))
def multiply_and_join_columns(builder, x, y, table):
    """join_columns of the products of the values at x and y, written to x."""
    on = Vectors(builder)
    products = [on.twist(a, b) for a, b in zip(_blocks(builder, x), _blocks(builder, y), strict=True)]
    _store_rows(builder, x, join(on, products, _inner_twiddles(builder, table)))


@instruction(types.void(_I64_T, _I64_T))
def join_rows(builder, x, table):
    """The inverse of split_rows, of what join_columns has written."""
    _store_rows(builder, x, join(Vectors(builder), _columns(builder, x), _outer_twiddles(builder, table)))


@instruction(types.void(_I64_T, _I64_T))
def multiply_points(builder, x, y):
    """The product of LONG values at x with those at y, written to x."""
    _store(builder, x, Vectors(builder).twist(_load(builder, x), _load(builder, y)))


@instruction(types.void(_I64_T, _I64_T))
def add_points(builder, x, y):
    """The sum of LONG values at x and those at y, written to x."""
    _store(builder, x, Vectors(builder).add(_load(builder, x), _load(builder, y)))


@instruction(types.void(_I64_T, _I64_T))
def subtract_points(builder, x, y):
    """The difference of LONG values at x and those at y, written to x."""
    _store(builder, x, Vectors(builder).subtract(_load(builder, x), _load(builder, y)))


def _constants(radix: int) -> list[Any]:
    return [tuple(constant(_VECTOR, part) for part in twiddle) for twiddle in first_twiddles(radix)]


def _plane(builder: Any, buffer: Any, stream: int) -> Any:
    return _pointer(builder, buffer, 8 * CHUNK * stream, _VECTOR)


def _first_step(radix: int, *, real: bool) -> Any:
    @instruction(types.void(_I64_T, _I64_T, _I64_T))
    def step(builder, buffer, x, stride):
        """The first step on LONG digits of each part in `buffer`, where CHUNK digits of a part follow each other, then those beyond M."""
        parts = []
        for k in range(radix):
            planes = [
                builder.load(_plane(builder, buffer, k + part * radix), align=8 * LONG)
                for part in range(1 if real else 2)
            ]
            parts.append((planes[0], None if real else planes[1]))
        values = split(Vectors(builder), parts, _constants(radix))
        for place, value in zip(_places(builder, x, stride, radix), values, strict=True):
            _store(builder, place, value)

    return step


def _last_step(radix: int) -> Any:
    @instruction(types.void(_I64_T, _I64_T, _I64_T))
    def step(builder, buffer, x, stride):
        """The inverse of the first step, into the buffer."""
        values = [_load(builder, place) for place in _places(builder, x, stride, radix)]
        for k, point in enumerate(join(Vectors(builder), values, _constants(radix))):
            for part in range(2):
                builder.store(point[part], _plane(builder, buffer, k + part * radix), align=8 * LONG)

    return step


first_real_4, first_real_5, first_real_6, first_real_7, first_real_8 = (_first_step(r, real=True) for r in range(4, 9))
first_4, first_5, first_6, first_7, first_8 = (_first_step(r, real=False) for r in range(4, 9))
last_4, last_5, last_6, last_7, last_8 = map(_last_step, range(4, 9))
