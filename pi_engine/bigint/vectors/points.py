"""Words of eight points to the bytes of each, and the two lanes that the next eight need: what putting remainders together takes."""

from llvmlite import ir
from numba.core import types

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.load_store import pointer
from pi_engine.bigint.vectors.simd import integers, shuffle, wide_integers
from pi_engine.bigint.vectors.widths import WIDE, WIDTH

_I64 = ir.IntType(64)
_PAIR = ir.VectorType(_I64, 2)


@instruction(wide_integers(types.int64, types.int64))
def load_last_two(builder, base, index):
    """Two words, again and again, so that they are the last two lanes."""
    pair = builder.load(pointer(builder, base, index, _PAIR), align=16)
    return shuffle(builder, pair, pair, [0, 1] * (WIDE // 2))


@instruction(types.void(types.int64, types.int64, wide_integers))
def store_last_two(builder, base, index, value):
    """Write the last two lanes."""
    pair = shuffle(builder, value, value, [WIDE - 2, WIDE - 1])
    builder.store(pair, pointer(builder, base, index, _PAIR), align=16)


@instruction(types.void(types.int64, types.int64, *[wide_integers] * 4))
def store_points(builder, base, offsets, w0, w1, w2, w3):
    """Write lane i of the four words to the 32 bytes at base + offsets[i], lane after lane: later ones overwrite."""
    for first in range(0, WIDE, WIDTH):
        lanes = list(range(first, first + WIDTH))
        a, b, c, d = (shuffle(builder, word, word, lanes) for word in (w0, w1, w2, w3))
        low = [shuffle(builder, x, y, [0, 4, 2, 6]) for x, y in ((a, b), (c, d))]
        high = [shuffle(builder, x, y, [1, 5, 3, 7]) for x, y in ((a, b), (c, d))]
        points = [
            shuffle(builder, *pair, lanes)
            for pair, lanes in (
                (low, [0, 1, 4, 5]),
                (high, [0, 1, 4, 5]),
                (low, [2, 3, 6, 7]),
                (high, [2, 3, 6, 7]),
            )
        ]
        for i, point in enumerate(points):
            offset = builder.load(pointer(builder, offsets, ir.Constant(_I64, first + i), _I64))
            builder.store(point, builder.inttoptr(builder.add(base, offset), integers.llvm.as_pointer()), align=1)
