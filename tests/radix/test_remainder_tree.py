"""The conversion tree by other products than those that are usual for its length."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint import negacyclic
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.fft.description import fft_record
from pi_engine.bigint.fft.fourier_plans import make_fourier_plan
from pi_engine.radix import integer_text, remainder_tree
from pi_engine.radix.kernels.conversion_kernels import propagate_carries
from pi_engine.radix.powers import powers_of, shape_for
from pi_engine.radix.words_of_fraction import fraction_words
from pi_engine.runtime.machine_faults import sealed
from tests.radix.test_radix import number, text_of


@pytest.fixture(autouse=True, scope="module")
def _kernels():
    integer_text._TO_TEXT.load()
    integer_text._FROM_TEXT.load()


@pytest.fixture(params=["cyclic", "not proved"])
def other_products(request, monkeypatch):
    """Products by the number-theoretic transform, and by GMP because those of the complex one are not proved."""
    if request.param == "cyclic":
        monkeypatch.setattr(negacyclic, "fourier_below", lambda _threads: 0)
        return
    real = negacyclic.NegacyclicRing.__init__

    def init(self, *a):
        real(self, *a)
        self.plan = make_fourier_plan(self.plan.size)
        self.plan.record[fft_record.EPSILON] = np.array([1.0]).view(np.int64)[0]
        self.plan.record[:] = sealed(self.plan.record[:-1].tolist())

    monkeypatch.setattr(negacyclic.NegacyclicRing, "__init__", init)


@pytest.mark.usefixtures("other_products")
@pytest.mark.parametrize("count", [200, 1601, 12_001])
def test_words_by_other_products(rng, count):
    shape = shape_for(count)
    bits = 64 * (shape.words + 1)
    ones = (mpz(1) << bits) - 1
    for mantissa in (number(rng, bits), ones, ones - number(rng, 60)):
        words, _ = fraction_words(HandOver(mantissa), bits, count, 2)
        assert mpz(text_of(words)) == mantissa * mpz(10) ** (19 * shape.words) >> bits
    digits = text_of(words)
    buffer = np.empty(shape.words, np.uint64)
    remainder_tree.integer_of(words, powers_of(shape, 2), buffer, 2)
    assert mpz.from_bytes(buffer.tobytes(), "little") == mpz(digits)


def test_a_carry_goes_on_behind_what_is_added():
    """Where the halves of a node meet, its upper limbs are zeros, so that a carry out of them is as rare as it may be."""
    target, addend = np.full(9, 2**64 - 1, np.uint64), np.array([1, 0, 0], np.uint64)
    target[7:] = 5
    remainder_tree.add_into(target.ctypes.data, addend.ctypes.data, 3, 5)
    assert target.tolist() == [0] * 7 + [6, 5]
    target[:] = 2**64 - 1
    remainder_tree.add_into(target.ctypes.data, addend.ctypes.data, 3, 4)
    assert target.tolist() == [0] * 7 + [2**64 - 1] * 2


def test_carries_of_leaves_at_the_limits():
    """A leaf is raised whose tail is at the limit, where the next leaf begins in the lower half; and then the one before it."""
    limit, half, nines = 2**64 - 4, 5 * 10**18, 10**19 - 1
    for tail, following, raised in (
        (limit, half - 1, True), (limit - 1, 0, False), (limit, half, False), (2**64 - 1, 0, True), (2**64 - 1, nines, False),
    ):  # fmt: skip
        words = np.array([7, nines, nines, nines, following, 3], np.uint64)
        tails = np.array([2**64 - 1, tail, 2**64 - 1], np.uint64)
        # the first leaf's next one begins with nines, or with zeros after it has been raised
        count = propagate_carries(words, tails, 2, limit)
        assert words.tolist() == ([8, 0, 0, 0, following, 3] if raised else [7, nines, nines, nines, following, 3])
        assert count == 2 * raised
