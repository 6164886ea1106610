"""The shadow's strands, and what it sees."""

import itertools
import threading

import gmpy2
import numpy as np
import pytest

from pi_engine import VerificationError
from pi_engine.bigint.buffers.workers import concurrently
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import Residues, moduli, random_prime
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.kernels import tree_kernels
from pi_engine.splitting.plain import plain_tree
from pi_engine.splitting.shadow import compiled_shadow, shadow
from tests.splitting.compiled.test_compiled_tree import EVERY


def looped(series, terms):
    """Q and T of the terms 0 ≤ k < `terms`, one by one."""
    pairs = []
    for prime in moduli():
        _, Q, T = shadow.looped_residues(series, 1, terms, prime)
        pairs.append((int(Q), int((series.a(0) * Q + T) % prime)))
    return tuple(Residues(values) for values in zip(*pairs, strict=True))


@pytest.mark.parametrize("series", EVERY.values(), ids=EVERY)
def test_strands_of_every_length(monkeypatch, series):
    monkeypatch.setattr(compiled_shadow, "_LEAST_SHARE", 1)
    for terms in (*range(1, 20), 1001, 20_000):
        expected = looped(series, terms)
        for threads in (1, 2, 5):
            assert compiled_shadow.compiled_shadow_residues(series, terms, threads) == expected


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


@pytest.mark.parametrize("c", [1, 2, 3, 7, 50])
def test_a_residue_that_is_0_is_not_the_modulus(c):
    """T = Σ (k − c) over 0 < k < 2c is a multiple of 2^61 − 1, as k − c is a residue."""
    one, a = np.array([1], np.uint64), np.array([M61 - c, 1], np.uint64)
    found, rows = np.empty(3, np.uint64), np.empty(tree_kernels.STRANDS * 4, np.uint64)
    tree_kernels.shadow_of_terms(one, one, a, 1, 2 * c - 1, rows, found)
    assert found.tolist() == [1, 1, 0]


def largest_prime():
    """The nearest below 2^61 − 1: the largest residues and values."""
    return int(gmpy2.prev_prime(M61))


@pytest.mark.parametrize("prime", [random_prime, largest_prime])
def test_the_bounds_of_the_second_kernel_at_their_edges(rng, prime):
    """The largest values and differences everywhere; what is left over, and strands of no term."""
    prime = prime()
    for count, rest, degree in itertools.product((0, 1, 2, 9), (0, 1, 3), (0, 1, 6)):
        p, q, a = (
            np.array([prime - 1 - rng.randrange(2) for _ in range(tree_kernels.STRANDS * (degree + 1))], np.uint64)
            for _ in "pqa"
        )
        expected = []
        for strand in range(tree_kernels.STRANDS):
            values = [[int(x) for x in f[strand :: tree_kernels.STRANDS]] for f in (p, q, a)]
            P, Q, T = 1, 1, 0
            for _ in range(count + (rest if strand == 3 else 0)):
                p_k, q_k, a_k = (f[0] * pow(2, -64, prime) for f in values)
                P = P * p_k % prime
                Q, T = Q * q_k % prime, (T * q_k + P * a_k) % prime
                values = [[(x + y) % prime for x, y in zip(f, [*f[1:], 0], strict=True)] for f in values]
            expected += [P, Q, T]
        found, table = np.empty(3 * tree_kernels.STRANDS, np.uint64), modulus_table(prime)
        tree_kernels.shadow_modulo_prime(p, q, a, count, rest, table.ctypes.data, found)
        assert found.tolist() == expected


@pytest.mark.parametrize("row", [row for row in range(12) if row != 9])  # the last strand's P: nothing needs it
def test_a_wrong_strand_of_the_second_kernel_is_seen(monkeypatch, row):
    sum_ = compiled_tree.split_compiled(CHUDNOVSKY, 2000, 2, lambda *step: None)
    real = tree_kernels.shadow_modulo_prime

    def damaged(p, q, a, count, rest, table, found):
        real(p, q, a, count, rest, table, found)
        found[row] = (int(found[row]) + 1) % random_prime()

    monkeypatch.setattr(tree_kernels, "shadow_modulo_prime", damaged)
    with pytest.raises(VerificationError, match=rf"shadow, compared modulo the prime {random_prime()}"):
        shadow.check_against_shadow(CHUDNOVSKY, 2000, sum_, compiled=True, threads=2)


@pytest.mark.parametrize("number", ["Q", "T"])
@pytest.mark.parametrize("modulus", [0, 1])
def test_an_error_that_one_modulus_does_not_see(number, modulus):
    """A multiple of 2^61 − 1, as of limbs displaced by 61 places, or of the random prime."""
    node = compiled_tree.split_compiled(CHUDNOVSKY, 2000, 2, lambda *step: None)
    for root in (node, plain_tree.split_plain(CHUDNOVSKY, 2000)):
        shadow.check_against_shadow(CHUDNOVSKY, 2000, root._replace(truncated=None))
        wrong = root._replace(truncated=None, **{number: getattr(root, number) + (moduli()[modulus] << 777)})
        with pytest.raises(VerificationError, match="shadow"):
            shadow.check_against_shadow(CHUDNOVSKY, 2000, wrong)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_wrong_strand_is_seen(monkeypatch, row):
    monkeypatch.setattr(compiled_shadow, "_LEAST_SHARE", 1)
    sum_ = compiled_tree.split_compiled(CHUDNOVSKY, 2000, 2, lambda *step: None)
    real = tree_kernels.shadow_of_terms

    def damaged(p, q, a, first, count, rows, found):
        real(p, q, a, first, count, rows, found)
        if first == 1:
            found[row] = (int(found[row]) + 1) % M61

    shadow.check_against_shadow(CHUDNOVSKY, 2000, sum_, compiled=True, threads=2)
    monkeypatch.setattr(tree_kernels, "shadow_of_terms", damaged)
    with pytest.raises(VerificationError, match="shadow"):
        shadow.check_against_shadow(CHUDNOVSKY, 2000, sum_, compiled=True, threads=2)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_beside_the_sum_it_is_the_same(threads):
    for terms in (2, 3, 500):
        asked = [shadow.begin_shadow(CHUDNOVSKY, terms, threads) for _ in range(3)]
        expected = looped(CHUDNOVSKY, terms)
        assert [shadow() for shadow in asked] == [expected] * 3


def test_what_is_wrong_with_it_beside_the_sum_is_seen(monkeypatch):
    monkeypatch.setattr(compiled_shadow, "compiled_shadow_residues", lambda *a: (Residues((1, 2)), Residues((3, 4))))
    found = shadow.begin_shadow(CHUDNOVSKY, 500, 2)
    node = compiled_tree.split_compiled(CHUDNOVSKY, 500, 2, lambda *step: None)
    with pytest.raises(VerificationError, match="shadow"):
        shadow.check_against_shadow(CHUDNOVSKY, 500, node, compiled=True, threads=2, shadow=found)


def test_beside_waits_and_tells_what_was_raised():
    for threads in (1, 2):
        begun = threading.Event()
        wait = concurrently(lambda begun=begun: begun.set() or 1 / 0, threads)
        assert begun.wait() if threads > 1 else not begun.is_set()
        with pytest.raises(ZeroDivisionError):
            wait()
