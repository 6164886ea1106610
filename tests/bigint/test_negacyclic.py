"""Products modulo B^L + 1 by the complex transform, against GMP: of every size, of all patterns, by one thread and by several."""

import ctypes
from collections import Counter

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint import negacyclic
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.fft import fourier_plans
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.fft_sizes import all_fourier_sizes
from pi_engine.bigint.fft.fourier_plans import make_fourier_plan
from pi_engine.bigint.fft.ring_crew import crew
from pi_engine.bigint.negacyclic import NegacyclicRing, ring_for
from pi_engine.runtime.machine_faults import sealed
from pi_engine.runtime.tuning import Thresholds
from tests.scratch_spaces import by_disk

SIZES = [size for size in all_fourier_sizes(2) if size.points <= 1 << 11]


def ring_of(size, threads=1):
    """The ring of a size, and the most limbs of its operands."""
    least = size.product_bits // 64
    ring = NegacyclicRing(least, threads)
    assert ring.plan.size == size and 64 * ring.limbs == size.ring_bits
    return ring, least, (mpz(1) << size.ring_bits) + 1


@pytest.fixture
def unproved(monkeypatch):
    """Rings whose products are never proved."""
    real = NegacyclicRing.__init__

    def init(self, *a):
        real(self, *a)
        self.plan = make_fourier_plan(self.plan.size)
        self.plan.record[at.EPSILON] = np.array([1.0]).view(np.int64)[0]
        self.plan.record[:] = sealed(self.plan.record[:-1].tolist())

    monkeypatch.setattr(NegacyclicRing, "__init__", init)


@pytest.fixture
def always_proved(monkeypatch):
    """That a product is made by GMP is an error."""
    monkeypatch.setattr(NegacyclicRing, "exact", lambda *_: pytest.fail("a product was not proved"))


@pytest.mark.usefixtures("always_proved")
def test_every_size_with_operands_that_fill_it(draw, threads):
    with crew(threads):
        for size in SIZES:
            ring, least, modulus = ring_of(size, threads)
            for kind in ("uniform", "ones", "runs", "power+"):
                a, b = draw(least, kind), draw(least, kind)
                with ring.factor(b) as factor:
                    for _ in range(2):  # b is transformed in the first round only
                        assert factor.times(limbs_of(a)) == a * b % modulus
                    assert factor.squared() == b * b % modulus
                assert ring.square(limbs_of(a)) == a * a % modulus


@pytest.mark.usefixtures("always_proved")
def test_digits_of_the_largest_norm_are_proved(rng):
    """Every digit ±2^(b − 1), in both operands, and in all of the size but the last two digits: as large as the bound has it."""
    for size in SIZES:
        ring, least, modulus = ring_of(size)
        half = mpz(1) << (size.bits - 1)
        for signs in (lambda j: 1 - 2 * (j & 1), lambda _: rng.choice((1, -1)), lambda _: 1):
            count = 64 * least // size.bits - 1
            a = abs(sum(half * signs(j) << size.bits * j for j in range(count)))
            assert ring.square(limbs_of(a)) == a * a % modulus
            with ring.factor(a) as factor:
                assert factor.times(limbs_of(a + 2 * half)) == a * (a + 2 * half) % modulus


def test_powers_of_two_that_wrap_to_minus_one():
    """2^i·2^(n − i) is 2^n, which has no n bits; and its neighbours."""
    for size in SIZES[::5]:
        ring, least, modulus = ring_of(size)
        n = size.ring_bits
        for i in (n - 64 * least + 1, n // 2, n // 3):
            for sum_of_both, expected in ((n, mpz(1) << n), (n - 1, mpz(1) << (n - 1)), (n + 1, modulus - 2)):
                a, b = mpz(1) << i, mpz(1) << (sum_of_both - i)
                if max(a.bit_length(), b.bit_length()) > 64 * least:
                    continue
                with ring.factor(b) as factor:
                    assert factor.times(limbs_of(a)) == expected == a * b % modulus
        zero = limbs_of(mpz(0))
        assert ring.square(zero) == 0 and ring.factor(mpz(5)).times(zero) == 0


def test_sums_and_last_products_of_random_lengths(rng, threads, multiplier):
    with crew(threads):
        for _ in range(60 * multiplier):
            least = rng.randrange(4, rng.choice([20, 200, 1000]))
            ring = ring_for(least, threads)
            modulus = (mpz(1) << (64 * ring.limbs)) + 1
            half = 32 * ring.limbs - 2
            a, b, x, y = (mpz(rng.getrandbits(rng.randrange(1, min(half, 64 * least)))) for _ in range(4))
            c, d = a * rng.choice([-1, 1]), b * rng.choice([-1, 1])
            with ring.factor(x) as fx, ring.factor(y) as fy:
                fx.times(limbs_of(y))
                assert ring.sum_of_products(c, fx, d, fy) == c * x + d * y
            with ring.factor(x) as fx, ring.factor(y) as fy:
                fx.times(limbs_of(a))
                assert fy.times_last(fx) == x * y % modulus


@pytest.mark.usefixtures("unproved")
def test_what_is_not_proved_is_made_by_gmp(draw, threads):
    for size in SIZES[::6]:
        ring, least, modulus = ring_of(size, threads)
        a, b = draw(least), draw(least)
        assert (
            ring.product(
                negacyclic.SPLIT_X | negacyclic.MULTIPLY | negacyclic.JOIN, *[negacyclic.Points(ring)] * 2, limbs_of(a)
            )
            is None
        )
        with ring.factor(b) as factor:
            assert factor.times(limbs_of(a)) == a * b % modulus
            assert factor.squared() == b * b % modulus
            with ring.factor(a) as other:
                assert other.times_last(factor) == a * b % modulus
        assert ring.square(limbs_of(a)) == a * a % modulus
        c, d = draw(least // 2 - 1), -draw(least // 2 - 1)
        with ring.factor(c) as fx, ring.factor(-d) as fy:
            assert ring.sum_of_products(d, fx, c, fy) == d * c - c * d


def test_folding_and_raising(rng):
    ring = ring_for(10, 1)
    modulus = (mpz(1) << (64 * ring.limbs)) + 1
    for _ in range(100):
        x = mpz(rng.getrandbits(rng.randrange(1, 5 * 64 * ring.limbs)))
        assert (ring.folded(x) - x) % modulus == 0 and ring.folded(x).bit_length() <= 64 * ring.limbs + 1
        r = ring.nearest(x * rng.choice([-1, 1]))
        assert abs(r) <= modulus // 2 and (r - x) % modulus in (0, -2 * x % modulus)
        power = rng.randrange(ring.limbs)
        low = x & ((mpz(1) << (64 * ring.limbs)) - 1)
        assert (ring.raised(low, power) - (low << (64 * power))) % modulus == 0
        assert (ring.power(5 * power) - gmpy2.powmod(2, 5 * 64 * power, modulus)) % modulus == 0


def test_which_ring_is_taken(tmp_path, monkeypatch):
    assert isinstance(ring_for(100, 1), NegacyclicRing)
    for threads in (1, 2):
        limbs = int(negacyclic.fourier_below(threads)) // 64
        for _ in range(fourier_plans.RINGS_BEFORE):  # the first long ones of a size never are
            ring_for(limbs - 1, threads)
        assert ring_for(limbs - 1, threads).sign == -1 and ring_for(limbs + 1, threads).sign == 1
    assert negacyclic.fourier_below(1) < negacyclic.fourier_below(2)
    with by_disk(tmp_path):
        assert ring_for(100, 1).sign == 1
    monkeypatch.setattr(negacyclic, "thresholds", lambda: Thresholds(ring=64 * 200))
    assert (
        ring_for(199, 1).sign == -1 and ring_for(200, 1).sign == 1
    )  # what `tune` has measured, whatever the processor


def test_damaged_tables_are_seen(draw):
    ring, least, _ = ring_of(SIZES[2])
    ring.plan = make_fourier_plan(ring.plan.size)
    ring.plan.record[at.POINTS] ^= 64
    with pytest.raises(VerificationError, match="table"):
        ring.square(limbs_of(draw(least)))


def test_tables_of_long_rings_are_made_when_several_have_asked(monkeypatch):
    monkeypatch.setattr(fourier_plans, "_asked_for", Counter())
    limbs = 2 * fourier_plans.MADE_LATER_POINTS * 20 // 64
    assert not negacyclic.is_negacyclic(64 * limbs, 1, asked=False)
    assert [ring_for(limbs, 1).sign for _ in range(5)] == [1, 1, 1, -1, -1]
    assert negacyclic.is_negacyclic(64 * limbs, 1, asked=False)
    assert ring_for(100, 1).sign == -1


@pytest.mark.parametrize("mode", [at.ADD, at.SUBTRACT, at.MULTIPLY])
def test_the_norm_of_a_result_bounds_its_error(draw, threads, mode):
    """What is kept behind a sum is the square of the sum of both norms; behind a product the product of their squares."""
    with crew(threads):
        for size in SIZES[::7]:
            ring, least, _ = ring_of(size, threads)
            x, y = negacyclic.Points(ring), negacyclic.Points(ring)
            for points, kind in ((x, "uniform"), (y, "ones")):
                ring.product(at.SPLIT_X, points, points, limbs_of(draw(least, kind)))
            s, t = (_square_of_norm(ring, points) for points in (x, y))
            ring.product(mode, x, y)
            expected = s * t if mode == at.MULTIPLY else (s**0.5 + t**0.5) ** 2
            assert abs(_square_of_norm(ring, x) / expected - 1) < 1e-12 and _square_of_norm(ring, y) == t


def _square_of_norm(ring, points):
    return ctypes.c_double.from_address(points.address + ring.plan.size.operand_bytes).value
