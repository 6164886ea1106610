"""What the pictures show, against the same counted digit by digit, with digits cut into pieces at any place."""

import cmath
import itertools
import math

import numpy as np
import pytest

from pi_engine.pictures.tallies.digit_tallies import count_runs, counts_along, transition_counts, walk_of
from tests.conftest import MULTIPLIER

BASES = (2, 8, 10, 16)


def cases(rng, base):
    """Digits as random ones are, with long runs, of one value; of few lengths from none on."""
    yield []
    for length in (1, 2, 3, 17, 300, 3000):
        yield [rng.randrange(base) for _ in range(length)]
        yield [rng.randrange(base)] * length
        yield list(itertools.chain(*([rng.randrange(base)] * rng.randrange(1, 40) for _ in range(length // 20 + 1))))


def cut(rng, digits):
    """Pieces of any length, some empty, as whatever produces digits may hand them on: each time in the same memory."""
    memory = np.zeros(max(len(digits), 1), np.uint8)
    place = 0
    while place < len(digits) or rng.random() < 0.2:
        length = min(rng.choice([0, 1, 2, 5, 100, 1000]), len(digits) - place)
        memory[:length] = digits[place : place + length]
        yield memory[:length]
        memory[:] = 0
        place += length


def tried(rng, base):
    for _ in range(math.ceil(MULTIPLIER)):
        for digits in cases(rng, base):
            yield digits, cut(rng, digits)


@pytest.mark.parametrize("base", BASES)
def test_counts_among_the_first_n(rng, base):
    for digits, pieces in tried(rng, base):
        found = counts_along(pieces, base)
        assert len(found.n) == len(found.counts) and all(np.diff(found.n) > 0)
        for n, counts in zip(found.n, found.counts, strict=True):
            assert counts.tolist() == [digits[:n].count(digit) for digit in range(base)]
        assert (found.n[-1] if len(found.n) else 0) == len(digits)


def test_places_of_counts_are_close_on_a_logarithmic_axis():
    found = counts_along(iter([np.zeros(1_234_567, np.uint8)]), 10)
    assert found.n[:20].tolist() == list(range(1, 21))
    large = found.n[found.n > 100]
    assert max(large[1:] / large[:-1]) < 1.06
    assert len(found.n) < 300


@pytest.mark.parametrize("base", BASES)
def test_pairs(rng, base):
    for digits, pieces in tried(rng, base):
        expected = np.zeros((base, base), int)
        for pair in itertools.pairwise(digits):
            expected[pair] += 1
        assert (transition_counts(pieces, base) == expected).all()


@pytest.mark.parametrize("base", BASES)
def test_runs(rng, base):
    for digits, pieces in tried(rng, base):
        runs = [(digit, len(list(group))) for digit, group in itertools.groupby(digits)]
        longest = max((length for _, length in runs), default=0)
        found = count_runs(pieces)
        assert found.digits == len(digits)
        assert found.counts.tolist() == [sum(x == length for _, x in runs) for length in range(longest + 1)]
        place = 0
        for digit, length in runs:
            if length == longest:
                assert (found.longest, found.digit) == (place, digit)
                break
            place += length
        else:
            assert (found.longest, found.digit) == (-1, -1)


@pytest.mark.parametrize("base", BASES)
def test_walks(rng, base):
    for digits, pieces in tried(rng, base):
        places = [0j]
        for digit in digits:
            places.append(places[-1] + cmath.rect(1, 2 * math.pi * digit / base))
        most = rng.choice([3, 10, 100, 10**4])
        found = walk_of(pieces, base, most=most)
        assert found.steps == len(digits)
        assert found.every == 1 or most / 2 - 1 <= len(found.points) <= most + 1
        kept = places[:: found.every]
        if (len(places) - 1) % found.every:
            kept.append(places[-1])
        assert np.allclose(found.points, kept, rtol=0, atol=1e-9)
