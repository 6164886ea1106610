"""Newton's iteration in rings of exactly the limbs that it asks for: those of transforms are longer, and hide a bound that is too small."""

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine.bigint import division, quotient, reciprocal, root_quotient, square_root
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import Ring, fold
from pi_engine.bigint.division import divide, isqrt
from pi_engine.bigint.negacyclic import NegacyclicRing
from pi_engine.bigint.ntt.stored_products import limbs_in_memory
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.root_quotient import half_root, root_times_quotient
from pi_engine.bigint.square_root import MAX_RADICAND, inverse_root, root
from tests.bigint.test_newton import near_limbs, number
from tests.conftest import MULTIPLIER

ROUNDS = int(25 * MULTIPLIER)


def integer(operand):
    with limbs_in_memory(operand) as limbs:
        return mpz_from_limbs(limbs)


class TightRing(Ring):
    """Integers modulo B^limbs − sign, by GMP; 0 is the modulus where a transform may say so."""

    def __init__(self, limbs, sign):
        self.limbs, self.sign, self.space = limbs, sign, None
        self.modulus = (mpz(1) << (64 * limbs)) - sign

    def product(self, a, b):
        assert max(a.bit_length(), b.bit_length()) <= 64 * self.limbs, "an operand is longer than its ring"
        found = a * b % self.modulus
        return self.modulus if a and b and not found and self.sign > 0 else found

    def square(self, a):
        return self.product(integer(a), integer(a))

    def factor(self, factor):
        return TightFactor(self, factor)

    def sum_of_products(self, a, x, b, y):
        b = b if isinstance(b, type(mpz())) else b.value()
        return self.nearest(
            (self.product(abs(a), x.factor) * gmpy2.sign(a)) + self.product(abs(b), y.factor) * gmpy2.sign(b)
        )

    def folded(self, x):
        return fold(x, self.limbs) if self.sign > 0 else NegacyclicRing.folded(self, x)

    def raised(self, x, power):
        return Ring.raised(self, x, power) if self.sign > 0 else self.folded(x << 64 * power)


class TightFactor:
    def __init__(self, ring, factor):
        self.ring, self.factor = ring, abs(factor) if isinstance(factor, type(mpz())) else integer(factor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def times(self, a):
        return self.ring.product(integer(a), self.factor)

    def times_last(self, a):
        return self.ring.product(a.factor, self.factor)


@pytest.fixture(params=[1, -1], ids=["cyclic", "negacyclic"], autouse=True)
def _tight(request, monkeypatch):
    """Every ring is as short as its caller says, and Newton's iteration begins with a few limbs."""
    for module in (quotient, reciprocal, root_quotient, square_root):
        monkeypatch.setattr(module, "ring_for", lambda least, _threads: TightRing(least, request.param))
    monkeypatch.setattr(division, "DIVIDE_FROM_BITS", 640)
    monkeypatch.setattr(division, "ROOT_FROM_BITS", 640)
    monkeypatch.setattr(square_root, "SQUARE_FROM_LIMBS", 5)
    newton = reciprocal.reciprocal
    for module in (quotient, root_quotient):
        monkeypatch.setattr(module, "reciprocal", lambda d, limbs, threads: newton(d, limbs, threads, 5))
    monkeypatch.setattr(square_root, "root", lambda a, limbs, threads: root(a, limbs, threads, 5))
    monkeypatch.setattr(root_quotient, "inverse_root", lambda r, limbs, threads: inverse_root(r, limbs, threads, 5))


def test_the_bounds_of_the_iterates(rng):
    for _ in range(ROUNDS):
        length, limbs, start = rng.randrange(1, 60), rng.randrange(1, 120), rng.choice([4, 5, 6, 9])
        d = number(rng, 64 * length)
        x = reciprocal.reciprocal(limbs_of(d), limbs, 1, start)
        assert -2 * d < x * d - (mpz(1) << (64 * (limbs + length))) < 2 * d
        a = number(rng, 64 * length - rng.randrange(2))
        s = root(limbs_of(a), limbs, 1, start)
        low, high = (((s + e) * (s + e)) << (64 * length) for e in (-2, 2))
        assert low < a << (128 * limbs) < high
        r = rng.choice([1, 2, 3, MAX_RADICAND - 1, MAX_RADICAND, rng.randrange(1, MAX_RADICAND)])
        found = inverse_root(r, limbs, 1, start)
        assert r * (found.X - 2) ** 2 < mpz(1) << (128 * limbs) < r * (found.X + 2) ** 2
        assert r * found.X**2 + found.E == mpz(1) << (128 * limbs)


def test_quotients_and_roots_are_those_of_gmp(rng):
    for _ in range(ROUNDS):
        d, q = number(rng, near_limbs(rng, 60)), number(rng, near_limbs(rng, rng.choice([20, 60, 300])))
        for n in (q * d, q * d - 1, q * d + d - 1, q * d + rng.randrange(int(d)), d * d):
            assert divide(n, d) == n // d
        for x in (q, q * q - 1, q * q, q * q + 2 * q):
            assert isqrt(x) == gmpy2.isqrt(x)


def test_root_times_quotient_is_within_its_bound(rng):
    more = 64
    for round_ in range(ROUNDS):
        bits = near_limbs(rng, 90) + 700
        radicand = rng.choice([1, 10005, MAX_RADICAND, rng.randrange(1, MAX_RADICAND)])
        T = number(rng, rng.randrange(1, 3 * bits))
        Q = number(rng, max(1, T.bit_length() + rng.randrange(-20, 20)))
        pair = HandOver(*(Tracked.of(x, check=bool(round_ % 4)) for x in (Q, T)))
        found = root_times_quotient(half_root(radicand, bits), (1, 1), pair, bits).value
        exact = gmpy2.isqrt(mpz(radicand) * Q * Q << (2 * (bits + more))) // T
        assert abs((found << more) - exact) < (mpz(1) << more) + (exact >> (bits + 24)) + 1
