"""From discriminants to series: class numbers, the rational numbers found, and what is said where there are none."""

import json
from fractions import Fraction
from math import gcd, isqrt

import mpmath
import pytest

import pi_engine
from pi_engine import UsageError, VerificationError
from pi_engine.cli.main import run
from pi_engine.engine.checks.agreement import agreeing_digits
from pi_engine.series import catalogue, derive, get
from pi_engine.series.lookup import derived
from pi_engine.series.modular_forms import derivation
from pi_engine.series.modular_forms.class_number import class_number
from pi_engine.series.modular_forms.derivation import RATIONAL, derived_series, require_rational
from pi_engine.series.modular_forms.eisenstein import modular_values
from pi_engine.series.modular_forms.recognition import recognise_fraction

S2 = ["5/21", "5/14", "32/77", "5/11", "11/21", "32/57", "160/253", "85/133", "640/903", "33440/43617",
      "77265280/90856689"]  # fmt: skip
J = [-(15**3), 20**3, -(32**3), 54000, 66**3, -(96**3), -12288000, 255**3, -(960**3), -(5280**3), -(640320**3)]


@pytest.mark.parametrize(("D", "s2", "j"), [*zip(RATIONAL, S2, J, strict=True)])
def test_every_discriminant_of_class_number_one(D, s2, j):
    found = derive(D, digits=2000)
    assert (found.discriminant, found.class_number, found.verified_digits) == (-D, 1, 2000)
    assert (found.j, found.s2, found.c) == (j, Fraction(s2), abs(j))
    assert Fraction(found.a, found.b) == (1 - found.s2) / 6
    # s₂·√(D·|j − 1728|) is in the field of j·√…: its square is a rational with a small denominator
    assert found.prefactor == Fraction(D * abs(j - 1728), found.b**2)
    row = next(row for row in catalogue() if (row.level, row.discriminant) == (1, -D))
    assert (row.p, row.q, row.a, row.closed_form) == tuple(
        getattr(found.series, name) for name in ("p", "q", "a", "closed_form")
    )


def test_chudnovsky_s_constants():
    found = derive(163)
    assert (found.a, found.b, found.c) == (13591409, 545140134, 640320**3)
    assert (found.prefactor_text, found.cube_text) == ("12", " = −640320³")
    assert found.formula == "1/π = 12 Σ (−1)^k (6k)! (13591409 + 545140134k) / ((3k)! k!³ c^(k+1/2))"
    assert pi_engine.series.derive(163) == found
    assert derive(16).prefactor_text == "24√2"


def test_class_numbers():
    """Against the analytic formula h = −(1/D)·Σ k·(−D/k), for fundamental D > 4."""
    for D in range(7, 600):
        fundamental = (D % 4 == 3 and square_free(D)) or (D % 16 in (4, 8) and square_free(D // 4))
        if D % 4 in (0, 3) and fundamental:
            assert class_number(D) == -sum(k * kronecker(-D, k) for k in range(1, D)) // D, D
    assert [class_number(D) for D in (3, 4, 12, 16, 27, 28, 75)] == [1, 1, 1, 1, 1, 1, 2]


def square_free(n):
    return all(n % (d * d) for d in range(2, isqrt(n) + 1))


def kronecker(a, n):
    result = 1
    while n % 2 == 0:
        n //= 2
        result *= 0 if a % 2 == 0 else 1 if a % 8 in (1, 7) else -1
    a %= n
    while a:  # Jacobi's symbol
        while a % 2 == 0:
            a //= 2
            result = -result if n % 8 in (3, 5) else result
        a, n = n, a
        result = -result if a % 4 == 3 and n % 4 == 3 else result
        a %= n
    return result if n == 1 else 0


def test_modular_values_are_mpmath_s():
    with mpmath.workdps(80):
        for D in (7, 12, 15, 163, 427):
            tau = mpmath.mpc(0.5 if D % 2 else 0, mpmath.sqrt(D) / 2)
            found = modular_values(D, 250)
            j = mpmath.mpf(int(found.j.as_integer_ratio()[0])) / int(found.j.as_integer_ratio()[1])
            assert abs(j / (1728 * mpmath.kleinj(tau)).real - 1) < mpmath.mpf(2) ** -230


def test_recognition(rng):
    for _ in range(200):
        fraction = Fraction(rng.randrange(1, 2**40), rng.randrange(1, 2**40))
        noise = Fraction(rng.randrange(-(2**20), 2**20), 2**122)
        assert recognise_fraction(fraction + noise, 101) == fraction
        assert recognise_fraction(fraction, 200) == fraction
    assert recognise_fraction(Fraction(isqrt(2 << 400), 2**200), 190) is None
    assert recognise_fraction(Fraction(1, 3) + Fraction(1, 2**60), 80) is None


@pytest.mark.parametrize(
    ("D", "message"),
    [
        (0, "give D > 0"),
        (1, "did you mean 4"),
        (162, "did you mean 648"),
        (3, "j = 0"),
        (4, "j = 1728"),
        (15, "class number 2"),
        (20, "class number 2"),
        (23, "class number 3"),
        (75, "class number 2"),
        (232, "class number 2"),
        (10**12, "more than 1, as for all D > 163"),
    ],
)
def test_no_rational_series(D, message):
    for attempt in (derive, derived):
        with pytest.raises(UsageError, match=message):
            attempt(D)


def test_there_are_no_others():
    for D in range(1, 2000):
        if D % 4 in (0, 3) and D > 4:
            assert (class_number(D) == 1) == (D in RATIONAL)


def test_a_derived_series_computes(million):
    result = pi_engine.compute(10_000, series="derived:43")
    assert result.text() == million.text()[:10_002]
    assert result.series == "derived:43"
    assert "reference" in [check.name for check in result.checks]
    assert get("DERIVED:-163").closed_form == get("chudnovsky").closed_form


def test_a_wrong_number_does_not_verify(monkeypatch):
    real = derivation._recognised(19)
    monkeypatch.setattr(derivation, "_recognised", lambda D: (real[0], real[1] + Fraction(1, 10**30)))
    derived_series.cache_clear()
    with pytest.raises(VerificationError, match=r"agrees with π to (29|30|31) digits only"):
        derive(19, digits=100)
    derived_series.cache_clear()


def test_agreeing_digits(million):
    assert agreeing_digits(get("machin"), 500) == 500
    row = get("machin")
    first = row.components[0]
    wrong = first._replace(coefficient=first.coefficient * (1 + Fraction(1, 10**50)))
    series = row.__class__(**{**vars(row), "parts": (wrong, row.components[1])})
    assert agreeing_digits(series, 500) == 49


def test_the_command(capsys):
    for argument in ("163", "-163", "−163"):
        assert run(["series", "derive", argument, "--digits", "50"]) == 0
        shown = capsys.readouterr().out
        for text in ("13591409/545140134", "−640320³", "class number 1", "50 digits of π", "426880·√10005 / S"):
            assert text in shown
    assert run(["series", "derive", "163", "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    contract = {
        "schema", "discriminant", "class_number", "j", "s2", "a", "b", "c", "digits_per_term", "verified_digits"
    }  # fmt: skip
    assert contract <= set(fields)
    assert (fields["a"], fields["b"], fields["c"]) == ("13591409", "545140134", str(640320**3))
    assert (fields["s2"], fields["verified_digits"]) == ("77265280/90856689", 1000)
    assert gcd(int(fields["a"]), int(fields["b"])) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["series", "derive"], "Missing argument"),
        (["series", "derive", "x"], "not a count"),
        (["series", "derive", "15"], "class number 2"),
        (["series", "derive", "163", "--digits", "0"], "between 1 and"),
        (["series", "derive", "163", "--digits", "1e9"], "between 1 and"),
        (["series", "derive", "--jsn"], "No such option"),
        (["compute", "5", "--series", "derived:15"], "class number 2"),
        (["compute", "5", "--series", "derived:"], "write derived:163"),
        (["compute", "5", "--series", "derived:1e3"], "write derived:163"),
    ],
)
def test_bad_input(capsys, arguments, message):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert message in captured.err


def test_require_rational_accepts_what_has_a_series():
    for D in RATIONAL:
        require_rational(D)
