"""c·√r·Q/(e·T) to w bits, for a word r, with a proven error: root and quotient made together, in 3.83·M(w).

Apart they are √r, 8/6·M(w), a product by Q, 6/6, and a quotient, 13/6: 27 transforms of w bits. Here neither is made in
full. With h limbs, about w/2 bits, δ and κ the mantissas of T and Q, both in [1/2, 1):
  y ≈ 1/δ, x ≈ 1/√r                   5 and 4 transforms of w bits
  e = 1 − r·x², exact                 1
  q = y·κ, its h highest limbs        3
  ρ = κ − q·δ, cyclic                 3
  a = y·ρ + q·e/2                     3, the sum made before the inverse (y and q have been transformed before)
  x·q, exact, and x·a                 2 + 2
23·T(w), 3.83·M(w); the result is √r·κ/δ = r·(x·q + x·a): multiplied by words only. It follows from
  κ/δ = q + ρ/δ and 1/√r = x·(1 − e)^(−1/2) = x·(1 + e/2 + …).
Karp and Markstein, High-Precision Division and Square Root (1997), do this for one of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.cyclic import Factor, Ring, shifted, sum_of_products, top_limbs
from pi_engine.bigint.limbs import Limbs, limbs_of, mpz_from_limbs
from pi_engine.bigint.moduli import Residues, power_residues, require_equal, residues
from pi_engine.bigint.reciprocal import reciprocal
from pi_engine.bigint.residues import residues_of_several
from pi_engine.bigint.square_root import InverseRoot, inverse_root
from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from gmpy2 import mpz


def half_root(radicand: int, bits: int, *, check: bool = True, threads: int = 1) -> InverseRoot:
    """The part of `root_times_quotient` that does not depend on Q and T: x and e, for results of `bits` bits.

    Cost: 5/6·M(bits).

    Raises:
        VerificationError: r·X² + E = B^2h does not hold modulo both `moduli`, or E is too large, so that X is not near 1/√r.
    """
    found = inverse_root(radicand, -(-(bits + 64) // 128), threads)
    if check:
        X, E = residues(found.X, threads), residues(found.E, threads)
        require_equal(X * X * radicand + E, power_residues(2, 128 * found.limbs), "the square root")
        # |E| < 4.01·√r·B^h, so its square is below 16.1·r·B^2h.
        if 2 * found.E.bit_length() - 2 > 5 + radicand.bit_length() + 128 * found.limbs:
            raise VerificationError("the square root is too far from the root: run again and test the memory")
    return found


def root_times_quotient(
    root: InverseRoot, factors: tuple[int, int], Q: mpz, T: mpz, bits: int, *, check: bool = True, threads: int = 1
) -> mpz:
    """V with |v·2^bits − V| < 1 + v·2^−24, v = c·√r·Q/(e·T), for Q, T > 0, factors = (c, e), root = half_root(r, bits).

    With B^2h ≥ 2^(bits + 64) and in units of B^−2h the relative errors are these, |y − 1/δ| < 2·B^−h, |1 − r·x²| <
    4.01·√r·B^−h:
      Q and T cut to 2h limbs                                                                       2 + 2
      q is wrong by 2.01 for κ cut, 2 for y, 1 for its floor, so |ρ| < 5.01·B^−h:
      y for 1/δ times ρ, to κ/δ > 1/2                                                                20.1
      ρ cut, times y                                                                                 4.1
      3/8·e² + …, which is left out                                                                  6.1·r
      e/2 times (ρ/δ)/(κ/δ), left out                                                                41·√r
      a cut, to κ/δ                                                                                  1
      x·a cut, to κ/(δ·√r)                                                                           √r
    together less than 80·r ≤ 2^38.4, and v·2^bits is wrong by less than v·2^(38.4 − 64); the last floors take less than
    1. No product wraps in the ring of 2h + 1 limbs: x·q and y·ρ stay below 11·B^2h, q·e below 8.1·√r·B^2h, |κ·B^3h −
    Q·D| < 5.01·B^2h.

    The check multiplies residues modulo both `moduli` for each product of the last step, and asks whether ρ and e are
    short: below 8·B^−h and 16·√r·B^−h. That proves the result whatever went on before. y, which only has half the
    precision, is near 1/δ because q = y·κ leaves such a ρ: |y − 1/δ| < 39·B^−h, and in the table 80·r becomes 850·r, the
    error 1 + v·2^−22.

    Raises:
        VerificationError: a check failed.
    """
    h = root.limbs
    if 128 * h < bits + 64:
        raise ValueError(f"a root of {h} limbs does not reach to {bits} bits")
    K, q_exponent = _mantissa(Q, 2 * h)
    D, t_exponent = _mantissa(T, 2 * h)
    d, k = limbs_of(D), top_limbs(limbs_of(K), h)
    y = reciprocal(d, h, threads)
    ring = Ring(2 * h + 1, threads)
    with Factor(ring, y) as inverse:
        product = inverse.times(k)
        if check:
            _verify("y·κ", y, k, product, threads)
        q = shifted(product, h)
        with Factor(ring, q) as quotient:
            rho = ring.residual(K << (64 * h), quotient.times(d))
            if check:
                _verify_remainder(q, D, rho, K, h, threads=threads)
            twice_rho = _towards_zero(rho, h) << 1
            twice_a = sum_of_products(twice_rho, inverse, root.E, quotient)
            if check:
                _verify_sum(twice_rho, y, root.E, q, twice_a, threads=threads)
            twice_a = _towards_zero(twice_a, h)
            with Factor(ring, root.X) as x:
                product = x.times_last(quotient)
                if check:
                    _verify("x·q", root.X, limbs_of(q), product, threads)
                value = mpz_from_limbs(product) << 1
                product = x.times(limbs_of(twice_a))
                if check:
                    _verify("x·a", root.X, limbs_of(twice_a), product, threads)
    value = value - shifted(product, h) if twice_a < 0 else value + shifted(product, h)
    value = value * (factors[0] * root.radicand)
    shift = bits + q_exponent - t_exponent - 1 - 128 * h
    value = value >> -shift if shift < 0 else value << shift
    return value // factors[1] if factors[1] > 1 else value


def _mantissa(x: mpz, limbs: int) -> tuple[mpz, int]:
    """(m, e) with m·2^e ≤ x < (m + 1)·2^e and m of 64·limbs bits."""
    exponent = x.bit_length() - 64 * limbs
    return (x >> exponent if exponent >= 0 else x << -exponent), exponent


def _towards_zero(x: mpz, drop: int) -> mpz:
    """x/B^drop without its fraction."""
    return _signed(limbs_of(x)[drop:], x < 0)


def _signed(magnitude: Limbs, negative: bool) -> mpz:  # noqa: FBT001 (a sign)
    return mpz_from_limbs(magnitude, negative=negative)


def _verify(what: str, a: mpz, b: Limbs, product: Limbs, threads: int) -> None:
    left, x, right = residues_of_several([limbs_of(a), b, product], threads)
    require_equal(left * x, right, f"the product {what}")


def _verify_sum(a: mpz, x: mpz, b: mpz, y: mpz, found: mpz, *, threads: int) -> None:
    A, X, B, Y, total = _signed_residues(a, x, b, y, found, threads=threads)
    require_equal(A * X + B * Y, total, "the sum y·ρ + q·e/2")


def _verify_remainder(q: mpz, D: mpz, rho: mpz, K: mpz, h: int, *, threads: int) -> None:
    quotient, divisor, rest, whole = _signed_residues(q, D, rho, K, threads=threads)
    require_equal(quotient * divisor + rest, whole * power_residues(2, 64 * h), "the quotient")
    if rho.bit_length() > 128 * h + 3:
        raise VerificationError("the quotient is too far from its value: the arithmetic of this machine went wrong")


def _signed_residues(*numbers: mpz, threads: int) -> list[Residues]:
    found = residues_of_several([limbs_of(x) for x in numbers], threads)
    return [residue * (-1 if x < 0 else 1) for x, residue in zip(numbers, found, strict=True)]
