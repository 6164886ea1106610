"""Several levels in one call, and what happens where the complex transform does not prove its result."""

import threading

import numpy as np
import pytest

pytest.importorskip("pi_engine.splitting.kernels.merge_kernel")

from pi_engine import VerificationError
from pi_engine.bigint.fft.description import fft_record
from pi_engine.bigint.fft.fourier_plans import make_fourier_plan
from pi_engine.engine.repair.renewal import renew
from pi_engine.runtime.machine_faults import sealed
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree, lower_tree
from pi_engine.splitting.levels import level_runs, merge_plans

TERMS = 6000


def with_epsilon(size, epsilon):
    """A plan by which the error of a product is so many times the norms of its operands."""
    plan = make_fourier_plan(size)
    plan.record[fft_record.EPSILON] = np.array([epsilon]).view(np.int64)[0]
    plan.record[:] = sealed(plan.record[:-1].tolist())
    return plan


def never_proving(size):
    return with_epsilon(size, 1.0)


def proving_one_product(size):
    """The error of Q₁Q₂ is 0.6 to 0.85, as a size is filled to three quarters or more; with that of P₁T₂, 0.67 of it, more than 1."""
    return with_epsilon(size, 0.77 * 12 / (0.9 * size.points * 4.0**size.bits))


def split(threads=2):
    return compiled_tree.split_compiled(CHUDNOVSKY, TERMS, threads, lambda *step: None)


def by_the_other(monkeypatch):
    """The sum, without the complex transform."""
    with monkeypatch.context() as patch:
        patch.setattr(merge_plans, "FOURIER_BELOW", 0)
        return split()


@pytest.fixture
def kinds(monkeypatch):
    """Whether each level that was made by itself may have had complex transforms."""
    seen = []
    real = lower_tree.merge_plans

    def plans(*args, below, **options):
        seen.append(below > 0)
        return real(*args, below=below, **options)

    monkeypatch.setattr(lower_tree, "merge_plans", plans)
    return seen


@pytest.fixture
def runs(monkeypatch):
    """For each run of levels how many there were, and whether they were made."""
    seen = []
    real = compiled_tree.merge_levels

    def merge_levels(level, found, *args, **options):
        made = real(level, found, *args, **options)
        seen.append((len(found), made is not None))
        return made

    monkeypatch.setattr(compiled_tree, "merge_levels", merge_levels)
    return seen


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_all_levels_of_a_small_sum_are_made_in_one_call(monkeypatch, kinds, runs, threads):
    expected = by_the_other(monkeypatch)
    kinds.clear()
    assert split(threads) == expected
    assert not kinds
    assert len(runs) == 1 and runs[0][0] >= 3 and runs[0][1]


@pytest.mark.parametrize("limbs", [1 << 10, 1 << 13])
def test_a_run_ends_where_its_levels_are_long(monkeypatch, runs, limbs):
    expected = by_the_other(monkeypatch)
    monkeypatch.setattr(level_runs, "STEP_LIMBS", limbs)
    assert split() == expected
    assert not runs


def test_a_thread_that_has_waited_for_another_goes_on(monkeypatch):
    """The other one has claimed all nodes of the first level, and does not come to make them: but then it does."""
    expected = by_the_other(monkeypatch)
    real, calls, returned = level_runs.merges_worker, [], threading.Event()

    def worker(turns, *rest):
        first = not calls
        calls.append(len(turns))
        if first:
            turns[0] = 1 << 20
            assert returned.wait(60)
            assert not turns[1:].any()
            turns[0] = 0
        real(turns, *rest)
        returned.set()

    monkeypatch.setattr(level_runs, "merges_worker", worker)
    assert split(2) == expected
    assert len(calls) >= 3 and calls[0] >= 6


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("wrong", [1 << 20, 1 << 63], ids=["all claimed", "less than none"])
def test_a_wrong_counter_is_no_reason_to_wait_for_ever(monkeypatch, threads, wrong):
    """A faulty machine's: no thread has claimed what is claimed, and each would wait for another one."""
    real = level_runs.merges_worker

    def worker(turns, *rest):
        if not turns.any():
            turns[0] = wrong
        real(turns, *rest)

    monkeypatch.setattr(level_runs, "merges_worker", worker)
    with pytest.raises(VerificationError, match="this machine's arithmetic went wrong"):
        split(threads)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("plan", [never_proving, proving_one_product])
def test_what_is_not_proved_is_made_by_the_other_transform(monkeypatch, kinds, runs, threads, plan):
    expected = by_the_other(monkeypatch)
    kinds.clear()
    monkeypatch.setattr(merge_plans, "FOURIER", merge_plans.FOURIER._replace(plan=plan))
    assert split(threads) == expected
    assert runs and not any(made for _, made in runs)
    assert kinds.count(True) >= 2 and kinds.count(False) >= kinds.count(True) - 1


@pytest.mark.parametrize("place", range(4))
def test_a_place_of_bytes_that_cannot_be_is_not_used(monkeypatch, place):
    """A faulty machine's: a word beyond the block would be written."""

    def damaged(size):
        plan = make_fourier_plan(size)
        plan.fields[fft_record.PACK_BYTES + place] ^= 1 << 40
        return plan

    expected = by_the_other(monkeypatch)
    monkeypatch.setattr(merge_plans, "FOURIER", merge_plans.FOURIER._replace(plan=damaged))
    assert split() == expected


def test_a_table_that_has_changed_is_made_anew_when_a_step_is_repeated(monkeypatch):
    """Offsets are kept for the next sum of as many terms; where nodes overlap, the numbers are wrong."""
    right = split()
    kept = []
    real = level_runs.layout_of
    monkeypatch.setattr(
        level_runs, "layout_of", lambda *args, **options: kept.append(real(*args, **options)) or kept[-1]
    )
    assert split() == right
    kept[0].offsets[0][1] = kept[0].offsets[0][2]  # Q where T is
    assert split() != right
    assert kept[1] is kept[0]
    monkeypatch.setattr(level_runs, "layout_of", real)
    renew()
    assert split() == right


def test_a_damaged_record_is_refused(monkeypatch):
    real = level_runs.merge_record

    def record(*args, **options):
        made = real(*args, **options)
        made.row[5] ^= 1
        return made

    monkeypatch.setattr(level_runs, "merge_record", record)
    with pytest.raises(VerificationError, match="table of a level"):
        split()
