"""Memory accesses of vector kernels: loads, stores, prefetches.

A place is an int64 address and an index in units of eight bytes, so that kernels take plain integers, need no reference
counting and load from the cache quickly. Aligned means: to the size of the vector.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from pi_engine.bigint.vectors.simd import (
    GROUP,
    LONG,
    doubles,
    integers,
    long_doubles,
    shuffle,
    wide_doubles,
    wide_integers,
)
from pi_engine.bigint.vectors.widths import WIDTH

_I8 = ir.IntType(8)
_I64 = ir.IntType(64)
_F64 = ir.DoubleType()
_DOUBLES = doubles.llvm
_INTEGERS = integers.llvm


def pointer(builder, base, index, target):
    """The place, in LLVM code, as a pointer to `target`."""
    address = builder.add(base, builder.shl(index, ir.Constant(_I64, 3)))
    return builder.inttoptr(address, target.as_pointer())


def _aligned(vector):
    """Signature and code of a load of `vector` from a place that is a multiple of its size."""

    def codegen(context, builder, signature, args):
        return builder.load(pointer(builder, *args, vector.llvm), align=8 * vector.width)

    return vector(types.int64, types.int64), codegen


@intrinsic
def load_vector(typingctx, base, index):
    """WIDTH doubles from an aligned place."""
    return _aligned(doubles)


@intrinsic
def load_wide(typingctx, base, index):
    """WIDE doubles from an aligned place."""
    return _aligned(wide_doubles)


@intrinsic
def load_long(typingctx, base, index):
    """LONG doubles from an aligned place."""
    return _aligned(long_doubles)


def _load_group(align):
    def codegen(context, builder, signature, args):
        base, index, stride = args
        parts = []
        for _ in range(GROUP):
            parts.append(builder.load(pointer(builder, base, index, _DOUBLES), align=align))
            index = builder.add(index, stride)
        return parts[0] if GROUP == 1 else shuffle(builder, *parts, list(range(LONG)))

    return codegen


@intrinsic
def load_group(typingctx, base, index, stride):
    """WIDTH doubles from each of GROUP aligned places, `stride` apart, one after the other in a long vector."""
    return long_doubles(types.int64, types.int64, types.int64), _load_group(8 * WIDTH)


@intrinsic
def load_group_unaligned(typingctx, base, index, stride):
    """load_group from any places."""
    return long_doubles(types.int64, types.int64, types.int64), _load_group(8)


@intrinsic
def broadcast_group(typingctx, base, index, stride):
    """One double from each of GROUP places, each WIDTH times."""

    def codegen(context, builder, signature, args):
        base, index, stride = args
        value = ir.Constant(ir.VectorType(_F64, GROUP), ir.Undefined)
        for i in range(GROUP):
            double = builder.load(pointer(builder, base, index, _F64))
            value = builder.insert_element(value, double, ir.Constant(ir.IntType(32), i))
            index = builder.add(index, stride)
        return shuffle(builder, value, value, [i for i in range(GROUP) for _ in range(WIDTH)])

    return long_doubles(types.int64, types.int64, types.int64), codegen


@intrinsic
def store_group(typingctx, base, index, stride, value):
    """Write what `load_group` loads."""

    def codegen(context, builder, signature, args):
        base, index, stride, value = args
        for i in range(GROUP):
            part = shuffle(builder, value, value, list(range(i * WIDTH, (i + 1) * WIDTH)))
            builder.store(part, pointer(builder, base, index, _DOUBLES)).align = 8 * WIDTH
            index = builder.add(index, stride)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, long_doubles), codegen


@intrinsic
def load_integers(typingctx, base, index):
    """WIDTH int64 from an aligned place."""
    return _aligned(integers)


@intrinsic
def load_wide_integers(typingctx, base, index):
    """WIDE int64 from an aligned place."""
    return _aligned(wide_integers)


def _store(builder, vector, args):
    return builder.store(args[2], pointer(builder, args[0], args[1], vector.llvm), align=8 * vector.width)


@intrinsic
def store_vector(typingctx, base, index, value):
    """Write a vector to an aligned place."""

    def codegen(context, builder, signature, args):
        _store(builder, value, args)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, value), codegen


@intrinsic
def store_streaming(typingctx, base, index, value):
    """Write a vector past the caches; for data next read after they have been flooded."""

    def codegen(context, builder, signature, args):
        once = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        _store(builder, value, args).set_metadata("nontemporal", once)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, value), codegen


@intrinsic
def load_double(typingctx, base, index):
    """One double."""

    def codegen(context, builder, signature, args):
        return builder.load(pointer(builder, *args, _F64))

    return types.float64(types.int64, types.int64), codegen


@intrinsic
def load_integer(typingctx, base, index):
    """One int64."""

    def codegen(context, builder, sig, args):
        return builder.load(pointer(builder, *args, _I64))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def load_word(typingctx, address):
    """The 64-bit word at any byte address, signed or not as the address is."""

    def codegen(context, builder, signature, args):
        return builder.load(builder.inttoptr(args[0], _I64.as_pointer()), align=1)

    return address(address), codegen


@intrinsic
def store_word(typingctx, address, value):
    """Write a 64-bit word to any byte address."""

    def codegen(context, builder, signature, args):
        builder.store(args[1], builder.inttoptr(args[0], _I64.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(address, address), codegen


@intrinsic
def load_byte(typingctx, address):
    """The byte at an address, 0 to 255."""

    def codegen(context, builder, signature, args):
        return builder.zext(builder.load(builder.inttoptr(args[0], _I8.as_pointer())), _I64)

    return types.int64(types.int64), codegen


@intrinsic
def store_byte(typingctx, address, value):
    """Write the low byte of value."""

    def codegen(context, builder, signature, args):
        builder.store(builder.trunc(args[1], _I8), builder.inttoptr(args[0], _I8.as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def gather_words(typingctx, base, offsets, index):
    """64-bit words at base + offsets[index], …, base + offsets[index+WIDTH-1], offsets being int64 in bytes."""

    def codegen(context, builder, signature, args):
        value = ir.Constant(_INTEGERS, ir.Undefined)
        for lane in range(WIDTH):
            place = builder.add(args[2], ir.Constant(_I64, lane))
            offset = builder.load(pointer(builder, args[1], place, _I64))
            word = builder.load(builder.inttoptr(builder.add(args[0], offset), _I64.as_pointer()), align=1)
            value = builder.insert_element(value, word, ir.Constant(ir.IntType(32), lane))
        return value

    return integers(types.int64, types.int64, types.int64), codegen


def _prefetch(*, write):
    def codegen(context, builder, signature, args):
        i32, byte = ir.IntType(32), _I8.as_pointer()
        function = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
        declared = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
        builder.call(declared, [builder.inttoptr(args[0], byte)] + [ir.Constant(i32, v) for v in (int(write), 3, 1)])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic
def prefetch(typingctx, address):
    """Ask for the cache line at an address; it may lie outside the array."""
    return _prefetch(write=False)


@intrinsic
def prefetch_to_write(typingctx, address):
    """Ask for the cache line at an address, to be written; it may lie outside the array."""
    return _prefetch(write=True)
