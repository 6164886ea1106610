import sys
import threading
from fractions import Fraction

import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.residues.moduli import residues
from pi_engine.runtime.thread_count import release_gil
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, IntegerPolynomial
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.plain import node, plain_tree
from pi_engine.splitting.plain.node import leaf
from pi_engine.splitting.shadow import shadow
from pi_engine.splitting.shadow.shadow import check_against_shadow
from pi_engine.splitting.split import split
from tests.conftest import MULTIPLIER
from tests.series.model.test_model import SUMS, row

DEGREE_ONE = row(IntegerPolynomial(-1, ((-1, 2),)), IntegerPolynomial(9, ((1, 2),)))
SERIES = {**SUMS, "degree 1": DEGREE_ONE}
series_cases = pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)


def partial_sum(series, terms):
    """By the definition, in exact fractions: one term after the other, no tree."""
    total, factor = Fraction(0), Fraction(1)
    for k in range(terms):
        if k:
            factor *= Fraction(series.p(k), series.q(k))
        total += series.a(k) * factor
    return total


@series_cases
def test_the_tree_sums_the_series(series):
    for terms in range(1, 70):
        root = split(series, terms)
        assert root.P is None
        assert Fraction(int(root.T), int(root.Q)) == partial_sum(series, terms)


@series_cases
def test_q_is_the_product_of_q(series):
    """Not only the fraction T/Q is right: Q is the product itself, so that the shadow can be compared."""
    Q = 1
    for k in range(1, 100):
        Q *= series.q(k)
    assert split(series, 100).Q == Q


@series_cases
@pytest.mark.parametrize("lo", [0, 1, 1000])
def test_a_leaf_is_what_its_terms_make_one_by_one(series, lo):
    """P ← P·p(k), Q ← Q·q(k), T ← T·q(k) + P·a(k)."""
    P, Q, T = 1, 1, 0
    numbers = {*range(1, 70), plain_tree.LEAF_TERMS - 1, plain_tree.LEAF_TERMS}
    for k in range(lo, lo + plain_tree.LEAF_TERMS):
        p, q = (series.p(k), series.q(k)) if k else (1, 1)
        P, Q = P * p, Q * q
        T = T * q + P * series.a(k)
        assert k + 1 - lo not in numbers or leaf(series, lo, k + 1)[:3] == (P, Q, T)


@pytest.mark.parametrize("leaf_terms", [1, 2, 3, 8, 50])
def test_leaf_size_does_not_matter(monkeypatch, leaf_terms):
    expected = split(CHUDNOVSKY, 333)
    assert plain_tree.LEAF_TERMS > 333
    monkeypatch.setattr(plain_tree, "LEAF_TERMS", leaf_terms)
    assert split(CHUDNOVSKY, 333) == expected


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("terms", [4095, 4096, 4097, 12345])
def test_threads_do_not_matter(threads, terms):
    root = split(RAMANUJAN_1914, terms, threads=threads)
    assert (residues(root.Q), residues(root.T)) == shadow.shadow_residues(RAMANUJAN_1914, terms)
    assert root == split(RAMANUJAN_1914, terms)


@series_cases
def test_the_shadow_is_the_residue_of_the_root(series, rng):
    for terms in [1, 2, 3, *(rng.randrange(4, 3000) for _ in range(int(5 * MULTIPLIER)))]:
        root = split(series, terms)
        assert shadow.shadow_residues(series, terms) == (residues(root.Q), residues(root.T))


def test_the_shadow_sees_any_changed_bit(rng):
    root = split(CHUDNOVSKY, 500)
    check_against_shadow(CHUDNOVSKY, 500, root)
    for _ in range(20):
        bit = mpz(1) << rng.randrange(root.Q.bit_length())
        for broken in (root._replace(Q=root.Q + bit), root._replace(T=root.T - bit)):
            with pytest.raises(VerificationError, match="shadow"):
                check_against_shadow(CHUDNOVSKY, 500, broken)


def test_the_shadow_sees_a_merge_in_the_wrong_order(monkeypatch):
    monkeypatch.setattr(plain_tree, "merge", lambda left, right: node.merge(right, left))
    terms = 3 * plain_tree.LEAF_TERMS
    with pytest.raises((VerificationError, AssertionError)):
        check_against_shadow(CHUDNOVSKY, terms, split(CHUDNOVSKY, terms))


@pytest.mark.parametrize("threads", [128, 600, 1025, 5000])
def test_more_threads_than_work(threads):
    assert split(CHUDNOVSKY, 4200, threads=threads) == split(CHUDNOVSKY, 4200)


@pytest.fixture
def only_what_releases_the_lock():
    """No thread is made to give the interpreter's lock to another: it passes on only where it is released."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(interval)
    release_gil(False)


def test_large_products_overlap(only_what_releases_the_lock):
    """Two threads are inside GMP at the same time: one of them runs Python while the other multiplies."""
    x = mpz(3) ** 200_000
    start, ran = threading.Lock(), []
    start.acquire()

    def other():
        with start:
            ran.append(True)

    thread = threading.Thread(target=other)
    thread.start()
    release_gil(False)
    start.release()
    for _ in range(100):
        x * x
    assert not ran  # it is ready to run, and has no lock to run with
    for _ in range(5000):
        plain_tree._product(x, x)
        if ran:
            break
    assert ran
    thread.join()


def test_only_long_operands_release_the_lock(monkeypatch):
    """To hand it over takes longer than a short product."""
    here, seen, real = threading.local(), set(), plain_tree.merge

    def merge(left, right):
        seen.add((left.Q.bit_length() >= plain_tree._RELEASE_BITS, here.released))
        return real(left, right)

    monkeypatch.setattr(plain_tree, "_RELEASE_BITS", 1 << 13)
    monkeypatch.setattr(plain_tree, "LEAF_TERMS", 32)
    monkeypatch.setattr(plain_tree, "release_gil", lambda released: setattr(here, "released", released))
    monkeypatch.setattr(plain_tree, "merge", merge)
    split(CHUDNOVSKY, 5000, threads=2)
    assert seen == {(False, False), (True, True)}


@pytest.mark.parametrize("failing", [0, 1])
def test_cancelled_subtrees_end_early(monkeypatch, failing):
    """After an error no thread goes on to sum what nobody wants, whichever subtree the error is in."""
    here, ended = threading.local(), threading.Event()
    stopped, late = [], []
    real_merge, real_builder = plain_tree.merge, plain_tree._subtree_builder

    def builder(*arguments, **options):
        subtree = real_builder(*arguments, **options)

        def numbered(lo, hi, **options):
            here.subtree = lo * 8 // 100_000
            return subtree(lo, hi, **options)

        return numbered

    def merge(left, right):
        """All but the subtree that fails wait until the sum has ended."""
        if here.subtree != failing:
            ended.wait()
            late.append(here.subtree)
        return real_merge(left, right)

    def stop(phase, done, total):
        stopped.append(here.subtree)
        raise RuntimeError

    monkeypatch.setattr(plain_tree, "merge", merge)
    monkeypatch.setattr(plain_tree, "_subtree_builder", builder)
    with pytest.raises(RuntimeError):
        split(CHUDNOVSKY, 100_000, threads=2, progress=stop)
    ended.set()
    join_the_sum_s_threads()
    assert stopped == [failing]
    assert len(late) <= 2  # the merges that the two threads were in


def join_the_sum_s_threads():
    for thread in threading.enumerate():
        if thread.name.startswith("split"):
            thread.join()


@pytest.mark.parametrize("tree", [plain_tree.split_plain, compiled_tree.split_compiled])
def test_progress_goes_up_to_its_total(tree):
    for threads, terms in ((1, 5000), (3, 40_000)):
        seen = []
        tree(CHUDNOVSKY, terms, threads=threads, progress=lambda *step: seen.append(step))
        assert all(phase == "sum" and 0 < done <= total for phase, done, total in seen)
        assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
        assert seen[-1][1] >= 0.8 * seen[-1][2]


def test_progress_is_reported_now_and_then(monkeypatch):
    """Not at each of 4999 merges: whoever shows it would take longer than the sum."""
    monkeypatch.setattr(plain_tree, "LEAF_TERMS", 1)
    seen = []
    split(CHUDNOVSKY, 5000, progress=lambda *step: seen.append(step))
    assert 100 < len(seen) <= 500


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_progress_ends_the_sum(threads):
    def stop(phase, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        split(CHUDNOVSKY, 200_000, threads=threads, progress=stop)
    join_the_sum_s_threads()
