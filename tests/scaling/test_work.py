"""What the model says of one machine, beside the forecast and beside what was measured."""

from dataclasses import replace

import pytest

from pi_engine.engine.planning.forecast import reference_seconds


@pytest.mark.parametrize("digits", [10**7, 10**8, 10**9])
def test_a_sum_on_one_machine_is_the_forecast(scaling, two_threads, digits):
    sizes = scaling.node_sizes.SumSizes.of(digits)
    found = scaling.work.Work(sizes, two_threads).subtree(0, sizes.terms)
    assert found.seconds == pytest.approx(reference_seconds(digits, 2)["sum"], rel=0.05)
    assert found.disk_bytes == 0


@pytest.mark.parametrize("threads", [1, 2, 16])
@pytest.mark.parametrize("digits", [10**6, 3 * 10**7, 10**9])
def test_what_follows_the_sum_is_the_forecast(scaling, digits, threads):
    machine = scaling.machine.Machine(threads=threads, memory=float("inf"), factor=2.0)
    phases = scaling.work.Work(scaling.node_sizes.SumSizes.of(digits), machine).phases()
    known = reference_seconds(digits, threads)
    assert {name: cost.seconds for name, cost in phases.items()} == pytest.approx(
        {name: 2 * seconds for name, seconds in known.items() if name != "sum"}
    )


def test_beyond_the_table_it_goes_on_without_a_step(scaling):
    at, above = (scaling.work.root_seconds(digits, 2) for digits in (10**9, 10**9 + 10**5))
    for name, seconds in at.items():
        assert seconds < above[name] < 1.001 * seconds


def test_a_sum_costs_the_same_however_it_is_cut(scaling, two_threads, rng):
    for digits in (10**9, 10**12):
        sizes = scaling.node_sizes.SumSizes.of(digits)
        work = scaling.work.Work(sizes, two_threads)
        cut = rng.randrange(sizes.terms * 2 // 5, sizes.terms * 3 // 5)
        halves = work.subtree(0, cut) + work.subtree(cut, sizes.terms)
        both = halves + work.merge(sizes.node(0, cut), sizes.node(cut, sizes.terms))
        assert both.seconds == pytest.approx(work.subtree(0, sizes.terms).seconds, rel=0.02)


@pytest.mark.parametrize(("digits", "memory", "moved"), [(10**9, 1.3, 124.7), (2 * 10**9, 2.0, 286.0)])
def test_what_goes_by_way_of_the_disk_is_what_was_measured(scaling, digits, memory, moved):
    """docs/memory.md has these figures: bytes written and read, and the peak of memory."""
    assert scaling.page_tables._disk_gigabytes(digits, memory * (1 << 30)) == pytest.approx(moved, rel=0.1)


def test_more_memory_never_moves_more_bytes(scaling):
    sizes = scaling.node_sizes.SumSizes.of(10**11)
    before = float("inf")
    for gib in (1, 2, 8, 32, 128, 512, 2048):
        machine = replace(scaling.machine.REFERENCE, memory=gib * scaling.machine.GIB)
        work = scaling.work.Work(sizes, machine)
        moved = work.subtree(0, sizes.terms).disk_bytes + sum(cost.disk_bytes for cost in work.phases().values())
        assert moved <= before
        before = moved
    assert before == 0


def test_the_constants_are_those_of_the_plan(scaling):
    from pi_engine.bigint.ntt.description.sizes import DIGITS, largest_beta
    from pi_engine.engine.planning.footprint import _COMPILED_BYTES_PER_BIT

    work = scaling.work
    assert _COMPILED_BYTES_PER_BIT == work.RUN_BYTES_PER_BIT
    assert pytest.approx(work.RUN_BYTES_PER_BIT / 1.37, rel=0.01) == work.MERGE_BYTES_PER_BIT
    assert DIGITS[work.PRIMES] * largest_beta(work.PRIMES, 1 << 24) == work.POINT_BITS
