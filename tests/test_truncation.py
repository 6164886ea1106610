"""Nodes of the tree without low limbs: how far the sum may move, and what the checks still see."""

import math

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpq, mpz

import pi_engine
from pi_engine import VerificationError, plan, summation
from pi_engine.bigint.limbs import limbs_of
from pi_engine.bigint.mersenne import M61
from pi_engine.series import catalogue, get, truncation
from pi_engine.series.evaluation import GUARD
from pi_engine.series.tail import all_terms, tail_bits
from pi_engine.series.truncation import STEPS, needed_bits, require_precision
from pi_engine.splitting import check_against_shadow, fast_tree
from pi_engine.splitting import truncation as cutting
from pi_engine.splitting.node_level import LimbRoom
from pi_engine.splitting.rounding import EXACT, Errors, after_cut, after_merge, log2_size, log2_sum
from pi_engine.splitting.truncation import truncated
from pi_engine.splitting.upper_tree import LargeNode, Number

from .conftest import MULTIPLIER

CONVERGING = [series for series in catalogue() if series.digits_per_term > 0.3]
NAMES = ["chudnovsky", "ramanujan", "machin", "guillera-820", "bbp", "sharp"]


def silent(*step):
    pass


def log2(x):
    return log2_size(limbs_of(x.numerator)) - log2_size(limbs_of(x.denominator))


@pytest.fixture
def small(monkeypatch):
    """Every stage with few terms: small subtrees and chunks, and merges one at a time from the first."""
    monkeypatch.setattr(fast_tree, "SUBTREE_BITS", 500)
    monkeypatch.setattr(fast_tree, "LANE_SUBTREE_BITS", 500)
    monkeypatch.setattr(fast_tree, "CHUNK_BITS", 6000)
    monkeypatch.setattr(fast_tree, "SIDE_BY_SIDE_BITS", 1)
    monkeypatch.setattr(fast_tree, "DIVIDE_AGAIN_LEVELS", 99)


@pytest.fixture
def divided(monkeypatch):
    """Larger subtrees and levels of merges that are divided once more, so that common factors of hundreds of bits have gone."""
    monkeypatch.setattr(fast_tree, "SUBTREE_BITS", 4000)
    monkeypatch.setattr(fast_tree, "LANE_SUBTREE_BITS", 4000)
    monkeypatch.setattr(fast_tree, "CHUNK_BITS", 60_000)
    monkeypatch.setattr(fast_tree, "SIDE_BY_SIDE_BITS", 9000)
    monkeypatch.setattr(fast_tree, "LEAST_SIDE_BY_SIDE_BITS", 3000)
    monkeypatch.setattr(fast_tree, "DIVIDE_AGAIN_LEVELS", 2)


def require_all(series, bits, nodes):
    for i, (_, node) in enumerate(nodes):
        require_precision(series, bits, node.error, i)


def sums(series, bits, threads=1):
    """Σ c·T/Q exact and cut, for a result of so many bits, and the cut nodes."""
    exact = cut = mpq(0)
    nodes = []
    for i, (component, terms) in enumerate(zip(series.components, all_terms(series, bits + GUARD), strict=True)):
        weight = mpq(component.coefficient.numerator, component.coefficient.denominator)
        whole = fast_tree.split_fast(component.sum, terms, threads, silent)
        node = fast_tree.split_fast(component.sum, terms, threads, silent, needed=needed_bits(series, bits, terms, i))
        check_against_shadow(component.sum, terms, node)
        exact += weight * mpq(whole.T, whole.Q)
        cut += weight * mpq(node.T, node.Q)
        off = abs(mpq(whole.T, whole.Q) - mpq(node.T, node.Q))
        assert off == 0 or log2(off) <= node.error < log2(off) + 200  # what the cuts may have done bounds what they did
        assert (node.error == -math.inf) == (node.Q == whole.Q)
        nodes.append((whole, node))
    return exact, cut, nodes


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("series", CONVERGING, ids=lambda series: series.name)
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
def test_the_bound_leaves_no_room_and_what_breaks_it_is_seen(monkeypatch, name):
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
    real = fast_tree._FastTree.shortened

    def shortened(tree, node, lo, hi):
        found = real(tree, node, lo, hi)
        before, after = len(node.Q), len(found.Q)
        seen.append((lo, hi == tree.terms, before, after))
        assert (found.P is None) == (hi == tree.terms)
        return found

    monkeypatch.setattr(fast_tree._FastTree, "shortened", shortened)
    series = get(name)
    terms = all_terms(series, bits + GUARD)[0]
    fast_tree.split_fast(series.components[0].sum, terms, 2, silent, needed=needed_bits(series, bits, terms))
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
@pytest.mark.parametrize("last", [True, False])
def test_a_cut_leaves_the_upper_limbs(rng, own, copy, sign, last):
    for _ in range(int(40 * MULTIPLIER)):
        kept = rng.choice([64, 65, 127, 128, 129, rng.randrange(64, 3000)])
        values = [mpz(rng.getrandbits(n)) | mpz(1) << (n - 1) for n in (rng.randrange(1, 6000) for _ in "PQT")]
        values[2] *= sign
        P, Q, T = values
        node = LargeNode(None if last else number(P, own=own), number(Q, own=own), number(T, own=own))
        rooms = [x.room for x in node[:3] if x is not None and own]
        before = [0 if x is None else len(x) for x in node[:3]]
        cut = truncated(node, kept, 1, copy=copy)
        lost = before[1] - len(cut.Q)
        if lost:
            assert lost >= before[1] // cutting.WORTH
            assert kept < cut.Q.to_mpz().bit_length()
        else:
            assert cut is node
            spare = min([before[1] - -(-kept // 64) - 1, *(x - 1 for x in before if x)])
            assert spare < max(1, before[1] // cutting.WORTH)
        for value, x in zip(values, cut[:3], strict=True):
            if x is not None:
                assert x.to_mpz() == (abs(value) >> 64 * lost) * (-1 if value < 0 else 1) != 0
                assert x.residues == (int(x.to_mpz() % M61), int(value % M61) * 3 % M61)
                x.release()
        assert not any(room._block for room in rooms)  # of what was moved the old memory has gone back, and now all


def test_logarithms_of_sizes_and_sums(rng):
    for _ in range(100):
        x = mpz(rng.getrandbits(rng.randrange(1, 1000))) + 1
        assert log2_size(limbs_of(x)) == pytest.approx(float(gmpy2.log2(x)), abs=1e-9)
    assert log2_size(limbs_of(mpz(0))) == -math.inf == log2_sum(-math.inf, -math.inf)
    assert log2_sum(3.0, 3.0, 4.0) == 5 and log2_sum(-math.inf, 7.5) == 7.5 and log2_sum(-(10.0**9), 10.0**9) == 10.0**9


def test_errors_go_up_with_the_nodes(rng):
    """Random errors of random nodes, all at their largest and of one sign, as numbers."""
    for _ in range(200):
        t1, t2, p1, p2, dt1, dt2, dp1, dp2 = (
            mpq(rng.randrange(1, 2**40), 2 ** rng.randrange(30, 90)) for _ in range(8)
        )
        errors = after_merge(Errors(log2(dt1), log2(dp1)), Errors(log2(dt2), log2(dp2)), log2(p1), log2(t2), log2(p2))
        T = (t1 + dt1) + (p1 + dp1) * (t2 + dt2) - (t1 + p1 * t2)
        P = (p1 + dp1) * (p2 + dp2) - p1 * p2
        assert errors == pytest.approx((log2(T), log2(P)), abs=1e-6)
    assert after_merge(EXACT, EXACT, -5, 3, -5) == EXACT
    assert after_cut(EXACT, -math.inf, 100, 103) == (pytest.approx(math.log2(9) - 100), -100)


def test_a_run_that_has_lost_too_much_says_so(monkeypatch):
    monkeypatch.setattr(plan, "fast_path_pays", lambda digits: True)
    monkeypatch.setattr(fast_tree, "SIDE_BY_SIDE_BITS", 1 << 16)
    monkeypatch.setattr(fast_tree, "LEAST_SIDE_BY_SIDE_BITS", 1 << 16)
    right = pi_engine.compute(60_000).hash
    real = summation.needed_bits
    for series in ("chudnovsky", "machin"):
        assert pi_engine.compute(60_000, series=series).hash == right
        with monkeypatch.context() as patch:
            patch.setattr(summation, "needed_bits", lambda *a: lambda first: real(*a)(first) - 300)
            for check in ("fast", "none"):
                with pytest.raises(VerificationError, match="lost more low bits"):
                    pi_engine.compute(60_000, series=series, check=check)


def test_nothing_is_cut_where_nothing_is_known():
    node = LargeNode(None, number(mpz(3) ** 1000, own=False), number(mpz(0), own=False))
    assert truncated(node, 5000, 1, copy=True) is node
    assert len(truncated(node, 64, 1, copy=True).T) == 0 < len(truncated(node, 64, 1, copy=True).Q)
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
    needed = needed_bits(series, 40 * terms, terms)
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

    def damaged(series, lo, hi, *arguments, **options):
        level = real(series, lo, hi, *arguments, **options)
        if hi == 2000:
            level.room.limbs[int(level.offsets[2, -1])] ^= np.uint64(1)
        return level

    monkeypatch.setattr(fast_tree, "build_subtrees", damaged)
    with pytest.raises(VerificationError, match="shadow"):
        run()
