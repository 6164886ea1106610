"""Arithmetic modulo a prime p < 0.65·2^50 on vectors of doubles.

Residues are integers in double precision, in no fixed range: a bound K means |x| ≤ K·p. With u = 2^-53:

mulmod   q = ⌊x·w/p⌉ is taken from fma(x, w/p, M) − M, M = 1.5·2^52, exact as an integer while |q| < 2^51, that is for
         K < 6.15 when |w| ≤ p/2. w/p carries two roundings (1/p, then the product), so q misses x·w/p by at most
         1/2 + 2u·|x·w/p| ≤ 1/2 + 2^-52·K·0.65·2^50/2 = 1/2 + 0.08125·K.
         h = x·w rounded, and fma(x, w, −h) its error, exactly; h − q·p is an integer below 2^53, hence exact too.
         So |r| ≤ (1/2 + 0.08125·K)·p.
reduce   q = ⌊x/p⌉ and x − q·p: |r| ≤ (1/2 + 2^-40)·p for K < 100.
"""

from pi_engine.bigint.vectors.simd import broadcast_like, fma, fms, fnma
from pi_engine.runtime.compilation.routine import routine

# Adding 1.5·2^52 leaves a double of ulp 1: the sum is rounded to an integer, of either sign.
ROUNDER = 1.5 * 2.0**52


@routine(forceinline=True)
def rounded_product(x, y):
    """⌊x·y⌉ for |x·y| < 2^51."""
    rounder = broadcast_like(ROUNDER, x)
    return fma(x, y, rounder) - rounder


@routine(forceinline=True)
def mulmod(x, w, w_over_p, p):
    """x·w modulo p, for |w| ≤ p/2 and |x| < 6.15·p."""
    q = rounded_product(x, w_over_p)
    h = x * w
    return fnma(q, p, h) + fms(x, w, h)


@routine(forceinline=True)
def mulmod_negated(x, w, w_over_p, p):
    """−x·w modulo p, for |w| ≤ p/2 and |x| < 6.15·p."""
    q = rounded_product(x, w_over_p)
    h = x * w
    return fms(q, p, h) - fms(x, w, h)


@routine(forceinline=True)
def reduce(x, one_over_p, p):
    """Reduce x modulo p to [-p/2, p/2], up to one part in 2^40."""
    return fnma(rounded_product(x, one_over_p), p, x)


@routine(forceinline=True)
def mulmod_reduced(x, w, one_over_p, p):
    """x·w modulo p in [-p/2, p/2] with no quotient prepared, for |x|, |w| ≤ p/2: tables are built with it."""
    return reduce(mulmod(x, w, w * one_over_p, p), one_over_p, p)
