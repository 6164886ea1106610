"""Square root and quotient of large integers, each checked by its defining identity modulo 2^61 − 1.

GMP's algorithms for now: M(n)·O(1) for operands above its thresholds, on one thread.
"""

from __future__ import annotations

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint.residues import M61, check_identity, residue


def isqrt(n: mpz, *, check: bool = True) -> mpz:
    """⌊√n⌋ for n ≥ 0, checked by s² + r = n.

    Raises:
        VerificationError: the identity does not hold.
    """
    s, r = gmpy2.isqrt_rem(n)
    if check:
        check_identity(residue(s) ** 2 + residue(r), residue(n), "the square root")
    return s


def divide(n: mpz, d: mpz, *, check: bool = True) -> mpz:
    """⌊n/d⌋ for n ≥ 0, d > 0, checked by q·d + r = n.

    Raises:
        VerificationError: the identity does not hold.
    """
    q, r = gmpy2.f_divmod(n, d)
    if check:
        check_identity(residue(q) * residue(d) + residue(r), residue(n), "the quotient")
    return q


def inverse_power_of_two(bits: int) -> int:
    """2^(−bits) mod 2^61 − 1: since 2^61 ≡ 1, a power of two as well."""
    return pow(2, -bits % 61, M61)
