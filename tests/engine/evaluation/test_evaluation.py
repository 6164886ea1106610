"""π as a binary fraction: the error bound is true, and every part of it is needed."""

from fractions import Fraction

import gmpy2
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.division import divide, isqrt, tracked_divide
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.evaluation import combination
from pi_engine.engine.evaluation.combination import Combination
from pi_engine.engine.evaluation.pi_fraction import ERROR_UNITS, leading_bits, pi_fraction, root_of_radicand
from pi_engine.engine.planning import footprint
from pi_engine.series import (
    CHUDNOVSKY,
    RAMANUJAN_1914,
    ClosedForm,
    CombinedSeries,
    Component,
    HypergeometricSeries,
    IntegerPolynomial,
    catalogue,
    get,
)
from pi_engine.series.model.tail import all_terms
from pi_engine.series.model.truncation import GUARD
from pi_engine.splitting.split import split
from tests.conftest import MULTIPLIER, exact_pi
from tests.series.model.test_model import SUMS

series_cases = pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)


def evaluated(series, bits, terms):
    nodes = [split(part.sum, n) for part, n in zip(series.components, terms, strict=True)]
    total = nodes[0]
    if len(nodes) > 1:
        total = Combination(series, bits)
        for part, node in zip(series.components, nodes, strict=True):
            total.add(part.coefficient, node.Q, node.T)
    radical = root_of_radicand(series.closed_form, bits)
    return pi_fraction(series.closed_form, HandOver(total.Q, total.T), radical, bits).mantissa


@series_cases
def test_the_error_is_within_its_bound(series, rng):
    """Sizes up to which MPFR and the slowest series take little time; the two fastest up to 60 000 bits."""
    fast = series in (CHUDNOVSKY, RAMANUJAN_1914)
    lengths = rng.sample(range(400, 60_000), int(20 * MULTIPLIER)) if fast else rng.sample(range(100, 6000), 3)
    for bits in [*range(1, 400 if fast else 100), *lengths]:
        error = evaluated(series, bits, all_terms(series, bits + GUARD)) - exact_pi(bits)
        assert -ERROR_UNITS < error < ERROR_UNITS, bits


@pytest.mark.parametrize("closed", ["direct", "inverse"])
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("radicand", [1, 7])
@pytest.mark.parametrize("parts", [1, 3])
def test_the_error_of_every_closed_form(rng, closed, power, radicand, parts):
    """Made from Chudnovsky's sum: S = π^±1·… to far more bits, cut to what the bound allows to be missing."""
    for _ in range(int(30 * MULTIPLIER)):
        bits = rng.randrange(2, 2000)
        form = ClosedForm(rng.randrange(1, 10**6), radicand, rng.randrange(1, 10**6), closed == "direct", power)
        with gmpy2.context(gmpy2.get_context(), precision=bits + 300):
            factor = gmpy2.mpfr(form.numerator) * gmpy2.sqrt(gmpy2.mpfr(radicand)) / form.denominator
            S = gmpy2.const_pi() ** power / factor
            S = S if form.direct else 1 / S
            wanted = mpz(gmpy2.floor(gmpy2.mul_2exp(S, bits + 200)))
        # The most that may be missing, above or below: the last 2^−(bits + GUARD) of it.
        wanted += rng.choice((-1, 0, 1)) * (wanted >> (bits + GUARD))
        Q, T = mpz(1) << (bits + 200), wanted
        if parts > 1:
            about = {"name": "x", "title": "", "family": "", "formula": "", "source": ""}
            coefficients = [
                gmpy2.mpq(rng.randrange(-(10**9), 10**9) or 1, rng.randrange(1, 10**9)) for _ in range(parts)
            ]
            components = tuple(Component(c, CHUDNOVSKY) for c in coefficients)
            total = Combination(CombinedSeries(parts=components, closed_form=form, **about), bits)
            shares = [gmpy2.mpq(T, Q) / (parts * c) for c in coefficients]
            for c, share in zip(coefficients, shares, strict=True):
                sign = rng.choice((-1, 1))
                total.add(c, sign * share.denominator, sign * share.numerator)
            Q, T = total.Q, total.T
        found = pi_fraction(form, HandOver(Q, T), root_of_radicand(form, bits), bits).mantissa
        assert abs(found - exact_pi(bits)) < ERROR_UNITS


def test_components_that_cancel():
    """4·arctan(1/5) as (10^40 + 4)·arctan(1/5) − 10^40·arctan(1/5): what cancels must not cost precision."""
    machin = get("machin")
    fifth, rest = machin.components
    parts = (
        fifth._replace(coefficient=fifth.coefficient * (10**40 + 4) / 4),
        fifth._replace(coefficient=-fifth.coefficient * 10**40 / 4),
        rest,
    )
    series = CombinedSeries(**{**vars(machin), "parts": parts})
    for bits in range(100, 600, 7):
        assert abs(evaluated(series, bits, all_terms(series, bits + GUARD)) - exact_pi(bits)) < ERROR_UNITS


@pytest.mark.parametrize("series", [CHUDNOVSKY, RAMANUJAN_1914], ids=lambda s: s.name)
def test_one_term_less_would_break_the_bound(series):
    """The number of terms is not generous: without the last one the error is often out of its bound.

    Not always: a term is worth 47 or 26 bits, to which n is rounded up, and the bound of the tail leaves out the
    factor k^(−3/2) by which the terms fall faster, some ten bits here.
    """
    broken = 0
    for bits in range(500, 1500, 7):
        (terms,) = all_terms(series, bits + GUARD)
        error = evaluated(series, bits, (terms - 1,)) - exact_pi(bits)
        broken += abs(error) >= ERROR_UNITS
    assert broken > 15  # of 143; measured 79 and 33


def test_a_series_that_is_not_positive_is_refused():
    form = catalogue()[0].closed_form
    for Q, T in ((5, -7), (-5, 7), (5, 0)):
        with pytest.raises(VerificationError, match="not a series for π"):
            pi_fraction(form, HandOver(mpz(Q), mpz(T)), mpz(1000), 10)


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


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_a_sign_that_changes_after_its_magnitude_was_taken_is_not_added(monkeypatch, signs):
    """A component that is added with another sign would agree with its residues."""
    Q, T = (Tracked.of(sign * mpz(base) ** 40) for sign, base in zip(signs, (7, 5), strict=True))
    right = Combination(CHUDNOVSKY, 500)
    right.add(Fraction(-3, 2), Q, T)

    def divided(*arguments, **options):
        object.__setattr__(T, "value", -T.value)
        return tracked_divide(*arguments, **options)

    monkeypatch.setattr(combination, "tracked_divide", divided)
    found = Combination(CHUDNOVSKY, 500)
    found.add(Fraction(-3, 2), Q, T)
    assert found.T == right.T
    with pytest.raises(VerificationError, match="quotient"):  # changed before
        found.add(Fraction(-3, 2), Q, T)


def test_root_bits_where_the_leading_coefficient_does_not_tell():
    """A file may have such a series: 2k + 10^400 is all constant for as many terms as there will be."""
    series = HypergeometricSeries(
        IntegerPolynomial(1, ((0, 1),)), IntegerPolynomial(1, ((10**400, 2),)), IntegerPolynomial(1)
    )
    for terms in (10, 1000):
        bits = split(series, terms).Q.bit_length()
        assert bits <= footprint.root_bits(series, terms - 1) < 1.01 * bits


@pytest.mark.parametrize("series", SUMS.values(), ids=SUMS)
def test_root_bits_is_the_size_of_q(series):
    for terms in (10, 100, 5000):
        Q = split(series, terms).Q
        assert footprint.root_bits(series, terms - 1) == pytest.approx(Q.bit_length(), rel=1e-3, abs=20)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_low_bits_of_q_and_t_change_nothing(compiled):
    form = CHUDNOVSKY.closed_form
    for bits in (100, 5000, 250_000):
        Q, T = map(Tracked.of, split(CHUDNOVSKY, bits // 20)[1:3])
        short = leading_bits(Q, T, bits)
        assert min(x.bits for x in short) <= bits + 192
        for x in short:
            x.require("a number without its low bits")
        root = root_of_radicand(form, bits, threads=1, compiled=compiled)
        assert pi_fraction(form, HandOver(*short), root, bits, compiled=compiled) == pi_fraction(
            form, HandOver(Q, T), root, bits, compiled=compiled
        )
