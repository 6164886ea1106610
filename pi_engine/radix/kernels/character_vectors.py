"""Eight numbers of eight digits each become their characters at once, in place.

Numbers are split as `text_kernel` does it one at a time, by the same reciprocals: each step splits the lanes of all numbers, and the next
one takes lanes of half the width: 8 of 64 bits, 16 of 32, 32 of 16. A product never leaves its lane: 10^8·109951163 < 2^64,
10^4·10486 < 2^32, 100·103 < 2^16.
"""

from llvmlite import ir
from numba import types

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.simd import constant

EIGHT = 8
"""Numbers that are written at once."""

_NUMBERS, _FOURS, _PAIRS = (ir.VectorType(ir.IntType(bits), 64 * EIGHT // bits) for bits in (64, 32, 16))


def _split(builder, lanes, reciprocal, shift, divisor):
    """The quotient of each lane in its lower half, the remainder in its upper half."""
    kind = lanes.type
    half = kind.element.width // 2
    quotient = builder.lshr(builder.mul(lanes, constant(kind, reciprocal)), constant(kind, shift))
    remainder = builder.sub(lanes, builder.mul(quotient, constant(kind, divisor)))
    return builder.or_(quotient, builder.shl(remainder, constant(kind, half)))


@instruction(types.void(types.uint64))
def write_characters(builder, address):
    """write_characters(address): each of the eight words there, below 10^8, becomes its eight characters. Aligned to 64 bytes."""
    place = builder.inttoptr(address, _NUMBERS.as_pointer())
    fours = builder.bitcast(_split(builder, builder.load(place, align=64), 109951163, 40, 10_000), _FOURS)
    pairs = builder.bitcast(_split(builder, fours, 10486, 20, 100), _PAIRS)
    characters = builder.or_(_split(builder, pairs, 103, 10, 10), constant(_PAIRS, 0x3030))
    builder.store(builder.bitcast(characters, _NUMBERS), place, align=64)
