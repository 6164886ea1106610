"""Integers in custody: residues that follow from those before, and what changes is seen at the next identity."""

import ctypes

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limb_address
from pi_engine.bigint.division import tracked_divide, tracked_isqrt
from pi_engine.bigint.residues import moduli
from pi_engine.bigint.residues.moduli import residues
from pi_engine.bigint.residues.tracked import Tracked

SIZES = [0, 1, 63, 64, 65, 128, 1000, 6400, moduli.KERNEL_FROM_BITS + 64, moduli.KERNEL_FROM_BITS + 65]


@pytest.fixture(params=[True, False], ids=["kernels", "gmp"])
def kernels(request, monkeypatch):
    """Residues of long numbers by kernels, or by GMP alone."""
    if request.param:
        assert moduli._RESIDUES.load() is None
    monkeypatch.setattr(moduli._RESIDUES, "loaded", lambda: request.param)


def number(rng, bits, sign=1):
    return mpz(rng.getrandbits(bits) | (1 << bits >> 1)) * sign


def is_sound(x):
    assert x.residues == residues(x.value)
    x.require("the test")
    return True


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("bits", SIZES)
def test_residues_follow_the_number(rng, bits, sign):
    x, y = number(rng, bits, sign), number(rng, rng.choice(SIZES), rng.choice([1, -1]))
    X, Y = Tracked.of(x), Tracked.of(y)
    for found, exact in (
        (X + Y, x + y), (X - Y, x - y), (X * Y, x * y), (X * 640320, x * 640320), (X * -3, x * -3), (X << 77, x << 77),
        (X << 0, x), (X.magnitude(), abs(x)), (X.without(8), x - 8), (X.quotient(12345, "x"), x // 12345),
    ):  # fmt: skip
        assert found.value == exact and is_sound(found)
    for cut in {0, 1, 63, 64, 65, max(bits - 1, 0), bits, bits + 1, bits + 640, rng.randrange(bits + 2)}:
        found = X.cut(cut)
        assert found.value == sign * (abs(x) >> cut) and is_sound(found)
        assert residues(x, low_bits=cut) == residues(sign * (abs(x) % (mpz(1) << cut)))
    assert is_sound(Tracked.power_of_two(bits)) and Tracked.power_of_two(bits).value == mpz(1) << bits


def test_without_residues_nothing_is_compared():
    x = Tracked(mpz(10) ** 50)
    others = (x, Tracked.of(mpz(7)), Tracked.of(mpz(7), check=False))
    for y in others:
        for found in (x + y, x - y, x * y, y * x, x << 5, x.cut(5), x * 3, x.quotient(9, "x"), x.magnitude()):
            assert found.residues is None
            found.require("the test")
    assert Tracked.of(x) is x
    assert tracked_divide(x, others[2], 1, compiled=False) == Tracked(10**50 // mpz(7))
    assert tracked_isqrt(x, 1, compiled=False) == Tracked(mpz(10) ** 25)


def flip(x, bit):
    """Change a bit of the number where it lies in memory, as a fault does."""
    place, _ = limb_address(x)
    ctypes.c_uint64.from_address(place + 8 * (bit // 64)).value ^= 1 << (bit % 64)


OPERATIONS = {
    "product": lambda x: x * Tracked.of(mpz(3) ** 200),
    "word": lambda x: x * 7,
    "sum": lambda x: x + Tracked.of(mpz(3) ** 900),
    "difference": lambda x: Tracked.of(mpz(3) ** 900) - x,
    "shift": lambda x: x << 77,
    "cut": lambda x: x.cut(500),
    "whole limbs": lambda x: x.cut(640),
    "magnitude": lambda x: (x * -1).magnitude(),
    "quotient": lambda x: tracked_divide(x, Tracked.of(mpz(5) ** 300), 1, compiled=False),
    "short quotient": lambda x: tracked_divide(x, Tracked.of(mpz(5) ** 680), 1, compiled=False),
    "divisor": lambda x: tracked_divide(Tracked.of(mpz(5) ** 1200), x, 1, compiled=False),
    "word quotient": lambda x: x.quotient(1001, "the test"),
    "root": lambda x: tracked_isqrt(x, 1, compiled=False),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_bit_that_changes_before_or_after_an_operation_is_seen(rng, operation):
    """A bit that is not seen changes nothing: it is a low bit of what a cut or a rounded quotient leaves behind."""
    seen = 0
    for bit in [0, 1, 63, 64, 499, 500, 639, 640, 1598, 1599, *(rng.randrange(1600) for _ in range(30))]:
        exact = number(rng, 1600)
        wanted = operation(Tracked.of(exact + 0)).value
        before = Tracked.of(exact + 0)
        flip(before.value, bit)
        try:
            found = operation(before)
            found.require("the test")
        except VerificationError:
            seen += 1
        else:
            assert found.value == wanted
        after = operation(Tracked.of(exact + 0))
        flip(after.value, bit % after.bits)
        with pytest.raises(VerificationError):
            after.require("the test")
    assert seen > 20


@pytest.mark.parametrize("modulus", [0, 1])
def test_an_error_that_one_modulus_does_not_see(modulus):
    x = Tracked.of(mpz(3) ** 1000)
    wrong = Tracked(x.value + (moduli.moduli()[modulus] << 300), x.residues)
    other = (2**61 - 1, moduli.random_prime())[1 - modulus]
    with pytest.raises(VerificationError, match=rf"the test, compared modulo .*{'2.61 . 1' if modulus else other}"):
        wrong.require("the test")


@pytest.mark.parametrize("off", [-1, 1])
def test_a_remainder_beyond_the_divisor_is_seen(monkeypatch, off):
    """The identity holds for it too."""
    x = Tracked.of(mpz(3) ** 1000)
    q, r = gmpy2.f_divmod(x.value, 1001)
    monkeypatch.setattr(gmpy2, "f_divmod", lambda _x, _divisor: (q + off, r - 1001 * off))
    with pytest.raises(VerificationError, match="the test"):
        x.quotient(1001, "the test")
