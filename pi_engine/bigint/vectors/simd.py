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
from numba.extending import intrinsic, lower_builtin, models, register_model

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


def _broadcast(vector):
    """Signature and code of the same value in every lane of `vector`."""

    def codegen(context, builder, signature, args):
        return splat(builder, args[0], vector.llvm)

    return vector(vector.lane), codegen


@intrinsic
def broadcast(typingctx, value):
    """The same double in every lane."""
    return _broadcast(doubles)


@intrinsic
def broadcast_wide(typingctx, value):
    """The same double in every lane of a wide vector."""
    return _broadcast(wide_doubles)


@intrinsic
def broadcast_long(typingctx, value):
    """The same double in every lane of a long vector."""
    return _broadcast(long_doubles)


@intrinsic
def broadcast_integer(typingctx, value):
    """The same int64 in every lane."""
    return _broadcast(integers)


@intrinsic
def broadcast_wide_integer(typingctx, value):
    """The same int64 in every lane of a wide vector."""
    return _broadcast(wide_integers)


@intrinsic
def broadcast_like(typingctx, value, like):
    """The same double in every lane of a vector as wide as `like`."""

    def codegen(context, builder, signature, args):
        return splat(builder, args[0], like.llvm)

    return like(types.float64, like), codegen


@intrinsic
def widen(typingctx, value):
    """A vector whose lanes are all equal, as a wide one."""

    def codegen(context, builder, signature, args):
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDE), [0] * WIDE)
        return builder.shuffle_vector(args[0], args[0], mask)

    return wide_doubles(doubles), codegen


def _fma(builder, x, y, z):
    # llvmlite's declare_intrinsic knows no vector types.
    function = ir.FunctionType(x.type, [x.type] * 3)
    declared = cgutils.get_or_insert_function(builder.module, function, f"llvm.fma.v{x.type.count}f64")
    return builder.call(declared, (x, y, z))


@intrinsic
def fma(typingctx, x, y, z):
    """x·y + z, rounded once."""

    def codegen(context, builder, signature, args):
        return _fma(builder, *args)

    return x(x, y, z), codegen


@intrinsic
def fms(typingctx, x, y, z):
    """x·y − z, rounded once."""

    def codegen(context, builder, signature, args):
        return _fma(builder, args[0], args[1], builder.fneg(args[2]))

    return x(x, y, z), codegen


@intrinsic
def fnma(typingctx, x, y, z):
    """The difference z − x·y, rounded once."""

    def codegen(context, builder, signature, args):
        return _fma(builder, builder.fneg(args[0]), args[1], args[2])

    return x(x, y, z), codegen


@intrinsic
def shift_right(typingctx, value, counts):
    """Each lane shifted right, zeros coming in; counts below 64."""

    def codegen(context, builder, signature, args):
        return builder.lshr(*args)

    return value(value, value), codegen


@intrinsic
def shift_left(typingctx, value, counts):
    """Each lane shifted left; counts below 64."""

    def codegen(context, builder, signature, args):
        return builder.shl(*args)

    return value(value, value), codegen


@intrinsic
def bits_of(typingctx, value):
    """The bit pattern of each double."""
    result = integers if value == doubles else wide_integers

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], result.llvm)

    return result(value), codegen


@intrinsic
def doubles_of(typingctx, value):
    """The doubles with these bit patterns."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], _DOUBLES)

    return doubles(integers), codegen


@intrinsic
def any_bit(typingctx, value):
    """Whether a bit is set in any lane: 1 or 0."""

    def codegen(context, builder, signature, args):
        whole = builder.bitcast(args[0], ir.IntType(64 * value.width))
        return builder.zext(builder.icmp_unsigned("!=", whole, ir.Constant(whole.type, 0)), _I64)

    return types.int64(value), codegen


def shuffle(builder, x, y, lanes):
    """These lanes of x, and behind them those of y, in LLVM code."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
    return builder.shuffle_vector(x, y, mask)


def _slide(count, width):
    def codegen(context, builder, signature, args):
        return shuffle(builder, args[0], args[1], list(range(width - count, 2 * width - count)))

    return codegen


@intrinsic
def slide_one(typingctx, before, value):
    """The last lane of before, then all lanes of value but the last."""
    return value(value, value), _slide(1, value.width)


@intrinsic
def slide_two(typingctx, before, value):
    """The last two lanes of before, then all lanes of value but the last two."""
    return value(value, value), _slide(2, value.width)


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
