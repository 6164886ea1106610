"""Intrinsics of residues: vectors and products modulo 2^61 − 1, which are folded and not reduced, and sums of rows of words.

`residue_kernels`, `row_sums` and the kernels of the shadow have the bounds.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.bigint.residues.kernels.modulus_table import PIECES, ROW, SUMS
from pi_engine.bigint.vectors.simd import VectorType, constant, integers, splat

LANES = 16
TURN = 48  # 64·LANES modulo 61

words = VectorType(types.int64, LANES)
row = VectorType(types.int64, ROW)
sums = types.UniTuple(row, SUMS)
_WORD, _DOUBLE, _HALF = ir.IntType(64), ir.IntType(128), ir.IntType(32)


def _product(builder: Any, x: Any, y: Any) -> Any:
    return builder.mul(builder.zext(x, _DOUBLE), builder.zext(y, _DOUBLE))


def _folded(builder: Any, x: Any) -> Any:
    """The low 61 bits of every lane and those above them, added: the same modulo 2^61 − 1."""
    return builder.add(builder.and_(x, constant(x.type, M61)), builder.lshr(x, constant(x.type, BITS)))


def _folded_product(builder: Any, full: Any) -> Any:
    """The low 61 bits of a product of two words and those above them, added, in one word."""
    low = builder.and_(builder.trunc(full, _WORD), ir.Constant(_WORD, M61))
    return builder.add(low, builder.trunc(builder.lshr(full, ir.Constant(_DOUBLE, BITS)), _WORD))


def _loaded(builder: Any, address: Any, vector: Any) -> Any:
    return builder.load(builder.inttoptr(address, vector.llvm.as_pointer()), align=8)


@intrinsic
def next_lanes(typingctx: Any, lanes: Any, address: Any) -> Any:
    """lanes·2^(64·LANES) and the LANES limbs at `address`, lane by lane, modulo 2^61 − 1 and not reduced."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lanes, address = args
        kept = builder.and_(builder.shl(lanes, constant(words.llvm, TURN)), constant(words.llvm, M61))
        rotated = builder.add(kept, builder.lshr(lanes, constant(words.llvm, BITS - TURN)))
        return builder.add(rotated, _folded(builder, _loaded(builder, address, words)))

    return words(words, types.uint64), codegen


@intrinsic
def top_lanes(typingctx: Any, address: Any, count: Any) -> Any:
    """The `count` < LANES limbs at `address`, zeros in the other lanes."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, count = args
        with builder.goto_entry_block():
            place = builder.alloca(words.llvm)
        builder.store(constant(words.llvm, 0), place)
        start = builder.bitcast(place, _WORD.as_pointer())
        source = builder.inttoptr(address, _WORD.as_pointer())
        with cgutils.for_range(builder, count) as loop:
            limb = builder.load(builder.gep(source, [loop.index]), align=8)
            builder.store(limb, builder.gep(start, [loop.index]))
        return _folded(builder, builder.load(place))

    return words(types.uint64, types.int64), codegen


@intrinsic
def store_lanes(typingctx: Any, address: Any, lanes: Any) -> Any:
    """Write the lanes to `address`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, lanes = args
        builder.store(lanes, builder.inttoptr(address, words.llvm.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, words), codegen


@intrinsic
def horner_step(typingctx: Any, value: Any, eight_k: Any, coefficient: Any) -> Any:
    """value·k folded once, and the coefficient: of 8·value·k the upper word is ⌊value·k/2^61⌋, without a shift across words."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        full = _product(builder, *args[:2])
        low = builder.lshr(builder.trunc(full, _WORD), ir.Constant(_WORD, 3))
        high = builder.trunc(builder.lshr(full, ir.Constant(_DOUBLE, 64)), _WORD)
        return builder.add(builder.add(low, high), args[2])

    return types.uint64(*[types.uint64] * 3), codegen


@intrinsic
def folded_product(typingctx: Any, x: Any, y: Any) -> Any:
    """x·y folded once, for products below 2^124."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _folded_product(builder, _product(builder, *args))

    return types.uint64(types.uint64, types.uint64), codegen


@intrinsic
def folded_products(typingctx: Any, x: Any, y: Any, u: Any, v: Any) -> Any:
    """x·y + u·v folded once, for sums below 2^124."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        total = builder.add(_product(builder, *args[:2]), _product(builder, *args[2:]))
        return _folded_product(builder, total)

    return types.uint64(*[types.uint64] * 4), codegen


@intrinsic
def add_next_row(typingctx: Any, address: Any) -> Any:
    """Add the WIDTH words that follow to the WIDTH words at `address`, and fold."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], integers.llvm.as_pointer())
        following = builder.gep(place, [ir.Constant(_WORD, 1)])
        total = builder.add(builder.load(place, align=8), builder.load(following, align=8))
        builder.store(_folded(builder, total), place, align=8)
        return context.get_dummy_value()

    return types.void(types.uint64), codegen


@intrinsic
def no_sums(typingctx: Any) -> Any:
    """SUMS vectors of zeros."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.make_tuple(builder, signature.return_type, [constant(row.llvm, 0)] * SUMS)

    return sums(), codegen


@intrinsic
def add_row(typingctx: Any, before: Any, address: Any, weight: Any) -> Any:
    """The sums with the row of words at `address` times the pieces of a weight at `weight`: sum 3·h + p of half h and piece p."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        before, address, weight = args
        words = _loaded(builder, address, row)
        low_bits = constant(row.llvm, 2**32 - 1)
        halves = builder.and_(words, low_bits), builder.lshr(words, constant(row.llvm, 32))
        place = builder.inttoptr(weight, _HALF.as_pointer())
        # A piece is loaded to both halves of all lanes, which is one instruction, and the masks say that products of 32 bits
        # will do: LLVM makes nothing else of them.
        pieces = [builder.load(builder.gep(place, [ir.Constant(_WORD, p)])) for p in range(PIECES)]
        all_halves = ir.VectorType(_HALF, 2 * ROW)
        pieces = [builder.and_(builder.bitcast(splat(builder, x, all_halves), row.llvm), low_bits) for x in pieces]
        products = [builder.mul(half, piece) for half in halves for piece in pieces]
        after = [builder.add(builder.extract_value(before, k), product) for k, product in enumerate(products)]
        return context.make_tuple(builder, signature.return_type, after)

    return sums(sums, types.uint64, types.uint64), codegen


@intrinsic
def store_sums(typingctx: Any, address: Any, values: Any) -> Any:
    """Write them to `address`, one vector after the other."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], row.llvm.as_pointer())
        for k in range(SUMS):
            target = builder.gep(place, [ir.Constant(_WORD, k)])
            builder.store(builder.extract_value(args[1], k), target, align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, sums), codegen
