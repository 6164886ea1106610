"""Runs, palindromes, numbers at their own position and first positions of all numbers, against definitions taken literally."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pi_engine.errors import UsageError
from pi_engine.search import palindromes
from pi_engine.search.first_occurrences import coverage
from pi_engine.search.one_pass import find
from pi_engine.search.patterns import Palindromes, Runs, SelfLocating
from pi_engine.sequence.digit_sequence import DigitSequence
from tests.conftest import MULTIPLIER
from tests.search.streams import DIGITS, cut, examples, naive, take_path


@pytest.fixture(params=[True, False], ids=["kernels", "plain"])
def path(request, monkeypatch):
    take_path(monkeypatch, kernels=request.param)
    return request.param


def naive_runs(text, length, digit):
    runs, place = [], 1
    for character, group in itertools.groupby(text):
        count = len(list(group))
        if count >= length and digit in (None, character):
            runs.append((place, count))
        place += count
    return runs


def naive_palindromes(text, length):
    found = []
    for middle in range(2 * len(text) - 1):
        left, right = middle // 2 + middle % 2, middle // 2  # one more than the palindrome around this middle has
        left, right = (middle + 1) // 2, middle // 2
        while left > 0 and right < len(text) - 1 and text[left - 1] == text[right + 1]:
            left, right = left - 1, right + 1
        if right - left + 1 >= length:
            found.append((left + 1, right - left + 1))
    return sorted(found)


def written(number, base):
    digits = ""
    while number:
        digits, number = DIGITS[number % base] + digits, number // base
    return digits


streams = st.builds(
    lambda kinds, seed, length, repeats: "".join(
        DIGITS[i] * n
        for i, n in zip(
            np.random.default_rng(seed).integers(0, kinds, length).tolist(),
            np.random.default_rng(seed + 1).choice(repeats, length).tolist(),
            strict=True,
        )
    )[:400],
    st.integers(1, 4),
    st.integers(0, 2**32),
    st.integers(1, 150),
    st.sampled_from([[1], [1, 1, 2], [1, 5, 30]]),
)
pieces = st.lists(st.sampled_from([1, 2, 7, 64, 65, 200]), min_size=1, max_size=3)


@examples
@given(
    streams, pieces, st.integers(1, 24), st.sampled_from([None, "0", "1"]), st.sampled_from([None, 2]), st.booleans()
)
def test_runs(text, lengths, least, digit, limit, kernels):
    with pytest.MonkeyPatch.context() as patch:
        take_path(patch, kernels=kernels)
        if least > len(text):
            with pytest.raises(UsageError, match="a run of"):
                find(cut(text, lengths), 10, [Runs(least, digit)])
            return
        (one,) = find(cut(text, lengths), 10, [Runs(least, digit)], limit=limit, position=5)
    expected = [(place + 4, count) for place, count in naive_runs(text, least, digit)]
    assert one.count == len(expected)
    assert list(zip(one.positions.tolist(), one.lengths.tolist(), strict=True)) == expected[:limit]
    longest = max(expected, key=lambda run: (run[1], -run[0]), default=None)
    assert one.longest == (None if longest is None else longest[::-1])


def test_a_run_over_many_pieces(path):
    text = "1" + "9" * 100_000 + "1"
    for least in (2, 6, 100_000):
        (one,) = find(cut(text, [999]), 10, [Runs(least, "9")])
        assert (one.positions.tolist(), one.lengths.tolist()) == ([2], [100_000])
    (one,) = find(cut(text, [999]), 10, [Runs(100_001)])
    assert not one
    (one,) = find(cut("7" * 500, [64]), 10, [Runs(3)])
    assert one.longest == (500, 1)


@pytest.mark.parametrize("digit", [None, "0"])
def test_a_run_at_the_beginning_of_a_piece_that_ends_alike(path, digit):
    text = "00001000010000"
    for lengths in ([14], [9], [5, 1], [4, 10], [1]):
        (one,) = find(cut(text, lengths), 10, [Runs(4, digit)])
        assert one.positions.tolist() == [1, 6, 11]


@examples
@given(streams, pieces, st.integers(2, 16), st.booleans())
def test_palindromes(text, lengths, least, kernels):
    with pytest.MonkeyPatch.context() as patch:
        take_path(patch, kernels=kernels)
        if least > len(text):
            with pytest.raises(UsageError, match="a palindrome of"):
                find(cut(text, lengths), 10, [Palindromes(least)])
            return
        (one,) = find(cut(text, lengths), 10, [Palindromes(least)])
        (few,) = find(cut(text, lengths), 10, [Palindromes(least)], limit=3)
    expected = naive_palindromes(text, least)
    assert list(zip(one.positions.tolist(), one.lengths.tolist(), strict=True)) == expected
    assert one.count == few.count == len(expected)
    assert len(few.positions) == min(3, len(expected))
    assert (one.longest or (0, 0))[0] == max([0, *(length for _, length in expected)])


def test_palindromes_are_measured_across_pieces_as_far_as_they_are_followed(path, monkeypatch):
    monkeypatch.setattr(palindromes, "REACH", 40)
    half = "1234567890" * 4
    text = "576" * 100 + half + half[::-1] + "723" * 100
    for lengths in ([1], [7], [64], [500]):
        for least in (4, 30, 60):
            (one,) = find(cut(text, lengths), 10, [Palindromes(least)])
            assert one.longest == (80, 301)
    text = "1" * 400
    (one,) = find(cut(text, [50]), 10, [Palindromes(10)])
    assert one.longest[0] == 11 + 80
    assert one.count == 2 * 400 - 1 - 2 * 9


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_numbers_at_their_own_position(path, rng, base):
    for position in (1, 7, 5_000):
        text = list("".join(rng.choices(DIGITS[:base], k=30_000)))
        for number in (1, 2, base - 1, base, base * base, 9_999, 10_000, 16_384, 20_001, 29_990):
            if number >= position:
                text[number - position : number - position + len(written(number, base))] = written(number, base)
        text = "".join(text)
        expected = [n for n in range(position, position + len(text)) if text.startswith(written(n, base), n - position)]
        for lengths in ([1000], [20_000, 1, 3], [40_000]):
            (one,) = find(cut(text, lengths), base, [SelfLocating()], position=position)
            assert one.positions.tolist() == expected
            assert one.lengths.tolist() == [len(written(n, base)) for n in expected]
            (few,) = find(cut(text, lengths), base, [SelfLocating()], position=position, limit=2)
            assert (few.count, few.positions.tolist()) == (len(expected), expected[:2])


def test_self_locating_numbers_of_pi(million, path):
    (one,) = find(cut(million.text()[2:], [1 << 18]), 10, [SelfLocating()])
    assert one.positions.tolist() == [1, 16_470, 44_899]


@pytest.mark.skipif(MULTIPLIER < 100, reason="half a minute and more: PI_ENGINE_TEST_MULTIPLIER=100")
def test_what_is_known_of_eighty_million_digits(compiled_path):
    digits = DigitSequence.computed(80_000_000, cache=False)
    numbers, again, nines, pi = find(digits.characters(), 10, [SelfLocating(), "14159265", "999999", "31415926"])
    assert numbers.positions.tolist() == [1, 16_470, 44_899, 79_873_884]
    assert again.positions.tolist() == [1]
    assert nines.positions[:2].tolist() == [762, 193_034]
    assert pi.positions.tolist() == [50_366_472]
    found = coverage(digits.characters(), 10, 6)
    assert (found.found, found.last) == (10**6, ("569540", 14_118_307))


@pytest.mark.parametrize("k", range(1, 7))
def test_first_positions_of_all_numbers_of_pi(million, path, k):
    """Against a dictionary that keeps the first place of each; k = 6 takes longer."""
    if k == 6 and MULTIPLIER < 10:
        pytest.skip("a second and more: PI_ENGINE_TEST_MULTIPLIER=10")
    text = million.text()[2:]
    first = {}
    for i in range(len(text) - k + 1):
        first.setdefault(text[i : i + k], i + 1)
        if len(first) == 10**k:
            break
    found = coverage(cut(text, [1 << 18, 1]), 10, k)
    assert found.found == len(first)
    assert found.numbers == 10**k
    assert found.positions.tolist() == [first.get(f"{n:0{k}}", 0) for n in range(10**k)]
    last = max(first, key=first.get)
    assert found.last == (last, first[last])
    assert found.digits == (first[last] + k - 1 if len(first) == 10**k else 10**6)
    missing = [f"{n:0{k}}" for n in range(10**k) if f"{n:0{k}}" not in first]
    assert found.missing == tuple(missing[:10])


@pytest.mark.parametrize("base", [2, 8, 16])
def test_first_positions_in_other_bases(path, rng, base):
    text = "".join(rng.choices(DIGITS[:base], k=500))
    for k in (1, 2, 3):
        for lengths in ([1], [2, 1], [500], [64]):
            found = coverage(cut(text, lengths), base, k, position=11)
            for number in range(base**k):
                spelled = "".join(DIGITS[number // base**i % base] for i in range(k - 1, -1, -1))
                assert found.positions[number] == (text.find(spelled) + 11 if spelled in text else 0)


def test_coverage_reads_no_more_than_it_needs():
    def digits():
        yield np.frombuffer(b"0123456789" * 10_000, np.uint8)
        raise AssertionError

    found = coverage(digits(), 10, 1)
    assert (found.digits, found.last, found.missing) == (10, ("9", 10), ())
    assert repr(found) == "Coverage(k 1, 10 of 10 numbers, last 9 at 10, 10 digits)"
    assert "last to appear" in found._repr_html_()


@pytest.mark.parametrize(
    ("k", "base", "message"),
    [
        (0, 10, "1 to 7 digits"),
        (8, 10, "1 to 7 digits"),
        (7, 16, "1 to 6 digits"),
        (25, 2, "1 to 24 digits"),
        (4, 10, "4 digits do not fit in 3"),
    ],
)
def test_numbers_that_cannot_be_covered(k, base, message):
    with pytest.raises(UsageError, match=message):
        coverage(cut("101", [2]), base, k)


@pytest.mark.parametrize(
    ("sought", "message"),
    [
        (Runs(0), "a run has at least 1 digit"),
        (Runs(3, "x"), "a run consists of one digit of base 10, not of 'x'"),
        (Runs(3, "12"), "a run consists of one digit of base 10, not of '12'"),
        (Runs(3, ""), "a run consists of one digit of base 10, not of ''"),
        (Palindromes(1), "2 to 1000, not 1"),
        (Palindromes(1001), "2 to 1000, not 1001"),
        (Runs(4), "a run of 4 digits is longer than the 3 digits to search"),
    ],
)
def test_what_cannot_be_searched_for_is_said(sought, message):
    with pytest.raises(UsageError, match=message):
        find(cut("123", [2]), 10, [sought])


def test_all_kinds_in_one_pass(million, path):
    text = million.text()[2:]
    found = find(
        cut(text, [1 << 18]), 10, ["999999", Runs(6, "9"), Palindromes(12), SelfLocating(), "14159265", Runs(6, "9")]
    )
    assert [one.kind for one in found] == ["digits", "run", "palindrome", "self-locating", "digits", "run"]
    assert [one.positions.tolist() for one in found] == [
        [762, 193_034],
        [762, 193_034],
        [273_840, 879_326],
        [1, 16_470, 44_899],
        [1],
        [762, 193_034],  # what is given twice is answered twice
    ]
    assert [found[i].longest for i in (1, 2)] == [(6, 762), (13, 879_326)]
    assert all("Occurrences(" in repr(one) and len(repr(one)) <= 100 for one in found)
    assert naive(text[:1000], "999999") == [762]
