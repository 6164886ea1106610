"""What random digits would hold, against all sequences of short lengths, counted one by one."""

import itertools
import math

import pytest

from pi_engine.search import pattern_chance
from pi_engine.search.pattern_chance import (
    chance_of_palindromes,
    chance_of_runs,
    chance_of_self_location,
    chances_of_strings,
    periods,
)
from tests.search.streams import DIGITS, naive
from tests.search.test_runs_and_palindromes import naive_palindromes, naive_runs, written


def every(base, digits):
    return map("".join, itertools.product(DIGITS[:base], repeat=digits))


def measured(base, digits, counted):
    """The mean count, and the share of sequences with one or more."""
    counts = [counted(text) for text in every(base, digits)]
    return sum(counts) / len(counts), sum(count > 0 for count in counts) / len(counts)


@pytest.mark.parametrize(
    ("base", "digits", "patterns"),
    [
        (2, 12, ["0", "1", "01", "11", "0110", "1111", "10101", "1?1", "0??1", "1?", "?0", "110?011"]),
        (2, 5, ["11111", "10000", "1???1"]),
        (8, 4, ["7", "77", "70", "7?7", "077"]),
        (10, 4, ["5", "55", "121", "1?1", "1234", "9999"]),
    ],
)
def test_strings_exactly(base, digits, patterns):
    for pattern, found in zip(patterns, chances_of_strings(patterns, base, digits), strict=True):
        expected, probability = measured(base, digits, lambda text: len(naive(text, pattern)))
        assert found.expected == pytest.approx(expected, rel=1e-12)
        assert found.probability == pytest.approx(probability, rel=1e-12)
        assert found.method == "exact"


@pytest.mark.parametrize(("base", "digits"), [(2, 11), (3, 7), (10, 4)])
def test_runs_exactly(base, digits):
    for length in (1, 2, 3, digits):
        for digit in (None, "1"):
            expected, probability = measured(base, digits, lambda text: len(naive_runs(text, length, digit)))
            found = chance_of_runs(length, digit, base, digits)
            assert found.expected == pytest.approx(expected, rel=1e-12)
            assert found.probability == pytest.approx(probability, rel=1e-12)
            assert found.method == "exact"


@pytest.mark.parametrize(("base", "digits"), [(2, 12), (5, 6)])
def test_palindromes_expected_exactly_and_their_probability_nearly(base, digits):
    for length in range(2, digits):
        expected, probability = measured(base, digits, lambda text: len(naive_palindromes(text, length)))
        found = chance_of_palindromes(length, base, digits)
        assert found.expected == pytest.approx(expected, rel=1e-12)
        assert found.probability == pytest.approx(probability, rel=0.35)
        assert found.method == "independent"


@pytest.mark.parametrize(("base", "digits"), [(2, 12), (10, 4)])
def test_self_location(base, digits):
    def counted(text, position):
        numbers = range(position, position + digits)
        return sum(text.startswith(written(n, base), n - position) for n in numbers)

    for position in (1, 3, 9):
        expected, probability = measured(base, digits, lambda text: counted(text, position))
        found = chance_of_self_location(base, position, digits)
        assert found.expected == pytest.approx(expected, rel=1e-12)
        assert found.probability == pytest.approx(probability, rel=0.1)


@pytest.mark.parametrize("pattern", ["1" * 4, "12" * 3, "1213121", "123", "9", "110110", "0010000100"])
def test_periods(pattern):
    shifts = [k for k in range(1, len(pattern)) if pattern[k:] == pattern[:-k]]
    assert list(periods(pattern)) == shifts


def test_strings_that_overlap_themselves_alike_have_the_same_probability():
    """What lets thousands of strings be worked out once: Guibas and Odlyzko 1981."""
    alone = chances_of_strings(["1234", "9870", "1112", "1233"], 10, 10_000)
    assert len({round(found.probability, 14) for found in alone}) == 1
    clumped = chances_of_strings(["1111", "1212", "1231"], 10, 10_000)
    assert len({round(found.probability, 6) for found in clumped}) == 3
    assert all(found.probability < alone[0].probability for found in clumped)
    assert {found.expected for found in clumped} == {alone[0].expected}


def test_clumps_make_a_repeated_digit_rarer():
    """By the usual approximation 1 − (1 − 10^−6)^n both would be found with 63.2 %."""
    nines, other = chances_of_strings(["999999", "123456"], 10, 10**6)
    assert nines.probability == pytest.approx(0.5934306919)
    assert other.probability == pytest.approx(1 - math.exp(-1), abs=1e-5)


@pytest.mark.parametrize("pattern", ["12", "11", "1212", "111", "1221", "1?1", "1??2"])
def test_clumps_as_a_poisson_process_are_near(monkeypatch, pattern):
    """The fallback of long strings, taken for short ones in as many digits as one occurrence is expected in."""
    for digits in (10 ** len(pattern.replace("?", "")), 10**5):
        (exact,) = chances_of_strings([pattern], 10, digits)
        with monkeypatch.context() as patch:
            patch.setattr(pattern_chance, "_chain_of_string", lambda pattern, base: None)
            (near,) = chances_of_strings([pattern], 10, digits)
        assert (exact.method, near.method) == ("exact", "Poisson")
        assert near.expected == exact.expected
        assert near.probability == pytest.approx(exact.probability, rel=0.06)


def test_long_strings_and_wide_wildcards_have_a_probability(rng):
    long = "1" * 500
    wide = "1" + "?" * 60 + "1"
    random = "".join(rng.choices("0123456789", k=200))
    for found in chances_of_strings([long, wide, random, "1" * 2000], 10, 10**9):
        assert 0 <= found.probability <= 1
        assert found.method == "Poisson"
    found = chance_of_runs(200, None, 2, 10**12)
    assert found.method == "Poisson"
    assert found.probability == pytest.approx(found.expected)


def test_small_probabilities_are_precise():
    """To first order it is n·10^−m, where the string does not overlap itself; no digit is lost in 1 − p."""
    (found,) = chances_of_strings(["12345678901234567891234567890"], 10, 1000)
    assert found.probability == pytest.approx(found.expected, rel=1e-12)
    assert found.probability == pytest.approx((1000 - 28) * 1e-29, rel=1e-12)


def test_nothing_fits_in_fewer_digits():
    assert chances_of_strings(["123"], 10, 2) == [(0.0, 0.0, "exact")]
    assert chance_of_runs(3, None, 10, 2) == (0.0, 0.0, "exact")
    assert chance_of_palindromes(3, 10, 2)[:2] == (0.0, 0.0)
    assert chance_of_self_location(10, 1, 0)[:2] == (0.0, 0.0)
