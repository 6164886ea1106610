"""Vectors of sixteen words for residues of short numbers modulo 2^61 − 1; `residue_kernels` has the bound."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from pi_engine.bigint.simd import VectorType, constant

LANES = 16
TURN = 48  # 64·LANES modulo 61
BITS = 61

words = VectorType(types.int64, LANES)
_WORD = ir.IntType(64)


def _all(value: int) -> Any:
    return constant(words.llvm, value)


def _loaded(builder: Any, address: Any) -> Any:
    return builder.load(builder.inttoptr(address, words.llvm.as_pointer()), align=8)


def _folded(builder: Any, limbs: Any) -> Any:
    return builder.add(builder.and_(limbs, _all(2**BITS - 1)), builder.lshr(limbs, _all(BITS)))


@intrinsic
def next_lanes(typing_context: Any, lanes: Any, address: Any) -> Any:
    """lanes·2^(64·LANES) and the LANES limbs at `address`, lane by lane, modulo 2^61 − 1 and not reduced."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, address = arguments
        turned = builder.and_(builder.shl(lanes, _all(TURN)), _all(2**BITS - 1))
        turned = builder.add(turned, builder.lshr(lanes, _all(BITS - TURN)))
        return builder.add(turned, _folded(builder, _loaded(builder, address)))

    return words(words, types.uint64), generate


@intrinsic
def top_lanes(typing_context: Any, address: Any, count: Any) -> Any:
    """The `count` < LANES limbs at `address`, zeros in the other lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, count = arguments
        with builder.goto_entry_block():
            place = builder.alloca(words.llvm)
        builder.store(_all(0), place)
        start = builder.bitcast(place, _WORD.as_pointer())
        source = builder.inttoptr(address, _WORD.as_pointer())
        with cgutils.for_range(builder, count) as loop:
            limb = builder.load(builder.gep(source, [loop.index]), align=8)
            builder.store(limb, builder.gep(start, [loop.index]))
        return _folded(builder, builder.load(place))

    return words(types.uint64, types.int64), generate


@intrinsic
def store_lanes(typing_context: Any, address: Any, lanes: Any) -> Any:
    """Write them to `address`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, lanes = arguments
        builder.store(lanes, builder.inttoptr(address, words.llvm.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, words), generate
