"""Eight numbers side by side: vectors of digits to base 2^52, multiplied by AVX-512's integer multiply-add (IFMA).

Digit j of all eight numbers is one vector of LANES words, so that schoolbook arithmetic is vector arithmetic without a
shuffle. `multiply_low` and `multiply_high` add the low and the high 52 bits of a 52 × 52 bit product to 64-bit sums.
Where the processor has no such instruction the same is compiled to products of words: exact, for tests, and slow.

Addresses are uint64, and indexes count digits, of 64 bytes each. Vectors are aligned to their size.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import lower_builtin

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.simd import VectorType, constant, splat
from pi_engine.bigint.vectors.widths import DIGIT_BITS, LANE_PAD, LANES
from pi_engine.runtime.compilation.kernel_folder import has_ifma

lanes = VectorType(types.uint64, LANES)
_VECTOR = lanes.llvm
_WORD = ir.IntType(64)
_DIGIT_BYTES = 8 * LANES
COLUMNS = LANE_PAD


def _constant(value: int) -> Any:
    return constant(_VECTOR, value)


def _place(builder: Any, address: Any, index: Any) -> Any:
    offset = builder.mul(index, ir.Constant(_WORD, _DIGIT_BYTES))
    return builder.inttoptr(builder.add(address, offset), _VECTOR.as_pointer())


def _load(builder: Any, address: Any, index: Any) -> Any:
    value = builder.load(_place(builder, address, index))
    value.align = _DIGIT_BYTES
    return value


def _store(builder: Any, address: Any, index: Any, value: Any) -> None:
    builder.store(value, _place(builder, address, index)).align = _DIGIT_BYTES


def _multiply_add(builder: Any, total: Any, x: Any, y: Any, *, high: bool) -> Any:
    if has_ifma():
        name = f"llvm.x86.avx512.vpmadd52{'h' if high else 'l'}.uq.512"
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), (total, x, y))
    wide = ir.VectorType(ir.IntType(128), LANES)
    mask = _constant(2**DIGIT_BITS - 1)
    product = builder.mul(*(builder.zext(builder.and_(factor, mask), wide) for factor in (x, y)))
    if high:
        part = builder.trunc(builder.lshr(product, ir.Constant(wide, [DIGIT_BITS] * LANES)), _VECTOR)
    else:
        part = builder.and_(builder.trunc(product, _VECTOR), mask)
    return builder.add(total, part)


@instruction(lanes(types.uint64, types.int64))
def load_lanes(builder, address, index):
    """Digit `index` of eight numbers."""
    return _load(builder, address, index)


@instruction(types.void(types.uint64, types.int64, lanes))
def store_lanes(builder, address, index, value):
    """Write digit `index` of eight numbers."""
    _store(builder, address, index, value)


@instruction(types.void(types.uint64, types.uint64, lanes))
def scatter_words(builder, address, stride, value):
    """Write lane l to the word `stride`·l bytes behind `address`."""
    for lane in range(LANES):
        word = builder.extract_element(value, ir.Constant(ir.IntType(32), lane))
        builder.store(word, builder.inttoptr(address, _WORD.as_pointer()), align=8)
        address = builder.add(address, stride)


@instruction(lanes(types.uint64))
def broadcast_word(builder, value):
    """The same word in every lane."""
    return splat(builder, value, _VECTOR)


@instruction(lanes(lanes, lanes))
def first_lane(builder, first, others):
    """Lane 0 of `first`, the other lanes of `others`."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [LANES, *range(1, LANES)])
    return builder.shuffle_vector(others, first, mask)


@instruction(types.boolean(lanes))
def any_lane(builder, value):
    """Whether a bit of any lane is set."""
    kind = ir.FunctionType(_WORD, [_VECTOR])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.or.v{LANES}i64")
    return builder.icmp_unsigned("!=", builder.call(function, [value]), ir.Constant(_WORD, 0))


@instruction(lanes(lanes, types.int64))
def lanes_left(builder, value, count):
    """Every lane shifted left by 0 ≤ count < 64."""
    return builder.shl(value, splat(builder, count, _VECTOR))


@instruction(lanes(lanes, types.int64))
def lanes_right(builder, value, count):
    """Every lane shifted right by 0 ≤ count < 64, zeros coming in."""
    return builder.lshr(value, splat(builder, count, _VECTOR))


@instruction(lanes(lanes, types.int64))
def lanes_right_signed(builder, value, count):
    """Every lane, in two's complement, shifted right by 0 ≤ count < 64."""
    return builder.ashr(value, splat(builder, count, _VECTOR))


@instruction(lanes(lanes, lanes, lanes))
def multiply_low(builder, total, x, y):
    """The sum of `total` and x·y mod 2^52, for the low 52 bits of x and of y."""
    return _multiply_add(builder, total, x, y, high=False)


@instruction(lanes(lanes, lanes, lanes))
def multiply_high(builder, total, x, y):
    """The sum of `total` and ⌊x·y/2^52⌋, for the low 52 bits of x and of y."""
    return _multiply_add(builder, total, x, y, high=True)


@instruction(types.void(types.uint64, types.uint64, types.uint64, types.int64))
def columns(builder, out, a, b, count):
    """COLUMNS neighbouring columns of a schoolbook product, without carries.

    Writes for 0 ≤ k < COLUMNS, lo and hi being the halves of a product of digits,

        out[k] = Σ_{0≤i<count} lo(a[i]·b[k−i]) + hi(a[i]·b[k−1−i]).

    a, b: addresses of digits; b is read from digit −count to digit COLUMNS − 1. A sum is below 2·count·(2^52 − 1).
    """
    zero, one = ir.Constant(_WORD, 0), ir.Constant(_WORD, 1)
    before = builder.block
    loop, after = builder.append_basic_block("columns"), builder.append_basic_block("columns.end")
    builder.cbranch(builder.icmp_signed(">", count, zero), loop, after)

    builder.position_at_end(loop)
    i = builder.phi(_WORD)
    place = builder.phi(_WORD)
    sums = [builder.phi(_VECTOR) for _ in range(2 * COLUMNS)]
    digit = _load(builder, a, i)
    window = [_load(builder, place, ir.Constant(_WORD, k)) for k in range(-1, COLUMNS)]
    new = [
        *(_multiply_add(builder, sums[k], digit, window[k + 1], high=False) for k in range(COLUMNS)),
        *(_multiply_add(builder, sums[COLUMNS + k], digit, window[k], high=True) for k in range(COLUMNS)),
    ]
    following = builder.add(i, one)
    lower = builder.sub(place, ir.Constant(_WORD, _DIGIT_BYTES))
    for phi, first, other in [
        (i, zero, following),
        (place, b, lower),
        *((s, _constant(0), n) for s, n in zip(sums, new, strict=True)),
    ]:
        phi.add_incoming(first, before)
        phi.add_incoming(other, loop)
    builder.cbranch(builder.icmp_signed("<", following, count), loop, after)

    builder.position_at_end(after)
    results = []
    for value in new:
        phi = builder.phi(_VECTOR)
        phi.add_incoming(_constant(0), before)
        phi.add_incoming(value, loop)
        results.append(phi)
    for k in range(COLUMNS):
        _store(builder, out, ir.Constant(_WORD, k), builder.add(results[k], results[COLUMNS + k]))


def _define(operation: Any, instruction: str) -> None:
    @lower_builtin(operation, lanes, lanes)
    def lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


for _name in ("add", "sub", "mul", "xor"):
    _define(getattr(operator, _name), _name)
_define(operator.and_, "and_")
_define(operator.or_, "or_")
