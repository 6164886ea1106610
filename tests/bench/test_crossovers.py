"""Crossovers that `tune` measures: both ways give the same, whatever the sizes say the digits are the same, and modules ask for them."""

import gmpy2
import numpy as np
import pytest

import pi_engine
from pi_engine.bench import crossovers, sum_crossovers
from pi_engine.bench.crossovers import CROSSOVERS, default_sizes, measured_here
from pi_engine.bigint import division, limb_products, multiply, negacyclic, product
from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.engine.evaluation import pi_fraction
from pi_engine.engine.planning.backend import ALL_KERNELS
from pi_engine.radix import from_text, integer_text, to_text
from pi_engine.runtime import tuning
from pi_engine.runtime.tuning import RANGES, Thresholds
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.levels import merge_plans
from tests.backends import pretend

SMALLEST, LARGEST = ({name: ends[i] for name, ends in RANGES.items()} for i in (0, 1))


@pytest.fixture(autouse=True, scope="module")
def _by_kernels():
    ALL_KERNELS.load()


@pytest.fixture
def measured(monkeypatch):
    """Have these sizes be what `tune` has stored."""

    def store(**sizes):
        monkeypatch.setattr(tuning, "stored", lambda path=None: Thresholds(**sizes))
        product.thresholds.cache_clear()

    yield store
    product.thresholds.cache_clear()


def test_each_has_a_range_a_default_within_it_and_a_name():
    assert set(CROSSOVERS) == set(RANGES)
    for name, bits in default_sizes().items():
        least, most = RANGES[name]
        assert least < bits < most, name
    assert len({crossover.meaning for crossover in CROSSOVERS.values()}) == len(CROSSOVERS)
    assert {*measured_here()} >= {*RANGES} - {"lanes", "subtree", "shared_product"}
    assert len({"lanes", "subtree"} & {*measured_here()}) == 1


VALUES = ["multiply", "square", "reciprocal", "divide", "root", "to_text", "from_text"]


@pytest.mark.parametrize("name", VALUES)
def test_both_ways_give_the_same(name):
    first, second = CROSSOVERS[name].case(RANGES[name][0] + 70)
    a, b = first(), second()
    assert abs(a - b) < 4 if name == "reciprocal" else a == b


@pytest.mark.parametrize("threads", [1, 2])
def test_both_products_give_the_same(threads):
    first, second = crossovers.product_case(300_000, threads)
    assert first()
    expected = gmpy2.mpz(1)
    for x in crossovers._operands(32 * (300_000 // 64)):
        expected *= x
    found = second()
    assert mpz_from_limbs(found) == expected


def test_both_rings_give_the_same_product():
    bits = RANGES["ring"][0]
    found = [way() for way in CROSSOVERS["ring"].case(bits)]
    assert found[0] == found[1] > 1 << (bits - 200)  # the product fits, so it is the same modulo both


def test_both_roots_and_both_fractions_are_near_each_other():
    for name in ("inverse_root", "fused"):
        first, second = (way() for way in CROSSOVERS[name].case(RANGES[name][0]))
        if name == "inverse_root":
            assert first.limbs == second.limbs and abs(first.X - second.X) < 4
        else:
            assert abs(first.mantissa - second.mantissa) >> 30 == 0  # the value is some 2^25, and not π


def test_both_conversions_give_the_same_digits():
    first, second = (way() for way in CROSSOVERS["convert"].case(RANGES["convert"][0]))
    digits = bytes(second).decode()
    assert len(first) > 9000 and digits.replace(".", "")[: len(first)] == first


@pytest.mark.parametrize("name", ["subtree", "merge"])
def test_the_ways_of_the_sum_end(name):
    for way in CROSSOVERS[name].case(RANGES[name][0]):
        way()


def test_modules_ask_for_what_was_measured(measured):
    measured(**SMALLEST)
    assert limb_products.fourier_below(1) == SMALLEST["product"] // 64
    assert limb_products.fourier_below(2) == SMALLEST["shared_product"] // 64
    assert negacyclic.fourier_below(1) == SMALLEST["ring"]
    assert merge_plans.fourier_below() == SMALLEST["merge"] // 64
    assert (division.divide_from_bits(), division.root_from_bits()) == (SMALLEST["divide"], SMALLEST["root"])
    assert pi_fraction.fused_from_bits() == SMALLEST["fused"]
    assert integer_text.to_text_from_bits() == SMALLEST["to_text"]
    assert min(SMALLEST["to_text"], SMALLEST["from_text"]) >= integer_text.SHORT_BITS
    assert integer_text.from_text_from_digits() == int(SMALLEST["from_text"] / 3.33)
    series = pi_engine.series.CHUDNOVSKY.components[0].sum
    short = compiled_tree.cuts_for(series, 40_000, 1).subtrees
    measured(**LARGEST)
    assert merge_plans.fourier_below() == LARGEST["merge"] // 64
    assert compiled_tree.cuts_for(series, 40_000, 1).subtrees < short


@pytest.mark.parametrize("sizes", [SMALLEST, LARGEST], ids=["smallest", "largest"])
def test_digits_do_not_depend_on_the_sizes(measured, monkeypatch, sizes, rng, million):
    """A computation, products, quotients, roots and conversions at sizes between the smallest and the largest of every crossover."""
    measured(**sizes)
    pretend(monkeypatch, pays=True)
    for digits in (3_000, 40_000, 10**6):
        result = pi_engine.compute(digits, threads=2)
        assert result.path == "compiled"
        assert million.text().startswith(result.text())
    for bits in (20_000, 700_000, rng.randrange(30_000, 3_000_000)):
        a, b = (gmpy2.mpz(rng.getrandbits(n)) | gmpy2.mpz(1) << n for n in (bits, bits + rng.randrange(bits)))
        for threads in (1, 2):
            assert multiply(a, b, threads=threads) == a * b
        assert division.divide(a * b, a) == b and division.isqrt(b * b + 1) == b
        text = to_text(a)
        assert text == a.digits() and from_text(text) == a


def test_limbs_of_a_level_that_is_kept_stay():
    limbs = sum_crossovers._KeptLimbs(100)
    limbs.limbs[:] = np.arange(100, dtype=np.uint64)
    limbs.release()
    assert limbs.is_there and limbs_of(mpz_from_limbs(limbs.limbs))[-1] == 99
