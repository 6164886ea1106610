"""1/δ by Newton's iteration, x ← x + x·(1 − δ·x), the precision doubling.

Notation of this and the other Newton modules: B = 2^64; a number of k limbs after the point is an integer X = x·B^k.
M(k) is the time of a product of k by k limbs, T(L) that of one transform of L limbs, forward or back, so that M(k) =
3·T(2k).

A step from k to m ≤ 2k − 1 limbs, in one ring of L ≥ 2k + 1 limbs:
  P = X·D modulo B^L − 1, D the m + 1 highest limbs of δ         transforms of X and D, one back
  E = B^(k+m+1) − P, which fits although X·D does not: it begins like 1
  X·E, highest limbs                                             transform of E, one back
that is 5·T(2k); with the steps before it 10·T(m) = 5/3·M(m).
Source: Brent and Zimmermann, Modern Computer Arithmetic, section 3.4; the cyclic product as in section 3.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import shifted, top_limbs
from pi_engine.bigint.negacyclic import ring_for
from pi_engine.bigint.ntt.stored_products import limbs_in_memory
from pi_engine.bigint.product import thresholds
from pi_engine.bigint.scratch.disk_integer import in_memory, magnitude_limbs, shifted_up
from pi_engine.bigint.scratch.parked_numbers import HighestLimbs, ParkedInteger
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.ntt.stored_products import Operand

RECIPROCAL_FROM_LIMBS = 800
"""GMP's quotient is quicker for a result of fewer limbs, if `tune` has not measured that."""

MAX_CORRECTIONS = 4
"""Corrections by one after which a quotient or a root has gone wrong: two are proven to be enough."""


def precisions(limbs: int, start: int) -> list[int]:
    """The limbs before and after each step, up to `limbs`; the first below `start`, m ≤ 2k − 1 for neighbours k, m."""
    chain = [limbs]
    while chain[-1] >= max(start, 4):
        chain.append((chain[-1] + 2) // 2)
    return chain[::-1]


def reciprocal(d: Limbs | ParkedInteger, limbs: int, threads: int = 1, start: int | None = None) -> mpz:
    """X with |X − B^limbs/δ| < 2, for δ = d/B^len(d) in [1/2, 1): the highest bit of d is set.

    The bound is kept by every step. x is the iterate, |x − 1/δ| < 2·B^−k, and δ′ = D/B^(m+1) ≤ δ < δ′ + B^−(m+1).
      |1 − x·δ′| ≤ 2·δ·B^−k + x·B^−(m+1) < 2.01·B^−k, so |E| < 2.01·B^(m+1) < B^L/2: the ring determines E;
      X ≤ 2·B^k + 2 and |E/B^(m+1−k)| < 2.01·B^k + 2, so their product is below B^(2k+1): it does not wrap.
    In units of B^−m the new error has these parts:
      Newton's own, x·e²/(1 − e) with |e| < 2.01·B^−k: 8.2·B^(m−2k) ≤ 8.2/B;
      δ′ for δ, x²·B^−(m+1): 4.01/B;
      E cut with an error of 2: 2·x·B^(m−2k) ≤ 4.01/B;
      X·E cut: 1.
    Together less than 1.001. The first value is a floor with D of k + 1 limbs, 1 + 4/B.
    """
    chain = precisions(limbs, start or (thresholds().reciprocal or 64 * RECIPROCAL_FROM_LIMBS) // 64)
    k = chain[0]
    with limbs_in_memory(_highest(d, k + 1)) as highest:
        top = mpz_from_limbs(highest)
    if not top:
        raise machine_fault("the upper half of a divisor is 0")
    x = (mpz(1) << (64 * (2 * k + 1))) // top
    for m in chain[1:]:
        ring = ring_for(2 * k + 1, threads)
        with ring.factor(x) as factor:
            e = ring.residual_of_power(k + m + 1, factor.times(_highest(d, m + 1)), m + 1 - k)
            correction = shifted(factor.times(magnitude_limbs(e)), 3 * k - m)
        x = shifted_up(x, 64 * (m - k))
        x = x - correction if e < 0 else x + correction
        k = m
    return x


def _highest(d: Limbs | ParkedInteger, count: int) -> Operand:
    """The highest `count` limbs, or d followed by zeros."""
    if isinstance(d, ParkedInteger):
        return HighestLimbs(d, count) if count <= len(d) else top_limbs(limbs_of(in_memory(d.value())), count)
    return top_limbs(d, count)
