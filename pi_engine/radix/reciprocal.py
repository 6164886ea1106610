"""The reciprocal of a large integer by Newton's iteration, precision doubling.

With D = d/2^L in [1/2, 1) and y₀ = 1/D + ε, the next y₁ = y₀ + y₀·(1 − D·y₀) has 1/D − y₁ = D·ε². The product d·r₀ is
known in its upper half, nearly a power of two, so that it is enough to know it modulo 2^s − 1 with s a little above n.
"""

from __future__ import annotations

from gmpy2 import mpz

from pi_engine.bigint.limb_products import multiply_cyclic
from pi_engine.bigint.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.product import multiply, thresholds
from pi_engine.bigint.sizes import size_for
from pi_engine.radix.powers import useful

_DIVIDE_BITS = 20_000
"""Below, GMP's division costs less than the calls."""


def reciprocal(d: mpz, n: int, threads: int) -> mpz:
    """Find r with |r − 2^(L+n)/d| < 2, L being d's length in bits, d > 0.

    Error in units of 2^−n, ε₀ ≤ 2·2^−h of the step before with h ≥ n/2 + 3.5: ε₀² ≤ 2^−5; d cut to n + 8 bits: y₀²·2^−8
    < 0.02; 1 − D·y₀ cut to n + 6 bits: y₀·2^−6 < 0.04; the rounding of the result: 1. Together below 2. In the
    division: 1 + 2^−6.
    """
    threads = useful(threads, n)
    length = d.bit_length()
    cut = max(length - (n + 8), 0)
    d, length = d >> cut, length - cut
    if n <= _DIVIDE_BITS:
        return (mpz(1) << (length + n)) // d
    h = n // 2 + 4
    r = reciprocal(d, h, threads)
    # |1 − D·y₀| ≤ 2^(1−h) + 2^(−n−6), so that |error| < 2^(length + 3).
    error = _difference(r, d, h + length, length + 5, threads)
    drop = h + length - (n + 6)
    error = error >> drop if drop >= 0 else error << -drop
    return (r << (n - h)) + (multiply(r, error, threads=threads) >> (h + 6))


def _difference(r: mpz, d: mpz, exponent: int, bits: int, threads: int) -> mpz:
    """2^exponent − r·d, which is below 2^(bits−2) in absolute value."""
    if r.bit_length() < thresholds().multiply:
        return (mpz(1) << exponent) - r * d
    size = size_for(max(bits, d.bit_length(), r.bit_length()))
    product = mpz_from_limbs(multiply_cyclic(limbs_of(r), limbs_of(d), size, threads))
    modulus = (mpz(1) << size.bits) - 1
    difference = ((mpz(1) << (exponent % size.bits)) - product) % modulus
    return difference - modulus if difference >> (size.bits - 1) else difference
