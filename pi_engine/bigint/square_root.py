"""√α and 1/√α by Newton's iteration; notation in `reciprocal`.

General α: s ≈ √α and x ≈ 1/√α double together. A step from k to m ≤ 2k − 1 limbs:
  R = α − s², S·S in a ring of k + 1 limbs, as its higher half is known          2·T(k) = T(2k)
  s ← s + x·R/2                                                                    3·T(2k)
  E = 1 − x·s, cyclic                                                             2·T(2k), the transform of x is there
  x ← x + x·E                                                                     2·T(2k)
8·T(2k); the last step of a root needs no new x: 4·T(m), and with the steps before it 12·T(m) = 2·M(m).

√r for a word r: x ≈ 1/√r alone, because 1 − r·x² costs no long product but the square, whose higher half is known:
  E = B^(2k) − r·X², in a ring of k + 1 limbs         T(2k)
  x ← x + x·E/2                                       3·T(2k)
4·T(2k), together 8·T(m) = 4/3·M(m), and √r = r·x.
Source: Brent and Zimmermann, Modern Computer Arithmetic, section 3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import shifted, top_limbs
from pi_engine.bigint.negacyclic import ring_for
from pi_engine.bigint.product import thresholds
from pi_engine.bigint.reciprocal import MAX_CORRECTIONS, precisions
from pi_engine.bigint.scratch.disk_integer import in_memory, magnitude_limbs, shifted_up
from pi_engine.bigint.scratch.parked_numbers import ParkedInteger, integer_of
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.residues.moduli import Residues

ROOT_FROM_LIMBS = 1300
"""GMP's root is quicker for a result of fewer limbs, if `tune` has not measured that."""

SQUARE_FROM_LIMBS = 600
"""GMP's square is quicker for fewer limbs."""

MAX_RADICAND = 2**32
"""Up to here the bounds of `inverse_root` hold."""


class InverseRoot(NamedTuple):
    """X ≈ B^limbs/√radicand, and exactly radicand·X² + E = B^(2·limbs); and the residues of X and E once they are checked."""

    radicand: int
    limbs: int
    X: mpz | ParkedInteger
    E: mpz | ParkedInteger
    residues: tuple[Residues, Residues] | None = None

    def parked(self) -> InverseRoot:
        """The same, X and E on disk where the run has a scratch space and they are large."""
        return self._replace(X=ParkedInteger(integer_of(self.X)), E=ParkedInteger(integer_of(self.E)))


def first_limbs() -> int:
    """Limbs of a root below which GMP finds it, the first value of Newton's iteration."""
    return (thresholds().inverse_root or 64 * ROOT_FROM_LIMBS) // 64


def root(a: Limbs, limbs: int, threads: int = 1, start: int | None = None) -> mpz:
    """S with |S − B^limbs·√α| < 2, for α = a/B^len(a) in [1/4, 1): one of the two highest bits is set.

    Each step keeps |s − √α| < 2·B^−k and |x − 1/√α| < 6·B^−k. With A the 2k highest limbs of α:
      R = A − S²: |α − s²| < 2·B^−k·(2√α + 2·B^−k), so |R| < 4.01·B^k < B^(k+1)/2: a ring of k + 1 limbs determines R;
      X ≤ 2·B^k + 6, so |X·R| < 8.1·B^(2k) does not wrap in 2k + 1 limbs.
    √α − s = (α − s²)/(√α + s). In units of B^−m the error of s + x·(A·B^−2k − s²)/2 is at most
      |α − s²|·|1/(√α + s) − x/2| < 4.01·B^−k·(2 + 3.01)·B^−k: 20.1·B^(m−2k) ≤ 20.1/B;
      A for α, x/2·B^−2k: 1.01/B;
      the product cut: 1;
    together less than 1.001. Then for x, with s = S/B^m of that error:
      |1 − x·s| < 6·B^−k·√α + 1.001·x·B^−m < 6.01·B^−k, so |E| < 6.01·B^m < B^(2k+1)/2;
      after it is cut to scale B^2k (error 2), |X·E| < 12.1·B^(2k) does not wrap.
      Newton's own error x·e²/(1 − e): 72.3·B^(m−2k) ≤ 73/B; the cut of E: 4.01/B; of the product: 1;
      1/s for 1/√α: 1.001·B^−m/(s·√α) ≤ 4.005;
    together less than 5.01. The first values: S a floor, 1 + 1/B; X = ⌊B^2k/S⌋, 4.01 + 1.
    """
    chain = precisions(limbs, start or first_limbs())
    k = chain[0]
    s = gmpy2.isqrt(mpz_from_limbs(top_limbs(a, 2 * k)))
    if len(chain) == 1:
        return s
    if not s:
        raise machine_fault("a square root is 0")
    x = (mpz(1) << (128 * k)) // s
    for m in chain[1:]:
        half = ring_for(k + 1, threads)
        r = half.residual(mpz_from_limbs(top_limbs(a, 2 * k)), half.square(limbs_of(s)))
        r = in_memory(r)
        ring = ring_for(2 * k + 1, threads)
        with ring.factor(x) as factor:
            correction = in_memory(shifted(factor.times(limbs_of(r)), 3 * k - m)) >> 1
            s = s << (64 * (m - k))
            s = s - correction if r < 0 else s + correction
            if m < limbs:
                e = in_memory(ring.residual_of_power(k + m, factor.times(limbs_of(s)), m - k))
                correction = in_memory(shifted(factor.times(limbs_of(e)), 3 * k - m))
                x = x << (64 * (m - k))
                x = x - correction if e < 0 else x + correction
        k = m
    return s


def isqrt_rem(n: mpz, limbs: int, threads: int) -> tuple[mpz, mpz]:
    """⌊√n⌋ and n − ⌊√n⌋² for n of 2·limbs limbs, one of the two highest bits set."""
    s = root(limbs_of(n), limbs, threads)
    # |s − √n| < 2, so |n − s²| < 2·(2s + 2) < B^(limbs+1)/2, and at most two steps lead to the floor.
    ring = ring_for(limbs + 1, threads)
    r = in_memory(ring.residual(n, ring.square(limbs_of(s))))
    for _ in range(MAX_CORRECTIONS):
        if r < 0:
            s = s - 1
            r = r + 2 * s + 1
        elif r > 2 * s:
            r = r - 2 * s - 1
            s = s + 1
        else:
            return s, r
    raise machine_fault("a square root is further from its value than is possible")


def inverse_root(radicand: int, limbs: int, threads: int = 1, start: int | None = None) -> InverseRoot:
    """X with |X − B^limbs/√r| < 2 and its exact residual E, |E| < 4.01·√r·B^limbs, for 1 ≤ r ≤ 2^32.

    Each step keeps the bound. 1 − r·x² = (1/√r − x)·(1/√r + x)·r, so |E| < 2·√r·(2 + 2·√r·B^−k)·B^k < 4.01·√r·B^k <
    B^(k+1)/2: a ring of k + 1 limbs determines E. |X·E| < (B^k/√r + 2)·4.01·√r·B^k < 4.1·B^(2k) does not wrap in 2k + 1
    limbs. 1/√r = x·(1 − e)^(−1/2) = x·(1 + e/2 + 3/8·e² + …), so the new error is, in units of B^−m, 0.38·x·e²·B^m <
    6.2·√r·B^(m−2k) ≤ 2^19/B, and 1 for the cut. The first value is a floor of a floor's root: X = ⌊√⌊B^2k/r⌋⌋, less
    than 1.01.
    """
    if not 1 <= radicand <= MAX_RADICAND:
        raise ValueError(f"the radicand is between 1 and 2^32, not {radicand}")
    chain = precisions(limbs, start or first_limbs())
    k = chain[0]
    x = gmpy2.isqrt((mpz(1) << (128 * k)) // radicand)
    for m in chain[1:]:
        e = _residual(radicand, x, k, threads)
        ring = ring_for(2 * k + 1, threads)
        with ring.factor(x) as factor:
            correction = shifted(factor.times(magnitude_limbs(e)), 3 * k - m) >> 1
        x = shifted_up(x, 64 * (m - k))
        x = x - correction if e < 0 else x + correction
        k = m
    return InverseRoot(radicand, k, x, _residual(radicand, x, k, threads))


def _residual(radicand: int, x: mpz, k: int, threads: int) -> mpz:
    """B^2k − radicand·x² for the x of `inverse_root`."""
    if k < SQUARE_FROM_LIMBS:
        return (mpz(1) << (128 * k)) - radicand * (x * x)
    ring = ring_for(k + 1, threads)
    square = ring.square(magnitude_limbs(x)) * radicand
    return ring.nearest(ring.power(2 * k) - square)
