"""Roots of unity, and all twiddles of a transform, against MPFR: off by at most half an ulp."""

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpq

from pi_engine.bigint.fft.description.fft_sizes import FourierSize
from pi_engine.bigint.fft.description.unit_roots import first_twiddles
from pi_engine.bigint.fft.fourier_plans import make_fourier_plan, unit_roots

HALF_AN_ULP = 0.5 + 2.0**-40


def ulps(found, angle):
    """How far two doubles are from e(angle), in their ulps."""
    with gmpy2.context(precision=160):
        turns = 2 * gmpy2.const_pi() * gmpy2.mpfr(mpq(angle) % 1)
        exact = (gmpy2.cos(turns), gmpy2.sin(turns))
        for value, x in zip(found, exact, strict=True):
            if mpq(angle) * 4 % 1 == 0:
                assert value == round(float(x))
            else:
                yield float(abs(gmpy2.mpfr(float(value)) - x)) / float(np.spacing(abs(float(value))))


@pytest.mark.parametrize("denominator", [1, 4, 8, 256, 2**16, 2**24, 5, 7 * 2**10, 3 * 2**20])
def test_roots_are_rounded_correctly(rng, denominator, multiplier):
    numerators = np.array([rng.randrange(3 * denominator) for _ in range(100 * multiplier)])
    numerators[: min(8, denominator)] = np.arange(8)[:denominator] * max(1, denominator // 8)
    real, imaginary = unit_roots(numerators, denominator)
    for j, *found in zip(numerators.tolist(), real, imaginary, strict=True):
        assert max(ulps(found, mpq(j, denominator)), default=0) <= HALF_AN_ULP


def test_no_seeds_beyond_some_order():
    with pytest.raises(ValueError, match="order 100663296"):
        unit_roots(np.array([1]), 3 * 2**25)


@pytest.mark.parametrize("radix", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("halving", [False, True])
def test_every_twiddle_of_a_transform(radix, halving):
    """They are powers of w = s^(1/r), by the angle of every ring from the top down."""
    plan = make_fourier_plan(FourierSize(radix, 2, halving, 16))
    for j, found in enumerate(first_twiddles(radix), 1):
        assert max(ulps(found, mpq(j, 4 * radix)), default=0) <= HALF_AN_ULP
    angles = [(mpq(1, 4) + k) / radix for k in range(radix)]
    below = lambda r: [(angle + k) / r for angle in angles for k in range(r)]  # noqa: E731
    levels = iter(plan.levels)
    for _ in range(2):
        for angle in angles:
            twiddles = next(levels)
            assert max(x for j in range(3) for x in ulps(twiddles[j], (j + 1) * angle / 4)) <= HALF_AN_ULP
        angles = below(4)
    assert len(plan.halves) == (len(angles) if halving else 0)
    if halving:
        assert max(x for w, angle in zip(plan.halves, angles, strict=True) for x in ulps(w, angle / 2)) <= HALF_AN_ULP
        angles = below(2)
    last = below(4)
    for node, (table, angle) in enumerate(zip(plan.tails, angles, strict=True)):
        outer, inner = table[:6].reshape(3, 2), table[8:].reshape(3, 2, 4)
        for j in range(3):
            assert max(ulps(outer[j], (j + 1) * angle / 4)) <= HALF_AN_ULP
            for k in range(4):
                assert max(ulps(inner[j, :, k], (j + 1) * last[4 * node + k] / 4), default=0) <= HALF_AN_ULP
