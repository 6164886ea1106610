"""Sums of products in a ring whose transforms are cyclic, and the residuals of both kinds of rings at the ends of their range."""

import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.cyclic import Factor, Ring
from pi_engine.bigint.negacyclic import ring_for
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


@pytest.mark.usefixtures("rings", "place")
def test_the_nearest_of_what_is_at_an_end_of_the_ring(rng):
    """Around B^limbs/2, B^limbs and 2·B^limbs, where a modulus more or less is taken away."""
    ring = ring_for(20, 1)
    power = mpz(1) << (64 * ring.limbs)
    half, modulus = power // 2, power - ring.sign
    for about in (half - 3, half + 4, power, 2 * power, 3 * power, power * power):
        for value in map(mpz, (about - 2, about - 1, about, about + 1, about + 2)):
            for x in (value, -value):
                r = ring.nearest(x)
                assert abs(r) < half and (r - x) % modulus == 0
    for product in (mpz(0), mpz(1), power - 1, power):
        for known in (mpz(0), power - 1, 2 * power - 1, mpz(rng.getrandbits(200 * ring.limbs))):
            exact = (known - product) % modulus
            if not half - 1 <= exact <= half + 2:
                r = ring.residual(known, product)
                assert abs(r) < half and (exact - r) % modulus == 0
