"""Products by a transform inside a kernel, against gmpy2."""

import numpy as np
import pytest

pytest.importorskip("pi_engine.bigint.ntt.kernels.crt_and_carry")

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.ntt.description.record import workspace_bytes
from pi_engine.bigint.ntt.description.sizes import DIGITS, OUTER_RADICES, Size, largest_beta, size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.runtime.compilation.object_code import StoredKernel

SIZES = [1, 2, 3, 50, 127, 128, 129, 400, 511, 512, 513, 1023, 1500, 2048, 4095, 4097]
FILL = np.uint64(77)

transform_product = StoredKernel("tests.runtime.compilation.kernels_for_tests", "transform_product", seconds=10)


def product(a, b, size=None):
    """The product, made in workspace of exactly the size that is said, on a cache line."""
    x, y = limbs_of(a), limbs_of(b)
    limbs = len(x) + len(y)
    plan = plan_for(size or size_for(64 * limbs))
    out = np.full(limbs + 1, FILL)
    workspace = np.full(workspace_bytes(plan.size) // 8 + 16, FILL)
    first = -(workspace.ctypes.data // 8) % 8
    last = first + workspace_bytes(plan.size) // 8
    fields = plan.record()
    place = workspace[first:].ctypes.data
    transform_product(out.ctypes.data, x.ctypes.data, len(x), y.ctypes.data, len(y), fields.ctypes.data, place)
    assert out[-1] == FILL and (workspace[last:] == FILL).all() and (workspace[:first] == FILL).all()
    return mpz_from_limbs(out[:-1])


def test_mixed_sizes(draw, rng):
    for n in SIZES:
        a, b = draw(n), draw(max(1, n + rng.choice([-1, 0, 1, 7])))
        assert product(a, b) == a * b


@pytest.mark.parametrize("kind", ["ones", "runs", "power", "power-", "power+"])
def test_worst_patterns(draw, kind):
    for n in SIZES:
        a, b = draw(n, kind), draw(n, kind)
        assert product(a, b) == a * b


def test_squares_and_unbalanced(draw):
    for n, m in zip(SIZES, reversed(SIZES), strict=True):
        a, b = draw(n), draw(m)
        assert product(a, a) == a * a
        assert product(a, b) == a * b


@pytest.mark.parametrize("primes", DIGITS)
@pytest.mark.parametrize("outer_radix", OUTER_RADICES)
def test_every_shape(draw, primes, outer_radix):
    for column_levels, row_levels in ((0, 4), (1, 4), (2, 4), (1, 5)):
        points = outer_radix << 2 * (column_levels + row_levels)
        size = Size(primes, outer_radix, column_levels, row_levels, largest_beta(primes, points))
        limbs = size.bits // 64
        a, b = draw(limbs // 2), draw(limbs - limbs // 2)
        assert product(a, b, size) == a * b
        a = draw(limbs // 2, "ones")
        assert product(a, a, size) == a * a
