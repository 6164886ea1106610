"""The hash of a text: characters → numbers of sixteen digits, 64 characters at a time, and their sums modulo two primes.

A character becomes a digit d by exclusive or with 0x30. Neighbours are joined in ever wider lanes, the first one, which
lies lower, times the power: 10·d + d′ in lanes of 16 bits, 100·x + x′ in lanes of 32, where 99·100 < 2^16 still is a
product of 16 bits, 10^4·x + x′ in lanes of 64, and 10^8·x + x′ of two lanes. A byte that is not a digit gives one that is 10 or
more: as far as 0x7f that shows in bit 7 when 0x76 is added, which carries into no other byte, and from 0x80 on it is there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pi_engine.bigint.residues.kernels.residue_kernels import add_to_sums, begin_sums
from pi_engine.bigint.vectors.words import load, stack, store
from pi_engine.radix.kernels.conversion_kernels import PIECE
from pi_engine.runtime.compilation.routine import kernel

BLOCK = np.uint64(64)
"""Characters, four numbers."""

_WORD = ir.IntType(64)
_EIGHT, _FOUR = ir.VectorType(_WORD, 8), ir.VectorType(_WORD, 4)
_PAIRS, _FOURS = ir.VectorType(ir.IntType(16), 32), ir.VectorType(ir.IntType(32), 16)
ZERO = np.uint64(0)


def _all(kind: Any, *values: int) -> Any:
    return ir.Constant(kind, [values[i % len(values)] for i in range(kind.count)])


def _halves(builder: Any, lanes: Any, bits: int) -> tuple[Any, Any]:
    """The lower and the upper half of every lane of a given number of bits."""
    lower = builder.and_(lanes, _all(lanes.type, (1 << bits // 2) - 1))
    return lower, builder.lshr(lanes, _all(lanes.type, bits // 2))


@intrinsic
def _sixteens(typing_context: Any, source: Any, target: Any, improper: Any) -> Any:
    """Write the four numbers of the 64 characters at `source`; where one is not a digit, set bit 7 of a byte at `improper`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, target, improper = (
            builder.inttoptr(x, kind.as_pointer()) for x, kind in zip(arguments, (_EIGHT, _FOUR, _EIGHT), strict=True)
        )
        digits = builder.xor(builder.load(place, align=1), _all(_EIGHT, 0x3030303030303030))
        sums = builder.add(builder.and_(digits, _all(_EIGHT, 0x7F7F7F7F7F7F7F7F)), _all(_EIGHT, 0x7676767676767676))
        seen = builder.or_(builder.load(improper, align=8), builder.or_(sums, digits))
        builder.store(seen, improper, align=8)
        first, second = _halves(builder, builder.bitcast(digits, _PAIRS), 16)
        pairs = builder.add(builder.mul(first, _all(_PAIRS, 10)), second)
        weighted = builder.bitcast(builder.mul(pairs, _all(_PAIRS, 100, 1)), _FOURS)
        fours = builder.bitcast(builder.add(*_halves(builder, weighted, 32)), _EIGHT)
        first, second = _halves(builder, fours, 64)
        eights = builder.add(builder.mul(first, _all(_EIGHT, 10**4)), second)
        eights = builder.and_(eights, _all(_EIGHT, 2**32 - 1))  # says that lanes have halves of zeros
        undefined = ir.Constant(_EIGHT, ir.Undefined)
        even, odd = (
            builder.shuffle_vector(
                eights, undefined, ir.Constant(ir.VectorType(ir.IntType(32), 4), [i, i + 2, i + 4, i + 6])
            )
            for i in (0, 1)
        )
        builder.store(builder.add(builder.mul(even, _all(_FOUR, 10**8)), odd), target, align=8)
        return context.get_dummy_value()

    return types.void(*[types.uint64] * 3), generate


@kernel("int64(int64, int64, int64, int64, int64)")
def sums_of_sixteens(text, count, tables, piece, sums):
    """Sum the numbers of the 16·count characters at `text`, count a multiple of 4; 1, or 0 if not all of them are digits.

    tables, sums: of two primes, as `weighted_sums_at` has them. piece: a buffer of PIECE numbers.
    """
    improper = stack(8)
    for i in range(8):
        store(improper, i, ZERO)
    all_tables, numbers, found = np.uint64(tables), np.uint64(piece), np.uint64(sums)
    begin_sums(all_tables, 2, found)
    for base in range(0, count, PIECE):
        length = min(PIECE, count - base)
        for i in range(length // 4):
            place = np.uint64(base // 4 + i)
            _sixteens(np.uint64(text) + BLOCK * place, numbers + np.uint64(32 * i), improper)
        add_to_sums(numbers, length, all_tables, 2, found)
    seen = ZERO
    for i in range(8):
        seen |= load(improper, i)
    return 0 if seen & np.uint64(0x8080808080808080) else 1
