"""Memory accesses of vector kernels: loads, stores, prefetches.

A place is an int64 address and an index in units of eight bytes, so that kernels take plain integers, need no reference
counting and load from the cache quickly. Aligned means: to the size of the vector.
"""

from llvmlite import ir
from numba.core import cgutils, types

from pi_engine.bigint.vectors.instruction import instruction
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


def _load(builder, base, index, vector):
    return builder.load(pointer(builder, base, index, vector.llvm), align=8 * vector.width)


@instruction(doubles(types.int64, types.int64))
def load_vector(builder, base, index):
    """WIDTH doubles from an aligned place."""
    return _load(builder, base, index, doubles)


@instruction(wide_doubles(types.int64, types.int64))
def load_wide(builder, base, index):
    """WIDE doubles from an aligned place."""
    return _load(builder, base, index, wide_doubles)


@instruction(long_doubles(types.int64, types.int64))
def load_long(builder, base, index):
    """LONG doubles from an aligned place."""
    return _load(builder, base, index, long_doubles)


def _load_group(builder, base, index, stride, align):
    parts = []
    for _ in range(GROUP):
        parts.append(builder.load(pointer(builder, base, index, _DOUBLES), align=align))
        index = builder.add(index, stride)
    return parts[0] if GROUP == 1 else shuffle(builder, *parts, list(range(LONG)))


@instruction(long_doubles(types.int64, types.int64, types.int64))
def load_group(builder, base, index, stride):
    """WIDTH doubles from each of GROUP aligned places, `stride` apart, one after the other in a long vector."""
    return _load_group(builder, base, index, stride, 8 * WIDTH)


@instruction(long_doubles(types.int64, types.int64, types.int64))
def load_group_unaligned(builder, base, index, stride):
    """load_group from any places."""
    return _load_group(builder, base, index, stride, 8)


@instruction(long_doubles(types.int64, types.int64, types.int64))
def broadcast_group(builder, base, index, stride):
    """One double from each of GROUP places, each WIDTH times."""
    value = ir.Constant(ir.VectorType(_F64, GROUP), ir.Undefined)
    for i in range(GROUP):
        double = builder.load(pointer(builder, base, index, _F64))
        value = builder.insert_element(value, double, ir.Constant(ir.IntType(32), i))
        index = builder.add(index, stride)
    return shuffle(builder, value, value, [i for i in range(GROUP) for _ in range(WIDTH)])


@instruction(types.void(types.int64, types.int64, types.int64, long_doubles))
def store_group(builder, base, index, stride, value):
    """Write what `load_group` loads."""
    for i in range(GROUP):
        part = shuffle(builder, value, value, list(range(i * WIDTH, (i + 1) * WIDTH)))
        builder.store(part, pointer(builder, base, index, _DOUBLES)).align = 8 * WIDTH
        index = builder.add(index, stride)


@instruction(integers(types.int64, types.int64))
def load_integers(builder, base, index):
    """WIDTH int64 from an aligned place."""
    return _load(builder, base, index, integers)


@instruction(wide_integers(types.int64, types.int64))
def load_wide_integers(builder, base, index):
    """WIDE int64 from an aligned place."""
    return _load(builder, base, index, wide_integers)


def _store(builder, base, index, value):
    return builder.store(value, pointer(builder, base, index, value.type), align=8 * value.type.count)


@instruction(lambda _base, _index, value: types.void(types.int64, types.int64, value))
def store_vector(builder, base, index, value):
    """Write a vector to an aligned place."""
    _store(builder, base, index, value)


@instruction(lambda _base, _index, value: types.void(types.int64, types.int64, value))
def store_streaming(builder, base, index, value):
    """Write a vector past the caches; for data next read after they have been flooded."""
    once = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
    _store(builder, base, index, value).set_metadata("nontemporal", once)


@instruction(types.float64(types.int64, types.int64))
def load_double(builder, base, index):
    """One double."""
    return builder.load(pointer(builder, base, index, _F64))


@instruction(types.void(types.int64, types.int64, types.float64))
def store_double(builder, base, index, value):
    """Write one double."""
    builder.store(value, pointer(builder, base, index, _F64))


@instruction(types.int64(types.int64, types.int64))
def load_integer(builder, base, index):
    """One int64."""
    return builder.load(pointer(builder, base, index, _I64))


@instruction(lambda address: address(address))
def load_word(builder, address):
    """The 64-bit word at any byte address, signed or not as the address is."""
    return builder.load(builder.inttoptr(address, _I64.as_pointer()), align=1)


@instruction(lambda address, _value: types.void(address, address))
def store_word(builder, address, value):
    """Write a 64-bit word to any byte address."""
    builder.store(value, builder.inttoptr(address, _I64.as_pointer()), align=1)


@instruction(types.int64(types.int64))
def load_byte(builder, address):
    """The byte at an address, 0 to 255."""
    return builder.zext(builder.load(builder.inttoptr(address, _I8.as_pointer())), _I64)


@instruction(types.void(types.int64, types.int64))
def store_byte(builder, address, value):
    """Write the low byte of value."""
    builder.store(builder.trunc(value, _I8), builder.inttoptr(address, _I8.as_pointer()))


@instruction(integers(types.int64, types.int64, types.int64))
def gather_words(builder, base, offsets, index):
    """64-bit words at base + offsets[index], …, base + offsets[index+WIDTH-1], offsets being int64 in bytes."""
    value = ir.Constant(_INTEGERS, ir.Undefined)
    for lane in range(WIDTH):
        place = builder.add(index, ir.Constant(_I64, lane))
        offset = builder.load(pointer(builder, offsets, place, _I64))
        word = builder.load(builder.inttoptr(builder.add(base, offset), _I64.as_pointer()), align=1)
        value = builder.insert_element(value, word, ir.Constant(ir.IntType(32), lane))
    return value


def _prefetch(builder, address, *, write):
    i32, byte = ir.IntType(32), _I8.as_pointer()
    function = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
    declared = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
    builder.call(declared, [builder.inttoptr(address, byte)] + [ir.Constant(i32, v) for v in (int(write), 3, 1)])


@instruction(types.void(types.int64))
def prefetch(builder, address):
    """Ask for the cache line at an address; it may lie outside the array."""
    _prefetch(builder, address, write=False)


@instruction(types.void(types.int64))
def prefetch_to_write(builder, address):
    """Ask for the cache line at an address, to be written; it may lie outside the array."""
    _prefetch(builder, address, write=True)
