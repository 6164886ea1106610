"""What the gallery prints: truncated, never rounded, and no figure that is not right."""

import decimal
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest
from gmpy2 import mpq
from mpmath import mp

from pi_engine.cli.main import run
from pi_engine.identities import catalogue, evaluate, get, printed_numbers
from pi_engine.identities.essays import gelu
from pi_engine.identities.printed_numbers import decimals, figures

NAMES = [row.name for row in catalogue()]


def cut(value, count):
    """A fraction in so many significant figures, by Python's decimal numbers."""
    context = decimal.Context(prec=count, rounding=decimal.ROUND_DOWN)
    return context.divide(decimal.Decimal(int(value.numerator)), decimal.Decimal(int(value.denominator)))


def as_decimal(text):
    return decimal.Decimal(text.replace("−", "-").replace("…", ""))


# ---------------------------------------------------------------- numbers


def test_decimals():
    assert decimals(7, 3) == "7" and decimals(mpq(-7), 3) == "-7"
    assert decimals(mpq(2, 3), 4) == "0.6666" and decimals(Fraction(-2, 3), 4) == "-0.6666"
    assert decimals(mpq(1, 8), 2) == "0.12" and decimals(mpq(1, 8), 5) == "0.12500"
    assert decimals(mpq(-1, 1000), 2) == "-0.00"
    with mp.workdps(30):
        assert decimals(mp.mpf("1.9999999"), 3) == "1.999"
        assert decimals(mp.mpf("-1.9999999"), 3) == "-1.999"
        assert decimals(mp.mpf("12345.6789"), 2) == "12345.67"
        assert decimals(mp.mpf(2) - mp.mpf(10) ** -12, 10) == "1.9999999999"
        # What lies within the error of the evaluation is the decimal that is meant.
        assert (
            decimals(mp.mpf(2) - mp.mpf(10) ** -28, 10) == decimals(mp.mpf(2) + mp.mpf(10) ** -28, 10) == "2.0000000000"
        )


def test_figures():
    with mp.workdps(40):
        assert figures(0, 6) == "0"
        assert figures(mp.mpf("0.5"), 6) == "0.5" and figures(mpq(1, 3), 4) == "0.3333…"
        assert figures(mp.pi * 1, 6) == "3.14159…" and figures(-(mp.pi**10), 7) == "−93648.04…"
        assert figures(mp.pi / 10**4, 6) == "0.000314159…" and figures(mp.pi / 10**6, 6) == "3.14159…e-6"
        assert figures(-mp.pi / 10**13, 3) == "−3.14…e-13"
        assert figures(mp.pi * 10**5, 6) == "314159…" and figures(mp.pi * 10**6, 6) == "3.14159…e6"
        assert figures(mp.mpf("0.9999999"), 4) == "0.9999…" and figures(mp.mpf("9.999999e-8"), 3) == "9.99…e-8"
        assert figures(mp.mpf("0.0455399"), 8) == "0.0455399"
        for power in range(-40, 40):
            assert as_decimal(figures(mp.mpf(10) ** power, 5)) == decimal.Decimal(10) ** power


def test_random_numbers_are_truncated(rng):
    for _ in range(500):
        value = mpq(rng.randrange(-(10**12), 10**12) or 1, rng.randrange(1, 10 ** rng.randrange(1, 15)))
        count, places = rng.randrange(1, 40), rng.randrange(1, 40)
        whole, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
        with mp.workdps(80):
            real = mp.mpf(int(value.numerator)) / int(value.denominator)
            assert as_decimal(figures(real, count)) == as_decimal(figures(value, count)) == cut(value, count)
            assert ("…" in figures(value, count)) == (cut(value, 200) != cut(value, count))
            assert int(decimals(real, places).replace(".", "").lstrip("-")) == whole
            if value.denominator > 1:
                assert decimals(value, places) == decimals(real, places)
            assert (rest == 0) == (abs(Fraction(decimals(value, places))) == abs(value))


# ---------------------------------------------------------------- the gallery


@pytest.mark.parametrize("name", NAMES)
def test_values_are_truncated(name):
    """The value to fewer digits is the beginning of the value to more."""
    (row,) = get([name])
    long = {label: value for label, _, value in evaluate(row, 60).cases}
    for digits in (1, 6, 30):
        short = evaluate(row, digits).cases
        for label, _, value in short:
            integer, point, fraction = value.partition(".")
            assert len(fraction) == (digits if point else 0)
            if label in long:  # where the instance does not depend on the number of digits
                assert long[label].startswith(value) and (point or long[label] == integer)
    assert all(len(value.partition(".")[2]) in (0, 50) for value in long.values())


@pytest.mark.parametrize("name", NAMES)
def test_more_precision_changes_no_figure(name, monkeypatch):
    """Neither of values nor of what stands in labels and notes."""
    (row,) = get([name])
    with mp.workdps(50):
        notes = row.notes() if row.notes else []
        cases = [evaluate(row, digits).cases for digits in (1, 20)]
        work = mp.workdps
        monkeypatch.setattr(mp, "workdps", lambda digits: work(digits + 40))
        assert (row.notes() if row.notes else []) == notes
        assert [evaluate(row, digits).cases for digits in (1, 20)] == cases


@pytest.mark.parametrize("name", ["gelu-local", "gelu-minimax", "gelu-logistic", "entropy-gaussian"])
def test_a_number_that_is_written_out_begins_the_value(name):
    (row,) = get([name])
    found = evaluate(row, 40)
    text = row.statement if row.group == 9 else found.notes()[0]
    (number,) = re.findall(r"\d+\.\d+(?=…)", text)
    assert found.cases[0][2].startswith(number)


def largest_by_search(approximation, p):
    """The largest error of Φ by ternary search around the highest place of a grid: no derivative, no root."""

    def height(x):
        return abs(mp.tanh(approximation.g(x, p)) - mp.erf(x / mp.sqrt(2))) / 2

    middle = max((mp.mpf(i) / 20 for i in range(1, 160)), key=height)
    low, high = middle - mp.mpf(1) / 20, middle + mp.mpf(1) / 20
    while high - low > mp.mpf(10) ** -35:
        a, b = (2 * low + high) / 3, (low + 2 * high) / 3
        low, high = (a, high) if height(a) < height(b) else (low, b)
    return height((low + high) / 2)


LARGEST_ERRORS = [  # the parameter, and its largest error of Φ, rounded to six figures
    (gelu.CUBIC, "gelu-minimax", None, "0.000178921"),
    (gelu.CUBIC, "gelu-minimax", "local", "0.000313467"),
    (gelu.CUBIC, "gelu-minimax", "0.044715", "0.000178933"),
    (gelu.LOGISTIC, "gelu-logistic", None, "0.00945731"),
    (gelu.LOGISTIC, "gelu-logistic", "1.702", "0.00948632"),
    (gelu.LOGISTIC, "gelu-logistic", "slope", "0.0176712"),
]


@pytest.mark.parametrize("digits", [1, 6, 9, 33, 200])
def test_all_figures_of_gelus_largest_errors_are_right(digits):
    for name in ("gelu-minimax", "gelu-logistic"):
        rows = [row for row in LARGEST_ERRORS if row[1] == name]
        notes = evaluate(get([name])[0], digits).notes()
        assert len(notes) == 3
        for note, (approximation, _, parameter, rounded) in zip(sorted(notes, key=note_order), rows, strict=True):
            (printed,) = re.findall(r"(?:Φ is|largest error) (0\.\d+)…", note)
            assert len(printed.lstrip("0.")) == max(6, min(digits, 50))
            assert abs(float(printed) - float(rounded)) < 1.1 * 10 ** -(len(rounded) - 2)
            with mp.workdps(70):
                found = mp.nstr(largest_by_search(approximation, parameter_of(approximation, parameter)), 60)
            assert found.startswith(printed)


def note_order(note):
    return ["least", "local", "0.044715", "1.702", "slope"].index(
        next(word for word in ("least", "local", "0.044715", "1.702", "slope") if word in note)
    )


def parameter_of(approximation, name):
    special = {"local": (4 - mp.pi) / (6 * mp.pi), "slope": mp.sqrt(8 / mp.pi)}
    return gelu.minimax_by_equations(approximation) if name is None else special.get(name) or mp.mpf(name)


def test_the_largest_error_is_found_for_any_parameter(rng):
    with mp.workdps(20):
        for _ in range(10):
            for approximation, low, high in ((gelu.CUBIC, 0.001, 2), (gelu.LOGISTIC, 0.3, 9)):
                p = mp.mpf(math.exp(rng.uniform(math.log(low), math.log(high))))
                grid = max(abs(approximation.error(mp.mpf(i) / 100, p)) for i in range(1, 1500))
                assert grid <= gelu.largest_error(approximation, p) < grid + mp.mpf("0.0005")


# ---------------------------------------------------------------- the command


def test_the_command_says_that_it_truncates(capsys):
    assert run(["identities", "--help"]) == 0
    assert "truncated, never rounded" in capsys.readouterr().out
    assert run(["identities", "2", "near-integer", "--digits", "5", "-q"]) == 0
    output = capsys.readouterr().out
    assert output.count("\t0.31830\n") == 2  # 1/π = 0.318309…
    assert "d = 163\t-262537412640768000\n" in output


def test_no_module_of_the_gallery_rounds():
    """mpmath's nstr rounds: figures and decimals of printed_numbers are there instead."""
    for path in Path(printed_numbers.__file__).parent.rglob("*.py"):
        assert not re.search(r"nstr\(|:\.\d+[fge]\}", path.read_text(encoding="utf-8")), path.name
