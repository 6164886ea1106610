"""The checks by residues see what is planted: a merge's product, and multiples of 2^61 − 1, which only the second prime sees."""

import ctypes
import itertools

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine import VerificationError, converted, plan
from pi_engine.bigint import moduli as both
from pi_engine.bigint import root_quotient
from pi_engine.bigint.cyclic import Factor, Ring
from pi_engine.bigint.mersenne import M61
from pi_engine.radix import word_text, words_of_fraction
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting import fast_tree, level_division, lower_tree, merge_check, shadow, tree_kernels, upper_tree

from .test_fast_splitting import EVERY

DIGITS = 70_000  # past FUSED_FROM_BITS


@pytest.fixture
def fast(monkeypatch, _plain_path):
    monkeypatch.setattr(plan, "fast_path_pays", lambda digits: True)


# ---------------------------------------------------------------- both moduli


def test_the_second_prime_is_random_and_near_2_61():
    prime = both.random_prime()
    assert 2**60 < prime < M61 and gmpy2.is_prime(prime) and both.moduli() == (M61, prime)
    both.random_prime.cache_clear()
    other = both.random_prime()
    assert other != prime and 2**60 < other < M61


def test_residues_calculate(rng):
    for _ in range(50):
        x, y, n = rng.getrandbits(300) - 2**299, rng.getrandbits(200), rng.randrange(-99, 99)
        X, Y = both.residues(mpz(x)), both.residues(mpz(y))
        for i, modulus in enumerate(both.moduli()):
            power = both.power_residues(10, n).values[i]
            assert (X + Y).values[i] == (x + y) % modulus
            assert (X - Y).values[i] == (x - y) % modulus
            assert (X * Y * 7 + 5).values[i] == (x * y * 7 + 5) % modulus
            assert power * 10 ** max(-n, 0) % modulus == 10 ** max(n, 0) % modulus


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_residues_of_long_numbers(rng, threads):
    for bits in (both.KERNEL_FROM_BITS - 1, both.KERNEL_FROM_BITS, 64 * 32768, 64 * 32768 + 1, 5_000_001):
        x = mpz(rng.getrandbits(bits) | 1 << (bits - 1))
        for number in (x, -x):
            assert both.residues(number, threads).values == tuple(int(number % m) for m in both.moduli())


def test_an_error_says_modulo_what():
    with pytest.raises(VerificationError, match=r"the sum.*2\^61 − 1"):
        both.require_equal(both.residues(1), both.residues(2), "the sum")
    with pytest.raises(VerificationError, match=f"the prime {both.random_prime()}"):
        both.require_equal(both.residues(1), both.residues(1 + M61), "the sum")


def test_the_moduli_are_told_and_so_are_the_residues():
    for digits in (0, 1000):
        for base in (10, 16):
            result = pi_engine.compute(digits, base=base)
            assert result.residues == {m: int(result.value % m) for m in both.moduli()}
            told = {check.name for check in result.checks if str(both.random_prime()) in check.detail}
            assert told == {"root", "division", "conversion"}
    assert pi_engine.compute(100, check="none").residues is None


def root(monkeypatch):
    real = gmpy2.isqrt_rem
    monkeypatch.setattr(gmpy2, "isqrt_rem", lambda n: (real(n)[0] + M61, real(n)[1]))


def quotient(monkeypatch):
    real = gmpy2.f_divmod
    monkeypatch.setattr(gmpy2, "f_divmod", lambda n, d: (real(n, d)[0] + (M61 << 500), real(n, d)[1]))


def scaling(monkeypatch):
    real = converted.scale

    def scale(*a):
        scaled = real(*a)
        return scaled._replace(value=scaled.value + M61 * 10**500)

    monkeypatch.setattr(converted, "scale", scale)


def text(monkeypatch):
    real = converted.digit_text
    monkeypatch.setattr(converted, "digit_text", lambda x, base: real(x + M61 * mpz(10) ** 500, base))


@pytest.mark.parametrize("sabotage", [root, quotient, scaling, text], ids=lambda f: f.__name__)
def test_a_multiple_of_the_mersenne_prime_is_seen(monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(VerificationError, match=r"prime|differ from the binary value"):
        pi_engine.compute(3000)


def half_root(monkeypatch):
    real = root_quotient.inverse_root

    def inverse_root(*a):
        found = real(*a)
        return found._replace(X=found.X + M61)

    monkeypatch.setattr(root_quotient, "inverse_root", inverse_root)


def products(monkeypatch):
    real = Factor.times
    monkeypatch.setattr(Factor, "times", lambda *a: real(*a) + (mpz(M61) << 300))


def last_product(monkeypatch):
    real = Factor.times_last
    monkeypatch.setattr(Factor, "times_last", lambda *a: real(*a) + (mpz(M61) << 300))


def remainder(monkeypatch):
    real = Ring.raised
    monkeypatch.setattr(Ring, "raised", lambda *a: real(*a) + M61)


def sum_of_products(monkeypatch):
    real = root_quotient.sum_of_products
    monkeypatch.setattr(root_quotient, "sum_of_products", lambda *a: real(*a) + M61)


def add_to_a_word(words):
    place = next(i for i in range(1000, len(words)) if words[i] < 10**19 - M61)
    words[place] += np.uint64(M61)


def words(monkeypatch):
    real = words_of_fraction.words_of

    def words_of(*a, **k):
        found = real(*a, **k)
        add_to_a_word(found[0])
        return found

    monkeypatch.setattr(words_of_fraction, "words_of", words_of)


def characters(monkeypatch):
    real = word_text.word_text

    def changed(words, *arguments):
        words = words.copy()
        add_to_a_word(words)
        return real(words, *arguments)

    monkeypatch.setattr(word_text, "word_text", changed)


FAST = [half_root, products, last_product, remainder, sum_of_products, words, characters]


@pytest.mark.parametrize("sabotage", FAST, ids=lambda f: f.__name__)
def test_so_it_is_on_the_compiled_path(fast, monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(VerificationError, match=r"prime|modulo \d+|differ from the binary value"):
        pi_engine.compute(DIGITS)


def test_digits_hash_modulo_several(rng):
    digits = "".join(rng.choices("0123456789", k=5003))
    found = DigitHash(10, both.moduli())
    for start in range(0, len(digits), 777):
        found.update(digits[start : start + 777])
    assert found.values == [int(mpz(digits) % m) for m in both.moduli()] and found.value == found.values[0]


# ---------------------------------------------------------------- the shadow's strands


@pytest.mark.parametrize("series", EVERY.values(), ids=EVERY)
def test_strands_of_every_length(monkeypatch, series):
    monkeypatch.setattr(shadow, "_LEAST_SHARE", 1)
    for terms in (*range(1, 20), 1001):
        expected = shadow.interpreted_shadow_residues(series, terms)
        for threads in (1, 2, 5):
            assert shadow.compiled_shadow_residues(series, terms, threads) == expected


def test_the_bounds_of_the_kernel_at_their_edges(rng):
    """The largest coefficients and the largest k; values of 2^61 − 2 and near it everywhere."""
    for last, count, degree in itertools.product((2**60, M61 // 4), (3, 8, 9, 23), (0, 1, 6)):
        first = last - count - degree
        p, q, a = (np.array([M61 - 1 - rng.randrange(2) for _ in range(degree + 1)], np.uint64) for _ in "pqa")
        found, rows = np.empty(3, np.uint64), np.empty(tree_kernels.STRANDS * 3 * (degree + 1), np.uint64)
        tree_kernels.shadow_of_terms(p, q, a, first, count, rows, found)
        P = Q = 1
        T = 0
        for k in range(first, first + count):
            p_k, q_k, a_k = (sum(int(c) * k**i for i, c in enumerate(f)) for f in (p, q, a))
            P = P * p_k % M61
            Q, T = Q * q_k % M61, (T * q_k + P * a_k) % M61
        assert found.tolist() == [P, Q, T]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_wrong_strand_is_seen(monkeypatch, row):
    monkeypatch.setattr(shadow, "_LEAST_SHARE", 1)
    sum_ = fast_tree.split_fast(CHUDNOVSKY, 2000, 2, lambda *step: None)
    real = tree_kernels.shadow_of_terms

    def damaged(p, q, a, first, count, rows, found):
        real(p, q, a, first, count, rows, found)
        if first == 1:
            found[row] = (int(found[row]) + 1) % M61

    shadow.check_against_shadow(CHUDNOVSKY, 2000, sum_, compiled=True, threads=2)
    monkeypatch.setattr(tree_kernels, "shadow_of_terms", damaged)
    with pytest.raises(VerificationError, match="shadow"):
        shadow.check_against_shadow(CHUDNOVSKY, 2000, sum_, compiled=True, threads=2)


# ---------------------------------------------------------------- merges


@pytest.fixture(autouse=True)
def _large(monkeypatch):
    """Merges are checked from the subtrees on."""
    monkeypatch.setattr(fast_tree, "LARGE_BITS", 1)


def split(check=True, terms=30_000):
    return fast_tree.split_fast(CHUDNOVSKY, terms, 2, lambda *step: None, check=check)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_number_that_changes_before_its_merge_is_seen(monkeypatch, row):
    """In a level of kernels: one bit of one operand after it was made; what a wrong product is, and a bad memory."""
    real = lower_tree.merges_claimed

    def damaged(counter, stop, *rest):
        place, offsets, lengths = rest[5:8]
        if int(counter[0]) == 0 and lengths.shape[1] == 8:
            ctypes.c_uint64.from_address(place + 8 * int(offsets[row, 2]) + 8).value ^= 1 << 17
        real(counter, stop, *rest)

    monkeypatch.setattr(lower_tree, "share", lambda task, count, threads: task(0, 0, 1))
    monkeypatch.setattr(lower_tree, "merges_claimed", damaged)
    with pytest.raises(VerificationError, match=r"the product .* of .* bits in the sum"):
        split()
    split(check=False)


@pytest.mark.parametrize("call", range(3))
def test_a_damaged_product_of_the_largest_merge_is_seen(monkeypatch, call):
    """The last merges of all with all threads inside: T, then Q; and the P of the left one."""
    names = []
    real = upper_tree.to_limbs

    def count(x, limbs, threads, out=None):
        names.append(limbs)
        return real(x, limbs, threads, out)

    monkeypatch.setattr(upper_tree, "to_limbs", count)
    monkeypatch.setattr(fast_tree._FastTree, "many", lambda tree, level: False)
    monkeypatch.setattr(fast_tree._FastTree, "second_division", lambda tree: 0)
    right = split()
    largest = sorted(range(len(names)), key=lambda i: names[i])[-3:][call]
    seen = []

    def damaged(x, limbs, threads, out=None):
        found = real(x, limbs, threads, out)
        if len(seen) == largest:
            found[limbs // 2] ^= np.uint64(1 << 40)
        seen.append(limbs)
        return found

    monkeypatch.setattr(upper_tree, "to_limbs", damaged)
    with pytest.raises(VerificationError, match=r"the product .* of .* bits in the sum"):
        split()
    seen.clear()
    assert split(check=False) != right


def test_a_wrong_quotient_of_a_level_is_seen(monkeypatch):
    monkeypatch.setattr(fast_tree, "DIVIDE_AGAIN_LEVELS", 2)
    real = level_division.inverse_modulo_power
    monkeypatch.setattr(level_division, "inverse_modulo_power", lambda *a, **k: real(*a, **k) ^ (mpz(1) << 200))
    with pytest.raises(VerificationError, match="divided by a common factor"):
        split()


def test_nothing_is_checked_where_nothing_is_asked(monkeypatch):
    def never(*a, **k):
        raise AssertionError("a check was made")

    for module, name in (
        (merge_check, "residues_of"),
        (upper_tree, "residue_of_magnitude"),
        (fast_tree, "with_residues"),
    ):
        monkeypatch.setattr(module, name, never)
    assert split(check=False).Q
    with pytest.raises(AssertionError, match="a check was made"):
        split()


@pytest.mark.parametrize("divided", [True, False])
def test_merges_are_checked_from_the_first_large_level_on(monkeypatch, divided):
    """And from a division of a level on, whatever its numbers' length."""
    large = 1 << 23 if divided else 1 << 17
    monkeypatch.setattr(fast_tree, "LARGE_BITS", large)
    monkeypatch.setattr(fast_tree, "DIVIDE_AGAIN_LEVELS", 2 if divided else 99)
    seen = []
    real = fast_tree.merge_level

    def merge_level(level, *a, **k):
        seen.append((fast_tree._FastTree.bits(level), level.residues is not None))
        return real(level, *a, **k)

    monkeypatch.setattr(fast_tree, "merge_level", merge_level)
    root = split()
    assert root.truncated is not None
    checked = [bits for bits, residues in seen if residues]
    plain = [bits for bits, residues in seen if not residues]
    assert plain and checked and max(plain) < min(checked)
    assert max(plain) < large
    assert (min(checked) < large) == divided
