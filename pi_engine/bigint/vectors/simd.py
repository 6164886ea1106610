"""Short vectors of doubles and of 64-bit integers inside Numba kernels.

A vector is one LLVM value of WIDTH or of WIDE lanes. LLVM maps it to whatever the processor has: an AVX-512 register,
one or two AVX2 registers, two or four NEON registers. Memory accesses are in `load_store`.

Floating-point contraction must stay off (it is, without fastmath): the butterflies rely on which operations round.
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import templates
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin, models, register_model

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.widths import WIDE, WIDTH
from pi_engine.runtime.compilation.kernel_folder import has_avx512

_I64 = ir.IntType(64)
_F64 = ir.DoubleType()


class VectorType(types.Type):
    """`width` lanes of float64 or of int64."""

    def __init__(self, lane: types.Type, width: int) -> None:
        self.lane = lane
        self.width = width
        self.llvm = ir.VectorType(_F64 if lane == types.float64 else _I64, width)
        super().__init__(name=f"Vector({lane}x{width})")


doubles = VectorType(types.float64, WIDTH)
wide_doubles = VectorType(types.float64, WIDE)
integers = VectorType(types.int64, WIDTH)
wide_integers = VectorType(types.int64, WIDE)
# What one register holds: loops over long rows take it, two butterflies at a time.
LONG = WIDE if has_avx512() else WIDTH
GROUP = LONG // WIDTH
long_doubles = wide_doubles if LONG == WIDE else doubles
_DOUBLES = doubles.llvm
_INTEGERS = integers.llvm


@register_model(VectorType)
class VectorModel(models.PrimitiveModel):
    """A vector is represented by itself."""

    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, fe_type.llvm)


def splat(builder, lane, vector):
    """The same value in every lane, in LLVM code."""
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, lane, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, undefined, mask)


def constant(vector, value):
    """The same number in every lane, in LLVM code."""
    return ir.Constant(vector, [value] * vector.count)


@instruction(doubles(types.float64))
def broadcast(builder, value):
    """The same double in every lane."""
    return splat(builder, value, doubles.llvm)


@instruction(wide_doubles(types.float64))
def broadcast_wide(builder, value):
    """The same double in every lane of a wide vector."""
    return splat(builder, value, wide_doubles.llvm)


@instruction(long_doubles(types.float64))
def broadcast_long(builder, value):
    """The same double in every lane of a long vector."""
    return splat(builder, value, long_doubles.llvm)


@instruction(integers(types.int64))
def broadcast_integer(builder, value):
    """The same int64 in every lane."""
    return splat(builder, value, integers.llvm)


@instruction(wide_integers(types.int64))
def broadcast_wide_integer(builder, value):
    """The same int64 in every lane of a wide vector."""
    return splat(builder, value, wide_integers.llvm)


@instruction(lambda _value, like: like(types.float64, like))
def broadcast_like(builder, value, like):
    """The same double in every lane of a vector as wide as `like`."""
    return splat(builder, value, like.type)


@instruction(wide_doubles(doubles))
def widen(builder, value):
    """A vector whose lanes are all equal, as a wide one."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDE), [0] * WIDE)
    return builder.shuffle_vector(value, value, mask)


def multiply_add(builder, x, y, z):
    """x·y + z, rounded once, in LLVM code."""
    # llvmlite's declare_intrinsic knows no vector types.
    function = ir.FunctionType(x.type, [x.type] * 3)
    declared = cgutils.get_or_insert_function(builder.module, function, f"llvm.fma.v{x.type.count}f64")
    return builder.call(declared, (x, y, z))


@instruction(lambda x, y, z: x(x, y, z))
def fma(builder, x, y, z):
    """x·y + z, rounded once."""
    return multiply_add(builder, x, y, z)


@instruction(lambda x, y, z: x(x, y, z))
def fms(builder, x, y, z):
    """x·y − z, rounded once."""
    return multiply_add(builder, x, y, builder.fneg(z))


@instruction(lambda x, y, z: x(x, y, z))
def fnma(builder, x, y, z):
    """The difference z − x·y, rounded once."""
    return multiply_add(builder, builder.fneg(x), y, z)


@instruction(lambda value: value(value))
def absolute(builder, value):
    """|x|."""
    kind = ir.FunctionType(value.type, [value.type])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fabs.v{value.type.count}f64")
    return builder.call(function, [value])


@instruction(lambda value, _other: value(value, value))
def larger(builder, value, other):
    """The larger one of both, lane by lane; `other` where they cannot be compared."""
    return builder.select(builder.fcmp_ordered(">", value, other), value, other)


@instruction(lambda value, _counts: value(value, value))
def shift_right(builder, value, counts):
    """Each lane shifted right, zeros coming in; counts below 64."""
    return builder.lshr(value, counts)


@instruction(lambda value, _counts: value(value, value))
def shift_left(builder, value, counts):
    """Each lane shifted left; counts below 64."""
    return builder.shl(value, counts)


@instruction(lambda value: (integers if value == doubles else wide_integers)(value))
def bits_of(builder, value):
    """The bit pattern of each double."""
    return builder.bitcast(value, ir.VectorType(_I64, value.type.count))


@instruction(doubles(integers))
def doubles_of(builder, value):
    """The doubles with these bit patterns."""
    return builder.bitcast(value, _DOUBLES)


@instruction(types.int64)
def any_bit(builder, value):
    """Whether a bit is set in any lane: 1 or 0."""
    whole = builder.bitcast(value, ir.IntType(64 * value.type.count))
    return builder.zext(builder.icmp_unsigned("!=", whole, ir.Constant(whole.type, 0)), _I64)


def shuffle(builder, x, y, lanes):
    """These lanes of x, and behind them those of y, in LLVM code."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
    return builder.shuffle_vector(x, y, mask)


def _slide(builder, before, value, count):
    width = value.type.count
    return shuffle(builder, before, value, list(range(width - count, 2 * width - count)))


@instruction(lambda _before, value: value(value, value))
def slide_one(builder, before, value):
    """The last lane of before, then all lanes of value but the last."""
    return _slide(builder, before, value, 1)


@instruction(lambda _before, value: value(value, value))
def slide_two(builder, before, value):
    """The last two lanes of before, then all lanes of value but the last two."""
    return _slide(builder, before, value, 2)


class _Binary(AbstractTemplate):
    def generic(self, args, kws):
        if len(args) == 2 and args[0] == args[1] and isinstance(args[0], VectorType):
            return templates.signature(args[0], *args)
        return None


def _define(operation, vector, instruction):
    @lower_builtin(operation, vector, vector)
    def lower(context, builder, signature, args):
        return getattr(builder, instruction)(*args)


for _operation in (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.and_,
    operator.or_,
    operator.xor,
):
    infer_global(_operation)(type("Vector_" + _operation.__name__, (_Binary,), {"key": _operation}))

for _name in ("add", "sub", "mul"):
    _define(getattr(operator, _name), doubles, "f" + _name)
    _define(getattr(operator, _name), wide_doubles, "f" + _name)
    _define(getattr(operator, _name), integers, _name)
    _define(getattr(operator, _name), wide_integers, _name)
_define(operator.truediv, doubles, "fdiv")
for _vector in (integers, wide_integers):
    _define(operator.and_, _vector, "and_")
    _define(operator.or_, _vector, "or_")
