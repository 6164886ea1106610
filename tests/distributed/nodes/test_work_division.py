"""Which worker makes which subtrees."""

from itertools import pairwise

import pytest

from pi_engine.distributed.connection.worker_facts import WorkerFacts
from pi_engine.distributed.nodes.sum_job import Span
from pi_engine.distributed.nodes.work_division import WorkDivision


def workers_with(*threads):
    return [WorkerFacts(f"tcp://{i}", f"w{i}", "host", count, 0, "/tmp") for i, count in enumerate(threads)]


def length(span):
    return span.hi - span.lo


@pytest.mark.parametrize(
    ("threads", "shares"), [((1, 1), (8, 8)), ((1, 3), (4, 12)), ((2, 1, 1), (8, 4, 4)), ((1,), (16,))]
)
def test_each_has_neighbours_in_proportion_to_its_threads(threads, shares):
    leaves, workers = Span(0, 1 << 12, 4).leaves(0), workers_with(*threads)
    division, ready, taken = WorkDivision(leaves, workers, length), list(leaves), []
    for worker, share in zip(workers, shares, strict=True):
        own = []
        for _ in range(share):
            own.append(division.next(ready, worker))
            ready.remove(own[-1])
        assert own == sorted(own)
        assert all(a.hi == b.lo for a, b in pairwise(own))
        taken += own
    assert taken == leaves


def test_long_subtrees_count_for_more():
    leaves, workers = Span(0, 1 << 12, 3).leaves(0), workers_with(1, 1)
    division = WorkDivision(leaves, workers, lambda span: 8 if span.lo == 0 else 1)
    assert division.next(leaves[1:], workers[0]) == leaves[-1]  # it has but the first, and helps the other
    assert division.next(leaves[1:], workers[1]) == leaves[1]


def test_who_has_none_takes_the_last_of_the_longest_list():
    leaves, workers = Span(0, 1 << 12, 3).leaves(0), workers_with(1, 1)
    division, newcomer = WorkDivision(leaves, workers, length), workers_with(1, 1, 1)[2]
    assert division.next(leaves[:3] + leaves[4:6], newcomer) == leaves[2]
    assert division.next(leaves[4:], workers[0]) == leaves[-1]


def test_without_workers_at_the_start_anybody_takes_any():
    leaves = Span(0, 1 << 12, 2).leaves(0)
    assert WorkDivision(leaves, [], length).next(leaves, workers_with(1)[0]) == leaves[-1]


def test_leaves_are_the_whole_in_order():
    span = Span(3, 1003, 5)
    leaves = span.leaves(1)
    assert len(leaves) == 16
    assert (leaves[0].lo, leaves[-1].hi) == (3, 1003)
    assert all(a.hi == b.lo for a, b in pairwise(leaves))
    assert span.leaves(5) == span.leaves(9) == [span]
