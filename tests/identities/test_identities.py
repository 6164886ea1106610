"""The gallery: every identity holds, and none does when it is broken."""

import math
import types
from pathlib import Path

import pytest
from gmpy2 import mpq
from mpmath import mp

from pi_engine.errors import UsageError
from pi_engine.identities import catalogue, evaluate, get
from pi_engine.identities.essays import (
    continued_fraction,
    entropy,
    euler,
    gelu,
    heegner,
    log_trigonometric,
    n_ball,
    quartic,
    ramanujan_series,
    stirling,
)
from pi_engine.identities.essays.identity import Case, agm_pi, agreement

NAMES = [identity.name for identity in catalogue()]


@pytest.mark.parametrize("name", NAMES)
def test_it_holds(name):
    (identity,) = get([name])
    for digits in (1, 30):
        found = evaluate(identity, digits)
        assert found.ok and found.digits_agreeing == digits
        assert all(agreeing == digits for _, agreeing, _ in found.cases)


BREAKS = [
    (continued_fraction, "rogers-ramanujan", "phi + 2", "phi + 3"),
    (continued_fraction, "rogers-ramanujan", "q**k / value", "q ** (k + 1) / value"),
    (ramanujan_series, "ramanujan-1914", "1103 + 26390 *", "1104 + 26390 *"),
    (ramanujan_series, "chudnovsky", "(13591409 + 545", "(13591408 + 545"),
    (heegner, "near-integer", "256 * -t", "256 * t"),
    (heegner, "near-integer", "euler**24", "euler**23"),
    (log_trigonometric, "log-trig-plus", "(1 + cosine) / 2", "(1 + cosine) / 3"),
    (log_trigonometric, "log-trig-plus", "2 * s * modulus", "s * modulus"),
    (log_trigonometric, "log-trig-minus", "right, label = right - 1,", "right, label = right,"),
    (euler, "euler", "term * z / n", "term * z / (n + 1)"),
    (stirling, "stirling-coefficients", "math.factorial(j + 2)", "math.factorial(j + 1)"),
    (stirling, "stirling-pi", "j * c[j] * a[k - j]", "c[j] * a[k - j]"),
    (quartic, "quartic-integral", "mp.mpf(1) / 4, z", "mp.mpf(1) / 3, z"),
    (quartic, "quartic-asymptotic", "mp.mpf(3) / 2", "mp.mpf(5) / 2"),
    (quartic, "quartic-convergent", "moments[4 * k]", "moments[2 * k]"),
    (n_ball, "n-ball-exact", "r * 2 / m", "r * 2 / (m + 1)"),
    (n_ball, "n-ball-recurrence", "((n - 1) / 2)", "(n / 2)"),
    (n_ball, "n-ball-cosines", "mp.cos(angle) ** k", "mp.cos(angle) ** (k + 1)"),
    (n_ball, "gaussian-integral", "r ** (n - 1) * mp.exp", "r**n * mp.exp"),
    (gelu, "gelu-slope", "mp.sqrt(2 / agm_pi())", "mp.sqrt(3 / agm_pi())"),
    (gelu, "gelu-local", "(4 - agm_pi())", "(3 - agm_pi())"),
    (gelu, "gelu-minimax", "heights[0] + heights[1]", "heights[0] + 1.5 * heights[1]"),
    (gelu, "gelu-logistic", "heights[0] + heights[1]", "heights[0] + 1.5 * heights[1]"),
    (entropy, "entropy-gaussian", "x * x / 2 + half_log", "x * x / 3 + half_log"),
    (entropy, "entropy-parity", "(1 - share) / share", "(2 - share) / share"),
    (entropy, "entropy-parity", "+ weight * number(", "- weight * number("),
    (entropy, "entropy-parity", "(digits + 1) * mp.log(10)", "(digits + 1) / 3 * mp.log(10)"),
]


@pytest.mark.parametrize(("module", "name", "old", "new"), BREAKS)
def test_it_does_not_hold_when_broken(module, name, old, new):
    """The module with one place of its source changed."""
    source = Path(module.__file__).read_text(encoding="utf-8")
    assert old in source
    broken = types.ModuleType(module.__name__)
    exec(compile(source.replace(old, new), module.__file__, "exec"), broken.__dict__)
    (identity,) = [row for row in broken.IDENTITIES if row.name == name]
    found = evaluate(identity, 25)
    assert not found.ok
    assert found.digits_agreeing < 12


def test_every_identity_is_broken_once():
    assert {name for _, name, _, _ in BREAKS} == set(NAMES)


def test_all_ten_parts_are_there():
    assert {identity.group for identity in catalogue()} == set(range(1, 11))
    assert len(set(NAMES)) == len(NAMES)
    integrals = {identity.name for identity in catalogue() if identity.default_digits == 200}
    assert {"log-trig-plus", "log-trig-minus", "quartic-integral", "n-ball-recurrence", "entropy-gaussian"} <= integrals
    assert "rogers-ramanujan" not in integrals


# ---------------------------------------------------------------- what agreement means


def test_agreement_counts_digits():
    with mp.workdps(60):
        one = mp.one
        assert agreement(Case("", one, one), 50) == 50
        assert agreement(Case("", one, one + mp.mpf("0.9e-20")), 50) == 20
        assert agreement(Case("", one, one + mp.mpf("1.1e-20")), 50) == 19
        assert agreement(Case("", mp.mpf(10) ** 30, mp.mpf(10) ** 30 + 2), 50) == 29
        assert agreement(Case("", mp.mpf("1.1e-30"), mp.zero), 50) == 29
        assert agreement(Case("", one, -one), 50) == 0
        assert agreement(Case("", mp.nan, one), 50) == 0
        assert agreement(Case("", mp.inf, one), 50) == 0
        assert agreement(Case("", mp.mpc(0, "1.1e-7"), mp.zero), 50) == 6
        assert agreement(Case("", mpq(1, 3), mpq(2, 6)), 50) == 50
        assert (
            agreement(Case("", mpq(1, 3), mpq(10**60 + 1, 3 * 10**60)), 50) == 49
        )  # rationals are equal, or they differ
        assert agreement(Case("", mpq(1, 3), mpq(3334, 10_000)), 50) == 4
        assert agreement(Case("", one / 3, mpq(1, 3)), 50) == 50


def test_pi_of_the_gallery_is_pi(mpfr_digits):
    with mp.workdps(1000):
        assert mp.nstr(agm_pi(), 990)[2:980] == mpfr_digits[:978]


def test_digits_out_of_range_are_refused():
    for digits in (0, -1, 10_001):
        with pytest.raises(UsageError, match="from 1 to 10_000"):
            evaluate(catalogue()[0], digits)


# ---------------------------------------------------------------- Stirling


def test_stirlings_coefficients():
    expected = [mpq(1), mpq(1, 12), mpq(1, 288), mpq(-139, 51840), mpq(-571, 2488320), mpq(163879, 209018880)]
    assert stirling.coefficients_by_substitution(5) == expected
    assert stirling.coefficients_by_bernoulli(5) == expected
    assert stirling.coefficients_by_substitution(30) == stirling.coefficients_by_bernoulli(30)
    assert stirling.coefficients_by_substitution(0) == [1]


def test_a_factorial_yields_as_many_digits_as_its_least_term_lets_it():
    for n in (3, 10):
        with mp.workdps(80):
            digits = [-mp.log10(abs(stirling.pi_from_factorial(n, k) - agm_pi())) for k in range(1, 10 * n)]
        best = max(digits)
        assert abs(best - 2 * math.pi * n / math.log(10)) < 1.5
        assert abs(digits.index(best) + 1 - 2 * math.pi * n) < 3
        assert digits[-1] < best - 1


def test_where_no_truncation_gives_the_digits_it_is_said():
    with pytest.raises(ValueError, match="never gives"):
        stirling.terms_for(10, 30)


# ---------------------------------------------------------------- the others, in detail


def test_the_first_terms_of_ramanujan_and_chudnovsky():
    notes = {identity.name: identity.notes() for identity in get(["2"])}
    assert notes["ramanujan-1914"][0] == "1 term: π = 3.141592730013305…, error 7.64…e-8"
    assert [line.rpartition("e-")[2] for line in notes["chudnovsky"]] == ["14", "28", "42", "56", "71"]


def test_the_reciprocal_integral_of_order_0_is_short_by_one():
    with mp.workdps(30):
        integrand = log_trigonometric.Integrand()
        assert abs(integrand.integral(0, -1) - (1 / mp.log(2) - 1)) < mp.mpf(10) ** -25
        assert abs(integrand.integral(0, 1) - mp.log(2)) < mp.mpf(10) ** -25


def test_the_quartic_series_declines_and_rises():
    with mp.workdps(30):
        terms = [abs(term) for term, _ in zip(quartic.asymptotic_terms(mp.one / 50), range(60), strict=False)]
        total, count = quartic.to_least_term(mp.one / 50)
        assert terms.index(min(terms)) + 1 == count == 14
        assert terms[50] > terms[0]
        assert abs(total / quartic.by_bessel(mp.one / 50) - 1) < terms[count]


def test_the_convergent_series_converges_where_the_other_does_not():
    with mp.workdps(40):
        for bound in (1, 3):
            found = quartic.convergent_series(mp.one, mp.mpf(bound))
            assert abs(found - quartic.by_quadrature(mp.one, mp.mpf(bound))) < mp.mpf(10) ** -38


def test_volumes():
    assert n_ball.rational_volume(0) == (1, 0)
    assert n_ball.rational_volume(3) == (mpq(4, 3), 1)
    assert n_ball.rational_volume(5) == (mpq(8, 15), 2)
    assert n_ball.rational_volume(10) == (mpq(1, 120), 5)


def least_by_search(error, low, high):
    """The parameter with the least maximum over a grid, by golden sections in double precision."""
    ratio = (math.sqrt(5) - 1) / 2

    def largest(p):
        return max(abs(error(i / 250, p)) for i in range(1, 1500))

    for _ in range(30):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if largest(a) < largest(b) else (a, high)
    return (low + high) / 2


def test_gelus_constants_are_where_the_largest_error_is_least():
    with mp.workdps(30):
        cubic, logistic = (gelu.minimax_by_exchange(row) for row in (gelu.CUBIC, gelu.LOGISTIC))
        assert mp.nstr(cubic, 8) == "0.044714911"
        assert mp.floor(logistic * 10**8) == 170174492
    slope = math.sqrt(2 / math.pi)
    found = least_by_search(lambda x, c: math.tanh(slope * (x + c * x**3)) - math.erf(x / math.sqrt(2)), 0.04, 0.05)
    assert abs(found - cubic) < 1e-6
    found = least_by_search(lambda x, k: math.tanh(k * x / 2) - math.erf(x / math.sqrt(2)), 1.6, 1.8)
    assert abs(found - logistic) < 1e-5


def test_the_gaussian_has_the_largest_entropy():
    with mp.workdps(20):
        for label, log_density, bound in entropy.densities(20):
            found, divergence = entropy.entropy_and_divergence(log_density, bound)
            mass = 2 * mp.quad(lambda x: mp.exp(log_density(x)), [0, bound])
            variance = 2 * mp.quad(lambda x: x * x * mp.exp(log_density(x)), [0, bound])
            assert abs(mass - 1) < 1e-18 and abs(variance - 1) < 1e-18
            assert found < entropy.gaussian_entropy(1) + mp.mpf(10) ** -18
            assert (divergence > 0.01) == (label != "Gaussian")


@pytest.mark.parametrize("name", [identity.name for identity in catalogue() if identity.notes])
def test_notes_are_lines(name):
    (identity,) = get([name])
    lines = identity.notes()
    assert lines and all(line.strip() and "\n" not in line and "nan" not in line for line in lines)
