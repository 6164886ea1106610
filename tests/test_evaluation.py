"""π as a binary fraction: the error bound is true, and every part of it is needed."""

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError, plan
from pi_engine.bigint.division import divide, isqrt
from pi_engine.bigint.mersenne import M61, check_identity, residue
from pi_engine.series import catalogue
from pi_engine.series.evaluation import ERROR_UNITS, GUARD, pi_fraction, root_of_radicand
from pi_engine.series.tail import terms_needed
from pi_engine.splitting import split

from .conftest import MULTIPLIER

series_cases = pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)


def exact_pi(bits):
    """⌊π·2^bits⌋ by MPFR."""
    with gmpy2.context(gmpy2.get_context(), precision=bits + 100):
        return mpz(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi(), bits)))


def evaluated(series, bits, terms):
    root = split(series, terms)
    radical = root_of_radicand(series.closed_form, bits)
    return pi_fraction(series.closed_form, root.Q, root.T, radical, bits).mantissa


@series_cases
def test_the_error_is_within_its_bound(series, rng):
    for bits in [*range(1, 400), *(rng.randrange(400, 60_000) for _ in range(int(20 * MULTIPLIER)))]:
        error = evaluated(series, bits, terms_needed(series, bits + GUARD)) - exact_pi(bits)
        assert -ERROR_UNITS < error < ERROR_UNITS, bits


@series_cases
def test_one_term_less_would_break_the_bound(series):
    """The number of terms is not generous: without the last one the error is often out of its bound.

    Not always: a term is worth 47 or 26 bits, to which n is rounded up, and the bound of the tail leaves out the
    factor k^(−3/2) by which the terms fall faster, some ten bits here.
    """
    broken = 0
    for bits in range(500, 1500, 7):
        terms = terms_needed(series, bits + GUARD)
        error = evaluated(series, bits, terms - 1) - exact_pi(bits)
        broken += abs(error) >= ERROR_UNITS
    assert broken > 15  # of 143; measured 79 and 33


def test_a_series_that_is_not_positive_is_refused():
    form = catalogue()[0].closed_form
    for Q, T in ((5, -7), (-5, 7), (5, 0)):
        with pytest.raises(VerificationError, match="no series for π"):
            pi_fraction(form, mpz(Q), mpz(T), mpz(1000), 10)


def test_isqrt_and_divide_are_exact(rng):
    for _ in range(300):
        n, d = (mpz(rng.getrandbits(rng.randrange(1, 5000))) for _ in range(2))
        for x in (n, n * n, n * n - 1 if n else n, n * n + 2 * n):
            s = isqrt(x)
            assert s * s <= x < (s + 1) * (s + 1)
        if d:
            assert divide(n, d) == n // d
            assert divide(n * d, d) == n
    assert isqrt(mpz(0)) == 0


def test_wrong_roots_and_quotients_are_seen(monkeypatch):
    monkeypatch.setattr(gmpy2, "isqrt_rem", lambda n: (gmpy2.isqrt(n) + 1, mpz(0)))
    monkeypatch.setattr(gmpy2, "f_divmod", lambda n, d: (n // d - 1, n % d))
    with pytest.raises(VerificationError, match="square root"):
        isqrt(mpz(10) ** 50)
    with pytest.raises(VerificationError, match="quotient"):
        divide(mpz(10) ** 50, mpz(7))
    assert isqrt(mpz(100), check=False) == 11


def test_residues():
    assert residue(mpz(M61)) == 0
    assert residue(mpz(2) ** 61) == 1
    assert residue(-1) == M61 - 1
    check_identity(5, 5 - 3 * M61, "nothing")
    with pytest.raises(VerificationError, match="the sum"):
        check_identity(5, 6, "the sum")


@series_cases
def test_root_bits_is_the_size_of_q(series):
    for terms in (10, 100, 5000):
        Q = split(series, terms).Q
        assert plan.root_bits(series, terms - 1) == pytest.approx(Q.bit_length(), rel=1e-3, abs=2)
