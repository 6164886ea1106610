"""The checks of quotients and roots see what is just beyond their bounds, and what changes between two of their steps."""

import ctypes

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint import division, root_quotient
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limb_address
from pi_engine.bigint.division import tracked_divide, tracked_isqrt
from pi_engine.bigint.reciprocal import reciprocal
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.root_quotient import half_root, root_times_quotient
from pi_engine.bigint.square_root import inverse_root, root
from tests.bigint.test_newton import number


@pytest.mark.parametrize("off", [-1, 1])
def test_a_quotient_or_root_that_is_off_by_one_is_seen(rng, monkeypatch, off):
    """Its identity holds, and the remainder is beyond its bound."""
    n, d = number(rng, 2000), number(rng, 900)
    divmod_of, root_of = gmpy2.f_divmod, gmpy2.isqrt_rem
    monkeypatch.setattr(gmpy2, "f_divmod", lambda x, y: (divmod_of(x, y)[0] + off, divmod_of(x, y)[1] - off * y))
    monkeypatch.setattr(gmpy2, "isqrt_rem", lambda x: (root_of(x)[0] + off, x - (root_of(x)[0] + off) ** 2))
    with pytest.raises(VerificationError, match="the quotient"):
        tracked_divide(Tracked.of(n), Tracked.of(d), 1, compiled=False)
    with pytest.raises(VerificationError, match="the square root"):
        tracked_isqrt(Tracked.of(n), 1, compiled=False)


def _left_open(rng):
    """n and d whose leading limbs leave the quotient open, and that quotient."""
    d, q = (number(rng, 64 * 40) << (64 * 100)) + rng.randrange(2**64), number(rng, 64 * 30 - rng.randrange(64))
    return Tracked.of(q * d - 1), Tracked.of(d), q - 1


def test_what_changes_while_a_quotient_is_left_open_is_seen(rng, monkeypatch):
    real, during = division.multiply, []

    def multiply(a, b, **options):
        product = real(a, b, **options)
        return during[-1](product) or product

    monkeypatch.setattr(division, "multiply", multiply)
    n, d, q = _left_open(rng)
    during.append(lambda _: None)
    assert tracked_divide(n, d, 1, compiled=True).value == q
    during.append(lambda product: product + (mpz(1) << 200))
    with pytest.raises(VerificationError, match="the quotient"):
        tracked_divide(n, d, 1, compiled=True)
    place, _ = limb_address(n.value)

    def flip(_product):
        ctypes.c_uint64.from_address(place).value ^= 1 << 5

    during.append(flip)
    with pytest.raises(VerificationError, match="the quotient"):
        tracked_divide(n, d, 1, compiled=True)


def test_operands_that_have_lost_their_highest_limbs_are_seen():
    zeros = np.zeros(20, np.uint64)
    with pytest.raises(VerificationError, match="the upper half of a divisor"):
        reciprocal(zeros, 30, 1, 5)
    with pytest.raises(VerificationError, match="a square root is 0"):
        root(zeros, 30, 1, 5)


@pytest.mark.parametrize("bits", [1000, 1024, 1087])
def test_a_root_is_refused_that_is_a_bit_too_short(bits):
    half = half_root(10005, bits)
    most = 128 * half.limbs - 64
    pair = [Tracked(mpz(3)), Tracked(mpz(7))]
    expected = gmpy2.isqrt(mpz(10005 * 9) << (2 * most)) // 7
    assert abs(root_times_quotient(half, (1, 1), HandOver(*pair), most).value - expected) <= 2 + (
        expected >> (most + 20)
    )
    with pytest.raises(ValueError, match="does not reach"):
        root_times_quotient(half, (1, 1), HandOver(*pair), most + 1)


def test_iterates_that_are_a_little_too_far_away_are_seen(rng, monkeypatch):
    """Some ten times as far as they may be: all digits but the last two or three would be right."""
    bits = 6400

    def spoilt(radicand, limbs, threads):
        X = inverse_root(radicand, limbs, threads).X + 50
        return inverse_root(radicand, limbs, threads)._replace(X=X, E=(mpz(1) << (128 * limbs)) - radicand * X * X)

    half = half_root(10005, bits)
    monkeypatch.setattr(root_quotient, "inverse_root", spoilt)
    with pytest.raises(VerificationError, match="the square root is too far"):
        half_root(10005, bits)
    monkeypatch.setattr(root_quotient, "reciprocal", lambda *a: reciprocal(*a) + 50)
    ones = (mpz(1) << bits) - 1
    with pytest.raises(VerificationError, match="the quotient is too far"):
        root_times_quotient(half, (1, 1), HandOver(Tracked.of(ones), Tracked.of(ones - rng.randrange(2**60))), bits)
