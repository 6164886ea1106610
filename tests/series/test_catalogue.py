"""Every row of the catalogue: its digits, on both paths, and its numbers, found again from where they come from."""

import math
from fractions import Fraction

import mpmath
import pytest

import pi_engine
from pi_engine import UsageError
from pi_engine.series import CHUDNOVSKY, catalogue, get, lessons
from pi_engine.series.families.ramanujan_sato import LEVELS
from tests.backends import pretend

every_row = pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)


@every_row
def test_ten_thousand_digits(series, million):
    result = pi_engine.compute(10_000, series=series.name)
    assert result.text() == million.text()[:10_002]
    passed = {check.name for check in result.checks if check.status == "passed"}
    roots = {"root"} if series.closed_form.has_root else set()
    assert passed == {"shadow", "division", "conversion", "known digits", *roots}


@every_row
def test_the_compiled_path(series, million, monkeypatch):
    pretend(monkeypatch, pays=True)
    assert pi_engine.compute(10_000, series=series).text() == million.text()[:10_002]


@pytest.mark.parametrize("name", ["level1-28", "guillera-820", "hwang", "bbp", "gosper", "sharp"])
def test_a_hundred_thousand_digits_on_the_compiled_path(name, million, monkeypatch):
    """Long enough for Newton's iterations, fused and not."""
    pretend(monkeypatch, pays=True)
    for threads in (1, 2):
        assert pi_engine.compute(100_000, series=name, threads=threads).text() == million.text()[:100_002]


@every_row
def test_few_digits(series, mpfr_digits):
    for digits in range(30):
        assert pi_engine.compute(digits, series=series).text() == ("3." + mpfr_digits[:digits] if digits else "3")


@pytest.mark.parametrize("name", ["guillera-20", "hwang", "bellard", "euler"])
def test_hexadecimal_digits(name):
    expected = pi_engine.compute(2000, base=16).text()
    assert pi_engine.compute(2000, base=16, series=name, threads=3).text() == expected


def test_there_are_enough_and_all_have_what_people_ask_for():
    assert len({row.name for row in catalogue()}) == len(catalogue()) >= 56
    for row in catalogue():
        assert row.name == row.name.lower() and row.name.isascii()
        assert all((row.title, row.family, row.formula, row.source))
        assert (row.level is None) == (row.discriminant is None)
        assert get(row.name) is row
        assert row.cost == pytest.approx(
            sum(4 * c.sum.degree / -math.log(c.sum.ratio) for c in row.components), rel=1e-12
        )


def test_the_pages_say_how_many_there_are(checkout):
    count = len(catalogue())
    said = [
        ("README.md", f"or by {count - 1} others"),
        ("README.md", f"each of the {count} series converges"),
        ("docs/cli.md", f"# the {count} series that can be summed"),
        ("docs/benchmarks.md", f"with `--all` all {count}"),
        ("docs/comparison.md", f"or one of {count - 1} others"),
        ("docs/explanation/where-series-come-from.md", f"lists all {count} with formula"),
        ("CHANGELOG.md", f"A catalogue of {count} series"),
    ]
    missing = [
        f"{page} must say: {words}"
        for page, words in said
        if words not in (checkout / page).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_costs_are_those_published():
    """Of y-cruncher's formulas, relative to Chudnovsky's."""
    published = {
        "ramanujan": 1.78, "stormer": 3.75, "machin": 4.33, "takano": 4.21, "hwang": 3.57, "bellard": 10.99, "bbp": 15.70
    }  # fmt: skip
    for name, cost in published.items():
        assert get(name).cost / CHUDNOVSKY.cost == pytest.approx(cost, abs=0.006)


# ---------------------------------------------------------------- where the numbers come from

RAMANUJAN_SATO = [row for row in catalogue() if row.level]


def eta(tau):
    return mpmath.exp(2j * mpmath.pi * tau / 24) * mpmath.qp(mpmath.exp(2j * mpmath.pi * tau))


def modular_value(level, tau):
    """What generates the modular functions of SL₂(ℤ), or of Γ₀(level)+, at τ."""
    if level == 1:
        return 1728 * mpmath.kleinj(tau)
    if level == 4:
        return (eta(2 * tau) ** 2 / (eta(tau) * eta(4 * tau))) ** 24
    x = (eta(tau) / eta(level * tau)) ** {2: 12, 3: 6}[level]
    return (x + {2: 64, 3: 27}[level] / x) ** 2


def m_of(row):
    """The signed base m of the powers: p/q is constant·∏ factors/(m·k³)."""
    return Fraction(LEVELS[row.level].constant * row.q.constant, row.p.constant)


def test_the_ramanujan_sato_series_are_complete():
    """All values of τ = (−B + √−D)/(2ℓ) with D < 500 at which m is an integer beyond the limit."""
    found = set()
    with mpmath.workdps(50):
        for level, (_, _, limit, _, _) in LEVELS.items():
            for D in range(3, 500):
                for B in range(level + 1):
                    if (B * B + D) % (4 * level) == 0:
                        m = modular_value(level, (-B + mpmath.sqrt(-D)) / (2 * level))
                        if limit + 1 < abs(m) < 10**20 and abs(m - mpmath.nint(m.real)) < 1e-15:
                            found.add((level, -D, int(mpmath.nint(m.real))))
    assert found == {(row.level, row.discriminant, m_of(row)) for row in RAMANUJAN_SATO}


@pytest.mark.parametrize("row", RAMANUJAN_SATO, ids=lambda s: s.name)
def test_the_closed_form_follows_from_level_discriminant_and_m(row):
    form, limit, m = row.closed_form, LEVELS[row.level].limit, m_of(row)
    b = row.a.leading
    expected = Fraction(b * b * row.level**2) / (-row.discriminant * (1 - limit / m))  # (π·S)²
    assert Fraction(form.numerator**2 * form.radicand, form.denominator**2) == expected
    assert (form.direct, form.power) == (False, 1)
    assert math.gcd(form.numerator, form.denominator) == 1
    assert math.gcd(*row.a.coefficients) == 1


def test_machin_by_euler_and_by_gregory():
    """Both series have the same arctangents: Gregory's series of the textbooks loses to Euler's by log₁₀(26/25) digits a term."""
    euler, gregory = get("machin"), get("machin-gregory")
    assert [part.label for part in euler.components] == [part.label for part in gregory.components]
    assert gregory.digits_per_term == pytest.approx(math.log10(25))
    assert euler.digits_per_term == pytest.approx(math.log10(26))
    assert "machin-gregory" in euler.note and "Gregory" in gregory.note
    first, second = gregory.components
    assert [first.sum.a(k) * Fraction(first.sum.p(k), first.sum.q(k)) for k in (1, 2)] == [
        Fraction(-1, 3 * 25), Fraction(-3, 5 * 25)
    ]  # fmt: skip
    assert (first.coefficient, second.coefficient) == (Fraction(4, 5), Fraction(-1, 239))


def test_the_lessons_are_found_but_not_computed_with():
    assert [row.name for row in lessons()] == ["leibniz", "basel"]
    assert all(get(row.name) is row and row not in catalogue() for row in lessons())
    assert all(all((row.title, row.family, row.formula, row.source, row.note)) for row in lessons())
    for alias in ("gregory", "Madhava", "Gregory-Leibniz"):
        assert get(alias).name == "leibniz"
    for digits, base, exponent in ((1000, 10, 1000), (100, 16, 121), (2 * 10**6, 10, 2 * 10**6)):
        with pytest.raises(UsageError, match=rf"too slowly .* about 10\^{exponent} terms; choose .* chudnovsky"):
            pi_engine.compute(digits, base=base, series="leibniz")
    for digits in (0, 10**20, 10**400):
        with pytest.raises(UsageError, match="too slowly"):
            pi_engine.compute(digits, series="basel")


ARCTANGENTS = [
    row.name
    for row in catalogue()
    if all(c.label.startswith("arctan(") for c in row.components) and row.name != "machin-gregory"
]
"""By Euler's series of the arctangent, whose coefficients the test reads; `machin-gregory` has those of Gregory's."""


def test_there_are_arctangents():
    assert {"machin", "hutton", "euler-vega", "gauss", "takano"} <= set(ARCTANGENTS)


@pytest.mark.parametrize("name", ARCTANGENTS)
def test_arctangents_add_up_to_a_quarter_of_pi(name):
    """Exactly: ∏ (v + iu)^c has the argument π/4 modulo π, since its parts are equal; and the sum is near π/4."""
    re, im, total = 1, 0, 0.0
    for coefficient, _, label in get(name).components:
        u, v = map(int, label.removeprefix("arctan(").removesuffix(")").split("/"))
        multiple = coefficient * Fraction(u * u + v * v, u * v)
        assert multiple.denominator == 1
        total += multiple * math.atan(u / v)
        for _ in range(abs(int(multiple))):
            x, y = v, u if multiple > 0 else -u
            re, im = re * x - im * y, re * y + im * x
    assert re == im
    assert total == pytest.approx(math.pi / 4)
