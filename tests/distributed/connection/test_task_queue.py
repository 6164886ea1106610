"""Tasks are given out in their order, once each, and again where their worker was lost, but not without end."""

from types import SimpleNamespace

import pytest

from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.task_queue import ATTEMPTS, TaskQueue

LOST = SimpleNamespace(worker=SimpleNamespace(name="node7:42"))


def test_each_once_and_lost_ones_first():
    queue = TaskQueue(iter([("a",), ("b",), ("c",)]), 2)
    assert queue.next() == (0, ("a",)) and queue.next() == (1, ("b",))
    queue.was_lost(0, LOST)
    assert queue.next() == (0, ("a",)) and queue.next() == (2, ("c",)) and queue.next() is None
    assert set(queue.out) == {0, 1, 2}
    for i in (1, 0, 2):
        queue.came_back(i)
    assert not queue.out and queue.next() is None


def test_tasks_are_made_as_they_are_asked_for():
    made = []
    queue = TaskQueue(((made.append(i), i) for i in range(1000)), 2)
    queue.next()
    assert len(made) == 1


def test_a_task_that_loses_every_worker_is_to_blame():
    queue = TaskQueue([("a",)], 2)
    for _ in range(2 * ATTEMPTS - 1):
        queue.next()
        queue.was_lost(0, LOST)
    queue.next()
    with pytest.raises(
        ClusterError,
        match="workers were lost 6 times with the same task, the last of them node7:42: check their memory",
    ):
        queue.was_lost(0, LOST)
