"""Σ x_i·w^i modulo a prime in vectors: rows of eight words, of which each has one weight, by products of halves.

Over rows of ROW words it is Σ_j w^j·(Σ_r x[8r + j]·W_r) with W_r = w^(8r) modulo the prime: each lane keeps sums of its own. A word
is two halves of 32 bits and a weight three pieces of at most 21 bits. A product of them is below 2^53, so that sums over
ROWS = 2^9 rows are below 2^62 and those of eight lanes, times w^j < 2^61, below 2^126. What a sum weighs, 2^(32h + 21p) for half h
and piece p, is applied to all rows at once. Six multiplications and six additions for eight words: twice as fast as by words on Zen 4.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from pi_engine.bigint.modulus_table import PIECES, ROW, ROW_WEIGHTS, ROW_WORDS, SUMS, WEIGHTS
from pi_engine.bigint.simd import VectorType, constant, splat
from pi_engine.bigint.words import dot_8, load, stack, store
from pi_engine.runtime.compilation import routine
from pi_engine.runtime.kernel_folder import has_avx512

IN_VECTORS = has_avx512()
"""Vectors of half the length saved only a quarter of the time, measured on Zen 4; shorter ones take more instructions than words."""

words = VectorType(types.int64, ROW)
sums = types.UniTuple(words, SUMS)
_WORD, _HALF = ir.IntType(64), ir.IntType(32)
_HALVES = ir.VectorType(_HALF, 2 * ROW)
FOUND = 2 * SUMS  # words that `add_rows` finds
LANE_SUMS = ROW * SUMS


@intrinsic
def no_sums(typing_context):
    """Six vectors of zeros."""

    def generate(context, builder, signature, arguments):
        return context.make_tuple(builder, signature.return_type, [constant(words.llvm, 0)] * SUMS)

    return sums(), generate


@intrinsic
def add_row(typing_context, before, address, weight):
    """The sums with the row of words at `address` times the pieces of a weight at `weight`: sum 3·h + p of half h and piece p."""

    def generate(context, builder, signature, arguments):
        before, address, weight = arguments
        row = builder.load(builder.inttoptr(address, words.llvm.as_pointer()), align=8)
        low_bits = constant(words.llvm, 2**32 - 1)
        halves = builder.and_(row, low_bits), builder.lshr(row, constant(words.llvm, 32))
        place = builder.inttoptr(weight, _HALF.as_pointer())
        # A piece is loaded to both halves of all lanes, which is one instruction, and the masks say that products of 32 bits
        # will do: LLVM makes nothing else of them.
        pieces = [builder.load(builder.gep(place, [ir.Constant(_WORD, p)])) for p in range(PIECES)]
        pieces = [builder.and_(builder.bitcast(splat(builder, x, _HALVES), words.llvm), low_bits) for x in pieces]
        products = [builder.mul(half, piece) for half in halves for piece in pieces]
        after = [builder.add(builder.extract_value(before, k), product) for k, product in enumerate(products)]
        return context.make_tuple(builder, signature.return_type, after)

    return sums(sums, types.uint64, types.uint64), generate


@intrinsic
def store_sums(typing_context, address, values):
    """Write them to `address`, one vector after the other."""

    def generate(context, builder, signature, arguments):
        place = builder.inttoptr(arguments[0], words.llvm.as_pointer())
        for k in range(SUMS):
            target = builder.gep(place, [ir.Constant(_WORD, k)])
            builder.store(builder.extract_value(arguments[1], k), target, align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, sums), generate


@routine
def add_rows(address, n, table, found):
    """Put SUMS sums of n ≤ ROW·ROWS words at `found`, two words each, which weigh what `FOLDS` says."""
    total, weight = no_sums(), table + np.uint64(8 * ROW_WEIGHTS)
    for _ in range(n // ROW):
        total = add_row(total, address, weight)
        address += np.uint64(8 * ROW)
        weight += np.uint64(8 * ROW_WORDS)
    if n % ROW:
        last = stack(ROW)
        for j in range(ROW):
            store(last, j, load(address, j) if j < n % ROW else np.uint64(0))
        total = add_row(total, last, weight)
    lanes = stack(LANE_SUMS)
    store_sums(lanes, total)
    for k in range(SUMS):
        low, high = dot_8(lanes + np.uint64(8 * ROW * k), table + np.uint64(8 * WEIGHTS))
        store(found, 2 * k, low)
        store(found, 2 * k + 1, high)
