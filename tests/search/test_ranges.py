"""Ranges that are searched by themselves hold together what one pass finds, wherever they are cut."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pi_engine.errors import UsageError
from pi_engine.search.one_pass import answers, find, find_in_range, requested
from pi_engine.search.palindromes import REACH
from pi_engine.search.patterns import Palindromes, Runs, SelfLocating
from tests.search.streams import DIGITS, cut, examples, take_path


def require_same(found, expected):
    """All attributes of all answers are equal."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for field in dataclasses.fields(other):
            mine, its = getattr(one, field.name), getattr(other, field.name)
            same = np.array_equal(mine, its) if isinstance(its, np.ndarray) else mine == its
            assert same, (other.pattern, field.name, mine, its)


def by_ranges(text, base, patterns, cuts, lengths, *, whole=None, **options):
    """What is found in ranges that end at these places, each by itself."""
    first, last = whole or (0, len(text))

    def read(start, stop):
        yield from cut(text[start:stop], lengths)

    request = requested(patterns, base, digits=last - first, **options)
    ends = sorted({first, last, *(place for place in cuts if first < place < last)})
    parts = [find_in_range(read, (first, last), part, base, request, threads=2) for part in itertools.pairwise(ends)]
    return answers(request, base, parts, position=first + 1, digits=last - first)


@st.composite
def searches(draw):
    """Digits of few kinds with long runs, a range of them, patterns out of them, cuts close to each other, and lengths of pieces."""
    base = draw(st.sampled_from([2, 8, 10, 16]))
    kinds = DIGITS[: min(base, draw(st.integers(1, 4)))]
    text = draw(st.text(kinds, min_size=8, max_size=200)) + kinds[0] * draw(st.sampled_from([0, 1, 70]))
    text += draw(st.text(kinds, max_size=100))
    first = draw(st.integers(0, 3))
    last = draw(st.integers(len(text) - 3, len(text)))
    patterns = []
    for _ in range(draw(st.sampled_from([1, 3, 30]))):
        length = draw(st.integers(1, min(40, last - first)))
        start = draw(st.integers(0, len(text) - length))
        pattern = text[start : start + length]
        patterns.append("?" + pattern[1:] if length > 1 and draw(st.booleans()) else pattern)
    if draw(st.booleans()):
        least = draw(st.integers(2, 5))
        patterns += [Runs(1), Runs(least), Runs(2, kinds[0]), SelfLocating(), Palindromes(2), Palindromes(least)]
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=8))
    lengths = draw(st.lists(st.sampled_from([1, 3, 19, 64, 100]), min_size=1, max_size=3))
    return base, text, (first, last), patterns, cuts, lengths, draw(st.sampled_from([None, 0, 1, 3]))


@examples
@given(searches())
def test_ranges_hold_what_one_pass_finds(search):
    base, text, whole, patterns, cuts, lengths, limit = search
    for kernels in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            take_path(patch, kernels=kernels)
            first, last = whole
            expected = find(cut(text[first:last], lengths), base, patterns, limit=limit, position=first + 1)
            require_same(by_ranges(text, base, patterns, cuts, lengths, whole=whole, limit=limit), expected)


def test_pi_in_ranges_of_any_length(million, rng):
    text = million.text()[2:]
    patterns = [
        "14159265",
        "9?9?9?9",
        "00",
        Runs(5),
        Runs(6, "9"),
        Palindromes(11),
        SelfLocating(),
        text[300_000:300_050],
    ]
    expected = find(cut(text, [1 << 16]), 10, patterns)
    for _ in range(3):
        cuts = [rng.randrange(len(text)) for _ in range(rng.randrange(1, 12))]
        cuts += [cuts[0] + rng.randrange(60), 300_010, 300_020, 764]  # within one of them, and within the six nines
        require_same(by_ranges(text, 10, patterns, cuts, [1 << 15]), expected)


@pytest.mark.parametrize(("base", "number", "digits"), [(2, 37, "100101"), (10, 123, "123"), (16, 291, "123")])
def test_a_number_at_the_end_of_a_range_goes_on_in_the_next(base, number, digits):
    """But not behind the end of the whole."""
    text = "0" * (number - 1) + digits + "0" * 40
    for end in range(number, number + len(digits) + 1):
        (one,) = by_ranges(text, base, [SelfLocating()], [end], [1, 2])
        assert number in one.positions.tolist()
        (one,) = by_ranges(text[:end], base, [SelfLocating()], [20], [7])
        assert (number in one.positions.tolist()) == (end >= number + len(digits) - 1)


def test_counts_alone(million):
    text = million.text()[2:100_002]
    found = by_ranges(text, 10, ["77", Runs(3)], [5_000, 50_000], [9_999], count_only=True)
    require_same(found, find(cut(text, [9_999]), 10, ["77", Runs(3)], count_only=True))
    assert found[0].count > 0 and not len(found[0].positions) and found[0].context is None


@pytest.mark.parametrize("kind", [Runs(3), Palindromes(7)], ids=["run", "palindrome"])
def test_what_is_longer_than_several_ranges(kind):
    """A run is followed to its end, a palindrome as far as in one pass."""
    text = "12" * 40 + "7" * (3 * REACH) + "21" * 40
    cuts = [*range(100, len(text), 300)]
    expected = find(cut(text, [777]), 10, [kind])
    require_same(by_ranges(text, 10, [kind], cuts, [777]), expected)
    assert max(expected[0].lengths) > 2 * REACH


def test_what_is_refused_before_any_range_is_searched():
    with pytest.raises(UsageError, match="longer than the 4 digits to search"):
        requested(["12345"], 10, digits=4)
    with pytest.raises(UsageError, match="no pattern"):
        requested([], 10)
    with pytest.raises(UsageError, match="must not be negative"):
        requested(["1"], 10, limit=-1)
