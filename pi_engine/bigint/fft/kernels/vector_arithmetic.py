"""Complex arithmetic on pairs of LLVM vectors, and points in memory: what the steps are made of.

Points lie in blocks of LONG: their real parts, then their imaginary parts. The operations are those of `small_transforms`, one
rounding after the other: LLVM neither joins nor reorders them.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from pi_engine.bigint.vectors.simd import LONG, constant, long_doubles, multiply_add

ADDRESS = ir.IntType(64)
VECTOR = long_doubles.llvm
BLOCK_BYTES = 16 * LONG
IMAGINARY = 8 * LONG
"""Bytes from the real to the imaginary parts of a block."""


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
        by = constant(VECTOR, factor)
        real = multiply_add(self._builder, y[0], by, x[0])
        if x[1] is None:
            return real, self._builder.fmul(y[1], by)
        return real, multiply_add(self._builder, y[1], by, x[1])

    def scale(self, y: Any, factor: float) -> Any:
        by = constant(VECTOR, factor)
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


def pointer(builder: Any, address: Any, offset: int, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, ir.Constant(ADDRESS, offset)), kind.as_pointer())


def load_block(builder: Any, address: Any) -> Any:
    """LONG points of a block."""
    return tuple(builder.load(pointer(builder, address, offset, VECTOR), align=8 * LONG) for offset in (0, IMAGINARY))


def store_block(builder: Any, address: Any, point: Any) -> None:
    for offset, value in zip((0, IMAGINARY), point, strict=True):
        builder.store(value, pointer(builder, address, offset, VECTOR), align=8 * LONG)


def places_from(builder: Any, first: Any, stride: Any, count: int) -> list[Any]:
    """The addresses first, first + stride, and so on."""
    return [builder.add(first, builder.mul(stride, ir.Constant(ADDRESS, k))) for k in range(count)]
