"""The steps of the transform on vectors, in LLVM code: each instruction is one butterfly on points in memory."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from pi_engine.bigint.fft.description.fft_record import CHUNK, TAIL_DOUBLES
from pi_engine.bigint.fft.description.fft_sizes import TAIL
from pi_engine.bigint.fft.description.small_transforms import join, split
from pi_engine.bigint.fft.description.unit_roots import first_twiddles
from pi_engine.bigint.fft.kernels.vector_arithmetic import (
    ADDRESS,
    BLOCK_BYTES,
    IMAGINARY,
    VECTOR,
    Vectors,
    load_block,
    places_from,
    pointer,
    store_block,
)
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.simd import GROUP, LONG, constant, shuffle, splat
from pi_engine.bigint.vectors.widths import WIDTH

_DOUBLE = ir.DoubleType()
_PART = ir.VectorType(_DOUBLE, WIDTH)
_INTEGER = types.int64


def _twiddles(builder: Any, table: Any, count: int) -> list[Any]:
    """A given number of twiddles, each in all lanes."""
    return [
        tuple(
            splat(builder, builder.load(pointer(builder, table, 16 * k + offset, _DOUBLE)), VECTOR) for offset in (0, 8)
        )
        for k in range(count)
    ]


def _step(builder: Any, x: Any, stride: Any, table: Any, radix: int, direction: Any) -> None:
    places = places_from(builder, x, stride, radix)
    values = [load_block(builder, place) for place in places]
    for place, value in zip(
        places, direction(Vectors(builder), values, _twiddles(builder, table, radix - 1)), strict=True
    ):
        store_block(builder, place, value)


_STEP = types.void(_INTEGER, _INTEGER, _INTEGER)


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
    parts = [builder.load(pointer(builder, address, offset + stride * g, kind), align=8) for g in range(GROUP)]
    if kind is _DOUBLE:
        parts = [splat(builder, part, _PART) for part in parts]
    return parts[0] if GROUP == 1 else shuffle(builder, *parts, list(range(LONG)))


def _row_offset(row: int) -> int:
    """Where the WIDTH points of a quarter of a ring of TAIL points begin."""
    return BLOCK_BYTES * (WIDTH * row // LONG) + 8 * (WIDTH * row % LONG)


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
        tuple(_grouped(builder, x, _row_offset(k) + part, _TAIL_STRIDE, _PART) for part in (0, IMAGINARY))
        for k in range(4)
    ]


def _store_rows(builder: Any, x: Any, rows: list[Any]) -> None:
    for k, row in enumerate(rows):
        for part, value in zip((0, IMAGINARY), row, strict=True):
            for g in range(GROUP):
                lanes = value if GROUP == 1 else shuffle(builder, value, value, list(range(WIDTH * g, WIDTH * (g + 1))))
                place = pointer(builder, x, _row_offset(k) + part + _TAIL_STRIDE * g, _PART)
                builder.store(lanes, place, align=8 * WIDTH)


def _columns(builder: Any, x: Any) -> list[Any]:
    """The rows, transposed: loaded by halves, so that only neighbours have to change places in registers."""
    half = ir.VectorType(_DOUBLE, WIDTH // 2)

    def halves(rows: tuple[int, int], offset: int) -> Any:
        parts = [
            builder.load(pointer(builder, x, _row_offset(k) + offset + _TAIL_STRIDE * g, half), align=16)
            for g in range(GROUP)
            for k in rows
        ]
        while len(parts) > 1:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = [shuffle(builder, x, y, list(range(2 * x.type.count))) for x, y in pairs]
        return parts[0]

    columns = []
    for part in (0, IMAGINARY):
        found = []
        for side in (0, 16):
            even, odd = halves((0, 2), part + side), halves((1, 3), part + side)
            for first in (0, 1):
                lanes = [lane + first + LONG * k for lane in range(0, LONG, 2) for k in (0, 1)]
                found.append(shuffle(builder, even, odd, lanes))
        columns.append(found)
    return list(zip(*columns, strict=True))


def _blocks(builder: Any, x: Any) -> list[Any]:
    return [load_block(builder, builder.add(x, ir.Constant(ADDRESS, BLOCK_BYTES * k))) for k in range(4)]


@instruction(types.void(_INTEGER, _INTEGER))
def split_rows(builder, x, table):
    """The last step but one on GROUP rings of TAIL points, one behind the other."""
    _store_rows(builder, x, split(Vectors(builder), _rows(builder, x), _outer_twiddles(builder, table)))


@instruction(types.void(_INTEGER, _INTEGER))
def split_columns(builder, x, table):
    """The last step on GROUP rings of TAIL points, whose quarters have become rings."""
    values = split(Vectors(builder), _columns(builder, x), _inner_twiddles(builder, table))
    for k, value in enumerate(values):
        store_block(builder, builder.add(x, ir.Constant(ADDRESS, BLOCK_BYTES * k)), value)


@instruction(types.void(_INTEGER, _INTEGER))
def join_columns(builder, x, table):
    """The inverse of split_columns, transposed."""
    _store_rows(builder, x, join(Vectors(builder), _blocks(builder, x), _inner_twiddles(builder, table)))


@instruction(types.void(_INTEGER, _INTEGER, _INTEGER))
def multiply_and_join_columns(builder, x, y, table):
    """join_columns of the products of the values at x and y, written to x."""
    on = Vectors(builder)
    products = [on.twist(a, b) for a, b in zip(_blocks(builder, x), _blocks(builder, y), strict=True)]
    _store_rows(builder, x, join(on, products, _inner_twiddles(builder, table)))


@instruction(types.void(_INTEGER, _INTEGER))
def join_rows(builder, x, table):
    """The inverse of split_rows, of what join_columns has written."""
    _store_rows(builder, x, join(Vectors(builder), _columns(builder, x), _outer_twiddles(builder, table)))


@instruction(types.void(_INTEGER, _INTEGER))
def multiply_points(builder, x, y):
    """The product of LONG values at x with those at y, written to x."""
    store_block(builder, x, Vectors(builder).twist(load_block(builder, x), load_block(builder, y)))


@instruction(types.void(_INTEGER, _INTEGER))
def add_points(builder, x, y):
    """The sum of LONG values at x and those at y, written to x."""
    store_block(builder, x, Vectors(builder).add(load_block(builder, x), load_block(builder, y)))


@instruction(types.void(_INTEGER, _INTEGER))
def subtract_points(builder, x, y):
    """The difference of LONG values at x and those at y, written to x."""
    store_block(builder, x, Vectors(builder).subtract(load_block(builder, x), load_block(builder, y)))


def _constants(radix: int) -> list[Any]:
    return [tuple(constant(VECTOR, part) for part in twiddle) for twiddle in first_twiddles(radix)]


def _plane(builder: Any, buffer: Any, stream: int) -> Any:
    return pointer(builder, buffer, 8 * CHUNK * stream, VECTOR)


def _first_step(radix: int, *, real: bool) -> Any:
    @instruction(types.void(_INTEGER, _INTEGER, _INTEGER))
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
        for place, value in zip(places_from(builder, x, stride, radix), values, strict=True):
            store_block(builder, place, value)

    return step


def _last_step(radix: int) -> Any:
    @instruction(types.void(_INTEGER, _INTEGER, _INTEGER))
    def step(builder, buffer, x, stride):
        """The inverse of the first step, into the buffer."""
        values = [load_block(builder, place) for place in places_from(builder, x, stride, radix)]
        for k, point in enumerate(join(Vectors(builder), values, _constants(radix))):
            for part in range(2):
                builder.store(point[part], _plane(builder, buffer, k + part * radix), align=8 * LONG)

    return step


first_real_4, first_real_5, first_real_6, first_real_7, first_real_8 = (_first_step(r, real=True) for r in range(4, 9))
first_4, first_5, first_6, first_7, first_8 = (_first_step(r, real=False) for r in range(4, 9))
last_4, last_5, last_6, last_7, last_8 = map(_last_step, range(4, 9))
