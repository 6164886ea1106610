"""The kernels of the conversion tree by themselves, at the edges of the bounds that their callers rely on."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.bigint.mpn.gmp_symbols import register
from pi_engine.bigint.ntt.description.record import FIELDS
from pi_engine.bigint.vectors.words import address_of
from pi_engine.radix import integer_text
from pi_engine.radix.kernels import conversion_kernels as at
from pi_engine.radix.words_of_fraction import TAIL_UNITS
from tests.radix.test_radix import number, text_of

B = mpz(2) ** 64


@pytest.fixture(scope="module")
def leaf_words():
    """A function that takes a leaf of count + 1 limbs, as an integer, to its words, as an integer, and its tail."""
    integer_text._TO_TEXT.load()

    def words_of(fraction, count):
        limbs = np.frombuffer(int(fraction).to_bytes(8 * (count + 1), "little"), np.uint64).copy()
        words, tails, last_leaf = np.zeros(count, np.uint64), np.zeros(1, np.uint64), np.zeros(count + 1, np.uint64)
        workspace, counter, wrong = np.zeros(4 * (count + 1), np.uint64), np.zeros(1, np.uint64), np.zeros(1, np.int64)
        job = dict.fromkeys(range(at.JOB_PLACES), 0)
        job |= {at.NODES: 1, at.LEAF: count, at.SOURCE: limbs.ctypes.data, at.TARGET: words.ctypes.data}
        job |= {at.TAILS: tails.ctypes.data, at.LAST_LEAF: last_leaf.ctypes.data}
        levels, plans = np.zeros((1, at.LEVEL_PLACES + 1), np.int64), np.zeros((1, FIELDS), np.int64)
        row = KernelRecord(at.JOB_PLACES, job).row
        at.fractions_to_words(counter, row, levels, plans, workspace.ctypes.data, wrong)
        assert not wrong[0]
        return mpz(text_of(words)), int(tails[0])

    return words_of


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("units", [2, 1, 0, -1, -2])
def test_a_leaf_is_never_too_large(rng, leaf_words, count, units):
    """A leaf that is wrong by as much as `powers` allows gives the true words, or one less with a tail that shows it."""
    scale = mpz(10) ** (19 * count)
    for _ in range(20):
        wanted = number(rng, scale.bit_length() - 1) % (scale - 1) + 1
        # the least integer of which the words are `wanted`: just below it the truth has one less, with a tail of nearly 1
        first = -(-wanted * B ** (count + 1) // scale)
        for place in (first - 1, first, first + 1, first + 7):
            true = place * scale // B ** (count + 1)
            found, tail = leaf_words(place + units, count)
            assert found in {true, true - 1}
            assert found == true or tail >= 2**64 - TAIL_UNITS


def test_a_leaf_of_zeros_is_lowered_through_zero(leaf_words):
    """Modulo 1: what is lowered below 0 comes back as nines, and the tail says so."""
    for place in (0, 1):
        found, tail = leaf_words(place, 8)
        assert found == mpz(10) ** 152 - 1
        assert tail >= 2**64 - TAIL_UNITS
    assert leaf_words(2, 8) == (0, 0)


@pytest.fixture(scope="module")
def folded():
    """`fold_product` of an integer in a given number of limbs."""
    pytest.importorskip("numba")
    from pi_engine.radix.kernels.product_folding import fold_product
    from pi_engine.runtime.compilation.routine import routine

    register()

    @routine
    def fold(number, limbs, modulus_limbs):
        fold_product(np.uint64(address_of(number)), limbs, modulus_limbs)

    def folding(x, limbs, modulus_limbs):
        number = np.full(max(limbs, modulus_limbs), 2**64 - 1, np.uint64)
        number[:limbs] = np.frombuffer(int(x).to_bytes(8 * limbs, "little"), np.uint64)
        fold(number, limbs, modulus_limbs)
        return mpz.from_bytes(number[:modulus_limbs].tobytes(), "little")

    return folding


@pytest.mark.parametrize(("limbs", "modulus_limbs"), [(3, 5), (5, 5), (6, 5), (8, 5), (10, 5)])
def test_a_product_is_folded_as_the_transform_would(rng, folded, limbs, modulus_limbs):
    """Borrows run through zeros above the folded limbs, and the 1 that −B^n is runs through ones."""
    modulus = B**modulus_limbs + 1
    top = B**modulus_limbs
    cases = [number(rng, 64 * limbs) for _ in range(20)]
    if limbs > modulus_limbs:
        high = limbs - modulus_limbs
        # the low part smaller than what is taken from it, zeros in between, and the borrow that is left
        cases += [top * k + low for k in (1, B**high - 1) for low in (0, 1, k - 1, k, k + 1, B**high, top - 1, top - B)]
        cases += [top * 5 + B**4, top * 5 + B**4 + 4, top * 5 + B**3]
    for x in (case % B**limbs for case in cases):
        if x % modulus != top:  # −1 has no place in so many limbs
            assert folded(x, limbs, modulus_limbs) == x % modulus
