"""What P and Q have in common: that it is in both, that the kernels divide by it exactly, that the checks see an error."""

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from gmpy2 import bit_scan1, fac, is_prime, mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, IntegerPolynomial
from pi_engine.splitting.compiled import compiled_tree, level_division
from pi_engine.splitting.compiled.subtrees import least_terms
from pi_engine.splitting.kernels.division_kernel import divide_exactly
from pi_engine.splitting.records import common_factors
from pi_engine.splitting.records.common_factors import divisor_table, divisors_by_level, universal_divisor
from pi_engine.splitting.records.node_level import NodeLevel
from pi_engine.splitting.shadow.shadow import check_against_shadow
from tests.conftest import MULTIPLIER
from tests.series.model.test_model import row
from tests.splitting.compiled.test_compiled_tree import EVERY, every_series, number_of, partition

F = IntegerPolynomial


@every_series
def test_it_divides_both_products_over_any_range(series, rng):
    for n in (0, 1, 2, 3, 8, 27, rng.randrange(30, 200)):
        divisor = universal_divisor(series, n)
        assert divisor % 2 == 1
        for first in (1, 2, rng.randrange(1, 10**6)):
            for f in (series.p, series.q):
                assert prod((mpz(f(k)) for k in range(first, first + n)), start=mpz(1)) % divisor == 0


@pytest.mark.parametrize("n", [5, 100, 343])
def test_it_is_as_large_as_it_is_said_to_be(n):
    """Chudnovsky's: (n!)³ without twos, and 3 only as often as in n!, from (2k − 1); Ramanujan's, all of the odd (n!)³."""

    def exponent(prime):
        return sum(n // prime**i for i in range(1, 10))

    primes = [prime for prime in range(3, n + 1) if is_prime(prime)]
    assert universal_divisor(CHUDNOVSKY, n) == prod(
        mpz(prime) ** (exponent(prime) * (1 if prime == 3 else 3)) for prime in primes
    )
    assert universal_divisor(RAMANUJAN_1914, n) == prod(mpz(prime) ** (3 * exponent(prime)) for prime in primes)


def test_factors_that_are_not_linear_go_without():
    """Neither p's k² + 1 nor q's (3k + 6)(k + 1) says anything of 5 = 2² + 1 in both; of the linear ones, one is in both."""
    series = row(F(1, ((1, 0, 1), (1, 5))), F(7, ((6, 3), (1, 1), (0, 1))))
    assert universal_divisor(series, 10) == 3**4 * 7
    quadratic = row(F(1, ((1, 0, 1),)), F(7, ((0, 1), (1, 1))))
    assert universal_divisor(quadratic, 100) == 1


def test_slopes_are_made_primitive():
    """3k + 6 is three times k + 2, whose values have the threes of 10! too."""
    series = row(F(1, ((1, 5),)), F(7, ((6, 3),)))
    assert universal_divisor(series, 10) == 3**4 * 7


@pytest.mark.parametrize("n", [8, 9, 12, 26, 30])
def test_slopes_that_are_squares_of_primes(n):
    """9k + 1 is never a multiple of 3, 25k + 2 never one of 5: of these primes p has those of its other factor alone."""
    threes, fives = (sum(n // prime**i for i in range(1, 10)) for prime in (3, 5))
    once = row(F(1, ((1, 9),)), F(10**6, ((0, 1),)))
    both = row(F(1, ((1, 9), (2, 25))), F(10**6, ((0, 1), (1, 1))))
    odd = fac(n) >> bit_scan1(fac(n))
    assert universal_divisor(once, n) == odd // 3**threes
    assert universal_divisor(both, n) == (odd // (3**threes * 5**fives)) ** 2 * 3**threes * 5**fives


@every_series
def test_every_node_of_a_level_can_be_divided_by_it(series, rng):
    """The products of the ranges that the tree makes, also that of k = 0, by all divisors up to their level."""
    terms, count, depth, above = rng.randrange(600, 900), 8, 3, 2
    least = least_terms(terms, count, depth, above)
    divisors = divisors_by_level(series, least)
    cuts = partition(0, terms, count)
    blocks = [c for lo, hi in pairwise(cuts) for c in partition(lo, hi, 1 << depth)[:-1]] + [terms]
    removed = mpz(1)
    for j, n in least.items():
        removed = removed ** (1 << (j - max((i for i in divisors if i < j), default=0))) * divisors[j]
        for lo, hi in zip(blocks[:: 1 << j], blocks[1 << j :: 1 << j], strict=False):
            assert hi - lo >= n
            for f in (series.p, series.q):
                assert prod((mpz(f(k)) for k in range(max(lo, 1), hi)), start=mpz(1)) % removed == 0


def kernel_quotient(quotient, divisor):
    limbs = np.array(limbs_of(quotient * divisor))
    table = divisor_table([divisor])
    place = table.rows.ctypes.data + 8
    length = -len(limbs) if quotient < 0 else len(limbs)
    found = divide_exactly(
        np.uint64(limbs.ctypes.data), length, np.uint64(place), int(table.lengths[0]), table.rows[0, 0]
    )
    return mpz_from_limbs(limbs[: abs(found)], negative=found < 0)


def test_short_quotients(rng):
    random = mpz(rng.getrandbits(1000)) | 1 | 1 << 999
    divisors = [mpz(3), mpz(2) ** 64 - 1, mpz(2) ** 64 + 1, mpz(2) ** 200 - 1, random]
    quotients = [mpz(1), mpz(-1), mpz(2) ** 64, mpz(2) ** 640 - 1, 1 - mpz(2) ** 127, mpz(2) ** 1000 + 1]
    quotients += [mpz(rng.getrandbits(rng.randrange(1, 3000))) + 1 for _ in range(int(20 * MULTIPLIER))]
    for divisor in divisors:
        for quotient in quotients:
            assert kernel_quotient(quotient, divisor) == quotient


@pytest.mark.parametrize("bits", [1, 64, 65, 1000, 300_000])
def test_the_inverse(bits, rng):
    for divisor in (mpz(1), mpz(3), mpz(2) ** 500 - 1, mpz(rng.getrandbits(200_000)) | 1):
        inverse = level_division.inverse_modulo_power(divisor, bits, 2)
        assert 0 < inverse < 2**bits
        assert (divisor * inverse - 1) % mpz(2) ** bits == 0


@pytest.mark.parametrize("leftmost", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_level_is_divided(leftmost, threads, rng):
    for bits in (70, 5000, 200_000):
        divisor = mpz(rng.getrandbits(bits)) | 1 | mpz(1) << bits - 1
        quotients = [
            [mpz(rng.getrandbits(rng.randrange(1, 3 * bits))) + 1 for _ in range(3)]
            + [mpz(1), mpz(2) ** (2 * bits) - 1],
            [-mpz(rng.getrandbits(bits)) - 1 for _ in range(4)] + [1 - mpz(2) ** (3 * bits)],
        ]
        quotients[0][2] = mpz(0)
        T = [mpz(i + 1) for i in range(5)]
        rows = [[q * divisor for q in row] for row in quotients] + [T]
        numbers = [x for row in rows for x in row]
        buffer = PooledLimbs(sum(len(limbs_of(x)) for x in numbers))
        ends = np.cumsum([len(limbs_of(x)) for x in numbers])
        starts = np.concatenate([[0], ends[:-1]])
        for x, start, end in zip(numbers, starts, ends, strict=True):
            buffer.limbs[start:end] = limbs_of(x)
        lengths = np.array([-len(limbs_of(x)) if x < 0 else len(limbs_of(x)) for x in numbers], np.int64)
        level = NodeLevel(buffer, starts.astype(np.int64).reshape(3, 5), lengths.reshape(3, 5))
        level_division.divide_level(level, divisor, threads, leftmost=leftmost)
        expected = [*quotients, T]
        if leftmost:
            expected[1][0] = rows[1][0]
        for r in range(3):
            assert all(number_of(level, r, i) == expected[r][i] for i in range(5)), (bits, r)
        buffer.release()


def test_large_sums_are_divided_twice(monkeypatch):
    once = reduced(3000).removed
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    twice = reduced(3000).removed
    assert twice[:-1] == once
    assert twice[-1][1] < once[-1][1]


def reduced(terms):
    return compiled_tree.split_compiled(CHUDNOVSKY, terms, 2, lambda *step: None)


def wrong_count(monkeypatch):
    real = compiled_tree.CompiledTree.removed
    monkeypatch.setattr(compiled_tree.CompiledTree, "removed", lambda tree: real(tree)[1:])


def wrong_inverse(monkeypatch):
    real = level_division.inverse_modulo_power
    monkeypatch.setattr(level_division, "inverse_modulo_power", lambda *a, **k: real(*a, **k) ^ (mpz(1) << 200))


def wrong_divisor(monkeypatch):
    real = common_factors.universal_divisor
    monkeypatch.setattr(common_factors, "universal_divisor", lambda series, n: real(series, n) * 10007 ** (n >= 300))


@pytest.mark.parametrize("sabotage", [wrong_count, wrong_inverse, wrong_divisor], ids=lambda f: f.__name__)
def test_sabotage_is_seen(monkeypatch, sabotage):
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    check_against_shadow(CHUDNOVSKY, 3000, reduced(3000))
    sabotage(monkeypatch)
    with pytest.raises(VerificationError):
        check_against_shadow(CHUDNOVSKY, 3000, reduced(3000))


def test_every_series_of_the_tests_has_a_divisor_or_none():
    """The general case is really tested: some of them have common factors, some do not."""
    found = [universal_divisor(series, 100) > 1 for series in EVERY.values()]
    assert any(found)
    assert not all(found)
