"""Quotient and remainder in blocks, by the reciprocal of the divisor's highest limbs; notation in `reciprocal`.

With N limbs of divisor and blocks of b limbs: 10·T(b) for the reciprocal, 1·T(2b) and 1·T(N) to transform it and the
divisor, and for each block 2·T(2b) and 2·T(N). A quotient of N limbs is best found in two blocks: 15·T(N) = 2.5·M(N).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.limbs import LimbBuffer, limb_count, limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import shifted
from pi_engine.bigint.negacyclic import ring_for
from pi_engine.bigint.ntt.description.sizes import cost, size_for
from pi_engine.bigint.reciprocal import MAX_CORRECTIONS, reciprocal
from pi_engine.bigint.scratch.disk_integer import in_memory
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from gmpy2 import mpz

SHORT_BLOCKS = 8
"""The quotient is found in up to this many blocks for each length of the divisor."""


def divmod_newton(n: mpz, d: mpz, threads: int) -> tuple[mpz, mpz]:
    """Quotient and remainder; the highest bit of d's highest limb is set.

    Division in base B^b, a block of b limbs of the quotient at a time, by x ≈ B^(b+1)/δ, |x − 1/δ| < 2·B^−(b+1), δ =
    d/B^N:
      U = R·B^b + the next b limbs of n, where 0 ≤ R < d, so U < d·B^b;
      U′ = ⌊U/B^(N−1)⌋ < B^(b+1), q = ⌊X·U′/B^(b+2)⌋;
      R ← U − q·d.
    q is off by at most 1 upwards or downwards: in units of 1, x·U′ for U/(δ·B^N) is wrong by less than x/B for U′ and
    2/B for x, and the floor takes less than 1. So |U − q·d| < 2·d < B^(N+1)/2: a ring of N + 1 limbs determines it.
    """
    length = limb_count(d)
    limbs = limb_count(n) - length + 1
    blocks, b = _blocks(limbs, length)
    x = reciprocal(limbs_of(d), b + 1, threads)
    high, low = ring_for(2 * b + 3, threads), ring_for(length + 1, threads)
    rest = limbs_of(n)
    r = mpz_from_limbs(rest[blocks * b :])  # shorter than d
    found = LimbBuffer(blocks * b)
    with high.factor(x) as inverse, low.factor(d) as divisor:
        for block in reversed(range(blocks)):
            u = (r << (64 * b)) + mpz_from_limbs(rest[block * b : (block + 1) * b])
            q = in_memory(shifted(inverse.times(limbs_of(u)[length - 1 :]), b + 2))
            r = in_memory(low.residual(u, divisor.times(limbs_of(q))))
            q, r = _corrected(q, r, d)
            digit = limbs_of(q)
            found.array[block * b : block * b + len(digit)] = digit
            found.array[block * b + len(digit) : (block + 1) * b] = 0
    return found.finish(), r


def _corrected(q: mpz, r: mpz, d: mpz) -> tuple[mpz, mpz]:
    """(q, r) with 0 ≤ r < d."""
    for _ in range(MAX_CORRECTIONS):
        if r < 0:
            q, r = q - 1, r + d
        elif r >= d:
            q, r = q + 1, r - d
        else:
            return q, r
    raise machine_fault("a quotient is further from its value than is possible")


def _blocks(limbs: int, length: int) -> tuple[int, int]:
    """Into how many blocks a quotient of `limbs` limbs is best cut, and their length: at most that of the divisor."""
    most = -(-limbs // length)
    best, blocks = float("inf"), 1
    for count in sorted({*range(most, most + SHORT_BLOCKS), *range(2 * most, (SHORT_BLOCKS + 1) * most, most)}):
        b = -(-limbs // count)
        one = cost(size_for(64 * (2 * b + 3))) + cost(size_for(64 * (length + 1)))
        estimate = 5 * cost(size_for(64 * (2 * b + 3))) + one * (2 * count + 1)  # a transform costs a third of `cost`
        if estimate < best:
            best, blocks = estimate, count
    return blocks, -(-limbs // blocks)
