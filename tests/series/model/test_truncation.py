"""Nodes of the tree without low limbs: how far the sum may move, and what the checks still see."""

import math

import numpy as np
import pytest
from gmpy2 import mpq, mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.runtime.progress import silent
from pi_engine.series import catalogue, get
from pi_engine.series.model import truncation
from pi_engine.series.model.tail import all_terms, tail_bits
from pi_engine.series.model.truncation import GUARD, STEPS, needed_bits, require_precision
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.compiled import truncated_nodes as cutting
from pi_engine.splitting.compiled.rounding import log2_size
from pi_engine.splitting.compiled.upper_tree import Number
from pi_engine.splitting.shadow.shadow import check_against_shadow
from tests.conftest import MULTIPLIER, part_of

CONVERGING = [series for series in catalogue() if series.digits_per_term > 0.3]
NAMES = ["chudnovsky", "ramanujan", "machin", "guillera-820", "bbp", "sharp"]


def log2(x):
    return log2_size(limbs_of(x.numerator)) - log2_size(limbs_of(x.denominator))


@pytest.fixture
def small(monkeypatch):
    """Every stage with few terms: small subtrees and chunks, and merges one at a time from the first."""
    monkeypatch.setattr(compiled_tree, "SUBTREE_BITS", 500)
    monkeypatch.setattr(compiled_tree, "LANE_SUBTREE_BITS", 500)
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", 6000)
    monkeypatch.setattr(compiled_tree, "SIDE_BY_SIDE_BITS", 1)
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 99)


@pytest.fixture
def divided(monkeypatch):
    """Larger subtrees and levels of merges that are divided once more, so that common factors of hundreds of bits have gone."""
    monkeypatch.setattr(compiled_tree, "SUBTREE_BITS", 4000)
    monkeypatch.setattr(compiled_tree, "LANE_SUBTREE_BITS", 4000)
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", 60_000)
    monkeypatch.setattr(compiled_tree, "SIDE_BY_SIDE_BITS", 9000)
    monkeypatch.setattr(compiled_tree, "LEAST_SIDE_BY_SIDE_BITS", 3000)
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)


def require_all(series, bits, nodes):
    for i, (_, node) in enumerate(nodes):
        require_precision(series, bits, node.error, i)


def sums(series, bits, threads=1):
    """Σ c·T/Q exact and cut, for a result of so many bits, and the cut nodes."""
    exact = cut = mpq(0)
    nodes = []
    for i, (component, terms) in enumerate(zip(series.components, all_terms(series, bits + GUARD), strict=True)):
        weight = mpq(component.coefficient.numerator, component.coefficient.denominator)
        whole = compiled_tree.split_compiled(component.sum, terms, threads, silent)
        node = compiled_tree.split_compiled(
            component.sum, terms, threads, silent, needed=needed_bits(series, bits, terms, i)
        )
        check_against_shadow(component.sum, terms, node)
        exact += weight * mpq(whole.T, whole.Q)
        cut += weight * mpq(node.T, node.Q)
        off = abs(mpq(whole.T, whole.Q) - mpq(node.T, node.Q))
        assert off == 0 or log2(off) <= node.error < log2(off) + 200  # what the cuts may have done bounds what they did
        assert (node.error == -math.inf) == (node.Q == whole.Q)
        nodes.append((whole, node))
    return exact, cut, nodes


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("series", part_of(CONVERGING, 1 / 3, "truncation"), ids=lambda series: series.name)
def test_what_is_lost_is_within_its_bound(series, rng):
    for _ in range(int(2 * MULTIPLIER)):
        bits = rng.randrange(800, 6000)
        exact, cut, nodes = sums(series, bits, rng.choice([1, 2]))
        assert abs(exact - cut) * mpz(2) ** (bits + GUARD + 2) <= abs(exact)
        require_all(series, bits, nodes)
        for i, (whole, node) in enumerate(nodes):
            needed = needed_bits(series, bits, 1000, i)(0)
            if needed < math.inf:
                assert node.Q.bit_length() <= (needed + 192) * 1.04
            assert node.Q.bit_length() <= whole.Q.bit_length()


@pytest.mark.usefixtures("divided")
@pytest.mark.parametrize("name", ["level2-52", "level1-11", "level2-16", "level2-36", "chudnovsky", "machin"])
def test_common_factors_do_not_count_as_bits(name, rng):
    for _ in range(int(2 * MULTIPLIER)):
        bits = rng.randrange(8000, 20_000)
        exact, cut, nodes = sums(get(name), bits, rng.choice([1, 2]))
        assert abs(exact - cut) * mpz(2) ** (bits + GUARD + 2) <= abs(exact)
        require_all(get(name), bits, nodes)
        assert any(node.Q != whole.Q for whole, node in nodes)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", NAMES)
def test_the_bound_leaves_no_slack_and_what_breaks_it_is_seen(monkeypatch, name):
    """With as many bits less as the bound has in reserve, the sum is wrong for some precisions; the run says so."""
    series = get(name)
    monkeypatch.setattr(truncation, "STEPS", -GUARD - 64 - 100)
    broken = 0
    for bits in range(1500, 1564, 4):
        exact, cut, nodes = sums(series, bits)
        if abs(exact - cut) * mpz(2) ** (bits + GUARD + 2) > abs(exact):
            broken += 1
            with pytest.raises(VerificationError, match="lost more low bits"):
                require_all(series, bits, nodes)
    assert broken


def cuts_of(monkeypatch, name, bits):
    """(l, whether it ends the sum, limbs of Q before and after) of every node that may be cut."""
    seen = []
    real = compiled_tree.CompiledTree.shortened

    def shortened(tree, node, lo, hi):
        found = real(tree, node, lo, hi)
        before, after = len(node.Q), len(found.Q)
        seen.append((lo, hi == tree.cuts.terms, before, after))
        assert (found.P is None) == (hi == tree.cuts.terms)
        return found

    monkeypatch.setattr(compiled_tree.CompiledTree, "shortened", shortened)
    series = get(name)
    terms = all_terms(series, bits + GUARD)[0]
    compiled_tree.split_compiled(series.components[0].sum, terms, 2, silent, needed=needed_bits(series, bits, terms))
    return seen


@pytest.mark.usefixtures("small")
def test_chudnovskys_series_is_cut_on_the_right_edge_only(monkeypatch):
    seen = cuts_of(monkeypatch, "chudnovsky", 40_000)
    cut = [(before, after) for _, last, before, after in seen if last and after < before]
    assert len(cut) > 4 and len(seen) > 3 * len(cut)
    # but for the last, what is cut in merges of few terms: there a node's numbers are longer, for the terms' constants
    assert all(after == before for lo, last, before, after in seen if not last and before > 40_000 / 64 / 4)
    before, after = cut[-1]
    assert before > 1.2 * 40_000 / 64 and after < 1.05 * 40_000 / 64


@pytest.mark.usefixtures("small")
def test_a_slow_series_is_cut_wherever_it_outgrows_the_digits(monkeypatch):
    seen = cuts_of(monkeypatch, "bbp", 10_000)
    inner = [(before, after) for lo, last, before, after in seen if not last]
    assert sum(after < before for before, after in inner) > 5
    assert max(before for _, _, before, _ in seen) < 2.6 * 10_000 / 64  # exact, the root would have 14 times as many
    assert all(after <= 10_500 / 64 + 4 or after == before < 1.05 * 10_500 / 64 for _, _, before, after in seen)


def test_needed_bits_follow_the_tail():
    series = get("chudnovsky")
    needed = needed_bits(series, 10_000, 213)
    margin = 2 + series.components[0].sum.bits_per_term + math.log2(214)
    for m in (0, 1, 50, 100, 200):
        assert needed(m) == pytest.approx(10_000 + GUARD + STEPS + margin - tail_bits(series, m))
    assert needed(1000) == truncation.LEAST_BITS
    # where the first terms may grow there is no bound yet, and nothing is cut
    slow = needed_bits(get("level1-7"), 10_000, 4000)
    assert slow(0) == math.inf > slow(1)


def run(terms=2000, check=True):
    series = get("chudnovsky")
    needed = needed_bits(series, 40 * terms, terms)
    node = compiled_tree.split_compiled(series.components[0].sum, terms, 2, silent, check=check, needed=needed)
    check_against_shadow(series.components[0].sum, terms, node, compiled=True, threads=2)
    return node


@pytest.mark.usefixtures("small")
def test_a_number_that_is_moved_wrongly_is_seen(monkeypatch):
    real = cutting.copy_limbs

    def damaged(target, source, threads):
        real(target, source, threads)
        target[len(target) // 2] ^= np.uint64(1 << 33)

    assert run().truncated is not None
    monkeypatch.setattr(cutting, "copy_limbs", damaged)
    with pytest.raises(VerificationError, match="lost its low limbs"):
        run()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("row", [1, 2])
def test_a_node_that_changes_before_its_cut_is_seen(monkeypatch, row):
    """Both where the change is in what is left and in what is lost."""
    real = compiled_tree.truncated
    for place in (0, -1):

        def damaged(node, bits, threads, *, copy, place=place):
            limbs = node[row].limbs
            limbs[place] ^= np.uint64(1)
            return real(node, bits, threads, copy=copy)

        with monkeypatch.context() as patch:
            patch.setattr(compiled_tree, "truncated", damaged)
            with pytest.raises(VerificationError, match=r"lost its low limbs|the product"):
                run()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("row", [1, 2])
def test_a_root_that_is_copied_wrongly_is_seen(monkeypatch, row):
    real = Number.to_mpz
    calls = []

    def damaged(self):
        calls.append(1)
        return real(self) + (mpz(1) << 99 if len(calls) == row else 0)

    monkeypatch.setattr(Number, "to_mpz", damaged)
    with pytest.raises(VerificationError, match="copied"):
        run()


@pytest.mark.usefixtures("small")
def test_a_wrong_term_is_seen_through_all_cuts(monkeypatch):
    """The shadow compares what the numbers would be: an error in the last leaf, of which the root keeps no digit."""
    real = compiled_tree.build_subtrees

    def damaged(series, lo, hi, *arguments, **options):
        level = real(series, lo, hi, *arguments, **options)
        if hi == 2000:
            level.buffer.limbs[int(level.offsets[2, -1])] ^= np.uint64(1)
        return level

    monkeypatch.setattr(compiled_tree, "build_subtrees", damaged)
    with pytest.raises(VerificationError, match="shadow"):
        run()
