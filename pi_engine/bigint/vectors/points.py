"""Words of eight points to the bytes of each, and the two lanes that the next eight need: what putting remainders together takes."""

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from pi_engine.bigint.vectors.load_store import pointer
from pi_engine.bigint.vectors.simd import integers, shuffle, wide_integers
from pi_engine.bigint.vectors.widths import WIDE, WIDTH

_I64 = ir.IntType(64)
_PAIR = ir.VectorType(_I64, 2)


@intrinsic
def load_last_two(typingctx, base, index):
    """Two words, again and again, so that they are the last two lanes."""

    def codegen(context, builder, signature, args):
        pair = builder.load(pointer(builder, *args, _PAIR), align=16)
        return shuffle(builder, pair, pair, [0, 1] * (WIDE // 2))

    return wide_integers(types.int64, types.int64), codegen


@intrinsic
def store_last_two(typingctx, base, index, value):
    """Write the last two lanes."""

    def codegen(context, builder, signature, args):
        pair = shuffle(builder, args[2], args[2], [WIDE - 2, WIDE - 1])
        builder.store(pair, pointer(builder, args[0], args[1], _PAIR), align=16)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, wide_integers), codegen


@intrinsic
def store_points(typingctx, base, offsets, w0, w1, w2, w3):
    """Write lane i of the four words to the 32 bytes at base + offsets[i], lane after lane: later ones overwrite."""

    def codegen(context, builder, signature, args):
        base, offsets, *words = args
        for first in range(0, WIDE, WIDTH):
            lanes = list(range(first, first + WIDTH))
            a, b, c, d = (shuffle(builder, word, word, lanes) for word in words)
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
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, *[wide_integers] * 4), codegen
