"""Reciprocal, roots and quotients by Newton's iteration: equal to GMP's, and within their proven bounds."""

import ctypes
import itertools

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint import cyclic, division, negacyclic, quotient, root_quotient, square_root
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.division import divide, isqrt
from pi_engine.bigint.negacyclic import helpers_for, ring_for
from pi_engine.bigint.reciprocal import precisions, reciprocal
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.residues.waiting_numbers import WaitingNumbers
from pi_engine.bigint.root_quotient import half_root, root_times_quotient
from pi_engine.bigint.square_root import MAX_RADICAND, inverse_root, root
from pi_engine.engine.evaluation import pi_fraction
from pi_engine.series import get
from pi_engine.series.model.tail import terms_needed
from pi_engine.series.model.truncation import GUARD
from pi_engine.splitting.split import split
from tests.conftest import MULTIPLIER, exact_pi

ROUNDS = int(40 * MULTIPLIER)
RADICANDS = (1, 2, 3, 4, 10005, MAX_RADICAND - 1, MAX_RADICAND)


@pytest.fixture
def always_newton(monkeypatch):
    """Newton's iteration from some ten limbs on, several steps of it."""
    monkeypatch.setattr(division, "DIVIDE_FROM_BITS", 640)
    monkeypatch.setattr(division, "ROOT_FROM_BITS", 640)
    for module in (quotient, root_quotient):
        monkeypatch.setattr(module, "reciprocal", lambda d, limbs, threads: reciprocal(d, limbs, threads, 5))
    monkeypatch.setattr(square_root, "root", lambda a, limbs, threads: root(a, limbs, threads, 5))
    monkeypatch.setattr(root_quotient, "inverse_root", lambda r, limbs, threads: inverse_root(r, limbs, threads, 5))


def number(rng, bits):
    """Of exactly so many bits: random, all ones, a power of two, one more; long runs of zeros or ones inside."""
    low = mpz(1) << (bits - 1)
    run = mpz(1) << rng.randrange(bits)
    random = mpz(rng.getrandbits(bits))
    return low | rng.choice([random, random, low - 1, mpz(0), mpz(1), random & -run, random | (run - 1)])


def near_limbs(rng, most):
    """Bits: any, or about a whole number of limbs."""
    return max(1, rng.choice([rng.randrange(1, 64 * most), 64 * rng.randrange(1, most) + rng.randrange(-1, 2)]))


@pytest.mark.usefixtures("rings")
def test_a_residual_is_found_from_a_product_of_half_its_length(rng, threads):
    for _ in range(ROUNDS):
        least = rng.randrange(5, 300)
        ring = ring_for(least, threads)
        a, b = (mpz(rng.getrandbits(64 * least)) for _ in range(2))
        r = mpz(rng.getrandbits(64 * ring.limbs - 1)) * rng.choice([-1, 1])
        with helpers_for(1000, threads), ring.factor(b) as factor:
            for _ in range(2):  # b is transformed in the first round only
                assert ring.residual(a * b + r, factor.times(limbs_of(a))) == r
        square = ring.square(limbs_of(a))
        assert ring.nearest(r + a * a - square) == r


@pytest.mark.usefixtures("rings")
def test_a_residual_of_a_power_is_cut_within_its_error(rng):
    for _ in range(ROUNDS):
        ring = ring_for(rng.randrange(20, 300), 1)
        power, drop = rng.randrange(5 * ring.limbs), rng.randrange(1, ring.limbs - 5)
        small = mpz(rng.getrandbits(64 * ring.limbs - 64)) * rng.choice([-1, 1])
        modulus = (mpz(1) << (64 * ring.limbs)) - ring.sign
        product = ((mpz(1) << (64 * power)) - small) % modulus
        found = ring.residual_of_power(power, product, drop)
        assert abs(small - (found << (64 * drop))) <= mpz(2) << (64 * drop)


def test_precisions_double():
    for start in (4, 5, 100):
        for limbs in (1, 4, 5, 99, 100, 101, 12345):
            chain = precisions(limbs, start)
            assert chain[-1] == limbs
            assert chain[0] < max(start, 4)
            assert all(k < m <= 2 * k - 1 for k, m in itertools.pairwise(chain))


@pytest.mark.usefixtures("rings")
def test_the_bounds_of_the_iterates(rng, threads):
    """Exact values lie within the proven error, at every number of limbs."""
    for _ in range(ROUNDS // 2):
        length, limbs, start = rng.randrange(1, 200), rng.randrange(1, 300), rng.choice([4, 5, 30])
        d = number(rng, 64 * length)
        x = reciprocal(limbs_of(d), limbs, threads, start)
        assert -2 * d < x * d - (mpz(1) << (64 * (limbs + length))) < 2 * d
        a = number(rng, 64 * length - rng.randrange(2))
        s = root(limbs_of(a), limbs, threads, start)
        low, high = (((s + e) * (s + e)) << (64 * length) for e in (-2, 2))
        assert low < a << (128 * limbs) < high
        r = rng.choice([*RADICANDS, rng.randrange(1, MAX_RADICAND)])
        found = inverse_root(r, limbs, threads, start)
        assert r * (found.X - 2) ** 2 < mpz(1) << (128 * limbs) < r * (found.X + 2) ** 2
        assert r * found.X**2 + found.E == mpz(1) << (128 * limbs)


def test_a_radicand_is_a_word():
    for radicand in (0, -1, MAX_RADICAND + 1):
        with pytest.raises(ValueError, match="radicand"):
            inverse_root(radicand, 10)


@pytest.mark.usefixtures("always_newton", "rings")
def test_quotients_are_those_of_gmp(rng, threads):
    for round_ in range(ROUNDS):
        d = number(rng, near_limbs(rng, 120))
        q = number(rng, near_limbs(rng, rng.choice([20, 120, 120, 900])))
        q &= ~(((mpz(1) << rng.randrange(1, 9000)) - 1) << rng.randrange(9000))  # a block of zeros
        q |= 1
        check = bool(round_ % 4)
        for n in (q * d, q * d - 1, q * d + d - 1, q * d + rng.randrange(int(d)), d - 1, d, d + 1, d * d):
            assert divide(n, d, threads=threads, check=check) == n // d


@pytest.mark.usefixtures("always_newton")
def test_a_short_quotient_that_its_leading_limbs_leave_open(rng):
    """q·d − 1 with trailing zeros in the cut d: the remainder of the cut operands is smaller than their quotient."""
    for _ in range(ROUNDS):
        d = (number(rng, 64 * 40) << (64 * 100)) + rng.randrange(2**64)
        q = number(rng, 64 * 30 - rng.randrange(64))
        for n in (q * d - 1, q * d, q * d + 1):
            assert divide(n, d) == n // d


@pytest.mark.usefixtures("always_newton", "rings")
def test_roots_are_those_of_gmp(rng, threads):
    for round_ in range(ROUNDS):
        s, n = number(rng, near_limbs(rng, 150)), number(rng, near_limbs(rng, 300))
        for x in (n, s * s - 1, s * s, s * s + 1, s * s + 2 * s, s * s + 2 * s + 1):
            assert isqrt(x, threads=threads, check=bool(round_ % 4)) == gmpy2.isqrt(x)


def test_around_the_real_thresholds(rng):
    for shift in (-1, 0, 1, 65):
        bits = division.DIVIDE_FROM_BITS + shift
        for d in ((mpz(1) << bits) - 1, (mpz(1) << bits) + 1, number(rng, bits)):
            for n in (d * number(rng, bits), d * d - 1, number(rng, 3 * bits)):
                assert divide(n, d) == n // d
        bits = division.ROOT_FROM_BITS + shift
        s = number(rng, bits)
        for n in (s * s, s * s - 1, s * s + 2 * s, number(rng, 2 * bits)):
            assert isqrt(n) == gmpy2.isqrt(n)


def test_wrong_arguments():
    for bits in (10, 3 * division.ROOT_FROM_BITS):
        with pytest.raises(ValueError, match="neg"):
            isqrt(-mpz(1) << bits)
        with pytest.raises(ValueError, match="n ≥ 0"):
            divide(-mpz(1) << bits, mpz(3))
        with pytest.raises(ZeroDivisionError):
            divide(mpz(1) << bits, mpz(0))


@pytest.mark.usefixtures("always_newton", "rings")
def test_root_times_quotient_is_within_its_bound(rng, threads):
    _compare_root_times_quotient(rng, threads, ROUNDS)


@pytest.mark.usefixtures("always_newton", "place")
def test_root_times_quotient_by_way_of_the_disk(rng):
    _compare_root_times_quotient(rng, 2, ROUNDS // 4)


def _compare_root_times_quotient(rng, threads, rounds):
    more = 64
    for round_ in range(rounds):
        bits = near_limbs(rng, 250) + 700
        radicand = rng.choice([*RADICANDS, rng.randrange(1, MAX_RADICAND)])
        c, e = rng.randrange(1, 10**9), rng.choice([1, rng.randrange(1, 10**6)])
        T = number(rng, rng.randrange(1, 3 * bits))
        Q = number(rng, max(1, T.bit_length() + rng.randrange(-20, 20)))
        half = half_root(radicand, bits, threads=threads).parked()
        pair = WaitingNumbers(HandOver(*(Tracked.of(x, check=bool(round_ % 4)) for x in (Q, T))))
        tracked = root_times_quotient(half, (c, e), pair, bits, threads)
        tracked.require("the result")
        assert (tracked.residues is None) == (round_ % 4 == 0)
        found = tracked.value
        exact = gmpy2.isqrt(mpz(radicand * c * c) * Q * Q << (2 * (bits + more))) // (e * T)
        assert abs((found << more) - exact) < (mpz(1) << more) + (exact >> (bits + 24)) + 1


@pytest.mark.usefixtures("always_newton")
def test_pi_from_the_fused_path(rng, threads, monkeypatch):
    monkeypatch.setattr(pi_fraction, "FUSED_FROM_BITS", 1000)
    for series in map(get, ("chudnovsky", "ramanujan", "level1-7", "sharp")):
        for _ in range(5):
            bits = rng.randrange(1000, 30_000)
            node = split(series, terms_needed(series, bits + GUARD))
            half = pi_fraction.root_of_radicand(series.closed_form, bits, threads=threads, compiled=True)
            assert half.limbs == -(-(bits + 64) // 128)
            found = pi_fraction.pi_fraction(
                series.closed_form, HandOver(node.Q, node.T), half, bits, threads=threads, compiled=True
            )
            assert abs(found.mantissa - exact_pi(bits)) <= 2


def test_a_root_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="does not reach"):
        root_times_quotient(half_root(2, 1000), (1, 1), HandOver(Tracked(mpz(3)), Tracked(mpz(7))), 2000)


# --- Each check sees what it is there for -----------------------------------------------------------------------------


def words_at(address, count):
    """The words there, to be changed."""
    return (ctypes.c_uint64 * count).from_address(address)


def checked(half, Q, T, bits):
    found = root_times_quotient(half, (1, 1), HandOver(Tracked.of(Q), Tracked.of(T)), bits)
    found.require("the result")
    return found.value


@pytest.mark.usefixtures("always_newton")
def test_a_wrong_product_is_seen(rng, monkeypatch, rings):
    """One bit of one product of the last step is flipped, in every one of them in turn."""
    d, n = number(rng, 64 * 100), number(rng, 64 * 200)
    bits = 64 * 100
    half = half_root(10005, bits)
    seen = 0
    for broken in range(40):
        calls = iter(range(1000))
        real = cyclic.to_limbs if rings == "cyclic" else negacyclic.steps_in_ring

        def wrong(*a, real=real, calls=calls, broken=broken):
            found = real(*a)
            if next(calls) == broken and (rings == "cyclic" or a[0] & negacyclic.JOIN):
                limbs = found if rings == "cyclic" else words_at(a[1], 64)
                limbs[len(limbs) // 2] ^= 1 << 20
            return found

        with monkeypatch.context() as patch:
            patch.setattr(*((cyclic, "to_limbs") if rings == "cyclic" else (negacyclic, "steps_in_ring")), wrong)
            for work, exact in (
                (lambda: divide(n, d), n // d),
                (lambda: isqrt(n), gmpy2.isqrt(n)),
                (lambda: checked(half, n, d << bits, bits), None),
            ):
                calls = iter(range(1000))
                try:
                    found = work()
                except VerificationError:
                    seen += 1
                    continue
                if exact is None:
                    expected = gmpy2.isqrt(mpz(10005) * n * n << (2 * bits)) // (d << bits)
                    assert abs(found - expected) <= 2 + (expected >> (bits + 22))
                else:
                    assert found == exact
    assert seen > 10


@pytest.mark.usefixtures("always_newton")
def test_what_changes_after_the_last_check_is_seen_by_whoever_reads_the_result(rng, monkeypatch):
    """The upper parts of products are copied after they have been checked: q, and the last correction."""
    real = root_quotient.shifted
    half = half_root(10005, 6400)
    for broken in range(2):
        calls = iter(range(9))
        monkeypatch.setattr(
            root_quotient,
            "shifted",
            lambda x, drop, calls=calls, broken=broken: real(x, drop) ^ (next(calls) == broken),
        )
        with pytest.raises(VerificationError):
            checked(half, number(rng, 6400), number(rng, 6400), 6400)
        assert next(calls) == 2 - (broken == 0)


def test_a_wrong_iterate_is_seen(rng, monkeypatch):
    """1/√r and 1/δ that are not good enough, from whatever cause: the residuals are too large."""
    monkeypatch.setattr(root_quotient, "inverse_root", lambda *a: _spoilt(inverse_root(*a)))
    with pytest.raises(VerificationError, match="root"):
        half_root(10005, 64 * 100)
    monkeypatch.undo()
    half = half_root(10005, 64 * 100)
    monkeypatch.setattr(root_quotient, "reciprocal", lambda *a: reciprocal(*a) + (mpz(1) << 1000))
    with pytest.raises(VerificationError, match="quotient"):
        checked(half, number(rng, 6400), number(rng, 6400), 6400)


def _spoilt(found):
    X = found.X + (mpz(1) << 500)
    return found._replace(X=X, E=(mpz(1) << (128 * found.limbs)) - found.radicand * X * X)
