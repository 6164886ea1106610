"""Square root and quotient of large integers, exact, each checked by its defining identity modulo both `moduli`.

GMP below a crossover; above it Newton's iteration on the engine's products (`square_root`, `quotient`), and the exact
remainder from one more cyclic product, by which the result is corrected. In units of M(w), the product of w by w bits:
  isqrt, root of w bits        12/6 for the root and 2/6 for the remainder: 2.33
  divide, 2w by w bits         5/6 for 1/d to w/2 bits, 10/6 for two quotient halves and their remainders: 2.5
A quotient shorter than the divisor costs what its own length does, a longer one 1.33 for each further w bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gmpy2

from pi_engine.bigint.mersenne import require
from pi_engine.bigint.moduli import require_equal, residues
from pi_engine.bigint.product import (
    TRANSFORM,
    gmp_seconds,
    multiply,
    thresholds,
    transform_is_usable,
    transform_pays,
)
from pi_engine.runtime.integers import as_mpz
from pi_engine.runtime.kernel_set import KernelUse
from pi_engine.runtime.threads import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from gmpy2 import mpz

DIVIDE_FROM_BITS = 250_000
"""Bits of the shorter one of quotient and divisor from which Newton is quicker; see benchmarks/bench_newton.py."""

ROOT_FROM_BITS = 350_000
"""Bits of the root, likewise."""

_GMP_PRODUCTS = 2.4
"""Products of the result's length that GMP's quotient, or root, takes as long as."""


def transform_use(bits: int) -> KernelUse:
    """What products, quotients and roots of so many bits load and compile."""
    limits = thresholds()
    if bits < min(limits.square, limits.multiply) or not transform_is_usable():
        return KernelUse(load=False, compile=False)
    compiles = TRANSFORM.would_compile(_GMP_PRODUCTS * gmp_seconds(bits, bits))
    return KernelUse(load=compiles or TRANSFORM.is_stored(), compile=compiles)


def isqrt(n: SupportsIndex, *, check: bool = True, threads: SupportsIndex | None = None, newton: bool = True) -> mpz:
    """⌊√n⌋ for n ≥ 0, checked by s² + r = n and 0 ≤ r ≤ 2s.

    With `newton` false GMP alone computes, and no kernel is needed.

    Raises:
        ValueError: n is negative.
        VerificationError: the identity does not hold.
    """
    n, threads = as_mpz(n, "isqrt"), thread_count(threads)
    length = n.bit_length() // 2
    if length < ROOT_FROM_BITS or not (newton and transform_pays(_GMP_PRODUCTS * gmp_seconds(length, length))):
        s, r = gmpy2.isqrt_rem(n)
        shift = 0
    else:
        if n < 0:
            raise ValueError("the square root of a negative number is not real")
        from pi_engine.bigint.square_root import isqrt_rem

        limbs = (n.bit_length() + 127) // 128
        shift = (128 * limbs - n.bit_length()) // 2
        s, r = isqrt_rem(n << (2 * shift), limbs, threads)
    if check:
        require(0 <= r <= 2 * s, "the square root")
        root = residues(s, threads)
        require_equal(root * root + residues(r, threads), residues(n, threads) * 4**shift, "the square root")
    # With s = ⌊√(n·4^shift)⌋, ⌊s/2^shift⌋ = ⌊√n⌋.
    return s >> shift


def divide(
    n: SupportsIndex, d: SupportsIndex, *, check: bool = True, threads: SupportsIndex | None = None, newton: bool = True
) -> mpz:
    """⌊n/d⌋ for n ≥ 0, d > 0, checked by q·d + r = n and 0 ≤ r < d.

    Where q is much shorter than d, those are n and d without the same number of low limbs, and q for the full ones
    follows from r.

    Raises:
        ZeroDivisionError: d is zero.
        ValueError: n or d is negative.
        VerificationError: the identity does not hold.
    """
    n, d, threads = as_mpz(n, "divide"), as_mpz(d, "divide"), thread_count(threads)
    if not d:
        raise ZeroDivisionError("division of a large integer by zero")
    if n < 0 or d < 0:
        raise ValueError("divide takes n ≥ 0 and d > 0")
    newton = newton and transform_is_usable()
    # q < B^quotient_limbs
    quotient_limbs = (max(n.bit_length() - d.bit_length() + 1, 0) + 63) // 64
    cut = (d.bit_length() + 63) // 64 - quotient_limbs - 2
    if cut < max(quotient_limbs // 8, 2):
        return _checked_divmod(n, d, threads, check=check, newton=newton)[0]
    # n = n₁·B^cut + n₀ and d = d₁·B^cut + d₀, q₁ = ⌊n₁/d₁⌋, r₁ = n₁ − q₁·d₁.
    # n/d < (n₁ + 1)/d₁ ≤ q₁ + 1, so q ≤ q₁. And n − q₁·d = r₁·B^cut + n₀ − q₁·d₀ > (r₁ − q₁)·B^cut, so q = q₁ where r₁
    # ≥ q₁: nearly always, as d₁ has a limb more than q₁. Else n − q₁·d > −q₁·B^cut > −d, so q ≥ q₁ − 1.
    q, r = _checked_divmod(n >> (64 * cut), d >> (64 * cut), threads, check=check, newton=newton)
    if r < q and (multiply(q, d, threads=threads, check=check) if newton else q * d) > n:
        q = q - 1
    return q


def _checked_divmod(n: mpz, d: mpz, threads: int, *, check: bool, newton: bool) -> tuple[mpz, mpz]:
    """Quotient and remainder."""
    lengths = n.bit_length() - d.bit_length(), d.bit_length()
    if min(lengths) < DIVIDE_FROM_BITS or not (newton and transform_pays(_GMP_PRODUCTS * gmp_seconds(*lengths))):
        shift = 0
        q, r = gmpy2.f_divmod(n, d)
    else:
        from pi_engine.bigint.quotient import divmod_newton

        shift = -d.bit_length() % 64
        q, r = divmod_newton(n << shift, d << shift, threads)
    if check:
        require(0 <= r < d << shift, "the quotient")
        product = residues(q, threads) * residues(d, threads)
        require_equal(product * 2**shift + residues(r, threads), residues(n, threads) * 2**shift, "the quotient")
    return q, r >> shift
