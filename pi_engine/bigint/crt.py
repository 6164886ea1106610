"""From residues back to one long integer: Chinese remainders in β-bit digits held as doubles, and the carries.

With P = ∏p and y_k = x_k·(P/p_k)^-1 mod p_k (the transform's scale is folded in), X = Σ y_k·(P/p_k) − ⌊Σ y_k/p_k⌋·P
lies in [0, P). P/p_k is cut into balanced digits d_j of β bits. A product y·d splits without error into a multiple of
2^β and a remainder:

    new = fma(y, d, old), old having the ulp 2^β, and fma(y, d, old − new),

so that both sums are exact in doubles: |y| ≤ 0.75·p < 2^49, |d| ≤ 2^(β-1), eight primes: remainders stay below 2^(β+2),
multiples below 2^(β+51). Bounds: β ≤ 48; digits after one round of carries are below 2^(β-1) + 2^6.

X takes 2·D + 1 digits where a coefficient has D, so a digit of the product is the sum of at most three digits of
neighbouring X.
"""

from pi_engine.bigint.layout import CONSTANTS, CRT_NOW, CRT_PACK, CRT_Y, ONE_OVER_P, PRIME, SCALE, SCALE_OVER_P
from pi_engine.bigint.modular import ROUNDER, mulmod, rounded_product
from pi_engine.bigint.simd import bits_of, broadcast_wide, fma, fnma, slide_one, slide_two
from pi_engine.bigint.simd_memory import load_byte, load_double, load_wide, load_word, store, store_byte, store_word
from pi_engine.runtime.compilation import routine


@routine
def digits_of_eight(source, prime_stride, primes, digits, beta_scales, constants, cofactors, scratch):
    """X of eight points in 2·digits + 1 balanced digits, at scratch[CRT_NOW + 8·j]."""
    fraction = broadcast_wide(-0.5 + 2.0**-30)
    for k in range(primes):
        p = broadcast_wide(load_double(constants, k * CONSTANTS + PRIME))
        scale = broadcast_wide(load_double(constants, k * CONSTANTS + SCALE))
        scale_q = broadcast_wide(load_double(constants, k * CONSTANTS + SCALE_OVER_P))
        y = mulmod(load_wide(source, k * prime_stride), scale, scale_q, p)
        fraction = fma(y, broadcast_wide(load_double(constants, k * CONSTANTS + ONE_OVER_P)), fraction)
        store(scratch, CRT_Y + 8 * k, y)
    multiple = rounded_product(fraction, broadcast_wide(1.0))
    base = broadcast_wide(load_double(beta_scales, 0))
    one_over_base = broadcast_wide(load_double(beta_scales, 1))
    magic = broadcast_wide(load_double(beta_scales, 2))
    count = 2 * digits + 1
    high = broadcast_wide(0.0)
    carry = broadcast_wide(0.0)
    for j in range(0, 2 * digits, 2):
        # Two digits of eight points: enough chains in flight. One digit, or four points, took a tenth to a fifth
        # longer.
        old0 = magic
        old1 = magic
        low0 = multiple * broadcast_wide(load_double(cofactors, j))
        low1 = multiple * broadcast_wide(load_double(cofactors, j + 1))
        for k in range(primes):
            y = load_wide(scratch, CRT_Y + 8 * k)
            d0 = broadcast_wide(load_double(cofactors, (k + 1) * count + j))
            d1 = broadcast_wide(load_double(cofactors, (k + 1) * count + j + 1))
            new0 = fma(y, d0, old0)
            new1 = fma(y, d1, old1)
            low0 = low0 + fma(y, d0, old0 - new0)
            low1 = low1 + fma(y, d1, old1 - new1)
            old0 = new0
            old1 = new1
        # Only here do these digits wait for those before them.
        low0 = low0 + high
        low1 = fma(old0 - magic, one_over_base, low1)
        high = (old1 - magic) * one_over_base
        out0 = rounded_product(low0, one_over_base)
        out1 = rounded_product(low1, one_over_base)
        store(scratch, CRT_NOW + 8 * j, fnma(out0, base, low0) + carry)
        store(scratch, CRT_NOW + 8 * j + 8, fnma(out1, base, low1) + out0)
        carry = out1
    # The highest digit of P/p is zero (the plan made sure), and of X small.
    top = fma(multiple, broadcast_wide(load_double(cofactors, 2 * digits)), high)
    store(scratch, CRT_NOW + 16 * digits, top + carry)


@routine
def overlap(digits, before, scratch):
    """Digits of the product from those of the X, as integers at scratch[CRT_PACK + 8·t].

    before: float64[digits+1][8], the upper digits of the eight X before these, replaced by those of these.
    """
    rounder = broadcast_wide(ROUNDER)
    bias = bits_of(rounder)
    for t in range(digits):
        upper = load_wide(scratch, CRT_NOW + 8 * (t + digits))
        total = load_wide(scratch, CRT_NOW + 8 * t) + slide_one(load_wide(before, 8 * t), upper)
        if t == 0:
            top = load_wide(scratch, CRT_NOW + 16 * digits)
            total = total + slide_two(load_wide(before, 8 * digits), top)
            store(before, 8 * digits, top)
        store(before, 8 * t, upper)
        store(scratch, CRT_PACK + 8 * t, bits_of(total + rounder) - bias)


@routine
def clear_digits(digits, scratch):
    """X = 0 for eight points."""
    for j in range(0, 8 * (2 * digits + 1), 8):
        store(scratch, CRT_NOW + j, broadcast_wide(0.0))


@routine
def pack(target, digits, beta, carry, packing, scratch):
    """Put the digits of eight coefficients and a carry into 8·digits·beta bits at a byte address.

    Writes up to 7 bytes beyond. Returns the carry out.

    packing: int64[8·digits][4]: where in scratch a digit is, the bit in the byte where it goes, the byte, and the bits
    from this byte to the next digit's byte.
    """
    mask = (1 << beta) - 1
    pending = 0
    for _ in range(8 * digits):
        value = load_word(scratch + load_word(packing)) + carry
        carry = value >> beta
        word = pending | ((value & mask) << load_word(packing + 8))
        store_word(target + load_word(packing + 16), word)
        pending = word >> load_word(packing + 24)
        packing += 32
    return carry


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


@routine
def add_bytes(out, out_bytes, place, distance, addends, addend_bytes, count):
    """Add `count` little-endian integers, which lie one after the other, at bytes place, place + distance, ….

    Bytes past the end of `out` are dropped. Returns the sum of the carries out of it.
    """
    carry = 0
    for i in range(count):
        carry += _add_bytes(out, out_bytes, place + i * distance, addends + i * addend_bytes, addend_bytes)
    return carry
