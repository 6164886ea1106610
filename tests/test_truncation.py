"""The right edge of the tree without low limbs: how far the sum may move, and what the checks still see."""

import math

import numpy as np
import pytest
from gmpy2 import mpq, mpz

from pi_engine import VerificationError
from pi_engine.bigint.limbs import limbs_of
from pi_engine.bigint.mersenne import M61
from pi_engine.bigint.workspace import pool
from pi_engine.series import catalogue, get, truncation
from pi_engine.series.evaluation import GUARD
from pi_engine.series.tail import all_terms, tail_bits
from pi_engine.series.truncation import STEPS, needed_bits
from pi_engine.splitting import check_against_shadow, fast_tree
from pi_engine.splitting import truncation as cutting
from pi_engine.splitting.node_level import LimbRoom
from pi_engine.splitting.truncation import truncated
from pi_engine.splitting.upper_tree import LargeNode, Number

from .conftest import MULTIPLIER

CONVERGING = [series for series in catalogue() if series.digits_per_term > 0.3]
NAMES = ["chudnovsky", "ramanujan", "machin", "guillera-820", "bbp", "sharp"]


def silent(*step):
    pass


@pytest.fixture
def small(monkeypatch):
    """Every stage with few terms: small subtrees and chunks, and merges one at a time from the first."""
    monkeypatch.setattr(fast_tree, "SUBTREE_BITS", 500)
    monkeypatch.setattr(fast_tree, "LANE_SUBTREE_BITS", 500)
    monkeypatch.setattr(fast_tree, "CHUNK_BITS", 6000)
    monkeypatch.setattr(fast_tree, "SIDE_BY_SIDE_BITS", 1)
    monkeypatch.setattr(fast_tree, "DIVIDE_AGAIN_LEVELS", 99)


def sums(series, bits, threads=1):
    """Σ c·T/Q exact and cut, for a result of so many bits, and the cut nodes."""
    exact = cut = mpq(0)
    nodes = []
    for i, (component, terms) in enumerate(zip(series.components, all_terms(series, bits + GUARD), strict=True)):
        weight = mpq(component.coefficient.numerator, component.coefficient.denominator)
        whole = fast_tree.split_fast(component.sum, terms, threads, silent)
        node = fast_tree.split_fast(component.sum, terms, threads, silent, needed=needed_bits(series, bits, i))
        check_against_shadow(component.sum, terms, node)
        exact += weight * mpq(whole.T, whole.Q)
        cut += weight * mpq(node.T, node.Q)
        nodes.append((whole, node))
    return exact, cut, nodes


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("series", CONVERGING, ids=lambda series: series.name)
def test_what_is_lost_is_within_its_bound(series, rng):
    for _ in range(int(2 * MULTIPLIER)):
        bits = rng.randrange(800, 6000)
        exact, cut, nodes = sums(series, bits, rng.choice([1, 2]))
        assert abs(exact - cut) * mpz(2) ** (bits + GUARD + 2) <= abs(exact)
        for i, (whole, node) in enumerate(nodes):
            needed = needed_bits(series, bits, i)(0)
            if needed < math.inf:
                assert min(node.Q.bit_length(), node.T.bit_length()) <= needed + 128
            assert node.Q.bit_length() <= whole.Q.bit_length()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", NAMES)
def test_the_bound_leaves_no_room(monkeypatch, name):
    """With as many bits less as the bound has in reserve, the sum is wrong for some precisions."""
    series = get(name)
    monkeypatch.setattr(truncation, "STEPS", STEPS - 64 - 24)
    broken = 0
    for bits in range(1500, 1564, 4):
        exact, cut, _ = sums(series, bits)
        broken += abs(exact - cut) * mpz(2) ** (bits + GUARD + 2) > abs(exact)
    assert broken


@pytest.mark.usefixtures("small")
def test_cuts_happen_on_every_level_of_the_right_edge(monkeypatch):
    seen = []
    real = fast_tree.truncated

    def counted(node, bits, threads, *, copy):
        found = real(node, bits, threads, copy=copy)
        seen.append((bits, len(node.Q), len(found.Q), copy))
        return found

    monkeypatch.setattr(fast_tree, "truncated", counted)
    series = get("chudnovsky")
    (terms,) = all_terms(series, 40_000 + GUARD)
    fast_tree.split_fast(series.components[0].sum, terms, 2, silent, needed=needed_bits(series, 40_000))
    assert len([1 for _, before, after, _ in seen if after < before]) > 6
    assert [bits for bits, *_ in seen] == sorted(bits for bits, *_ in seen)
    assert [copy for *_, copy in seen] == [True] * (len(seen) - 1) + [False]
    assert (
        sum(before for _, before, *_ in seen[-1:]) > 1.2 * 40_000 / 64
    )  # the last merge is the largest, and is cut too


def test_needed_bits_follow_the_tail():
    series = get("chudnovsky")
    needed = needed_bits(series, 10_000)
    assert needed(0) > 10_000 + GUARD + STEPS
    for m in (0, 1, 50, 100, 200):
        assert needed(m) == pytest.approx(10_000 + GUARD + STEPS + 1 - tail_bits(series, m))
    assert needed(1000) == truncation.LEAST_BITS
    # where the first terms may grow there is no bound yet, and nothing is cut
    assert needed_bits(get("level1-7"), 10_000)(0) == math.inf > needed_bits(get("level1-7"), 10_000)(1)


# ---------------------------------------------------------------- one cut


def number(value, *, own, residues=True):
    room = None
    limbs = limbs_of(mpz(value))
    if own:
        room = LimbRoom(len(limbs))
        room.limbs[:] = limbs
        limbs = room.limbs
    residue = int(mpz(value) % M61)
    return Number(limbs, value < 0, room, (residue, (residue * 3) % M61) if residues else None)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_cut_leaves_the_upper_limbs(rng, own, copy, sign):
    for _ in range(int(40 * MULTIPLIER)):
        kept = rng.choice([64, 65, 127, 128, 129, rng.randrange(64, 3000)])
        Q, T = (mpz(rng.getrandbits(n)) | mpz(1) << (n - 1) for n in (rng.randrange(1, 6000) for _ in "QT"))
        T *= sign
        held = pool.held()
        node = LargeNode(None, number(Q, own=own), number(T, own=own))
        cut = truncated(node, kept, 1, copy=copy)
        lost = len(node.Q) - len(cut.Q)
        assert len(node.T) - len(cut.T) == lost
        assert cut.Q.to_mpz() == Q >> 64 * lost
        assert cut.T.to_mpz() == sign * (abs(T) >> 64 * lost)
        shorter = min(Q.bit_length(), T.bit_length())
        if lost:
            left = min(cut.Q.to_mpz().bit_length(), cut.T.to_mpz().bit_length())
            assert kept < left <= kept + 192
            for before, after in ((Q, cut.Q), (T, cut.T)):  # short by a relative 2^-kept at most
                assert abs(before - (after.to_mpz() << 64 * lost)) << kept <= abs(before)
                assert after.residues == (int(after.to_mpz() % M61), int(before % M61) * 3 % M61)
        else:
            assert cut is node and shorter < kept + 192
        cut.Q.release()
        cut.T.release()
        assert pool.held() >= held  # what was owned has gone back


def test_nothing_is_cut_where_nothing_is_known():
    node = LargeNode(None, number(mpz(3) ** 1000, own=False), number(mpz(0), own=False))
    assert truncated(node, 64, 1, copy=True) is node
    node = LargeNode(None, number(mpz(3) ** 1000, own=False), number(mpz(5) ** 1000, own=False))
    assert truncated(node, math.inf, 1, copy=True) is node


def test_without_residues_nothing_is_compared(monkeypatch):
    monkeypatch.setattr(cutting, "residue_of_magnitude", None)
    node = LargeNode(None, *(number(mpz(x) ** 1000, own=True, residues=False) for x in (3, 5)))
    cut = truncated(node, 64, 1, copy=True)
    assert cut.Q.residues is None and len(cut.Q) < len(node.Q)


# ---------------------------------------------------------------- what is seen


def run(terms=2000, check=True):
    series = get("chudnovsky")
    needed = needed_bits(series, 40 * terms)
    node = fast_tree.split_fast(series.components[0].sum, terms, 2, silent, check=check, needed=needed)
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
    real = fast_tree.truncated
    for place in (0, -1):

        def damaged(node, bits, threads, *, copy, place=place):
            limbs = node[row].limbs
            limbs[place] ^= np.uint64(1)
            return real(node, bits, threads, copy=copy)

        with monkeypatch.context() as patch:
            patch.setattr(fast_tree, "truncated", damaged)
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
    real = fast_tree.build_subtrees

    def damaged(*arguments, **options):
        level = real(*arguments, **options)
        level.room.limbs[int(level.offsets[2, -1])] ^= np.uint64(1)
        return level

    monkeypatch.setattr(fast_tree, "build_subtrees", damaged)
    with pytest.raises(VerificationError, match="shadow"):
        run()
