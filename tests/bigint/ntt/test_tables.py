"""Roots of unity by their angles, and the records of a plan."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pi_engine.bigint.ntt import tables
from pi_engine.bigint.ntt.description.primes import PRIMES
from pi_engine.bigint.ntt.description.roots import OUTER_ANGLES, TURN, bit_reversed_powers, unit
from pi_engine.bigint.ntt.description.sizes import size_for


@pytest.mark.parametrize("index", range(len(PRIMES)))
def test_units(index, rng):
    prime = PRIMES[index]
    for parts in (1, 2, 3, 4, 5, 7, 6 << 20, 105 << 30):
        root = unit(index, TURN, parts)
        assert pow(root, parts, prime) == 1
        assert all(pow(root, parts // q, prime) != 1 for q in (2, 3, 5, 7) if parts % q == 0)
    for _ in range(20):
        a, b = rng.randrange(TURN), rng.randrange(TURN)
        assert unit(index, a) * unit(index, b) % prime == unit(index, a + b) == unit(index, (a + b) % TURN)
    powers = bit_reversed_powers(index, 8, TURN, 3)
    assert powers == [unit(index, TURN * j, 3 * 8) for j in (0, 4, 2, 6, 1, 5, 3, 7)]


def test_angles_that_have_no_root():
    with pytest.raises(ValueError, match="no root of unity"):
        unit(0, TURN, 11)
    with pytest.raises(ValueError, match="no root of unity"):
        unit(0, 1, 2)


def test_heads():
    for outer_radix, angles in OUTER_ANGLES.items():
        assert sorted(angles) == [TURN * k // outer_radix for k in range(outer_radix)]


def test_two_threads_that_find_no_record_get_the_same(monkeypatch):
    """Kernels know a record's address alone, so it must be the one that the plan keeps."""
    plan, both = tables.make_transform_plan(size_for(20_000)), threading.Barrier(2)
    real = tables._record

    def made(*arguments, **options):
        both.wait()  # until the other thread has missed it too
        return real(*arguments, **options)

    monkeypatch.setattr(tables, "_record", made)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: plan.record(), range(2))
    assert first is second is plan.record()
