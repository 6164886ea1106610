"""Products modulo x^4 − t, by which the transform ends two levels early.

Below four points a radix-4 level costs more (three transforms, and twiddles for a quarter of all points) than sixteen
products that are reduced only once for each coefficient. A product a·b splits without error into a multiple of 2^48 and
a remainder,

    new = fma(a, b, old), old having the ulp 2^48, and fma(a, b, old − new),

both of which are summed. Bounds in units of p < 0.65·2^50: a and b reduced to 1/2, t·b to 1/2 + 0.04; four products are
at most 4·0.27·p² < 2^99, so that their sum stays in the binade [2^100, 2^101) of the magic number, and its quotient by
p, at most 1.08·p, is off by at most 1/2 + 2^-52·1.08·p < 0.68. The four remainders, at most 2^47 each, sum exactly to
at most 2^49 < 0.78·p. Result: at most 0.68 + 0.78 = 1.46, which the inverse passes may be given.
"""

from pi_engine.bigint.modular import mulmod, reduce, rounded_product
from pi_engine.bigint.simd import broadcast, fma, fnma
from pi_engine.runtime.compilation import routine

# Doubles near it are multiples of 2^48. Twice as much would leave results of up to 2.2·p: too large for the inverse.
_MAGIC = 1.5 * 2.0**100


@routine(forceinline=True)
def _accumulate(x, y, high, low):
    """Add x·y to high + low, in the same two parts."""
    new = fma(x, y, high)
    return new, low + fma(x, y, high - new)


@routine(forceinline=True)
def _remainder(high, low, one_over_p, p):
    high = high - broadcast(_MAGIC)
    return fnma(rounded_product(high, one_over_p), p, high) + low


@routine(forceinline=True)
def multiply_modulo_binomial(a0, a1, a2, a3, b0, b1, b2, b3, t, one_over_p, p):
    """(a0 + a1·x + …)·(b0 + b1·x + …) modulo x^4 − t, for |a|, |b| below 4·p, |t| ≤ p/2.

    The four sums advance side by side: one after the other, each would wait for its own chain of dependent operations.
    """
    b0, b1 = reduce(b0, one_over_p, p), reduce(b1, one_over_p, p)
    b2, b3 = reduce(b2, one_over_p, p), reduce(b3, one_over_p, p)
    t_over_p = t * one_over_p
    s1, s2, s3 = mulmod(b1, t, t_over_p, p), mulmod(b2, t, t_over_p, p), mulmod(b3, t, t_over_p, p)
    magic, zero = broadcast(_MAGIC), broadcast(0.0)
    a0 = reduce(a0, one_over_p, p)
    h0, l0 = _accumulate(a0, b0, magic, zero)
    h1, l1 = _accumulate(a0, b1, magic, zero)
    h2, l2 = _accumulate(a0, b2, magic, zero)
    h3, l3 = _accumulate(a0, b3, magic, zero)
    a1 = reduce(a1, one_over_p, p)
    h0, l0 = _accumulate(a1, s3, h0, l0)
    h1, l1 = _accumulate(a1, b0, h1, l1)
    h2, l2 = _accumulate(a1, b1, h2, l2)
    h3, l3 = _accumulate(a1, b2, h3, l3)
    a2 = reduce(a2, one_over_p, p)
    h0, l0 = _accumulate(a2, s2, h0, l0)
    h1, l1 = _accumulate(a2, s3, h1, l1)
    h2, l2 = _accumulate(a2, b0, h2, l2)
    h3, l3 = _accumulate(a2, b1, h3, l3)
    a3 = reduce(a3, one_over_p, p)
    h0, l0 = _accumulate(a3, s1, h0, l0)
    h1, l1 = _accumulate(a3, s2, h1, l1)
    h2, l2 = _accumulate(a3, s3, h2, l2)
    h3, l3 = _accumulate(a3, b0, h3, l3)
    return (
        _remainder(h0, l0, one_over_p, p),
        _remainder(h1, l1, one_over_p, p),
        _remainder(h2, l2, one_over_p, p),
        _remainder(h3, l3, one_over_p, p),
    )
