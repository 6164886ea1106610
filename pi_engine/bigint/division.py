"""Square root and quotient of large integers, each checked by its defining identity modulo 2^61 − 1.

GMP's algorithms for now: M(n)·O(1) for operands above its thresholds, on one thread.
"""

from __future__ import annotations

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint.mersenne import check_identity, require, residue


def isqrt(n: mpz, *, check: bool = True) -> mpz:
    """⌊√n⌋ for n ≥ 0, checked by s² + r = n with 0 ≤ r ≤ 2s.

    Raises:
        VerificationError: the identity does not hold.
    """
    s, r = gmpy2.isqrt_rem(n)
    if check:
        require(0 <= r <= 2 * s, "the square root")
        check_identity(residue(s) ** 2 + residue(r), residue(n), "the square root")
    return s


def divide(n: mpz, d: mpz, *, check: bool = True) -> mpz:
    """⌊n/d⌋ for n ≥ 0, d > 0, checked by q·d + r = n with 0 ≤ r < d.

    Raises:
        VerificationError: the identity does not hold.
    """
    q, r = gmpy2.f_divmod(n, d)
    if check:
        require(0 <= r < d, "the quotient")
        check_identity(residue(q) * residue(d) + residue(r), residue(n), "the quotient")
    return q
