"""The simulation beside the model, beside bounds, and beside the driver itself."""

import pytest


def tree_of(scaling, digits, workers, machine):
    return scaling.task_tree.TaskTree.of(
        digits, machine, scaling.task_tree.chunks_for(digits, max(workers, 2), machine)
    )


def critical_path(tree):
    """Seconds of the longest way from a chunk to the root, without anything moved."""
    ends = [task.seconds(tree.work.machine) for task in tree.levels[0]]
    for tasks in tree.levels[1:]:
        ends = [max(ends[2 * i : 2 * i + 2]) + task.seconds(tree.work.machine) for i, task in enumerate(tasks)]
    return ends[0]


def test_bounds(scaling, two_threads, rng):
    for _ in range(12):
        digits, workers = rng.randrange(10**8, 10**11), rng.randrange(1, 40)
        tree = tree_of(scaling, digits, workers, two_threads)
        found = scaling.simulation.simulate(tree, workers)
        work = sum(task.seconds(two_threads) for tasks in tree.levels for task in tasks)
        root = tree.levels[-1][0].seconds(two_threads)
        assert found.sum_seconds >= max(critical_path(tree), (work - root) / workers + root) * (1 - 1e-9)
        assert (
            work * (1 - 1e-9)
            <= sum(found.busy.values())
            <= work + 2 * found.moved / two_threads.transfer_rate + workers * found.sum_seconds
        )
        assert found.moved >= tree.levels[-1][0].operands
        assert found.seconds > found.sum_seconds > found.chunk_seconds


def test_one_worker_does_one_task_after_the_other(scaling, two_threads):
    tree = tree_of(scaling, 10**9, 1, two_threads)
    found = scaling.simulation.simulate(tree, 1)
    work = sum(task.seconds(two_threads) for tasks in tree.levels for task in tasks)
    moved = tree.levels[-1][0].operands
    assert found.moved == moved
    assert found.sum_seconds == pytest.approx(work + moved / two_threads.transfer_rate)


@pytest.mark.parametrize("digits", [10**9, 10**10])
@pytest.mark.parametrize("workers", [2, 3, 4, 8, 16, 32])
def test_it_is_near_the_model(scaling, two_threads, digits, workers):
    found = scaling.simulation.simulate(tree_of(scaling, digits, workers, two_threads), workers)
    model = scaling.prediction.predict(digits, workers, two_threads)
    assert found.seconds == pytest.approx(model.seconds, rel=0.08)
    assert found.moved == pytest.approx(model.moved, rel=0.4)


@pytest.mark.parametrize(("digits", "workers"), [(10**9, 1), (10**9, 2), (10**10, 2), (10**10, 4), (10**12, 2)])
def test_the_driver_itself_does_the_same(scaling, two_threads, digits, workers):
    """`TreeRun` of the package gives the tasks of simulated workers."""
    pytest.importorskip("distributed")
    from scripts.scaling.driven import simulate_driver

    tree = tree_of(scaling, digits, workers, two_threads)
    rule, driver = scaling.simulation.simulate(tree, workers), simulate_driver(tree, workers)
    assert driver.sum_seconds == pytest.approx(rule.sum_seconds, rel=1e-6)
    assert driver.moved == pytest.approx(rule.moved, rel=1e-6)
    assert len(driver.busy) == workers + 1


def test_with_the_driver_itself_other_ties_cost_little(scaling, two_threads):
    pytest.importorskip("distributed")
    from scripts.scaling.driven import simulate_driver

    for workers in (3, 5, 8):
        tree = tree_of(scaling, 10**9, workers, two_threads)
        rule, driver = scaling.simulation.simulate(tree, workers), simulate_driver(tree, workers)
        assert driver.sum_seconds == pytest.approx(rule.sum_seconds, rel=0.1)
