"""e^(π√d), the j-invariant, and the digits of π it proves: bounds at their edges, errors planted everywhere."""

import math

import gmpy2
import pytest
from gmpy2 import mpfr, mpz
from mpmath import mp

import pi_engine
from pi_engine.errors import UsageError
from pi_engine.proof.j_invariant import near_integer as near
from pi_engine.proof.j_invariant import theta
from pi_engine.proof.j_invariant.exponential import exponential, terms_needed
from pi_engine.proof.j_invariant.near_integer import Confirmation, confirm, near_integer
from pi_engine.series.modular_forms.class_number import class_number
from pi_engine.series.modular_forms.rational_j import RATIONAL_J, discriminant_of
from tests.conftest import MULTIPLIER

PROVING = (2, 7, 8, 11, 12, 16, 19, 27, 28, 43, 67, 163)


@pytest.fixture(scope="module")
def pi_5000():
    return pi_engine.compute(5000).value


def pi_to(pi_5000, digits):
    return pi_5000 // mpz(10) ** (5000 - digits)


# ---------------------------------------------------------------- e^x


def relative_error_bits(found, x, fraction_bits, bits):
    with gmpy2.context(precision=bits + 300, emax=gmpy2.get_emax_max(), emin=gmpy2.get_emin_min()):
        exact = gmpy2.exp(gmpy2.div_2exp(mpfr(x), fraction_bits))
        ratio = gmpy2.mul_2exp(mpfr(found.mantissa), found.exponent) if found.exponent > 0 else None
        if ratio is None:
            ratio = gmpy2.div_2exp(mpfr(found.mantissa), -found.exponent)
        difference = abs(ratio / exact - 1)
        return -math.inf if not difference else float(gmpy2.log2(difference))


def test_what_is_behind_the_digits_that_are_looked_at_does_not_count(pi_5000):
    """The value of a large D takes more digits than are to be proved; a wrong one behind those is not one of them."""
    taken = 150
    pi = pi_to(pi_5000, taken)
    assert near_integer(163, pi, taken, looked_at=100).confirmation == Confirmation(100, 100, None)
    for place in (40, 100, 103):
        found = near_integer(163, pi + 10 ** (taken - place), taken, looked_at=100).confirmation
        assert found.first_wrong == (None if place > 102 else pytest.approx(place, abs=2))
        assert (found.confirmed == 100) == (found.first_wrong is None)


def test_exponential_agrees_with_mpfr_to_its_bound(rng):
    for _ in range(int(40 * MULTIPLIER)):
        bits = rng.choice((64, 100, 1000, 20_000))
        x = mpz(rng.getrandbits(rng.randrange(1, bits + 12)))
        assert relative_error_bits(exponential(x, bits, bits, threads=1), x, bits, bits) < -bits


@pytest.mark.parametrize("x", [0, 1, 2**200 - 1, 2**200, 3 * 2**200, 2**136, 2**136 - 1, 2**72, 2**210])
def test_exponential_at_the_edges_of_its_pieces(x):
    assert relative_error_bits(exponential(mpz(x), 200, 200), mpz(x), 200, 200) < -200


def test_the_tail_is_as_short_as_it_must_be():
    for zeros, w in ((64, 1000), (64, 10**6), (128, 127), (10**5, 10**6), (7, 50)):
        terms = terms_needed(zeros, w)

        def tail(n, zeros=zeros):
            return -n * zeros - math.lgamma(n + 1) / math.log(2)

        assert tail(terms + 1) <= -(w + 2)
        assert terms == 1 or tail(terms) > -(w + 4)


# ---------------------------------------------------------------- theta functions and j


def exact_theta_squares(t):
    terms = range(1, 200)
    return (1 + sum(t ** (n * (n + 1)) for n in terms)) ** 2, (1 + 2 * sum(t ** (n * n) for n in terms)) ** 2


def lambert_j(q):
    """j = E₄³/Δ with E₄ = 1 + 240·Σ n³qⁿ/(1 − qⁿ) and Δ = q·∏(1 − qⁿ)^24 by Euler's pentagonal numbers."""
    e4 = 1 + 240 * sum(n**3 * q**n / (1 - q**n) for n in range(1, 500))
    euler = 1 + sum((-1) ** n * (q ** (n * (3 * n - 1) // 2) + q ** (n * (3 * n + 1) // 2)) for n in range(1, 60))
    return e4**3 / (q * euler**24)


@pytest.mark.parametrize("nome", ["0.012", "0.01", "1e-4", "4e-18", "1e-400"])
def test_theta_squares_are_within_500_units(nome):
    bits = 3000
    with gmpy2.context(precision=bits + 200):
        exact = mpfr(nome)
        t = mpz(gmpy2.floor(gmpy2.mul_2exp(exact, bits)))
        found = theta.theta_squares(t, bits, 1)
        for one, other in zip(found, exact_theta_squares(exact), strict=True):
            assert abs(gmpy2.mul_2exp(other, bits) - one) < 500
        u, v = exact_theta_squares(exact)
        x_times_t = v**4 / (u**2 * (v**2 - 16 * exact * u**2))
        assert abs(gmpy2.mul_2exp(x_times_t, bits) - theta.weber_power(t, bits, 1)) < theta.ERROR_UNITS


def test_the_formula_by_theta_functions_is_j():
    with gmpy2.context(precision=2000):
        for nome in ("0.012", "1e-5"):
            t = mpfr(nome)
            u, v = exact_theta_squares(t)
            x = v**4 / (t * u**2 * (v**2 - 16 * t * u**2))
            assert abs((x - 16) ** 3 / x / lambert_j(t * t) - 1) < mpfr(2) ** -1900
            assert abs(-((x - 256) ** 3) / x**2 / lambert_j(-t) - 1) < mpfr(2) ** -1900


@pytest.mark.parametrize("d", PROVING)
def test_j_is_the_integer_of_the_table(d):
    with gmpy2.context(precision=600):
        s = gmpy2.const_pi() * gmpy2.sqrt(mpfr(d))
        q = -gmpy2.exp(-s) if d % 4 == 3 else gmpy2.exp(-2 * s) if d % 4 in (1, 2) else gmpy2.exp(-s)
        assert abs(lambert_j(q) / RATIONAL_J[discriminant_of(d)] - 1) < mpfr(2) ** -500


def test_kappa_changes_as_little_as_the_bound_says():
    """|dκ/ds| < 2000·|q| and 0.7 < κ < 1.3 for |q| ≤ 1/4000, at the edges and between."""
    with gmpy2.context(precision=300):
        for q in (mpfr(1) / 4000, mpfr(1) / 20000, mpfr("1e-18")):
            for signed in (q, -q):
                kappa = near._kappa(signed)
                assert 0.7 < kappa < 1.3
                step = mpfr(2) ** -60
                slope = (near._kappa(signed * gmpy2.exp(step)) - kappa) / step
                assert abs(slope) < 2000 * q


def test_every_proving_d_keeps_to_the_bounds():
    for d in PROVING:
        s = 3.14 * math.sqrt(d)
        nome = math.exp(-s / 2 if d % 4 == 0 else -s)
        assert nome < theta.LARGEST_NOME
        assert (nome if d % 4 == 3 else nome * nome) <= 1 / 4000


@pytest.mark.parametrize("d", PROVING)
def test_the_error_of_j_stays_within_its_bound(d, pi_5000):
    """With many more digits than bits, what is left of ρ is the error of the arithmetic."""
    n = near.fraction_bits(900, 10, 64)
    rho, _ = near._deviation(d, pi_to(pi_5000, 1500), 1500, n, 1)
    assert abs(rho) < mpfr(2) ** (near.ERROR_BITS - n)


# ---------------------------------------------------------------- the table of j


def test_class_number_one_is_where_the_table_is():
    for discriminant in range(3, 1500):
        if discriminant % 4 in (0, 3):
            assert (class_number(discriminant) == 1) == (discriminant in RATIONAL_J)


# ---------------------------------------------------------------- what is proved


@pytest.mark.parametrize("d", PROVING)
def test_all_digits_are_confirmed(d, pi_5000):
    for digits in (50, 51, 300):
        assert confirm(d, pi_to(pi_5000, digits), digits) == Confirmation(digits, digits, None)


def first_difference(a, b):
    return next(i for i, (x, y) in enumerate(zip(a.digits(), b.digits(), strict=True)) if x != y)


@pytest.mark.parametrize("d", [2, 7, 28, 163])
def test_an_error_in_any_digit_is_seen_and_found(d, pi_5000, rng):
    digits = 1000
    right = pi_to(pi_5000, digits)
    positions = [1, 2, 3, 4, digits - 1, digits, *(rng.randrange(1, digits + 1) for _ in range(int(12 * MULTIPLIER)))]
    for position in positions:
        unit = mpz(10) ** (digits - position)
        old = int(right // unit % 10)
        new = rng.choice([digit for digit in range(10) if digit != old])
        wrong = right + (new - old) * unit
        assert confirm(d, wrong, digits) == Confirmation(digits, position - 1, position)


def test_an_error_of_one_in_the_last_place_is_seen_at_many_lengths(pi_5000, rng):
    for digits in [rng.randrange(50, 2000) for _ in range(int(15 * MULTIPLIER))]:
        right = pi_to(pi_5000, digits)
        assert confirm(163, right, digits).confirmed == digits
        for wrong in (right - 1, right + 1):
            place = first_difference(wrong, right)
            assert confirm(163, wrong, digits) == Confirmation(digits, place - 1, place)


def test_long_numbers_too(rng):
    """Where products and roots are the engine's own."""
    digits = 60_000
    right = pi_engine.compute(digits).value
    assert confirm(163, right, digits).confirmed == digits
    position = rng.randrange(1, digits + 1)
    wrong = right ^ (mpz(1) << rng.randrange(3))
    assert confirm(163, wrong, digits).confirmed < digits
    unit = mpz(10) ** (digits - position)
    wrong = right + (unit if right // unit % 10 < 9 else -unit)
    assert confirm(163, wrong, digits) == Confirmation(digits, position - 1, position)


def test_where_guard_bits_leave_the_last_digit_open_more_are_taken(pi_5000, monkeypatch):
    """Behind digit 761 there are six nines."""
    right = pi_to(pi_5000, 761)
    intervals = []
    interval = near._interval
    monkeypatch.setattr(near, "_interval", lambda *a: intervals.append(interval(*a)) or intervals[-1])
    assert confirm(163, right, 761, guard_bits=32) == Confirmation(761, 761, None)
    assert len(intervals) == 2
    assert intervals[0][0] <= right <= intervals[0][1] and intervals[0][0] != intervals[0][1]


def test_a_wrong_exponential_is_seen(pi_5000, monkeypatch):
    def wrong(*arguments, **options):
        right = exponential(*arguments, **options)
        return right._replace(mantissa=right.mantissa - (right.mantissa >> 3300))

    monkeypatch.setattr(near, "exponential", wrong)
    assert confirm(163, pi_to(pi_5000, 1000), 1000).confirmed < 1000


def test_what_cannot_prove_anything_says_so(pi_5000):
    for d in (1, 3, 4, 5, 58):
        with pytest.raises(UsageError, match="proves no digits"):
            confirm(d, pi_to(pi_5000, 100), 100)
    with pytest.raises(UsageError, match="at least 50"):
        confirm(163, pi_to(pi_5000, 49), 49)
    for wrong in (mpz(0), pi_to(pi_5000, 99), pi_to(pi_5000, 101)):
        with pytest.raises(UsageError, match="not 3 and 100 digits"):
            confirm(163, wrong, 100)


# ---------------------------------------------------------------- the value


def test_the_near_integer(pi_5000):
    found = near_integer(163, pi_to(pi_5000, 200), 200)
    assert found.value_start == "262537412640768743.99999999999925007259719818568887935385633733699086"
    assert found.nearest_integer == 640320**3 + 744
    assert found.distance == "-7.4992740280181431112e-13"
    assert found.nines == 12
    assert found.confirmation == Confirmation(200, 200, None)
    with pytest.raises(UsageError, match="needs 98 digits"):
        near_integer(163, pi_to(pi_5000, 97), 97)


@pytest.mark.parametrize("d", [2, 7, 19, 43, 58, 67, 163, 1000])
def test_the_distance_is_truncated(d, pi_5000):
    found = near_integer(d, pi_to(pi_5000, 200), 200)
    with mp.workdps(150):
        value = mp.exp(mp.pi * mp.sqrt(d))
        exact = value - mp.nint(value)
        shown = mp.mpf(found.distance)
        unit = mp.mpf(10) ** (int(mp.floor(mp.log10(abs(exact)))) - 19)
        assert 0 <= (exact - shown) * mp.sign(exact) < unit


@pytest.mark.parametrize(
    ("d", "root", "start"),
    [(19, 96, "885479.777680154"), (43, 960, "884736743.99977746"), (67, 5280, "147197952743.999998662")],
)
def test_its_relatives(d, root, start, pi_5000):
    found = near_integer(d, pi_to(pi_5000, 200), 200)
    assert found.value_start.startswith(start)
    assert found.nearest_integer == root**3 + 744
    assert found.confirmation.confirmed == 200


def test_any_d_has_a_value(pi_5000):
    found = near_integer(37, pi_to(pi_5000, 200), 200)
    assert (found.discriminant, found.class_number, found.j, found.confirmation) == (148, 2, None, None)
    assert found.value_start.startswith("199148647.999978046551856766")
    large = near_integer(10**6, pi_to(pi_5000, 2000), 2000)
    with gmpy2.context(precision=6000):
        exact = gmpy2.exp(1000 * gmpy2.const_pi())
        assert large.nearest_integer == mpz(gmpy2.rint(exact))
        assert (
            large.value_start == mpz(gmpy2.floor(exact * mpfr(10) ** 50)).digits()[:-50] + "." + large.value_start[-50:]
        )
