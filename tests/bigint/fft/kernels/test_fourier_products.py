"""Products by the complex transform, against gmpy2, and when they count as proved."""

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

pytest.importorskip("pi_engine.bigint.fft.kernels.fourier_products")

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.fft_record import DAMAGED, PROVED, UNPROVED, workspace_of
from pi_engine.bigint.fft.description.fft_sizes import MOST_BITS, FourierSize, all_fourier_sizes, fourier_size_for
from pi_engine.bigint.fft.fourier_kernels import multiply_by_fourier
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for, make_fourier_plan
from pi_engine.runtime.machine_faults import sealed

FILL = np.uint64(77)
SIZES = [size for size in all_fourier_sizes(1) if size.points <= 1 << 12]
LONG = [size for size in all_fourier_sizes(1) if size.points in (1 << 14, 5 << 13, 3 << 14, 7 << 13, 1 << 16)]


def multiplied(a, b, size, plan=None):
    """Status, product, error bound and largest distance, made in workspace of exactly the size that is said, on a cache line."""
    x, y = limbs_of(a), limbs_of(b)
    limbs = len(x) + len(y)
    plan = plan or fourier_plan_for(size)
    out = np.full(limbs + 1, FILL)
    count = workspace_of(size, 2) // 8
    workspace = np.full(count + 16, FILL)
    first = -(workspace.ctypes.data // 8) % 8
    place, fields = workspace[first:].ctypes.data, plan.record.ctypes.data
    b_place = x.ctypes.data if a is b else y.ctypes.data
    status = multiply_by_fourier(out.ctypes.data, x.ctypes.data, len(x), b_place, len(y), fields, place)
    assert out[-1] == FILL and (workspace[first + count :] == FILL).all() and (workspace[:first] == FILL).all()
    scratch = workspace[first + 2 * size.operand_bytes // 8 :].view(np.float64)
    return status, mpz_from_limbs(out[:-1]), scratch[at.ERROR], scratch[at.DISTANCE]


def require_product(a, b, size):
    status, found, error, distance = multiplied(a, b, size)
    assert (status, found) == (PROVED, a * b)
    assert error + distance < 1
    return error, distance


def of_digits(digits, bits):
    """The number with these signed digits, cut to limbs."""
    return sum(mpz(int(d)) << bits * j for j, d in enumerate(digits))


def test_every_size_full(draw):
    for size in SIZES:
        limbs = size.product_bits // 64
        a, b = draw(limbs // 2, "uniform"), draw(limbs - limbs // 2, "uniform")
        error, distance = require_product(a, b, size)
        # That of random operands is what the bits of the size were chosen by, and what is seen is far below.
        assert error < 0.34 and distance < error / 8
        require_product(a, a, size)


@pytest.mark.parametrize("kind", ["ones", "runs", "power", "power-", "power+"])
def test_patterns_at_every_size(draw, kind):
    for size in SIZES:
        limbs = size.product_bits // 64
        require_product(draw(limbs // 2, kind), draw(limbs - limbs // 2, kind), size)


@pytest.mark.slow
@pytest.mark.parametrize("size", LONG, ids=lambda size: f"{size.radix}-{size.points}")
def test_long_products(draw, rng, size):
    limbs = size.product_bits // 64
    for kind in ("uniform", "ones", "runs", "power+"):
        n = rng.randrange(limbs // 3, 2 * limbs // 3)
        a, b = draw(n, kind), draw(limbs - n, kind)
        require_product(a, b, size)
    a = draw(limbs // 2)
    require_product(a, a, size)


def test_lengths_around_every_threshold(draw):
    """The longest product of a size and the one that is a limb longer, with operands of all proportions."""
    for size in SIZES[:-1]:
        limbs = size.product_bits // 64
        for total in (limbs, limbs + 1):
            taken = fourier_size_for(64 * total)
            assert (taken == size or taken.points == size.points) == (total == limbs)
            for n in (1, 2, total // 3, total // 2, total - 1):
                require_product(draw(n), draw(total - n), taken)


def test_digits_of_the_largest_norm(rng):
    """All digits ±2^(b − 1): the bound is thrice that of random ones, and still a proof."""
    for size in SIZES[::3]:
        half = 1 << (size.bits - 1)
        count = size.points - 1
        for signs in (
            [1 - 2 * (j & 1) for j in range(count)],
            [rng.choice((1, -1)) for _ in range(count)],
            [1] * count,
        ):
            a = of_digits([half * sign for sign in signs], size.bits)
            a = abs(a)
            error, _ = require_product(a, a + 2 * half, size)
            require_product(a, a, size)
            assert error < 0.98 and (error > 0.2 or size.bits == MOST_BITS)


def test_sparse_operands_and_zero(rng):
    for size in SIZES[::4]:
        bits = size.product_bits // 2 // 64 * 64
        for _ in range(4):
            a, b = (sum(mpz(1) << rng.randrange(bits) for _ in range(3)) + (mpz(1) << (bits - 1)) for _ in range(2))
            require_product(a, b, size)
        require_product(mpz(1) << (bits - 1), mpz(1), size)
        zeros = mpz(1) << 63
        require_product(zeros, zeros << (bits - 64), size)


def test_random_lengths(draw, rng, multiplier):
    for _ in range(200 * multiplier):
        n, m = (rng.randrange(1, 1 << rng.randrange(1, 10)) for _ in range(2))
        size = fourier_size_for(64 * (n + m), rng.choice([1, 2]))
        a, b = draw(n), draw(m)
        require_product(a, b, size)


def test_too_long_digits_are_not_proved(draw):
    """A bit more than a size has may still be proved for random operands, and is not for others; four are for none."""
    size = SIZES[-1]
    long = FourierSize(size.radix, size.quarterings, size.halving, size.bits + 1)
    limbs = long.product_bits // 64 // 2
    half = 1 << (long.bits - 1)
    a = of_digits([half * (1 - 2 * (j & 1)) for j in range(long.points - 1)], long.bits)
    assert multiplied(abs(a), abs(a), long)[0] == UNPROVED
    longest = next(size for size in all_fourier_sizes(1) if size.bits == 16)
    long = FourierSize(longest.radix, longest.quarterings, longest.halving, MOST_BITS)
    limbs = long.product_bits // 64 // 2
    a = draw(limbs, "uniform")
    status, _, error, _ = multiplied(a, a, long)
    assert status == UNPROVED and error > 1


@pytest.mark.parametrize("share", [0.5, 1.0 - 2**-30, 1.0 + 2**-30])
def test_the_proof_is_by_the_bound_and_the_distance(draw, share):
    """The bound of a record that takes error and distance together to just below and just above 1."""
    size = SIZES[10]
    a = draw(size.product_bits // 128, "uniform")
    _, _, error, distance = multiplied(a, a, size)
    plan = make_fourier_plan(size)
    plan.record[at.EPSILON] = np.array([size.epsilon * (share - distance) / error]).view(np.int64)[0]
    plan.record[:] = sealed(plan.record[:-1].tolist())
    status, found, _, _ = multiplied(a, a, size, plan)
    assert found == a * a
    assert status == (PROVED if share < 1 else UNPROVED)


def test_the_error_is_of_these_operands():
    """ε·|x|·|y| with the norms of the very digits: one digit each."""
    size = SIZES[3]
    _, found, error, distance = multiplied(mpz(5), mpz(7), size)
    assert found == 35 and error == pytest.approx(35 * size.epsilon) and distance < error


def test_a_damaged_record_is_refused():
    size = SIZES[0]
    plan = make_fourier_plan(size)
    plan.record[at.POINTS] ^= 64
    assert multiplied(mpz(5), mpz(7), size, plan)[0] == DAMAGED


def test_gmpy2_agrees_that_digits_are_signed():
    """Booth's digits of −1 mod 2^64 are one −1 and one 1: their norm is √2."""
    size = SIZES[0]
    _, _, error, _ = multiplied(gmpy2.mpz(2**64 - 1), gmpy2.mpz(1), size)
    assert error == pytest.approx(size.epsilon * np.sqrt(1 + 4.0 ** (64 % size.bits)))
