"""Sums of products in a ring whose transforms are cyclic."""

import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.cyclic import Factor, Ring
from tests.conftest import MULTIPLIER

ROUNDS = int(40 * MULTIPLIER)


@pytest.mark.usefixtures("place")
def test_sums_of_products_of_any_sign(rng, threads):
    for _ in range(ROUNDS):
        ring = Ring(rng.randrange(5, 300), threads)
        ring.sums = ring.sums and rng.random() < 0.8
        bits = 32 * ring.limbs - 2
        a, b, x, y = (mpz(rng.getrandbits(rng.randrange(1, bits))) * rng.choice([-1, 1]) for _ in range(4))
        x, y = abs(x), abs(y)
        with Factor(ring, x) as fx, Factor(ring, y) as fy:
            fx.times(limbs_of(y)), fy.times(limbs_of(x))
            assert ring.sum_of_products(a, fx, b, fy) == a * x + b * y


@pytest.mark.usefixtures("place")
def test_the_largest_sum_of_products_fits():
    """All ones in every operand of a whole ring: the largest coefficients."""
    for least in (100, 700, 5000, 20000):
        ring = Ring(least, 2)
        ones = (mpz(1) << (64 * ring.limbs)) - 3
        with Factor(ring, ones) as factor:
            factor.times(limbs_of(ones))
            assert ring.sum_of_products(ones, factor, ones, factor) == 8
