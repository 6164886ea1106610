"""The sizes that the model gives to nodes, beside those that the program computes."""

import math

import pytest
from gmpy2 import mpz

from pi_engine.engine.planning.footprint import root_bits
from pi_engine.series.lookup import get
from pi_engine.series.model.truncation import needed_bits
from pi_engine.splitting.records.common_factors import universal_divisor

SERIES = get("chudnovsky")
SUMMED = SERIES.components[0].sum


@pytest.mark.parametrize("terms", [300, 3000, 30_000])
def test_what_common_factors_take_out(scaling, terms):
    exact = universal_divisor(SUMMED, terms).bit_length() / terms
    assert scaling.node_sizes.divisor_bits(terms) == pytest.approx(exact, rel=0.02)


def test_an_exact_node_has_the_bits_of_its_product(scaling, rng):
    sizes = scaling.node_sizes.SumSizes.of(10**6)
    for _ in range(20):
        lo = rng.randrange(sizes.terms - 400)
        hi = lo + rng.randrange(1, 400)
        product = mpz(1)
        for k in range(max(lo, 1), hi):
            product *= SUMMED.q(k)
        assert sizes.exact_bits(lo, hi) + sizes.removed * (hi - max(lo, 1)) == pytest.approx(
            product.bit_length(), abs=2
        )


def test_the_root_has_the_bits_of_the_plan_less_the_common_factors(scaling):
    for digits in (10**8, 10**10, 10**14):
        sizes = scaling.node_sizes.SumSizes.of(digits)
        planned = root_bits(SUMMED, sizes.terms)
        assert sizes.exact_bits(0, sizes.terms) + sizes.removed * sizes.terms == pytest.approx(planned, rel=1e-3)


def test_what_a_node_needs(scaling, rng):
    sizes = scaling.node_sizes.SumSizes.of(10**9)
    exact = needed_bits(SERIES, sizes.bits, sizes.terms)
    for _ in range(20):
        lo = rng.randrange(sizes.terms * 9 // 10)
        assert sizes.needed(lo) == pytest.approx(exact(lo), rel=1e-4)


def test_the_node_that_ends_the_sum_is_cut_and_has_no_p(scaling):
    sizes = scaling.node_sizes.SumSizes.of(10**8)
    middle = sizes.terms // 2
    left, right = sizes.node(0, middle), sizes.node(middle, sizes.terms)
    assert left.q == sizes.exact_bits(0, middle)
    assert left.p == pytest.approx(left.q - scaling.node_sizes.TERM_BITS * middle)
    assert (right.p, right.q) == (0.0, pytest.approx(sizes.bits / 2, rel=1e-6))
    assert sizes.node(0, sizes.terms).q == sizes.bits


def test_the_size_of_a_node_does_not_depend_on_the_cuts(scaling, rng):
    """A truncated node is no longer than what its halves have left."""
    sizes = scaling.node_sizes.SumSizes.of(10**12)
    for _ in range(50):
        lo, middle, hi = sorted(rng.sample(range(sizes.terms), 3))
        parts = sizes.node(lo, middle).q + sizes.node(middle, hi).q
        assert sizes.node(lo, hi).q <= parts * (1 + 1e-9)


def test_the_constants_are_those_of_the_tree(scaling):
    tree = pytest.importorskip("pi_engine.splitting.compiled.compiled_tree")
    assert scaling.node_sizes.SUBTREE_BITS == tree.LANE_SUBTREE_BITS
    assert scaling.node_sizes._DIVIDED_BITS == 0.6 * tree.SIDE_BY_SIDE_BITS
    assert math.log2(SUMMED.q.leading) == scaling.node_sizes._LEADING_BITS
