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
from pi_engine.bigint.vectors.instruction import instruction
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


@instruction(words(words, types.uint64))
def next_lanes(builder, lanes, address):
    """lanes·2^(64·LANES) and the LANES limbs at `address`, lane by lane, modulo 2^61 − 1 and not reduced."""
    kept = builder.and_(builder.shl(lanes, constant(words.llvm, TURN)), constant(words.llvm, M61))
    rotated = builder.add(kept, builder.lshr(lanes, constant(words.llvm, BITS - TURN)))
    return builder.add(rotated, _folded(builder, _loaded(builder, address, words)))


@instruction(words(types.uint64, types.int64))
def top_lanes(builder, address, count):
    """The `count` < LANES limbs at `address`, zeros in the other lanes."""
    with builder.goto_entry_block():
        place = builder.alloca(words.llvm)
    builder.store(constant(words.llvm, 0), place)
    start = builder.bitcast(place, _WORD.as_pointer())
    source = builder.inttoptr(address, _WORD.as_pointer())
    with cgutils.for_range(builder, count) as loop:
        limb = builder.load(builder.gep(source, [loop.index]), align=8)
        builder.store(limb, builder.gep(start, [loop.index]))
    return _folded(builder, builder.load(place))


@instruction(types.void(types.uint64, words))
def store_lanes(builder, address, lanes):
    """Write the lanes to `address`."""
    builder.store(lanes, builder.inttoptr(address, words.llvm.as_pointer()), align=8)


@instruction(types.uint64(*[types.uint64] * 3))
def horner_step(builder, value, eight_k, coefficient):
    """value·k folded once, and the coefficient: of 8·value·k the upper word is ⌊value·k/2^61⌋, without a shift across words."""
    full = _product(builder, value, eight_k)
    low = builder.lshr(builder.trunc(full, _WORD), ir.Constant(_WORD, 3))
    high = builder.trunc(builder.lshr(full, ir.Constant(_DOUBLE, 64)), _WORD)
    return builder.add(builder.add(low, high), coefficient)


@instruction(types.uint64(types.uint64, types.uint64))
def folded_product(builder, x, y):
    """x·y folded once, for products below 2^124."""
    return _folded_product(builder, _product(builder, x, y))


@instruction(types.uint64(*[types.uint64] * 4))
def folded_products(builder, x, y, u, v):
    """x·y + u·v folded once, for sums below 2^124."""
    total = builder.add(_product(builder, x, y), _product(builder, u, v))
    return _folded_product(builder, total)


@instruction(types.void(types.uint64))
def add_next_row(builder, address):
    """Add the WIDTH words that follow to the WIDTH words at `address`, and fold."""
    place = builder.inttoptr(address, integers.llvm.as_pointer())
    following = builder.gep(place, [ir.Constant(_WORD, 1)])
    total = builder.add(builder.load(place, align=8), builder.load(following, align=8))
    builder.store(_folded(builder, total), place, align=8)


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


@instruction(types.void(types.uint64, sums))
def store_sums(builder, address, values):
    """Write them to `address`, one vector after the other."""
    place = builder.inttoptr(address, row.llvm.as_pointer())
    for k in range(SUMS):
        target = builder.gep(place, [ir.Constant(_WORD, k)])
        builder.store(builder.extract_value(values, k), target, align=8)
