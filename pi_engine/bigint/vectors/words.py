"""Machine words inside kernels: 64 × 64 → 128 bit products, and memory by address.

Numba has no 128-bit integers and no pointers to do arithmetic on; these few intrinsics hand both down to LLVM. Words are uint64.
Addresses are uint64 too, so that they pass through Numba's cache and from Python as plain numbers; the caller keeps alive
what they point to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.runtime.compilation.routine import routine

_WORD = ir.IntType(64)
_PAIR = ir.IntType(128)
_U64 = types.uint64


def _split(builder: Any, value: Any, count: int) -> list[Any]:
    """The `count` words of a wide value, least significant first."""
    wide = value.type
    return [builder.trunc(builder.lshr(value, ir.Constant(wide, 64 * i)), _WORD) for i in range(count)]


@intrinsic
def multiply_wide(typingctx: Any, x: Any, y: Any) -> Any:
    """multiply_wide(x, y) -> (low, high) with x·y = low + high·2^64."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        product = builder.mul(builder.zext(args[0], _PAIR), builder.zext(args[1], _PAIR))
        return context.make_tuple(builder, signature.return_type, _split(builder, product, 2))

    return types.UniTuple(_U64, 2)(_U64, _U64), codegen


@intrinsic
def multiply_add_wide(typingctx: Any, x: Any, y: Any, c: Any, d: Any) -> Any:
    """multiply_add_wide(x, y, c, d) -> (low, high) of x·y + c + d, which never exceeds 2^128 − 1."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, y, c, d = (builder.zext(a, _PAIR) for a in args)
        total = builder.add(builder.add(builder.mul(x, y), c), d)
        return context.make_tuple(builder, signature.return_type, _split(builder, total, 2))

    return types.UniTuple(_U64, 2)(_U64, _U64, _U64, _U64), codegen


@intrinsic
def dot_8(typingctx: Any, x: Any, y: Any) -> Any:
    """dot_8(x, y) -> (low, high) of Σ x[i]·y[i] for the eight words at each address; the caller keeps it below 2^128."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bases = [builder.inttoptr(a, _WORD.as_pointer()) for a in args]
        total = ir.Constant(_PAIR, 0)
        for i in range(8):
            left, right = (builder.load(builder.gep(base, [ir.Constant(_WORD, i)]), align=8) for base in bases)
            total = builder.add(total, builder.mul(builder.zext(left, _PAIR), builder.zext(right, _PAIR)))
        return context.make_tuple(builder, signature.return_type, _split(builder, total, 2))

    return types.UniTuple(_U64, 2)(_U64, _U64), codegen


@instruction(types.int64(_U64))
def trailing_zeros(builder, word):
    """trailing_zeros(word) -> the number of zero bits below the lowest one of a word that is not 0."""
    return builder.cttz(word, ir.Constant(ir.IntType(1), 1))


@instruction(_U64(_U64, types.int64))
def load(builder, address, index):
    """load(address, index) -> the word `index` words past `address`."""
    place = builder.gep(builder.inttoptr(address, _WORD.as_pointer()), [index])
    return builder.load(place, align=8)


@instruction(types.void(_U64, types.int64, _U64))
def store(builder, address, index, value):
    """store(address, index, value): writes the word `index` words past `address`."""
    place = builder.gep(builder.inttoptr(address, _WORD.as_pointer()), [index])
    builder.store(value, place, align=8)


@intrinsic(prefer_literal=True)
def stack(typingctx: Any, count: Any) -> Any:
    """stack(count) -> the address of `count` words, a constant, on this function's stack: scratch that nobody has to free."""
    length = count.literal_value

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        with builder.goto_entry_block():
            place = builder.alloca(ir.ArrayType(_WORD, length))
            place.align = 64
        return builder.ptrtoint(place, _WORD)

    return _U64(count), codegen


@intrinsic
def address_of(typingctx: Any, array: Any) -> Any:
    """address_of(array) -> the address of its first element. The array must outlive every use of the address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.ptrtoint(made.data, _WORD)

    return _U64(array), codegen


@routine
def is_sealed(row):
    """Whether a row of a table is as `machine_faults.sealed` has made it."""
    return is_sealed_at(address_of(row), len(row))


@routine
def is_sealed_at(address, count):
    """Whether a row of `count` words at an address is as `machine_faults.sealed` has made it."""
    seal = np.uint64(0)
    for i in range(count):
        seal ^= load(address, i)
    return seal == 0


@instruction(types.int64(_U64))
def claim(builder, address):
    """claim(address) -> the word there, and adds one to it, as one step for all threads: who takes the next piece of work."""
    place = builder.inttoptr(address, _WORD.as_pointer())
    return builder.atomic_rmw("add", place, ir.Constant(_WORD, 1), "monotonic")


@instruction(types.void(_U64))
def announce(builder, address):
    """announce(address): adds one to the word there; who reads that by `announced` reads also what was written before."""
    builder.atomic_rmw("add", builder.inttoptr(address, _WORD.as_pointer()), ir.Constant(_WORD, 1), "release")


@instruction(types.int64(_U64))
def announced(builder, address):
    """announced(address) -> the word there, as all threads see it."""
    return builder.load_atomic(builder.inttoptr(address, _WORD.as_pointer()), "acquire", 8)
