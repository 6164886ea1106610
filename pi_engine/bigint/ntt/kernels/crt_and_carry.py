"""From residues back to one long integer: Chinese remainders in β-bit digits, and the carries.

With P = ∏p and y_k = x_k·(P/p_k)^-1 mod p_k, X = Σ y_k·(P/p_k) − ⌊Σ y_k/p_k⌋·P lies in [0, P). P/p_k is cut into
balanced digits d_j of β bits. A product y·d splits without error into a multiple of 2^β and a remainder,

    new = fma(y, d, old), old having the ulp 2^β, and fma(y, d, old − new),

and both are summed in doubles of a fixed exponent, so that their bit patterns are the sums, as integers. Bounds:
|y| ≤ 0.75·p < 2^49, |d| ≤ 2^(β-1), β ≤ 48, eight primes: remainders, with the multiple of P, stay below 2^51, multiples
below 2^(β+51).

X takes 2·D + 1 such sums where a coefficient has D digits, so a digit of the product is the sum of at most three sums
of neighbouring X: below 2^54 in absolute value. Carries are made in integers, once through a coefficient and on to the
next one; the digits are in their range then, except for one time in 2^38, when a carry has to go further.
"""

from pi_engine.bigint.ntt.description.layout import CONSTANTS, CRT_NOW, CRT_PACK, ONE_OVER_P
from pi_engine.bigint.vectors.load_store import (
    load_byte,
    load_double,
    load_wide,
    load_wide_integers,
    store_byte,
    store_vector,
)
from pi_engine.bigint.vectors.modular import ROUNDER, rounded_product
from pi_engine.bigint.vectors.points import load_last_two, store_last_two, store_points
from pi_engine.bigint.vectors.simd import (
    any_bit,
    bits_of,
    broadcast_wide,
    broadcast_wide_integer,
    fma,
    shift_left,
    shift_right,
    slide_one,
    slide_two,
)
from pi_engine.runtime.compilation.routine import kernel, routine

# Makes what is to be shifted positive: a multiple of every 2^β, and larger than any sum.
_POSITIVE = 1 << 60

ROUNDS = 16


@routine
def sums_of_eight(source, prime_stride, primes, beta_scales, constants, cofactors, scratch):
    """X of eight points as 2·digits + 1 sums, each with the bit patterns of the two roundings added.

    They go to scratch[CRT_NOW + 8·j]. source: y modulo the first prime; those of the others follow at prime_stride.
    Numbers of primes and of digits are constants in each call, so that y stays in registers.
    """
    if primes == 8:
        _sums(source, prime_stride, 8, 4, beta_scales, constants, cofactors, scratch)
    elif primes == 7:
        _sums(source, prime_stride, 7, 4, beta_scales, constants, cofactors, scratch)
    elif primes == 6:
        _sums(source, prime_stride, 6, 3, beta_scales, constants, cofactors, scratch)
    elif primes == 5:
        _sums(source, prime_stride, 5, 3, beta_scales, constants, cofactors, scratch)
    elif primes == 4:
        _sums(source, prime_stride, 4, 2, beta_scales, constants, cofactors, scratch)
    else:
        _sums(source, prime_stride, 3, 2, beta_scales, constants, cofactors, scratch)


@routine(forceinline=True)
def _sums(source, prime_stride, primes, digits, beta_scales, constants, cofactors, scratch):
    fraction = broadcast_wide(-0.5 + 2.0**-30)
    for k in range(primes):
        one_over_p = broadcast_wide(load_double(constants, k * CONSTANTS + ONE_OVER_P))
        fraction = fma(load_wide(source, k * prime_stride), one_over_p, fraction)
    multiple = rounded_product(fraction, broadcast_wide(1.0))
    magic = broadcast_wide(load_double(beta_scales, 2))
    rounder = broadcast_wide(ROUNDER)
    high = bits_of(magic)
    step = 8 * (2 * digits + 1)
    for j in range(2 * digits):
        cofactor = cofactors + 8 * j
        old = magic
        low = fma(multiple, broadcast_wide(load_double(cofactor, 0)), rounder)
        y_at = source
        for _ in range(primes):
            cofactor += step
            y = load_wide(y_at, 0)
            d = broadcast_wide(load_double(cofactor, 0))
            new = fma(y, d, old)
            low = low + fma(y, d, old - new)
            old = new
            y_at += 8 * prime_stride
        store_vector(scratch, CRT_NOW + 8 * j, bits_of(low) + high)
        high = bits_of(old)
    # The highest digit of P/p is zero (the plan made sure).
    low = fma(multiple, broadcast_wide(load_double(cofactors, 2 * digits)), rounder)
    store_vector(scratch, CRT_NOW + 16 * digits, bits_of(low) + high)


@routine
def clear_sums(digits, beta_scales, scratch):
    """X = 0 for eight points."""
    zero = bits_of(broadcast_wide(ROUNDER)) + bits_of(broadcast_wide(load_double(beta_scales, 2)))
    for j in range(0, 8 * (2 * digits + 1), 8):
        store_vector(scratch, CRT_NOW + j, zero)


@routine
def clear_state(state, digits, beta, beta_scales):
    """Nothing before: no upper sums, no carry."""
    zero = bits_of(broadcast_wide(ROUNDER)) + bits_of(broadcast_wide(load_double(beta_scales, 2)))
    for t in range(digits + 1):
        store_last_two(state, 2 * t, zero)
    store_last_two(state, 2 * digits + 2, broadcast_wide_integer(_POSITIVE >> beta))


@routine
def _carry_further(digits, beta, scratch):
    """Digits into their range, where one round of carries was not enough; returns what leaves the last point.

    A round takes a carry on by one of eight points, and after the first none is more than 1: only a faulty machine needs ROUNDS.
    """
    mask, shift = broadcast_wide_integer((1 << beta) - 1), broadcast_wide_integer(beta)
    leaving = broadcast_wide_integer(0)
    none = broadcast_wide_integer(_POSITIVE >> beta)
    for _ in range(ROUNDS):
        carry = broadcast_wide_integer(_POSITIVE)
        for t in range(digits):
            total = load_wide_integers(scratch, CRT_PACK + 8 * t) + carry
            store_vector(scratch, CRT_PACK + 8 * t, total & mask)
            carry = shift_right(total, shift)
            if t < digits - 1:
                carry = carry + broadcast_wide_integer(_POSITIVE - (_POSITIVE >> beta))
        leaving = leaving + (carry - none)
        first = load_wide_integers(scratch, CRT_PACK) + (slide_one(none, carry) - none)
        store_vector(scratch, CRT_PACK, first)
        if any_bit(shift_right(first, shift)) == 0:
            break
    return leaving


@routine
def digits_from_sums(digits, beta, beta_scales, state, scratch):
    """Digits of the product, each in [0, 2^β), at scratch[CRT_PACK + 8·t], from the sums of eight points.

    state: pairs of words, the last two lanes of the D + 1 upper sums of the eight points before and of their carry.
    """
    mask, shift = broadcast_wide_integer((1 << beta) - 1), broadcast_wide_integer(beta)
    zero = bits_of(broadcast_wide(ROUNDER)) + bits_of(broadcast_wide(load_double(beta_scales, 2)))
    positive = broadcast_wide_integer(_POSITIVE)
    top = load_wide_integers(scratch, CRT_NOW + 16 * digits)
    carry = slide_two(load_last_two(state, 2 * digits), top) - zero + positive
    store_last_two(state, 2 * digits, top)
    bias = zero + zero
    for t in range(digits):
        upper = load_wide_integers(scratch, CRT_NOW + 8 * (t + digits))
        total = load_wide_integers(scratch, CRT_NOW + 8 * t) + slide_one(load_last_two(state, 2 * t), upper)
        store_last_two(state, 2 * t, upper)
        total = (total - bias) + carry
        store_vector(scratch, CRT_PACK + 8 * t, total & mask)
        carry = shift_right(total, shift)
        # From here on a carry brings with it what is to make the next sum positive.
        bias = zero + zero - broadcast_wide_integer(_POSITIVE - (_POSITIVE >> beta))
    none = broadcast_wide_integer(_POSITIVE >> beta)
    first = load_wide_integers(scratch, CRT_PACK) + (slide_one(load_last_two(state, 2 * digits + 2), carry) - none)
    store_vector(scratch, CRT_PACK, first)
    if any_bit(shift_right(first, shift)):
        carry = carry + _carry_further(digits, beta, scratch)
    store_last_two(state, 2 * digits + 2, carry)


@routine
def pack(target, digits, beta, packing, scratch):
    """Put the digits of eight coefficients into 8·digits·beta bits at a byte address; writes up to 31 bytes beyond.

    packing: int64[4][8]: the byte where a coefficient begins, the bit in it, 63 less that, and how far down in a
    coefficient's last digit its bits in its last, incomplete byte begin.
    """
    starts = load_wide_integers(packing, 8)
    ends = load_wide_integers(packing, 16)
    one = broadcast_wide_integer(1)
    d0, d1 = load_wide_integers(scratch, CRT_PACK), load_wide_integers(scratch, CRT_PACK + 8)
    w0 = d0 | shift_left(d1, broadcast_wide_integer(beta))
    w1 = shift_right(d1, broadcast_wide_integer(64 - beta))
    w2 = broadcast_wide_integer(0)
    last = d1
    if digits > 2:
        last = load_wide_integers(scratch, CRT_PACK + 16)
        w1 = w1 | shift_left(last, broadcast_wide_integer(2 * beta - 64))
        w2 = shift_right(last, broadcast_wide_integer(128 - 2 * beta))
    w3 = broadcast_wide_integer(0)
    if digits > 3:
        last = load_wide_integers(scratch, CRT_PACK + 24)
        if 3 * beta >= 128:
            w2 = w2 | shift_left(last, broadcast_wide_integer(3 * beta - 128))
        else:
            w1 = w1 | shift_left(last, broadcast_wide_integer(3 * beta - 64))
            w2 = w2 | shift_right(last, broadcast_wide_integer(128 - 3 * beta))
        # Four digits are 192 bits at most; shifted by their bit in a byte they may be more.
        w3 = shift_right(shift_right(w2, one), ends)
    w2 = shift_left(w2, starts) | shift_right(shift_right(w1, one), ends)
    w1 = shift_left(w1, starts) | shift_right(shift_right(w0, one), ends)
    before = slide_one(broadcast_wide_integer(0), shift_right(last, load_wide_integers(packing, 24)))
    store_points(target, packing, shift_left(w0, starts) | before, w1, w2, w3)


@routine
def _add_bytes(out, out_bytes, place, addend, addend_bytes):
    carry = 0
    i = 0
    while place + i < out_bytes and (i < addend_bytes or carry):
        value = load_byte(out + place + i) + carry
        if i < addend_bytes:
            value += load_byte(addend + i)
        store_byte(out + place + i, value)
        carry = value >> 8
        i += 1
    return carry


@kernel("int64(int64, int64, int64, int64, int64, int64, int64)")
def add_bytes(out, out_bytes, place, distance, addends, addend_bytes, count):
    """Add `count` little-endian integers, which lie one after the other, at bytes place, place + distance, ….

    Bytes past the end of `out` are dropped. Returns the sum of the carries out of it.
    """
    carry = 0
    for i in range(count):
        carry += _add_bytes(out, out_bytes, place + i * distance, addends + i * addend_bytes, addend_bytes)
    return carry
