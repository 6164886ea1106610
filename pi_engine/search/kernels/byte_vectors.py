"""64 characters of a text compared at once: bit i of the answer belongs to the place i behind the address.

LLVM maps the 64 bytes to what the processor has: one AVX-512 register, two of AVX2, four of NEON. All 64 are read, wherever they lie.
"""

from llvmlite import ir
from numba import types

from pi_engine.bigint.vectors.instruction import instruction

SIXTY_FOUR = 64
"""Places of a mask."""

_MASK = ir.IntType(64)
_BYTE = ir.IntType(8)
_BYTES = ir.VectorType(_BYTE, SIXTY_FOUR)
_I64, _U64 = types.int64, types.uint64


def _load(builder, address):
    return builder.load(builder.inttoptr(address, _BYTES.as_pointer()), align=1)


def _broadcast(builder, character):
    undefined = ir.Constant(_BYTES, ir.Undefined)
    first = builder.insert_element(undefined, builder.trunc(character, _BYTE), ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        first, undefined, ir.Constant(ir.VectorType(ir.IntType(32), SIXTY_FOUR), [0] * SIXTY_FOUR)
    )


def _all_equal(builder, pairs):
    equal = None
    for left, right in pairs:
        same = builder.icmp_unsigned("==", left, right)
        equal = same if equal is None else builder.and_(equal, same)
    return builder.bitcast(equal, _MASK)


@instruction(_U64(_I64, _I64))
def equal_to(builder, place, character):
    """equal_to(place, character) -> where the characters from `place` on are this one."""
    return _all_equal(builder, [(_load(builder, place), _broadcast(builder, character))])


@instruction(_U64(_I64, _I64, _I64, _I64, _I64, _I64))
def three_equal_to(builder, place_0, character_0, place_1, character_1, place_2, character_2):
    """three_equal_to(place, character, place, character, place, character) -> where all three are what they should be."""
    pairs = ((place_0, character_0), (place_1, character_1), (place_2, character_2))
    return _all_equal(builder, [(_load(builder, place), _broadcast(builder, character)) for place, character in pairs])


@instruction(_U64(_I64, _I64))
def equal_to_others(builder, left, right):
    """equal_to_others(left, right) -> where the characters from `left` on are those from `right` on."""
    return _all_equal(builder, [(_load(builder, left), _load(builder, right))])


@instruction(_U64(_I64, _I64, _I64, _I64, _I64, _I64))
def three_equal_to_others(builder, left_0, right_0, left_1, right_1, left_2, right_2):
    """three_equal_to_others(left, right, left, right, left, right) -> where all three pairs are equal."""
    pairs = ((left_0, right_0), (left_1, right_1), (left_2, right_2))
    return _all_equal(builder, [(_load(builder, left), _load(builder, right)) for left, right in pairs])


@instruction(_I64(_U64))
def count_ones(builder, mask):
    """count_ones(mask) -> how many bits are set."""
    return builder.ctpop(mask)
