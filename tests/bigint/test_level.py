"""Levels of products and sums against gmpy2, on 1, 2 and 3 threads."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint import level
from pi_engine.bigint.batch import Batch
from pi_engine.bigint.level import add_level, multiply_level, product_room
from pi_engine.bigint.limbs import limbs_of
from pi_engine.errors import VerificationError
from tests.bigint import kernels_for_tests as kernels


@pytest.fixture(params=[1, 2, 3])
def threads(request, monkeypatch):
    monkeypatch.setattr(level, "ALONE_BELOW_NS", 0.0)
    monkeypatch.setattr(level, "GROUP_NS", 200.0)
    return request.param


@contextlib.contextmanager
def pool_of(threads):
    with ThreadPoolExecutor(max(threads - 1, 1)) as pool:
        yield pool if threads > 1 else None


def signed(draw, rng, count, largest):
    return [rng.choice([1, -1]) * draw(rng.randrange(largest + 1)) for _ in range(count)]


@pytest.mark.parametrize(("count", "largest"), [(0, 1), (1, 3), (500, 3), (300, 60), (40, 700), (5, 5000)])
def test_products(draw, rng, threads, count, largest):
    a, b = signed(draw, rng, count, largest), signed(draw, rng, count, largest)
    with pool_of(threads) as pool:
        result = multiply_level(Batch.of(a), Batch.of(b), pool, threads, check_from=0)
    assert result.numbers() == [x * y for x, y in zip(a, b, strict=True)]
    assert all(
        length == 0 or result.limbs[o + abs(length) - 1]
        for o, length in zip(result.offsets, result.lengths, strict=True)
    )


@pytest.mark.parametrize(("count", "largest"), [(0, 1), (1, 3), (500, 3), (200, 60)])
def test_sums(draw, rng, threads, count, largest):
    a, b = signed(draw, rng, count, largest), signed(draw, rng, count, largest)
    for i in range(0, count, 3):
        b[i] = -a[i] + rng.choice([0, 1, -1])
    with pool_of(threads) as pool:
        result = add_level(Batch.of(a), Batch.of(b), pool, threads)
    assert result.numbers() == [x + y for x, y in zip(a, b, strict=True)]


def test_carry_and_borrow_run_through():
    ones = [(mpz(1) << 640) - 1, mpz(1) << 640, mpz(-1) << 640]
    assert add_level(Batch.of(ones), Batch.of([mpz(1), mpz(-1), mpz(1)])).numbers() == [
        mpz(1) << 640,
        (mpz(1) << 640) - 1,
        1 - (mpz(1) << 640),
    ]


def test_squares_and_shared_limbs(draw, threads):
    numbers = Batch.of([draw(n) for n in range(1, 60)])
    with pool_of(threads) as pool:
        assert multiply_level(numbers, numbers, pool, threads).numbers() == [x * x for x in numbers.numbers()]
        left, right = numbers.take(slice(0, 58, 2)), numbers.take(slice(1, None, 2))
        found = multiply_level(left, right, pool, threads).numbers()
    assert found == [x * y for x, y in zip(left.numbers(), right.numbers(), strict=True)]


def test_results_in_given_memory(draw, rng):
    a, b = Batch.of(signed(draw, rng, 30, 50)), Batch.of(signed(draw, rng, 30, 50))
    out = np.full(product_room(a, b) + 5, 77, np.uint64)
    result = multiply_level(a, b, out=out)
    assert np.shares_memory(result.limbs, out) and (out[-5:] == 77).all()
    assert result.numbers() == [x * y for x, y in zip(a.numbers(), b.numbers(), strict=True)]
    with pytest.raises(ValueError, match="overlap"):
        multiply_level(Batch(out[:10], np.zeros(1, np.int64), np.ones(1, np.int64)), b.take(slice(1)), out=out)


def test_refusals(draw):
    a = Batch.of([draw(3), draw(4)])
    with pytest.raises(ValueError, match="level of"):
        multiply_level(a, a.take(slice(1)))
    for offsets, lengths in (([0, 5], [3, 4]), ([-1, 3], [3, 4]), ([0, 3], [3, -5])):
        bad = Batch(a.limbs, np.array(offsets), np.array(lengths))
        for operation in (multiply_level, add_level):
            with pytest.raises(ValueError, match="outside"):
                operation(bad, a)
    with pytest.raises(TypeError):
        Batch(a.limbs.astype(np.int64), a.offsets, a.lengths)
    with pytest.raises(ValueError, match="limbs"):
        multiply_level(a, a, out=np.empty(3, np.uint64))


def test_a_wrong_product_is_noticed(draw, monkeypatch):
    a = Batch.of([draw(2000), draw(2000)])
    monkeypatch.setattr(level.kernels, "multiply_claimed", lambda *work: 1)
    with pytest.raises(VerificationError):
        multiply_level(a, a)


def test_the_check_inside_the_kernel(draw):
    a, b = draw(700, "uniform"), draw(500, "uniform")
    factors, wrong = Batch.of([a, b]), np.array(Batch.of([a * b]).limbs)
    assert kernels.product_is_right(wrong, factors.limbs[:700], factors.limbs[700:])
    for place in (0, 599, 1199):
        wrong[place] ^= np.uint64(1 << 33)
        assert not kernels.product_is_right(wrong, factors.limbs[:700], factors.limbs[700:])
        wrong[place] ^= np.uint64(1 << 33)


def test_operands_of_every_layout_and_writability(draw):
    a = Batch.of([draw(5) for _ in range(6)])
    frozen = Batch(limbs_of(draw(30)), np.arange(0, 30, 10), np.full(3, 7))
    for array in (frozen.offsets, frozen.lengths):
        array.flags.writeable = False
    even, odd, none = a.take(slice(0, None, 2)), a.take(slice(1, None, 2)), a.take(slice(0))
    for left, right in ((a, a), (even, frozen), (frozen, odd), (none, none)):
        pairs = list(zip(left.numbers(), right.numbers(), strict=True))
        assert multiply_level(left, right).numbers() == [x * y for x, y in pairs]
        assert add_level(left, right).numbers() == [x + y for x, y in pairs]
