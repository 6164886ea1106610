"""Ranges that are counted by themselves, in any order, make the tallies of one pass."""

import numpy as np
import pytest

from pi_engine.statistics import digit_counter
from pi_engine.statistics.digit_counter import BEFORE, DigitCounter, unit_digits
from pi_engine.statistics.tallies import Joined
from tests.statistics.naive_counts import text_of
from tests.statistics.test_digit_counter import counted, require_same, sequences, small_units

__all__ = ["small_units"]  # the fixture


def by_ranges(text, base, rng):
    """The tallies of ranges of whole units, counted in any order, with as little before each as they need."""
    unit, ends = unit_digits(base), [0]
    while ends[-1] < len(text):
        ends.append(min(ends[-1] + unit * rng.randint(1, 2), len(text)))
    joined, order = Joined(base), list(range(len(ends) - 1))
    rng.shuffle(order)
    for i in order:
        first, last = ends[i], ends[i + 1]
        counter = DigitCounter(base, threads=rng.randint(1, 2))
        counter.precede(text[max(first - BEFORE, 0) : first])
        counter.add(text[first:last])
        joined.add(i, counter.part().narrowed())
    assert joined.digits == len(text)
    return joined.tallies()


@pytest.mark.parametrize("base", [2, 8, 10, 16])
@pytest.mark.usefixtures("small_units")
def test_ranges_make_what_one_pass_counts(rng, base):
    for x in sequences(rng, base):
        if not x:
            continue
        found, expected = by_ranges(text_of(x), base, rng), counted([text_of(x)], base)
        require_same(found, x, base)
        assert found.ages == expected.ages
        assert np.array_equal(found.head, expected.head) and np.array_equal(found.tail, expected.tail)
        for k, table in expected.blocks.items():
            assert np.array_equal(found.blocks[k], table)


@pytest.mark.usefixtures("small_units")
def test_a_digit_that_was_last_seen_ranges_ago(rng):
    unit = unit_digits(10)
    for place in (0, unit - 1, unit, 2 * unit - BEFORE - 1, 2 * unit - 1):
        x = [0] * (4 * unit + 100)
        x[place], x[3 * unit + 50] = 7, 7
        require_same(by_ranges(text_of(x), 10, rng), x, 10)


def test_counts_are_sent_in_few_bytes_and_added_in_many(rng):
    counter = DigitCounter(10)
    counter.add(text_of([rng.randrange(10) for _ in range(300_000)]))
    part = counter.part()
    sent = part.narrowed()
    assert sum(table.nbytes for table in sent.tables()) < 3_000_000 < sum(table.nbytes for table in part.tables())
    for mine, its in zip(sent.widened().tables(), part.tables(), strict=True):
        assert mine.dtype == np.int64 and np.array_equal(mine, its)


def test_a_range_hears_only_of_digits():
    with pytest.raises(digit_counter.UsageError, match="not a digit of base 10"):
        DigitCounter(10).precede(np.frombuffer(b"12A", np.uint8))
