"""Eight numbers side by side: vectors of digits, multiplied by AVX-512's integer multiply-add (IFMA) or by doubles.

Digit j of all eight numbers is one vector of LANES words, so that schoolbook arithmetic is vector arithmetic without a
shuffle. `multiply_low` and `multiply_high` add the low and the high part of a product of digits to 64-bit sums.

*With IFMA* digits have 52 bits, and both parts are one instruction.

*With AVX2 and fused multiply-add* digits a, b < 2^51 stand in memory as doubles. With C = 2^103

    h = fl(a·b + C),   l = fl(a·b + ((C + 3·2^51) − h)),

each rounded once. Doubles from C on are 2^51 apart, so h = C + R·2^51 with |a·b − R·2^51| ≤ 2^50 and R < 2^51; the difference
(3 − R)·2^51 is exact; and l is 1.5·2^52 + (a·b − R·2^51), between 2^52 and 2^53, where all integers are doubles. So the bits of h are
those of C and R added, the bits of l those of 1.5·2^52 and the rest, which has a sign: sums of both are sums of integers, once what the
constants have added is taken away.

*Elsewhere* the same is compiled to products of words: exact, for tests, and slow.

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
from pi_engine.bigint.vectors.lane_widths import BY_DOUBLES, DIGIT_BITS, LANE_PAD, LANES
from pi_engine.bigint.vectors.simd import VectorType, constant, multiply_add, splat
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.runtime.compilation.kernel_folder import has_ifma

lanes = VectorType(types.uint64, LANES)
_VECTOR = lanes.llvm
_WORD = ir.IntType(64)
_DIGIT_BYTES = 8 * LANES
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
COLUMNS = LANE_PAD
_HIGH = 2.0**103
_HIGH_BITS, _LOW_BITS, _UNIT_BITS = 0x466 << 52, 0x4338 << 48, 0x433 << 52
"""The bits of 2^103, of 1.5·2^52, and of 2^52."""


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


def _integer_multiply_add(builder: Any, total: Any, x: Any, y: Any, *, high: bool) -> Any:
    if has_ifma():
        name = f"llvm.x86.avx512.vpmadd52{'h' if high else 'l'}.uq.512"
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), (total, x, y))
    wide, mask = ir.VectorType(ir.IntType(128), LANES), _constant(2**DIGIT_BITS - 1)
    product = builder.mul(*(builder.zext(builder.and_(factor, mask), wide) for factor in (x, y)))
    part = builder.lshr(product, constant(wide, DIGIT_BITS if high else 0))
    return builder.add(total, builder.and_(builder.trunc(part, _VECTOR), mask))


def _double_parts(builder: Any, x: Any, y: Any, *, low: bool) -> tuple[Any, Any]:
    """The bits of h and of l, see above; of h alone if not `low`."""
    kind, words = x.type, ir.VectorType(_WORD, x.type.count)
    upper = multiply_add(builder, x, y, constant(kind, _HIGH))
    if not low:
        return builder.bitcast(upper, words), None
    lower = multiply_add(builder, x, y, builder.fsub(constant(kind, _HIGH + 3 * 2.0**51), upper))
    return builder.bitcast(upper, words), builder.bitcast(lower, words)


def _multiply_add(builder: Any, total: Any, x: Any, y: Any, *, high: bool) -> Any:
    if not BY_DOUBLES:
        return _integer_multiply_add(builder, total, x, y, high=high)
    factors = (builder.bitcast(factor, _DOUBLES) for factor in (x, y))
    parts = _double_parts(builder, *factors, low=not high)
    return builder.add(total, builder.add(parts[not high], _constant(-(_LOW_BITS, _HIGH_BITS)[high] % 2**64)))


@instruction(lanes(lanes))
def digits_to_memory(builder, value):
    """Digits as they stand in memory, and are multiplied."""
    if not BY_DOUBLES:
        return value
    raised = builder.bitcast(builder.or_(value, _constant(_UNIT_BITS)), _DOUBLES)
    return builder.bitcast(builder.fsub(raised, constant(_DOUBLES, 2.0**52)), _VECTOR)


@instruction(lanes(lanes))
def digits_from_memory(builder, value):
    """The inverse of digits_to_memory."""
    if not BY_DOUBLES:
        return value
    raised = builder.fadd(builder.bitcast(value, _DOUBLES), constant(_DOUBLES, 2.0**52))
    return builder.xor(builder.bitcast(raised, _VECTOR), _constant(_UNIT_BITS))


@instruction(lanes(lanes))
def carry_of(builder, column):
    """What a column of a product gives the next one; by doubles it has a sign."""
    shift = builder.ashr if BY_DOUBLES else builder.lshr
    return shift(column, _constant(DIGIT_BITS))


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
    """The sum of `total` and the low part of x·y: modulo 2^DIGIT_BITS it is x·y."""
    return _multiply_add(builder, total, x, y, high=False)


@instruction(lanes(lanes, lanes, lanes))
def multiply_high(builder, total, x, y):
    """The sum of `total` and the high part of x·y: what the low part leaves, over 2^DIGIT_BITS."""
    return _multiply_add(builder, total, x, y, high=True)


def _not_unrolled(builder: Any, branch: Any) -> None:
    """Keep LLVM from taking two turns of a loop at once: sixteen registers run out, and a turn takes 1.3 times as long."""
    option = builder.module.add_metadata(["llvm.loop.unroll.disable"])
    loop = builder.module.add_metadata([option, ir.Constant(_WORD, len(builder.module.metadata))])
    loop.operands = loop, option  # such a node begins with itself
    branch.set_metadata("llvm.loop", loop)


def _loop(builder: Any, count: Any, addresses: tuple[Any, Any], sums: list[Any], step: Any) -> list[Any]:
    """The sums after step(i-th digit's address, window's address, sums) for 0 ≤ i < count; the window goes down."""
    zero, one = ir.Constant(_WORD, 0), ir.Constant(_WORD, 1)
    before = builder.block
    loop, after = builder.append_basic_block("columns"), builder.append_basic_block("columns.end")
    builder.cbranch(builder.icmp_signed(">", count, zero), loop, after)

    builder.position_at_end(loop)
    i, a, b = (builder.phi(_WORD) for _ in range(3))
    now = [builder.phi(value.type) for value in sums]
    new = step(a, b, now)
    following = builder.add(i, one)
    up, down = builder.add(a, ir.Constant(_WORD, _DIGIT_BYTES)), builder.sub(b, ir.Constant(_WORD, _DIGIT_BYTES))
    ways = [(i, zero, following), (a, addresses[0], up), (b, addresses[1], down), *zip(now, sums, new, strict=True)]
    for phi, first, other in ways:
        phi.add_incoming(first, before)
        phi.add_incoming(other, loop)
    branch = builder.cbranch(builder.icmp_signed("<", following, count), loop, after)
    if BY_DOUBLES:
        _not_unrolled(builder, branch)

    builder.position_at_end(after)
    results = []
    for first, other in zip(sums, new, strict=True):
        phi = builder.phi(first.type)
        phi.add_incoming(first, before)
        phi.add_incoming(other, loop)
        results.append(phi)
    return results


def _columns_by_integers(builder: Any, out: Any, a: Any, b: Any, count: Any) -> None:
    def step(digit_at: Any, window_at: Any, sums: list[Any]) -> list[Any]:
        digit = _load(builder, digit_at, ir.Constant(_WORD, 0))
        window = [_load(builder, window_at, ir.Constant(_WORD, k)) for k in range(-1, COLUMNS)]
        return [
            *(_multiply_add(builder, sums[k], digit, window[k + 1], high=False) for k in range(COLUMNS)),
            *(_multiply_add(builder, sums[COLUMNS + k], digit, window[k], high=True) for k in range(COLUMNS)),
        ]

    results = _loop(builder, count, (a, b), [_constant(0)] * (2 * COLUMNS), step)
    for k in range(COLUMNS):
        _store(builder, out, ir.Constant(_WORD, k), builder.add(results[k], results[COLUMNS + k]))


def _columns_by_doubles(builder: Any, out: Any, a: Any, b: Any, count: Any) -> None:
    """One register of doubles after another: COLUMNS sums, the window and constants fill AVX2's sixteen."""
    doubles, words = ir.VectorType(ir.DoubleType(), WIDTH), ir.VectorType(_WORD, WIDTH)
    rows = builder.select(builder.icmp_signed(">", count, ir.Constant(_WORD, 0)), count, ir.Constant(_WORD, 0))

    def place(address: Any, offset: int, kind: Any) -> Any:
        return builder.inttoptr(builder.add(address, ir.Constant(_WORD, offset)), kind.as_pointer())

    for part in range(0, _DIGIT_BYTES, 8 * WIDTH):

        def step(digit_at: Any, window_at: Any, sums: list[Any], part: int = part) -> list[Any]:
            digit = builder.load(place(digit_at, part, doubles), align=8 * WIDTH)
            new = list(sums)
            for k in range(-1, COLUMNS):
                other = builder.load(place(window_at, part + _DIGIT_BYTES * k, doubles), align=8 * WIDTH)
                upper, lower = _double_parts(builder, digit, other, low=k >= 0)
                if k >= 0:
                    new[k] = builder.add(new[k], lower)
                if k + 1 < COLUMNS:
                    new[k + 1] = builder.add(new[k + 1], upper)
            return new

        results = _loop(builder, count, (a, b), [constant(words, 0)] * COLUMNS, step)
        added = splat(builder, builder.mul(rows, ir.Constant(_WORD, (_HIGH_BITS + _LOW_BITS) % 2**64)), words)
        for k, value in enumerate(results):
            target = place(out, part + _DIGIT_BYTES * k, words)
            builder.store(builder.sub(value, added), target, align=8 * WIDTH)


@instruction(types.void(types.uint64, types.uint64, types.uint64, types.int64))
def columns(builder, out, a, b, count):
    """COLUMNS neighbouring columns of a schoolbook product, without carries.

    Writes for 0 ≤ k < COLUMNS, lo and hi being the parts of a product of digits,

        out[k] = Σ_{0≤i<count} lo(a[i]·b[k−i]) + hi(a[i]·b[k−1−i]).

    a, b: addresses of digits; b is read from digit −count to digit COLUMNS − 1. A sum is below 2·count·(2^52 − 1); by doubles it has a
    sign, and is at most count·1.5·2^51 in size. Without rows, count ≤ 0, all are 0.
    """
    (_columns_by_doubles if BY_DOUBLES else _columns_by_integers)(builder, out, a, b, count)


def _define(operation: Any, instruction: str) -> None:
    @lower_builtin(operation, lanes, lanes)
    def lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


for _name in ("add", "sub", "mul", "xor"):
    _define(getattr(operator, _name), _name)
_define(operator.and_, "and_")
_define(operator.or_, "or_")
