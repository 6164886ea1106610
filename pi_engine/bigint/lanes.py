"""Eight 64-bit words side by side: shifts, sums with the words before, and from words of eight points to bytes of each.

Counts of shifts are 0 to 63 in every lane: more has no meaning that all processors share.
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, lower_builtin

from pi_engine.bigint.simd import integers, wide_integers
from pi_engine.bigint.widths import WIDE, WIDTH

_I32 = ir.IntType(32)
_I64 = ir.IntType(64)
_WIDE = wide_integers.llvm
_PAIR = ir.VectorType(_I64, 2)
_FOUR = integers.llvm


def _lower(operation, instruction):
    @lower_builtin(operation, wide_integers, wide_integers)
    def lower(context, builder, sig, args):
        return getattr(builder, instruction)(*args)


_lower(operator.and_, "and_")
_lower(operator.or_, "or_")


def _shuffle(builder, x, y, lanes):
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(_I32, len(lanes)), lanes))


def _place(builder, base, index, target):
    address = builder.add(base, builder.shl(index, ir.Constant(_I64, 3)))
    return builder.inttoptr(address, target.as_pointer())


@intrinsic
def words(typingctx, value):
    """The same word in all eight lanes."""

    def codegen(context, builder, sig, args):
        first = builder.insert_element(ir.Constant(_WIDE, ir.Undefined), args[0], ir.Constant(_I32, 0))
        return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(_I32, WIDE), [0] * WIDE))

    return wide_integers(types.int64), codegen


@intrinsic
def load_words(typingctx, base, index):
    """Eight words from a place that is a multiple of 64 bytes."""

    def codegen(context, builder, sig, args):
        value = builder.load(_place(builder, *args, _WIDE))
        value.align = 8 * WIDE
        return value

    return wide_integers(types.int64, types.int64), codegen


@intrinsic
def shift_left(typingctx, value, counts):
    """Each lane shifted left."""

    def codegen(context, builder, sig, args):
        return builder.shl(*args)

    return wide_integers(wide_integers, wide_integers), codegen


@intrinsic
def shift_down(typingctx, value, counts):
    """Each lane shifted right, zeros coming in."""

    def codegen(context, builder, sig, args):
        return builder.lshr(*args)

    return wide_integers(wide_integers, wide_integers), codegen


@intrinsic
def any_bit(typingctx, value):
    """Whether a bit is set in any lane."""

    def codegen(context, builder, sig, args):
        whole = builder.bitcast(args[0], ir.IntType(64 * WIDE))
        return builder.zext(builder.icmp_unsigned("!=", whole, ir.Constant(whole.type, 0)), _I64)

    return types.int64(wide_integers), codegen


@intrinsic
def load_last_two(typingctx, base, index):
    """Two words, again and again, so that they are the last two lanes."""

    def codegen(context, builder, sig, args):
        pair = builder.load(_place(builder, *args, _PAIR))
        pair.align = 16
        return _shuffle(builder, pair, pair, [0, 1] * (WIDE // 2))

    return wide_integers(types.int64, types.int64), codegen


@intrinsic
def store_last_two(typingctx, base, index, value):
    """Write the last two lanes."""

    def codegen(context, builder, sig, args):
        pair = _shuffle(builder, args[2], args[2], [WIDE - 2, WIDE - 1])
        builder.store(pair, _place(builder, args[0], args[1], _PAIR), align=16)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, wide_integers), codegen


@intrinsic
def store_points(typingctx, base, offsets, w0, w1, w2, w3):
    """Write lane i of the four words to the 32 bytes at base + offsets[i], lane after lane: later ones overwrite."""

    def codegen(context, builder, sig, args):
        base, offsets, *words = args
        for first in range(0, WIDE, WIDTH):
            lanes = list(range(first, first + WIDTH))
            a, b, c, d = (_shuffle(builder, word, word, lanes) for word in words)
            low = [_shuffle(builder, x, y, [0, 4, 2, 6]) for x, y in ((a, b), (c, d))]
            high = [_shuffle(builder, x, y, [1, 5, 3, 7]) for x, y in ((a, b), (c, d))]
            points = [
                _shuffle(builder, *pair, lanes)
                for pair, lanes in (
                    (low, [0, 1, 4, 5]),
                    (high, [0, 1, 4, 5]),
                    (low, [2, 3, 6, 7]),
                    (high, [2, 3, 6, 7]),
                )
            ]
            for i, point in enumerate(points):
                offset = builder.load(_place(builder, offsets, ir.Constant(_I64, first + i), _I64))
                builder.store(point, builder.inttoptr(builder.add(base, offset), _FOUR.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, *[wide_integers] * 4), codegen


@intrinsic
def prefetch_to_write(typingctx, address):
    """Ask for the cache line at an address, to be written; it may lie outside the array."""

    def codegen(context, builder, sig, args):
        byte = ir.IntType(8).as_pointer()
        function = ir.FunctionType(ir.VoidType(), [byte, _I32, _I32, _I32])
        declared = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
        builder.call(declared, [builder.inttoptr(args[0], byte)] + [ir.Constant(_I32, v) for v in (1, 3, 1)])
        return context.get_dummy_value()

    return types.void(types.int64), codegen
