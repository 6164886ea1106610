"""Signed digits of b bits, straight out of the limbs, by Booth's rule: no carry goes from one to the next.

Digit j of x = Σ f_j·2^(bj) is the field f_j, as a signed number of b bits, and the bit below it: d_j = f_j − 2^b·t_j + t_(j−1), where t_j
is the highest bit of f_j. The sum Σ d_j·2^(bj) is x again once the highest field has 0 for its highest bit: there is a digit more
than x has whole fields. |d_j| ≤ 2^(b−1).

A field and the bit below it are F, a signed number of b + 1 ≤ 21 bits; the digit is ⌊(F + 1)/2⌋. Eight digits have b bytes, so that
every eight begin at the same bit of a byte, and one shuffle of bytes and one vector of shifts serve all of them.
"""

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types

from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.load_store import load_byte, store_byte, store_vector
from pi_engine.bigint.vectors.simd import broadcast_wide, constant, fma, shuffle, wide_doubles
from pi_engine.bigint.vectors.widths import WIDE
from pi_engine.runtime.compilation.kernel_folder import has_avx2
from pi_engine.runtime.compilation.routine import routine

_I64 = ir.IntType(64)
_BYTES = ir.VectorType(ir.IntType(8), 16)
_SHUFFLED = ir.VectorType(ir.IntType(8), 32)
_FIELDS = ir.VectorType(ir.IntType(32), WIDE)
READ_BYTES = 32
"""At most this many bytes are read for eight digits."""


def _load(builder, address, offset, kind, align):
    place = builder.add(address, ir.Constant(_I64, offset))
    return builder.load(builder.inttoptr(place, kind.as_pointer()), align=align)


def _shuffled(builder, source, second, table):
    low = _load(builder, source, 0, _BYTES, 1)
    high = _load(builder, builder.add(source, second), 0, _BYTES, 1)
    both = shuffle(builder, low, high, list(range(32)))
    kind = ir.FunctionType(_SHUFFLED, [_SHUFFLED] * 2)
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.avx2.pshuf.b")
    return builder.bitcast(
        builder.call(function, [both, _load(builder, table, 8 * at.SHUFFLE, _SHUFFLED, 32)]), _FIELDS
    )


def _gathered(builder, source, table):
    fields = ir.Constant(_FIELDS, ir.Undefined)
    for lane in range(WIDE):
        offset = _load(builder, table, 8 * (at.FIELD_BYTES + lane), _I64, 8)
        # Whatever a faulty machine has there: no byte beyond.
        offset = builder.and_(offset, ir.Constant(_I64, READ_BYTES - 1))
        field = _load(builder, builder.add(source, offset), 0, ir.IntType(32), 1)
        fields = builder.insert_element(fields, field, ir.Constant(ir.IntType(32), lane))
    return fields


@instruction(wide_doubles(types.int64, types.int64, types.int64))
def eight_digits(builder, source, second, table):
    """Eight digits, the bit below whose first is the highest bit of the byte at `source`; table: see `fft_record`.

    second: bytes from there to those that the last four digits are taken from.
    """
    fields = _shuffled(builder, source, second, table) if has_avx2() else _gathered(builder, source, table)
    left = builder.shl(fields, _load(builder, table, 8 * at.SHIFTS_LEFT, _FIELDS, 32))
    field = builder.ashr(left, _load(builder, table, 8 * at.SHIFTS_RIGHT, _FIELDS, 32))
    one = constant(_FIELDS, 1)
    return builder.sitofp(builder.ashr(builder.add(field, one), one), wide_doubles.llvm)


@routine
def cut_digits(source, source_bytes, first, count, target, digits, padded):
    """Write digits first … first + count − 1 of a number of 8·n bytes, as doubles; returns sums of their squares.

    digits: bits of a digit, `second` and `table` of `eight_digits`. padded: room for READ_BYTES.
    """
    bits, second, table = digits
    place = first // 8 * bits - 1
    squares = broadcast_wide(0.0)
    for i in range(0, count, 8):
        if place >= source_bytes:
            store_vector(target, i, broadcast_wide(0.0))
            continue
        begin = source + place
        if place < 0 or place + READ_BYTES > source_bytes:
            for j in range(READ_BYTES):
                store_byte(padded + j, load_byte(begin + j) if 0 <= place + j < source_bytes else np.int64(0))
            begin = padded
        digit = eight_digits(begin, second, table)
        squares = fma(digit, digit, squares)
        store_vector(target, i, digit)
        place += bits
    return squares
