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

from pi_engine.bigint.product import (
    TRANSFORM,
    gmp_seconds,
    multiply,
    thresholds,
    transform_is_usable,
    transform_pays,
)
from pi_engine.bigint.residues.moduli import require, require_equal, residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.runtime.compilation.kernel_set import KernelUse
from pi_engine.runtime.integers import as_mpz
from pi_engine.runtime.machine_faults import machine_fault
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from gmpy2 import mpz

DIVIDE_FROM_BITS = 170_000
"""Bits of the shorter one of quotient and divisor from which Newton is quicker, if `tune` has not measured that."""

ROOT_FROM_BITS = 200_000
"""Bits of the root from which Newton is quicker, if `tune` has not measured that."""

_GMP_PRODUCTS = 2.4
"""Products of the result's length that GMP's quotient, or root, takes as long as."""


def divide_from_bits() -> int:
    """Bits of the shorter one of quotient and divisor from which Newton's iteration divides."""
    return thresholds().divide or DIVIDE_FROM_BITS


def root_from_bits() -> int:
    """Bits of the root from which Newton's iteration finds it."""
    return thresholds().root or ROOT_FROM_BITS


def transform_use(bits: int) -> KernelUse:
    """What products, quotients and roots of a given number of bits load and compile."""
    limits = thresholds()
    if bits < min(limits.square, limits.multiply) or not transform_is_usable():
        return KernelUse(load=False, compile=False)
    compiles = TRANSFORM.would_compile(_GMP_PRODUCTS * gmp_seconds(bits, bits))
    return KernelUse(load=compiles or TRANSFORM.stored(), compile=compiles)


def isqrt(n: SupportsIndex, *, check: bool = True, threads: SupportsIndex | None = None, compiled: bool = True) -> mpz:
    """⌊√n⌋ for n ≥ 0, checked by s² + r = n and 0 ≤ r ≤ 2s.

    With `compiled` false GMP alone computes, and no kernel is needed.

    Raises:
        ValueError: n is negative.
        VerificationError: the identity does not hold.
    """
    n, threads = as_mpz(n, "isqrt"), thread_count(threads)
    if n < 0:
        raise ValueError("the square root of a negative number is not real")
    return tracked_isqrt(Tracked.of(n, check=check, threads=threads), threads, compiled=compiled).value


def tracked_isqrt(n: Tracked, threads: int, *, compiled: bool) -> Tracked:
    """⌊√n⌋ of a number in custody, checked with its residues if it has some."""
    if n.value < 0:
        raise machine_fault("a number has another sign before its root")
    length = n.bits // 2
    if not compiled or length < root_from_bits() or not transform_pays(_GMP_PRODUCTS * gmp_seconds(length, length)):
        s, r = gmpy2.isqrt_rem(n.value)
        shift = 0
    else:
        from pi_engine.bigint.square_root import isqrt_rem

        limbs = (n.bits + 127) // 128
        shift = (128 * limbs - n.bits) // 2
        s, r = isqrt_rem(n.value << (2 * shift), limbs, threads)
    found = Tracked.of(s, check=n.residues is not None, threads=threads)
    if n.residues is not None and found.residues is not None:
        rest = residues(r, threads)
        require(0 <= r <= 2 * s, "the square root")
        require_equal(found.residues * found.residues + rest, n.residues * 4**shift, "the square root")
    # With s = ⌊√(n·4^shift)⌋, ⌊s/2^shift⌋ = ⌊√n⌋.
    return found.cut(shift, threads)


def divide(
    n: SupportsIndex,
    d: SupportsIndex,
    *,
    check: bool = True,
    threads: SupportsIndex | None = None,
    compiled: bool = True,
) -> mpz:
    """⌊n/d⌋ for n ≥ 0, d > 0, checked by q·d + r = n and 0 ≤ r < d.

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
    above, below = (Tracked.of(x, check=check, threads=threads) for x in (n, d))
    return tracked_divide(above, below, threads, compiled=compiled).value


def tracked_divide(n: Tracked, d: Tracked, threads: int, *, compiled: bool) -> Tracked:
    """⌊n/d⌋ of numbers in custody, checked with their residues if they have some.

    Where q is much shorter than d, n and d without their low limbs, the same number of both, are divided first; q for n and d
    as they are follows from that remainder. The identity is checked for the numbers that are divided.
    """
    if n.value < 0 or d.value <= 0:
        raise machine_fault("a number that is divided has another sign")
    compiled = compiled and transform_is_usable()
    # q < B^quotient_limbs
    quotient_limbs = (max(n.bits - d.bits + 1, 0) + 63) // 64
    cut = (d.bits + 63) // 64 - quotient_limbs - 2
    if cut < max(quotient_limbs // 8, 2):
        return _checked_divmod(n, d, threads, compiled=compiled)[0]
    # n = n₁·B^cut + n₀ and d = d₁·B^cut + d₀, q₁ = ⌊n₁/d₁⌋, r₁ = n₁ − q₁·d₁.
    # n/d < (n₁ + 1)/d₁ ≤ q₁ + 1, so q ≤ q₁. And n − q₁·d = r₁·B^cut + n₀ − q₁·d₀ > (r₁ − q₁)·B^cut, so q = q₁ where r₁
    # ≥ q₁: nearly always, as d₁ has a limb more than q₁. Else n − q₁·d > −q₁·B^cut > −d, so q ≥ q₁ − 1.
    q, r = _checked_divmod(n.cut(64 * cut, threads), d.cut(64 * cut, threads), threads, compiled=compiled)
    if r < q.value:
        check = q.residues is not None
        product = multiply(q.value, d.value, threads=threads, check=check) if compiled else q.value * d.value
        whole = Tracked(product, None if q.residues is None or d.residues is None else q.residues * d.residues)
        for x in (whole, n):
            x.require("the quotient", threads)
        if whole.value > n.value:
            q = q.without(1)
    return q


def _checked_divmod(n: Tracked, d: Tracked, threads: int, *, compiled: bool) -> tuple[Tracked, mpz]:
    """Quotient and remainder."""
    lengths = n.bits - d.bits, d.bits
    if not compiled or min(lengths) < divide_from_bits() or not transform_pays(_GMP_PRODUCTS * gmp_seconds(*lengths)):
        shift = 0
        q, r = gmpy2.f_divmod(n.value, d.value)
    else:
        from pi_engine.bigint.quotient import divmod_newton

        shift = -d.bits % 64
        q, r = divmod_newton(n.value << shift, d.value << shift, threads)
    found = Tracked.of(q, check=n.residues is not None, threads=threads)
    if n.residues is not None and d.residues is not None and found.residues is not None:
        rest = residues(r, threads)
        require(0 <= r < d.value << shift, "the quotient")
        require_equal(found.residues * d.residues * 2**shift + rest, n.residues * 2**shift, "the quotient")
    return found, r >> shift
