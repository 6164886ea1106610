"""Levels whose larger products go through the transform, against gmpy2."""

from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("pi_engine.bigint.crt")

from pi_engine.bigint.batch import Batch
from pi_engine.bigint.level import multiply_level

SIZES = [1, 2, 3, 50, 127, 128, 129, 400, 511, 512, 513, 1023, 1500, 2048, 4095, 4097]
FROM = 100  # limbs: there is no transform for much less


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_mixed_sizes(draw, rng, threads):
    a = [rng.choice([1, -1]) * draw(n) for n in SIZES]
    b = [rng.choice([1, -1]) * draw(max(1, n + rng.choice([-1, 0, 1, 7]))) for n in SIZES]
    with ThreadPoolExecutor(max(threads - 1, 1)) as pool:
        for start in (100, 512, 3000):
            found = multiply_level(
                Batch.of(a), Batch.of(b), pool if threads > 1 else None, threads, check_from=0, transform_from=start
            )
            assert found.numbers() == [x * y for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize("kind", ["ones", "runs", "power", "power-", "power+"])
def test_worst_patterns(draw, kind):
    a, b = Batch.of([draw(n, kind) for n in SIZES]), Batch.of([draw(n, kind) for n in SIZES])
    assert multiply_level(a, b, transform_from=FROM).numbers() == [
        x * y for x, y in zip(a.numbers(), b.numbers(), strict=True)
    ]


def test_squares_and_unbalanced(draw):
    a = Batch.of([draw(n) for n in SIZES])
    assert multiply_level(a, a, transform_from=FROM).numbers() == [x * x for x in a.numbers()]
    b = Batch.of([draw(n) for n in reversed(SIZES)])
    assert multiply_level(a, b, transform_from=FROM).numbers() == [
        x * y for x, y in zip(a.numbers(), b.numbers(), strict=True)
    ]


def test_zeros_are_not_the_transforms(draw):
    a, zeros = Batch.of([draw(300), draw(0)]), Batch.of([draw(0), draw(0)])
    assert multiply_level(a, zeros, transform_from=0).numbers() == [0, 0]
