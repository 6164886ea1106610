import random
import threading
from itertools import pairwise
from math import prod
from types import SimpleNamespace

import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import mpz_from_limbs
from pi_engine.bigint.vectors.lane_widths import DIGIT_BITS, LANE_DIVISOR, LANE_ROWS, has_lanes
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, IntegerPolynomial
from pi_engine.splitting.compiled import compiled_tree, lane_subtrees, subtrees
from pi_engine.splitting.kernels.tree_kernels import cut
from pi_engine.splitting.levels import merge_plans
from pi_engine.splitting.plain import plain_tree
from pi_engine.splitting.plain.node import Node, leaf
from pi_engine.splitting.records.term_values import bound, term_values
from pi_engine.splitting.shadow.shadow import check_against_shadow
from pi_engine.splitting.split import COMPILED_TERMS, SEVERAL_THREADS_TERMS, split
from tests.conftest import MULTIPLIER
from tests.series.model.test_model import SUMS, row

F = IntegerPolynomial
HUGE = 3**90 + 1

ODD = {
    "degree 1": row(F(-1, ((-1, 2),)), F(9, ((1, 2),))),
    "degree 2, positive": row(F(1, ((-1, 2), (-1, 3))), F(40, ((0, 1), (1, 1)))),
    "degree 4, negative q": row(F(3, ((1, 1), (2, 3), (-1, 2), (5, 7))), F(-(10**6), ((0, 1), (0, 1), (1, 2), (3, 1)))),
    "factors that are not linear": row(F(1, ((1, 0, 1),)), F(7, ((0, 1), (1, 1)))),
    "long constant": row(F(-1, ((-1, 2),)), F(HUGE, ((0, 1),))),
    "long factors": row(F(1, ((HUGE, -3), (1, 1))), F(5, ((7, HUGE), (0, 1)))),
    "long a, mixed signs": row(F(-7, ((1, 1),)), F(64, ((0, 1),)), F(1, ((-(HUGE * HUGE), HUGE - 5, -1),))),
    "a with zeros": row(F(-7, ((1, 1),)), F(64, ((0, 1),)), F(1, ((-20, 1), (-600, 1)))),
    "q negative": row(F(5, ((1, 2), (2, 1))), F(-1000, ((0, 1), (1, 3)))),
    "T dominated by late terms": row(F(1, ((10**15, 1),)), F(2, ((1, 1),)), F(1, ((-(10**9), 1),))),
}
EVERY = {**SUMS, **ODD}
every_series = pytest.mark.parametrize("series", EVERY.values(), ids=EVERY)


def number_of(level, row, i):
    limbs, negative = level.number(row, i)
    return mpz_from_limbs(limbs, negative=negative)


def reduced(series, terms, threads=1):
    return compiled_tree.split_compiled(series, terms, threads, lambda *step: None)


def compiled(series, terms, threads=1):
    """The compiled tree's node with the common factors that it has lost."""
    root = reduced(series, terms, threads)
    lost = prod((divisor**times for divisor, times in root.removed), start=mpz(1))
    return Node(None, root.Q * lost, root.T * lost)


def partition(lo, hi, pieces):
    return [cut(lo, hi, i, pieces) for i in range(pieces + 1)]


@every_series
def test_words_and_long_values_are_the_polynomials(series):
    for f in (series.p, series.q, series.a):
        for terms in (2, 1000, 10**7):
            values = term_values(f, terms)
            for k in {0, 1, terms // 2, terms - 1}:
                found = 1
                for group in values.words.tolist():
                    assert bound(group, k) < 2**63
                    found *= sum(c * k**i for i, c in enumerate(group))
                width = values.longs.shape[2]
                for factor in values.longs:
                    value = sum(int.from_bytes(c.tobytes(), "little", signed=True) * k**i for i, c in enumerate(factor))
                    assert -(2 ** (64 * width - 1)) <= value < 2 ** (64 * width - 1)
                    found *= value
                assert found == f(k)
                assert abs(found) < 2**values.bits


def built(series, lo, hi, count, depth):
    """Subtrees, compared with leaves of the same terms; returns what was told of the terms done."""
    told = []
    level = subtrees.build_subtrees(series, lo, hi, count, depth, threads=2, built=told.append)
    cuts = partition(lo, hi, count)
    for i in range(count):
        assert tuple(number_of(level, r, i) for r in range(3)) == leaf(series, cuts[i], cuts[i + 1])[:3]
    level.buffer.release()
    return told


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("bits", [63, 64, 126, 127, 128])
def test_a_long_value_has_room_for_its_sign(bits, sign):
    """2^63 fills a word but for its sign, and so on; all but the lowest limb are zeros, which a negation carries through."""
    long_factor = (0, sign * 2**bits)
    series = SimpleNamespace(p=F(1, (long_factor,)), q=F(1, ((1, 3),)), a=F(1, (long_factor,)))
    assert term_values(series.p, 2).longs.shape[2] == bits // 64 + 1 + (bits % 64 == 63)
    built(series, 0, 2, 1, 0)
    built(series, 0, 20, 2, 1)


@pytest.mark.parametrize("numbers", [(8, 8, 8), (8, 1, 1), (1, 8, 1), (1, 1, 8), (1, 1, 9)], ids=str)
def test_as_many_words_as_a_lane_has_room_for(numbers):
    """As large as words can be for the terms that there are, so that each is two digits. The other polynomials may be short."""
    p, q, a = (F(1, tuple((2**62 - i, 2**55) for i in range(words)) if words > 1 else ((1, 2),)) for words in numbers)
    values = [term_values(f, 64) for f in (p, q, a)]
    assert [len(found.words) for found in values] == list(numbers)
    assert lane_subtrees.lanes_fit(values) == (has_lanes() and max(numbers) <= lane_subtrees.VALUE_WORDS)
    for shape in ((16, 8, 0), (64, 8, 2), (700, 8, 3)):
        built(SimpleNamespace(p=p, q=q, a=a), 0, *shape)


@pytest.mark.skipif(not has_lanes(), reason="this processor has no instructions for lanes")
def test_lanes_are_used_as_far_as_their_columns_and_divisors_reach():
    values = [term_values(f, 10**6) for f in (CHUDNOVSKY.p, CHUDNOVSKY.q, CHUDNOVSKY.a)]

    def usable(half=10, divisor=1, count=8):
        return lane_subtrees.lanes_are_usable(values, [half, 2 * half], count, [mpz(divisor)])

    reaches = [half for half in range(1, 3000) if usable(half)]
    assert reaches == [*range(1, len(reaches) + 1)] and 100 < len(reaches) < 2999
    longest = max(lane_subtrees._node_bits(values, reaches[-1]))
    assert LANE_ROWS - 4 < -(-longest // DIGIT_BITS) <= LANE_ROWS
    assert usable(divisor=2 ** (DIGIT_BITS * LANE_DIVISOR) - 1) and not usable(
        divisor=2 ** (DIGIT_BITS * LANE_DIVISOR) + 1
    )
    assert usable(count=24) and not usable(count=12)


def test_many_terms_are_built_in_steps(monkeypatch):
    """What is told of each step adds up to all terms."""
    monkeypatch.setattr(subtrees, "BATCH_TERMS", 50)
    told = built(CHUDNOVSKY, 0, 400, 32, 1), built(CHUDNOVSKY, 0, 400, 30, 1)
    assert all(sum(steps) == 400 and len(steps) > 1 for steps in told)


@every_series
@pytest.mark.parametrize("lo", [0, 1, 1000])
def test_subtrees_are_leaves_of_their_terms(series, lo, rng):
    shapes = [(1, 0, 2), (1, 0, 3), (2, 1, 8), (3, 2, 24), (1, 4, 32), (5, 3, rng.randrange(80, 300))]
    eights = [(8, 0, 16), (8, 1, 37), (8, 3, rng.randrange(128, 500)), (16, 2, rng.randrange(128, 800))]
    for count, depth, terms in shapes + eights:
        built(series, lo, lo + terms, count, depth)


def test_pieces_are_even_and_cover_the_range(rng):
    for _ in range(200):
        lo, pieces = 2 * rng.randrange(1000), rng.randrange(1, 70)
        hi = lo + rng.randrange(2 * pieces, 5000)
        cuts = partition(lo, hi, pieces)
        assert (cuts[0], cuts[-1]) == (lo, hi)
        sizes = [b - a for a, b in pairwise(cuts)]
        assert all(size > 0 and size % 2 == 0 for size in sizes[:-1])
        assert sizes[-1] > 0
        assert max(sizes) <= (hi - lo) // pieces + 3


def test_the_halves_of_eight_subtrees_together_have_no_more_terms_than_a_node(rng):
    """Of each half the one of most terms, as the lanes of a product of eight have one length."""
    tightest = set()
    for trial in range(500 * max(1, int(MULTIPLIER))):
        count, depth, lo = 8 << rng.randrange(3), rng.randrange(6), 2 * rng.randrange(2)
        blocks = 1 << depth
        terms = 2 * count * blocks + (trial if trial < 200 else rng.randrange(5000))
        most = subtrees.most_terms(terms, count, depth)
        lanes = [partition(*ends, blocks) for ends in pairwise(partition(lo, lo + terms, count))]
        for first in range(0, count, 8):
            for level in range(depth + 1):
                for i in range(0, blocks, 1 << level):
                    ends = i + (1 << level)
                    middle = (i + ends) // 2
                    eight = lanes[first : first + 8]
                    assert max(cuts[ends] - cuts[i] for cuts in eight) <= most[level]
                    left, right = max(c[middle] - c[i] for c in eight), max(c[ends] - c[middle] for c in eight)
                    assert left + right <= most[level]
                    tightest.add((level == depth, most[level] - left - right))
    assert {(True, 0), (False, 0)} <= tightest


@every_series
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_fast_tree_is_the_plain_tree(monkeypatch, series, threads):
    """With small subtrees and chunks, so that few terms go through every stage; by the complex transform, by the other, by both."""
    monkeypatch.setattr(merge_plans, "GMP_BELOW", 40)
    monkeypatch.setattr(merge_plans, "GMP_BELOW_FOURIER", 20)
    monkeypatch.setattr(merge_plans, "FOURIER_BELOW", [1 << 20, 0, 300][threads - 1])
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    for subtree_bits, chunk_bits in ((1000, 1 << 28), (1, 30_000), (20_000, 90_000)):
        monkeypatch.setattr(compiled_tree, "SUBTREE_BITS", subtree_bits)
        monkeypatch.setattr(compiled_tree, "LANE_SUBTREE_BITS", 2 * subtree_bits)
        monkeypatch.setattr(compiled_tree, "LANE_BITS", chunk_bits // 2)
        monkeypatch.setattr(compiled_tree, "CHUNK_BITS", chunk_bits)
        for terms in (2, 3, 511, 2048 + 7 * threads):
            assert compiled(series, terms, threads) == plain_tree.split_plain(series, terms)


@pytest.mark.parametrize("series", [CHUDNOVSKY, RAMANUJAN_1914, ODD["q negative"]], ids=["C", "R", "negative"])
def test_around_every_boundary(series):
    bits = term_values(series.q, 2000).bits
    subtree = max(2, compiled_tree.SUBTREE_BITS // bits)
    lanes = compiled_tree.LANE_BITS // bits
    for base in (8, 16, 32, subtree // 2, subtree, 2 * subtree, 4 * subtree, 8 * subtree, lanes):
        for terms in range(max(2, base - 3), base + 4):
            assert compiled(series, terms) == plain_tree.split_plain(series, terms)


@pytest.mark.parametrize("block_terms", [1, 2, 3, 7, 16, 32, 128])
def test_leaf_size_does_not_matter(monkeypatch, block_terms):
    expected = plain_tree.split_plain(CHUDNOVSKY, 3001)
    monkeypatch.setattr(compiled_tree, "BLOCK_TERMS", block_terms)
    assert compiled(CHUDNOVSKY, 3001) == expected


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_random_numbers_of_terms(threads, rng: random.Random):
    for _ in range(int(10 * MULTIPLIER)):
        terms = int(2 ** rng.uniform(1, 15))
        series = SUMS[rng.choice([*SUMS])]
        check_against_shadow(series, terms, reduced(series, terms, threads))


@pytest.mark.parametrize("possible", [True, False])
def test_subtrees_side_by_side_and_one_by_one(monkeypatch, possible):
    """Each on every machine: by words where the processor has no instruction for eight numbers."""
    monkeypatch.setattr(lane_subtrees, "has_lanes", lambda: possible)
    taken = []
    work = subtrees.lane_work
    monkeypatch.setattr(subtrees, "lane_work", lambda *arguments: taken.append(1) or work(*arguments))
    for series in (CHUDNOVSKY, ODD["q negative"]):
        assert compiled(series, 9000, 2) == plain_tree.split_plain(series, 9000)
    assert len(taken) == 2 * possible


def test_large_sums_take_the_fast_tree(monkeypatch):
    called = []
    monkeypatch.setattr(
        compiled_tree,
        "split_compiled",
        lambda *arguments, **options: called.append((*arguments[1:3], options["check"])),
    )
    split(CHUDNOVSKY, COMPILED_TERMS, compiled=True)
    assert split(CHUDNOVSKY, COMPILED_TERMS - 1, compiled=True).Q
    assert split(CHUDNOVSKY, COMPILED_TERMS).Q
    assert called == [(COMPILED_TERMS, 1, True)]
    for terms in (SEVERAL_THREADS_TERMS - 1, SEVERAL_THREADS_TERMS):
        split(CHUDNOVSKY, terms, compiled=True, threads=3, check=False)
    assert called[1:] == [(SEVERAL_THREADS_TERMS - 1, 1, False), (SEVERAL_THREADS_TERMS, 3, False)]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_progress_ends_the_sum(threads):
    seen = []

    def stop(phase, done, total):
        seen.append(done)
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        compiled_tree.split_compiled(CHUDNOVSKY, 200_000, threads, stop)
    assert len(seen) == 1
    assert threading.active_count() <= before + threads
    assert compiled(CHUDNOVSKY, 100, threads) == plain_tree.split_plain(CHUDNOVSKY, 100)
