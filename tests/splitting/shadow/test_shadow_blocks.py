"""The shadow by blocks of terms: the term-by-term recurrence, in fewer steps."""

import subprocess
import sys
from itertools import pairwise
from math import comb
from types import SimpleNamespace

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914, IntegerPolynomial
from pi_engine.splitting.shadow import shadow, shadow_blocks
from pi_engine.splitting.shadow.compiled_shadow import compiled_shadow_residues
from tests.conftest import MULTIPLIER
from tests.splitting.compiled.test_compiled_tree import EVERY
from tests.splitting.shadow.test_shadow import looped

LANES = [shadow_blocks._LANE * i for i in range(3)]


def row(*lanes):
    return sum(mpz(x) << place for x, place in zip(lanes, LANES, strict=True))


def lanes(row):
    return [int(row >> place) & (2**shadow_blocks._LANE - 1) for place in LANES]


@pytest.mark.parametrize("sizes", [[], [4], [4, 16], [4, 16, 64]])
@pytest.mark.parametrize("series", EVERY.values(), ids=EVERY)
def test_blocks_of_every_size_are_the_recurrence(monkeypatch, series, sizes):
    monkeypatch.setattr(shadow_blocks, "block_sizes", lambda *a: sizes)
    last = sizes[-1] if sizes else 1
    for blocks in (1, 2, 4, 5, 47, 64):
        for terms in range(1 + blocks * last, 4 + blocks * last):  # so many whole blocks, and up to two terms besides
            assert shadow.shadow_residues(series, terms) == looped(series, terms)


@pytest.mark.parametrize("series", EVERY.values(), ids=EVERY)
def test_the_sizes_that_are_chosen(series, rng):
    degrees = max(series.p.degree, series.q.degree), series.a.degree
    for terms in [*range(1, 6), *(rng.randrange(6, 60_000) for _ in range(int(4 * MULTIPLIER)))]:
        assert shadow.shadow_residues(series, terms) == looped(series, terms)
        sizes = shadow_blocks.block_sizes(*degrees, terms)
        assert all(next_ == 4 * size for size, next_ in pairwise([1, *sizes]))
        # Of every size there are more blocks than the D + 1 that determine the others.
        assert all(terms // size > size * degrees[0] + degrees[1] + 1 for size in sizes)


@pytest.mark.parametrize(
    ("p", "q", "a"),
    [(0, 2, 1), (3, 1, 0), (2, 3, 4), (0, 0, 0), (0, 0, 2), (-1, 1, 1), (1, 2, -1), (-1, -1, -1)],
    ids=str,
)
def test_polynomials_of_different_degrees(monkeypatch, rng, p, q, a):
    """No series of π has such degrees, as it would not converge, or too fast; −1 is the polynomial 0."""
    p, q, a = (IntegerPolynomial(1, (tuple(rng.randrange(1, 99) for _ in range(d + 1)),)) for d in (p, q, a))
    series = SimpleNamespace(p=p, q=q, a=a)
    for sizes in (None, [4], [4, 16]):
        if sizes:
            monkeypatch.setattr(shadow_blocks, "block_sizes", lambda *a, sizes=sizes: sizes)
        for terms in (1, 2, 5, 64, 66, 500, 2501):
            assert terms <= (sizes or [0])[-1] or shadow.shadow_residues(series, terms) == looped(series, terms)


def test_at_every_change_of_the_sizes():
    changes = 0
    before = shadow_blocks.block_sizes(3, 1, 1)
    for terms in range(2, 30_000):
        sizes = shadow_blocks.block_sizes(3, 1, terms)
        if sizes != before:
            changes += 1
            for around in range(terms - 1, terms + 3):
                assert shadow.shadow_residues(CHUDNOVSKY, around) == looped(CHUDNOVSKY, around)
        before = sizes
    assert changes == 3


def test_many_terms_are_the_same_by_the_kernel():
    for series in (CHUDNOVSKY, RAMANUJAN_1914):
        assert shadow.shadow_residues(series, 700_001) == compiled_shadow_residues(series, 700_001)


def test_it_needs_no_kernel():
    code = (
        "import sys; from pi_engine.series import CHUDNOVSKY; from pi_engine.splitting.shadow.shadow import shadow_residues\n"
        "print(*(x.values[0] for x in shadow_residues(CHUDNOVSKY, 20_000)), 'llvmlite' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [*(str(x.values[0]) for x in looped(CHUDNOVSKY, 20_000)), "False"]


MODULI = [M61, gmpy2.next_prime(2**61 - 2**52), gmpy2.prev_prime(M61), None]
"""2^61 − 1, the ends of what the random prime is drawn from, and that prime."""


def modulus(prime):
    return shadow_blocks._Modulus(int(prime or random_prime()))


def test_a_lane_that_is_folded_is_less_than_twice_the_modulus(rng):
    for prime in MODULI:
        M = modulus(prime)
        for x in [0, 1, 2**61 - 1, 2**61, 2**85 - 1, *(rng.getrandbits(85) for _ in range(200))]:
            found = M.folded(row(x, 2**85 - 1, x), shadow_blocks._LOW, shadow_blocks._HIGH)
            assert all(
                y < min(2**62, 2 * M.value) and (y - z) % M.value == 0
                for y, z in zip(lanes(found), (x, 2**85 - 1, x), strict=True)
            )


def test_a_prime_that_is_too_small_is_refused():
    with pytest.raises(AssertionError):
        shadow_blocks._Modulus(2**61 - 2**52)


@pytest.mark.parametrize("prime", MODULI)
@pytest.mark.parametrize("largest", [True, False])
def test_sums_stay_in_their_lanes(largest, prime, rng):
    """Lanes of 2^62 − 1, the bound of what is transformed: none may reach the next lane before it is folded."""
    for count in (1, 2, 22, 23, 24, 46, 47, 120):
        rows = [[2**62 - 1 if largest else rng.randrange(2**62) for _ in LANES] for _ in range(count)]
        sums = list(shadow_blocks._binomial_sums([row(*x) for x in rows], count + 60, M := modulus(prime)))
        assert len(sums) == count + 60
        for t, found in enumerate(sums):
            assert found < 2**255
            exact = [sum(comb(t, i) * x[lane] for i, x in enumerate(rows)) for lane in range(3)]
            assert [x % M.value for x in lanes(found)] == [x % M.value for x in exact]


@pytest.mark.parametrize("prime", MODULI)
@pytest.mark.parametrize("value", [0, 1, -1, None])
def test_blocks_are_continued_as_polynomials_are(value, prime, rng):
    M = modulus(prime)
    for degree in (0, 1, 2, 13, 49, 60):
        coefficients = [[rng.randrange(M.value) if value is None else value for _ in range(degree + 1)] for _ in LANES]

        def blocks(t, coefficients=coefficients):
            return [sum(c * t**i for i, c in enumerate(f)) % M.value for f in coefficients]

        first = [row(*blocks(t)) for t in range(degree + 1)]
        for t, found in enumerate(shadow_blocks._continued(first, 3 * degree + 30, M)):
            assert [x % M.value for x in lanes(found)] == blocks(t)


@pytest.mark.parametrize("prime", MODULI)
@pytest.mark.parametrize("c", [1, -1, 2, -3])
def test_blocks_are_continued_from_differences_at_the_edges(c, prime):
    """f(t) = c·C(t, j), whose jth difference is c modulo M: a sum of several M before, and no less than M after it is folded."""
    M = modulus(prime)
    for j in range(1, 60):
        first = [row(*[c * comb(t, j) % M.value] * 3) for t in range(j + 1)]
        for t, found in enumerate(shadow_blocks._continued(first, 3 * j + 30, M)):
            assert [x % M.value for x in lanes(found)] == [c * comb(t, j) % M.value] * 3


@pytest.mark.parametrize("prime", MODULI)
def test_blocks_are_joined_at_the_bounds_of_their_lanes(prime, rng):
    M = modulus(prime)
    for count in range(1, 10):
        rows = [[2**85 - 1 - rng.randrange(2) for _ in LANES] for _ in range(count)]
        expected = []
        for start in range(0, count, 4):
            P, Q, T = 1, 1, 0
            for p, q, t in rows[start : start + 4]:
                P, Q, T = P * p, Q * q, T * q + P * t
            expected.append([P % M.value, Q % M.value, T % M.value])
        assert [lanes(x) for x in shadow_blocks._joined((row(*x) for x in rows), M)] == expected
