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

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.cyclic import shifted
from pi_engine.bigint.negacyclic import helpers_for, ring_for
from pi_engine.bigint.reciprocal import reciprocal
from pi_engine.bigint.residues.limb_residues import residues_of_several
from pi_engine.bigint.residues.moduli import Residues, power_residues, require_equal, residues
from pi_engine.bigint.residues.residues_on_disk import residues_of_run
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.disk_integer import is_on_disk, magnitude_limbs, towards_zero
from pi_engine.bigint.scratch.parked_numbers import HighestLimbs, ParkedInteger, integer_of
from pi_engine.bigint.square_root import InverseRoot, inverse_root
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from gmpy2 import mpz

    from pi_engine.bigint import cyclic


def half_root(radicand: int, bits: int, *, check: bool = True, threads: int = 1) -> InverseRoot:
    """The part of `root_times_quotient` that does not depend on Q and T: x and e, for results of `bits` bits.

    Cost: 5/6·M(bits).

    Raises:
        VerificationError: r·X² + E = B^2h does not hold modulo both `moduli`, or E is too large, so that X is not near 1/√r.
    """
    with helpers_for(bits // 2, threads):
        found = inverse_root(radicand, -(-(bits + 64) // 128), threads)
    if check:
        X, E = (residues(integer_of(x), threads) for x in (found.X, found.E))
        require_equal(X * X * radicand + E, power_residues(2, 128 * found.limbs), "the square root")
        # |E| < 4.01·√r·B^h, so its square is below 16.1·r·B^2h.
        if 2 * integer_of(found.E).bit_length() - 2 > 5 + radicand.bit_length() + 128 * found.limbs:
            raise machine_fault("the square root is too far from the root")
        found = found._replace(residues=(X, E))
    return found


def root_times_quotient(
    root: InverseRoot, factors: tuple[int, int], pair: HandOver[Tracked], bits: int, threads: int = 1
) -> Tracked:
    """V with |v·2^bits − V| < 1 + v·2^−24, v = c·√r·Q/(e·T), for Q, T > 0, factors = (c, e), root = half_root(r, bits).

    pair: Q and T, whose memory is freed as soon as they are used. The result is checked with their residues, if they have some.

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

    The check (`_LastStep`) proves the result whatever went on before, by asking whether ρ and e are short: below 8·B^−h
    and 16·√r·B^−h. y, which only has half the precision, is near 1/δ because q = y·κ leaves such a ρ. With κ cut by α and
    q by β, 0 ≤ α, β < B^−h, y·(κ − α) = q + β, so that y·δ − 1 = (α + β·δ − ρ)/(κ − α) is below 10·B^−h/κ. In the table y for 1/δ
    then gives |y·δ − 1|·|ρ|/κ < 10·8·4 = 320, e² gives 96·r and e/2 gives 128·√r: 850·r in all, the error 1 + v·2^−22.

    Raises:
        VerificationError: a check failed.
    """
    h = root.limbs
    if 128 * h < bits + 64:
        raise ValueError(f"a root of {h} limbs does not reach to {bits} bits")
    with helpers_for(bits, threads):
        return _value(root, factors, pair, bits, threads)


def _value(root: InverseRoot, factors: tuple[int, int], pair: HandOver[Tracked], bits: int, threads: int) -> Tracked:
    """V of `root_times_quotient`."""
    h = root.limbs
    K, q_exponent = _mantissa(pair.take(), 2 * h, threads)
    step: _LastStep | None = None if K.residues is None else _LastStep(root, K, threads)
    kappa = ParkedInteger(K.value)
    del K
    D, t_exponent = _mantissa(pair.take(), 2 * h, threads)
    step = step.with_divisor(D) if step else None
    delta = ParkedInteger(D.value)
    del D
    y = reciprocal(delta, h, threads)
    if step:
        step.y = residues(y, threads)
    ring = ring_for(2 * h + 1, threads)
    with ring.factor(ParkedInteger(y)) as inverse:
        del y
        product = inverse.times(HighestLimbs(kappa, h))
        if step:
            step.check_quotient(product)
        q = ParkedInteger(shifted(product, h))
        del product
        with ring.factor(q) as quotient:
            del q
            rho = _remainder(ring, kappa, quotient, delta, h)
            if step:
                step.check_remainder(rho)
            twice_rho = towards_zero(rho, h) << 1
            del rho
            twice_a = ring.sum_of_products(twice_rho, inverse, root.E, quotient)
            del twice_rho
            if step:
                step.check_sum(twice_a)
            negative = twice_a < 0
            twice_a = towards_zero(twice_a, h)
            with ring.factor(root.X) as x:
                value = Tracked(x.times_last(quotient))
                if step:
                    value = step.checked_root(value.value)
                product = x.times(magnitude_limbs(twice_a))
                high = step.checked_correction(product, negative=negative) if step else None
    handed = HandOver(value, Tracked(shifted(product, h), high))
    del value, product
    value = _corrected(handed, negative=negative) * (factors[0] * root.radicand)
    shift = bits + q_exponent - t_exponent - 1 - 128 * h
    value = value.cut(-shift, threads) if shift < 0 else value << shift
    return value.quotient(factors[1], "the division by a constant") if factors[1] > 1 else value


def _remainder(ring: cyclic.Ring, kappa: ParkedInteger, quotient: cyclic.Factor, delta: ParkedInteger, h: int) -> mpz:
    """κ·B^h − q·δ, which uses κ and δ up."""
    product = quotient.times(delta)
    delta.release()
    difference = ring.raised(kappa.take(), h) - product
    del product
    return ring.nearest(difference)


def _corrected(pair: HandOver[Tracked], *, negative: bool) -> Tracked:
    """2·x·q + x·2a, of x·q and the magnitude of x·2a."""
    value = pair.take() << 1
    correction = pair.take()
    return value - correction if negative else value + correction


class _LastStep:
    """The check of the last step: residues modulo both `moduli` for each product, and how long ρ is.

    The residues of every number are found once, when it has been made, and those of its upper part with it: so that what
    changes in memory before its last use shows too. K and D come with theirs (`tracked`), and so does what is made.
    """

    def __init__(self, root: InverseRoot, K: Tracked, threads: int) -> None:
        """Read the root, where it has no residues, and the upper part of K, which must be what its residues say; as must D."""
        assert K.residues is not None
        self.h, self.threads = root.limbs, threads
        self.X, self.E = root.residues or (residues(x, threads) for x in (integer_of(root.X), integer_of(root.E)))
        self.k = _residues_of_parts(K.value, self.h, threads)[1]
        self.K = self.D = K.residues
        self.y = self.k  # both until they are known

    def with_divisor(self, D: Tracked) -> _LastStep | None:
        """Itself, knowing D; None where that has no residues."""
        if D.residues is None:
            return None
        self.D = D.residues
        return self

    def cut(self, x: mpz) -> tuple[Residues, Residues]:
        """The residues of x and of its part from limb h on."""
        low, high = _residues_of_parts(x, self.h, self.threads)
        sign = -1 if x < 0 else 1
        return (high * power_residues(2, 64 * self.h) + low) * sign, high * sign

    def check_quotient(self, product: mpz) -> None:
        """y·κ; q is its upper part."""
        whole, self.q = self.cut(product)
        require_equal(self.y * self.k, whole, "the product y·κ")

    def check_remainder(self, rho: mpz) -> None:
        """κ − q·δ, and its length."""
        whole, self.rho = self.cut(rho)
        require_equal(self.q * self.D + whole, self.K * power_residues(2, 64 * self.h), "the quotient")
        if rho.bit_length() > 128 * self.h + 3:
            raise machine_fault("the quotient is too far from its value")

    def check_sum(self, twice_a: mpz) -> None:
        """2·y·ρ + q·e."""
        whole, self.a = self.cut(twice_a)
        require_equal(self.rho * 2 * self.y + self.E * self.q, whole, "the sum y·ρ + q·e/2")

    def checked_root(self, product: mpz) -> Tracked:
        """x·q."""
        found = Tracked(product, self.X * self.q)
        found.require("the product x·q", self.threads)
        return found

    def checked_correction(self, product: mpz, *, negative: bool) -> Residues:
        """x·|2a|; returns its upper part's residues."""
        whole, high = self.cut(product)
        # the product is made without the sign
        require_equal(self.X * self.a * (-1 if negative else 1), whole, "the product x·a")
        return high


def _residues_of_parts(x: mpz, cut: int, threads: int) -> list[Residues]:
    """Those of |x|'s limbs below `cut`, and of the others."""
    if is_on_disk(x):
        middle = min(cut, len(x))
        return [residues_of_run(x.part(*ends), threads) for ends in ((0, middle), (middle, len(x)))]
    limbs = limbs_of(x)
    return residues_of_several([limbs[:cut], limbs[cut:]], threads)


def _mantissa(x: Tracked, limbs: int, threads: int) -> tuple[Tracked, int]:
    """(m, e) with m·2^e ≤ x < (m + 1)·2^e and m of 64·limbs bits, for x > 0."""
    exponent = x.bits - 64 * limbs
    return (x.cut(exponent, threads) if exponent >= 0 else x << -exponent), exponent
