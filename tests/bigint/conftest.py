"""Operands for the arithmetic's tests."""

import gmpy2
import pytest

from pi_engine.bigint import cyclic, negacyclic, product
from tests.conftest import MULTIPLIER
from tests.scratch_spaces import by_disk


@pytest.fixture(autouse=True, scope="session")
def _kernels():
    """Here the transform is what is tested: from its crossovers on, it is used."""
    product.TRANSFORM.load()


@pytest.fixture(scope="session")
def multiplier():
    return max(1, int(MULTIPLIER))


@pytest.fixture(params=[1, 2, 3])
def threads(request, monkeypatch):
    """One to three threads, also where the transforms are too short for them to pay."""
    monkeypatch.setattr(cyclic, "THREADS_FROM_BITS", 0)
    monkeypatch.setattr(negacyclic, "HELPED_FROM_BITS", 0)
    return request.param


@pytest.fixture(params=["cyclic", "negacyclic"])
def rings(request, monkeypatch):
    """Once with products of rings by the number-theoretic transform, and once by the complex one, at every length."""
    if request.param == "cyclic":
        monkeypatch.setattr(negacyclic, "fourier_below", lambda _threads: 0)
    return request.param


@pytest.fixture(params=["in memory", "by disk"])
def place(request, tmp_path):
    """Once as usual, and once where every number of a page waits on disk, and products are made modulo one prime after another."""
    if request.param == "in memory":
        yield None
    else:
        with by_disk(tmp_path) as space:
            yield space


@pytest.fixture
def draw(rng):
    """draw(limbs) -> mpz of exactly that many limbs: uniform, long runs of 0s and 1s, all ones, or a power of two ± 1."""
    state = gmpy2.random_state(rng.getrandbits(64))

    def number(limbs, kind=None):
        if limbs == 0:
            return gmpy2.mpz(0)
        bits = 64 * limbs
        kind = kind or rng.choice(["uniform", "runs", "ones", "power", "power-", "power+"])
        if kind == "uniform":
            return gmpy2.mpz_urandomb(state, bits) | (gmpy2.mpz(1) << (bits - 1))
        if kind == "runs":
            return gmpy2.mpz_rrandomb(state, bits)
        if kind == "ones":
            return (gmpy2.mpz(1) << bits) - 1
        place = rng.randrange(bits - 63, bits)
        low = {"power": 0, "power-": -1, "power+": 1}[kind]
        value = (gmpy2.mpz(1) << place) + low
        return value if value >> (bits - 64) else (gmpy2.mpz(1) << (bits - 1))

    return number
