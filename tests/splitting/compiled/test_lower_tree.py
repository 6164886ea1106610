"""Levels of many nodes: which transform each takes, and what happens where the complex one does not prove its result."""

import numpy as np
import pytest

pytest.importorskip("pi_engine.splitting.kernels.merge_kernel")

from pi_engine.bigint.fft.description import fft_record
from pi_engine.bigint.fft.fourier_plans import make_fourier_plan
from pi_engine.runtime.machine_faults import sealed
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree, lower_tree
from pi_engine.splitting.kernels.tree_kernels import BY_GMP, SHARED, WITHOUT

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
        patch.setattr(lower_tree, "FOURIER_BELOW", 0)
        return split()


@pytest.fixture
def kinds(monkeypatch):
    """Whether each set of plans of a run may have had complex transforms."""
    seen = []
    real = lower_tree.merge_plans

    def plans(*args, fourier, **options):
        seen.append(fourier)
        return real(*args, fourier=fourier, **options)

    monkeypatch.setattr(lower_tree, "merge_plans", plans)
    return seen


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("plan", [never_proving, proving_one_product])
def test_what_is_not_proved_is_made_by_the_other_transform(monkeypatch, kinds, threads, plan):
    expected = by_the_other(monkeypatch)
    kinds.clear()
    assert split(threads) == expected
    assert all(kinds)
    levels = len(kinds)
    kinds.clear()
    monkeypatch.setattr(lower_tree, "_FOURIER", lower_tree._FOURIER._replace(plan=plan))
    assert split(threads) == expected
    assert kinds.count(True) == levels and kinds.count(False) >= levels - 1


def plans(longest, P, *, fourier=True, rightmost=False):
    limbs = np.array(P)
    return lower_tree.merge_plans(np.array(longest), limbs, limbs // 2, rightmost=rightmost, fourier=fourier)


def test_nodes_below_a_length_take_the_complex_transform():
    below = lower_tree.FOURIER_BELOW
    both = plans([below - 1, below], [below, below])
    assert both.by_fourier.tolist() == [1, 0]
    assert both.sizes.tolist() == [0, 0] and len(both.records) == len(both.fourier_records) == 1
    none = plans([below - 1, below], [2000, 2000], fourier=False)
    assert not none.by_fourier.any() and len(none.fourier_records) == 0
    assert none.workspace > 0
    size = both.plans[1][0].size
    assert size.product_bits >= 64 * below
    assert size.epsilon * 2 * size.points * 4.0 ** (size.bits - 1) < 0.97, "a sum of two products needs shorter digits"


def test_how_the_left_factor_is_made():
    """A short one by GMP, a shorter one than the node by itself, a long one with the node, and none at the end."""
    found = plans([2000] * 4, [100, 500, 2000, 2000], rightmost=True)
    assert found.P_sizes[0] == BY_GMP and found.P_sizes[3] == WITHOUT
    alone = plans([2000] * 2, [500, 500])
    assert (alone.P_sizes >= 0).all() and (alone.P_sizes != alone.sizes).all()
    shared = plans([2000] * 2, [2000, 2000])
    assert (shared.P_sizes == SHARED).all()


@pytest.mark.parametrize("place", range(4))
def test_a_place_of_bytes_that_cannot_be_is_not_used(monkeypatch, place):
    """A faulty machine's: a word beyond the block would be written."""

    def damaged(size):
        plan = make_fourier_plan(size)
        plan.fields[fft_record.PACK_BYTES + place] ^= 1 << 40
        return plan

    expected = by_the_other(monkeypatch)
    monkeypatch.setattr(lower_tree, "_FOURIER", lower_tree._FOURIER._replace(plan=damaged))
    assert split() == expected
