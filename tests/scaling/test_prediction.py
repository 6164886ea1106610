"""The model of a run on many workers, at its limits."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from pi_engine.engine.planning.forecast import reference_seconds

WORKERS = [1 << i for i in range(7)]


@pytest.mark.parametrize("digits", [10**7, 10**8, 10**9])
def test_one_worker_without_a_network_is_the_forecast(scaling, two_threads, digits):
    found = scaling.prediction.predict(digits, 1, two_threads)
    assert found.seconds == pytest.approx(sum(reference_seconds(digits, 2).values()), rel=0.04)
    assert (found.moved, found.disk_bytes, found.stored) == (0, 0, 0)


@pytest.mark.parametrize("digits", [10**9, 10**11, 10**13])
def test_more_workers_are_faster_up_to_a_limit_that_one_machine_sets(scaling, digits):
    machine = replace(scaling.machine.REFERENCE, threads=2)
    runs = [scaling.prediction.predict(digits, workers, machine) for workers in WORKERS]
    for fewer, more in pairwise(runs):
        assert more.seconds < fewer.seconds < 2.001 * more.seconds
        assert more.cost > fewer.cost
        assert more.moved >= fewer.moved
    client = sum(stage.seconds for stage in runs[-1].stages if stage.name not in ("chunks", "merges"))
    assert client == pytest.approx(sum(stage.seconds for stage in runs[0].stages if stage.name != "chunks"))
    assert runs[-1].seconds > client + runs[-1].stages[-5].seconds


def test_a_slower_network_is_never_faster(scaling, rng):
    for _ in range(10):
        digits, workers = 10 ** rng.randrange(9, 13), 1 << rng.randrange(6)
        slow, fast = (
            scaling.prediction.predict(
                digits, workers, replace(scaling.machine.REFERENCE, threads=2, network=rate)
            ).seconds
            for rate in (1e8, 1e10)
        )
        assert slow > fast if workers > 1 else slow == fast


def test_chunks_are_those_of_the_driver(scaling, rng):
    driver = pytest.importorskip("pi_engine.distributed.nodes.cluster_nodes")
    from pi_engine.series.lookup import get

    summed = get("chudnovsky").components[0].sum
    for _ in range(30):
        digits, workers, threads = 10 ** rng.randrange(7, 15), rng.randrange(2, 600), rng.randrange(1, 33)
        sizes = scaling.node_sizes.SumSizes.of(digits)
        halvings = driver.subtree_halvings(summed, sizes.terms, workers * threads)
        machine = replace(scaling.machine.REFERENCE, threads=threads)
        assert scaling.task_tree.chunks_for(digits, workers, machine) in (1 << halvings, (1 << halvings) * 2)
        assert math.log2(scaling.task_tree.chunks_for(digits, workers, machine)) >= halvings


def test_lifts_help_or_are_not_used(scaling):
    lifts, predict = scaling.lifts.Lift, scaling.prediction.predict
    usual = replace(scaling.machine.REFERENCE, threads=2)
    fast = replace(usual, network=1e12)
    for digits in (10**9, 10**12):
        built = predict(digits, 64, usual).seconds
        assert all(predict(digits, 64, usual, lift=lift).seconds <= built for lift in lifts)
    one, built, primes, spread = predict(10**10, 1, fast), *(predict(10**10, 64, fast, lift=lift) for lift in lifts)
    assert built.seconds > primes.seconds > spread.seconds > one.seconds / 64 * 0.99


def test_distributed_transforms_by_hand(scaling):
    """Two machines, each with half of the arithmetic, and half of the points of each transform go over each line's half."""
    machine = scaling.machine.Machine(memory=float("inf"), network=1e9)
    task = scaling.task_tree.TaskTree.of(10**9, machine, 2).levels[1][0]
    found = scaling.lifts.lifted_merge(task, machine, 2, scaling.lifts.Lift.TRANSFORMS)
    points = 7 * task.product_bits / scaling.work.POINT_BITS * scaling.work.PRIMES * scaling.work.POINT_BYTES
    assert found == pytest.approx(task.arithmetic / 2 + points / 4 / 1e9)
