"""Products and sums of signed numbers inside kernels, against gmpy2."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from tests.runtime.compilation import kernels_for_tests as kernels

FILL = np.uint64(77)


def signed_length(x):
    return -len(limbs_of(x)) if x < 0 else len(limbs_of(x))


def product(a, b):
    x, y = limbs_of(a), limbs_of(b)
    out = np.full(len(x) + len(y) + 1, FILL)
    length = kernels.signed_product(out, x, y)
    assert out[-1] == FILL and (length == 0 or out[length - 1])
    return mpz_from_limbs(out[:length])


def total(a, b):
    x, y = limbs_of(a), limbs_of(b)
    out = np.full(max(len(x), len(y)) + 2, FILL)
    length = kernels.signed_sum(out, x, signed_length(a), y, signed_length(b))
    assert out[-1] == FILL and (length == 0 or out[abs(length) - 1])
    return mpz_from_limbs(out[: abs(length)], negative=length < 0)


@pytest.mark.parametrize(("count", "largest"), [(1, 3), (500, 3), (300, 60), (40, 700), (5, 5000)])
def test_products(draw, rng, count, largest):
    for _ in range(count):
        a, b = draw(rng.randrange(largest + 1)), draw(rng.randrange(largest + 1))
        assert product(a, b) == a * b
        assert product(a, a) == a * a


@pytest.mark.parametrize(("count", "largest"), [(1, 3), (500, 3), (200, 60)])
def test_sums(draw, rng, count, largest):
    for i in range(count):
        a, b = (rng.choice([1, -1]) * draw(rng.randrange(largest + 1)) for _ in range(2))
        if i % 3 == 0:
            b = -a + rng.choice([0, 1, -1])
        assert total(a, b) == a + b


def test_carry_and_borrow_run_through():
    power = mpz(1) << 640
    assert total(power - 1, mpz(1)) == power
    assert total(power, mpz(-1)) == power - 1
    assert total(-power, mpz(1)) == 1 - power
