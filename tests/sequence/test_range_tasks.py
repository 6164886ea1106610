"""How a range of digits is cut for workers."""

import itertools

import pytest

from pi_engine.sequence.range_tasks import LEAST_RANGE, MOST_RANGE, Places, cut


@pytest.mark.parametrize("unit", [1, 1000, 1_900_000])
@pytest.mark.parametrize("least", [0, 10, MOST_RANGE + 1, 3 * MOST_RANGE])
def test_ranges_are_the_whole_in_order(unit, least):
    for digits, workers in itertools.product((0, 1, LEAST_RANGE, 10**7 + 3, 10**9), (1, 3, 64)):
        whole = Places(7, 7 + digits)
        ranges = cut(whole, workers, unit=unit, least=least)
        assert ranges[0].first == whole.first and ranges[-1].last == whole.last
        assert all(one.last == following.first for one, following in itertools.pairwise(ranges))
        for first, last in ranges[:-1]:
            assert (last - first) % unit == 0
            assert max(least, LEAST_RANGE) <= last - first <= max(least, MOST_RANGE) + unit
