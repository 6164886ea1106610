"""Products on disk: equal to those in memory, modulo one prime after another and in groups of all sizes."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.ntt import stored_remainders
from pi_engine.bigint.ntt.description.sizes import largest_beta, narrow_size_for, size_for
from pi_engine.bigint.ntt.stored_products import stored_sum_of_products, sum_of_products_on_disk
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.transform import product
from pi_engine.bigint.scratch import stored_limbs
from pi_engine.bigint.scratch.parked_numbers import ParkedInteger
from pi_engine.bigint.scratch.stored_limbs import StoredLimbs
from pi_engine.errors import CapacityError, OutputError, VerificationError
from tests.conftest import MULTIPLIER
from tests.scratch_spaces import FullSpace, by_disk

ROUNDS = max(1, int(12 * MULTIPLIER))


@pytest.fixture
def space(tmp_path):
    with by_disk(tmp_path) as space:
        yield space


def _read(run):
    found = np.empty(len(run), np.uint64)
    run.read(found)
    return found


def _array(limbs):
    return lambda: np.empty(limbs, np.uint64)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_those_in_memory(space, draw, rng, monkeypatch, threads):
    for turn in range(ROUNDS):
        n, m = rng.randrange(1, 3000), rng.randrange(1, 3000)
        a, b = limbs_of(draw(n)), limbs_of(draw(m))
        size = rng.choice((size_for, narrow_size_for))(64 * (n + m))
        limbs = size.bits // 64 if turn % 3 == 0 else n + m
        monkeypatch.setattr(FullSpace, "at_once", lambda *_, count=rng.randrange(1, 9): count)
        monkeypatch.setattr(stored_remainders, "_PIECE_BYTES", rng.choice((1, 1 << 14, 1 << 21)))
        waiting = (a, StoredLimbs(space, b).run()) if turn % 2 else (ParkedInteger(draw(1)), b)
        if not turn % 2:
            a = limbs_of(waiting[0].value())
        found = stored_sum_of_products(plan_for(size), space, [waiting], limbs, threads, _array(limbs))
        assert (found == product(a, b, size, limbs, 1)).all()
        assert (_read(sum_of_products_on_disk(plan_for(size), space, [waiting], limbs, threads)) == found).all()
        if 2 * n <= limbs:
            square = stored_sum_of_products(plan_for(size), space, [(a, a)], limbs, threads, np.empty(limbs, np.uint64))
            assert (square == product(a, a, size, limbs, 1)).all()


def test_a_product_that_wraps_is_found_modulo_its_size(space, draw, rng):
    for _ in range(ROUNDS):
        size = narrow_size_for(64 * rng.randrange(10, 2000))
        limbs = size.bits // 64
        a, b = draw(limbs), draw(limbs)
        found = stored_sum_of_products(plan_for(size), space, [(limbs_of(a), limbs_of(b))], limbs, 2, _array(limbs))
        assert (int.from_bytes(found.tobytes(), "little") - a * b) % ((1 << size.bits) - 1) == 0
        waiting = StoredLimbs(space, limbs_of(a)).run(), StoredLimbs(space, limbs_of(b)).run()
        assert (_read(sum_of_products_on_disk(plan_for(size), space, [waiting], limbs, 2)) == found).all()


def test_a_carry_goes_around_the_end_through_all_pieces(space, monkeypatch):
    """(B^L − 2)·1 and more: what passes the end comes in again at the beginning, where all bits are ones."""
    monkeypatch.setattr(stored_limbs, "PIECE", 4096)
    monkeypatch.setattr(stored_remainders, "_PIECE_BYTES", 1)
    size = narrow_size_for(64 * 3000)
    limbs = size.bits // 64
    modulus = (mpz(1) << size.bits) - 1
    for a, b in ((modulus - 1, modulus - 1), (modulus, modulus), (modulus, mpz(1) << 64), (modulus - 1, mpz(3))):
        found = stored_sum_of_products(plan_for(size), space, [(limbs_of(a), limbs_of(b))], limbs, 2, _array(limbs))
        assert (int.from_bytes(found.tobytes(), "little") - a * b) % modulus == 0
        waiting = StoredLimbs(space, limbs_of(a)).run(), StoredLimbs(space, limbs_of(b)).run()
        assert (_read(sum_of_products_on_disk(plan_for(size), space, [waiting], limbs, 2)) == found).all()


def test_a_sum_of_two_products_takes_one_pass(space, draw, rng):
    for _ in range(ROUNDS):
        size = narrow_size_for(64 * rng.randrange(10, 2000))
        if size.beta > largest_beta(size.primes, 2 * size.points):
            continue
        limbs = size.bits // 64
        a, b, c, d = (draw(limbs // 2) for _ in range(4))
        terms = [(limbs_of(a), limbs_of(b)), (limbs_of(c), limbs_of(d))]
        before = space.traffic.written
        found = stored_sum_of_products(plan_for(size), space, terms, limbs, 2, _array(limbs))
        assert (int.from_bytes(found.tobytes(), "little") - a * b - c * d) % ((1 << size.bits) - 1) == 0
        assert space.traffic.written - before == 8 * size.primes * size.prime_stride


def test_all_ones_carry_to_the_end(space):
    """The largest coefficients, and a carry that goes through all rows and all pieces."""
    for limbs in (40, 1000, 12_345):
        size = size_for(128 * limbs)
        ones = np.full(limbs, 2**64 - 1, np.uint64)
        found = stored_sum_of_products(plan_for(size), space, [(ones, ones)], 2 * limbs, 2, _array(2 * limbs))
        assert int.from_bytes(found.tobytes(), "little") == ((1 << 64 * limbs) - 1) ** 2


@pytest.mark.parametrize(
    ("method", "error"),
    [("write", CapacityError("full")), ("write", OutputError("broken")), ("read", VerificationError("changed"))],
)
def test_a_disk_that_fails_in_the_middle_leaves_nothing(space, draw, monkeypatch, method, error):
    size = narrow_size_for(64 * 4000)
    calls = []
    file = type(space.file(1))
    real = getattr(file, method)

    def failing(self, *arguments):
        calls.append(1)
        if len(calls) == 3:
            raise error
        return real(self, *arguments)

    monkeypatch.setattr(file, method, failing)
    a = limbs_of(draw(2000))
    with pytest.raises(type(error), match=str(error)):
        stored_sum_of_products(plan_for(size), space, [(a, limbs_of(draw(2000)))], 4000, 2, _array(4000))
    assert space.traffic.held == 0
    monkeypatch.undo()
    found = stored_sum_of_products(plan_for(size), space, [(a, a)], 4000, 2, _array(4000))
    assert (found == product(a, a, size, 4000, 1)).all()
