"""`series show NAME --terms K`: values truncated exactly, and the digits that agree with π marked."""

import dataclasses
import json
import math
import re

import gmpy2
import pytest

from pi_engine.cli.commands.series.partial_sums import partial_sum_fields, print_partial_sums
from pi_engine.cli.main import run
from pi_engine.series import IntegerPolynomial, catalogue, get, lessons
from pi_engine.series.model.partial_values import PartialValue, digits_after_terms, partial_values
from tests.command import pi_on_terminal

EVERY_ROW = pytest.mark.parametrize("row", [*catalogue(), *lessons()], ids=lambda row: row.name)


def table_of(text):
    lines = text.splitlines()
    return lines[next(i for i, line in enumerate(lines) if line.split()[:2] == ["terms", "digits"]) + 1 :]


@EVERY_ROW
def test_values_are_truncated_and_their_digits_counted(row):
    """Against the definition, evaluated with MPFR from the polynomials."""
    form = row.closed_form
    for n, (value, digits) in enumerate(zip(partial_values(row, 6), digits_after_terms(row, 6), strict=True), 1):
        with gmpy2.context(precision=3000):
            S = gmpy2.mpfr(0)
            for coefficient, summed, _ in row.components:
                term = gmpy2.mpq(1)
                for k in range(n):
                    term = term * gmpy2.mpq(summed.p(k), summed.q(k)) if k else term
                    S += gmpy2.mpq(coefficient) * term * summed.a(k)
            factor = form.numerator * gmpy2.sqrt(gmpy2.mpfr(form.radicand)) / form.denominator
            expected = factor * S if form.direct else factor / S
            if form.power == 2:
                expected = gmpy2.sqrt(expected)
            found = gmpy2.mpfr(value.text.replace("−", "-"))
            unit = gmpy2.mpfr(10) ** -len(value.text.partition(".")[2])
            assert -1e-300 < (expected - found) * gmpy2.sign(expected) < unit
            assert value.terms == n
            reached = float(-gmpy2.log10(abs(expected - gmpy2.const_pi()))) if S > 0 else -math.inf
            assert digits == pytest.approx(reached, abs=1e-9)


@EVERY_ROW
def test_the_marked_digits_are_those_of_pi(row, mpfr_digits):
    pi = "3." + mpfr_digits
    for value, digits in zip(partial_values(row, 12), digits_after_terms(row, 12), strict=True):
        assert value.digits == digits
        text = value.text or ""
        assert text[: value.agreeing] == pi[: value.agreeing]
        if value.agreeing:
            assert text[value.agreeing] != pi[value.agreeing]
            assert value.digits_agreeing <= digits < value.digits_agreeing + len(text) - value.agreeing
        else:
            assert not text.startswith("3.")


def test_a_negative_sum_has_no_root(capsys):
    """Of a series for π², whose first term has the wrong sign."""
    row = dataclasses.replace(get("guillera-20"), a=IntegerPolynomial(1, ((-1, 8, 20),)))
    (value,) = partial_values(row, 1)
    assert value.text is None and value.digits_agreeing == 0
    assert partial_sum_fields(value) == {"terms": 1, "value": None, "digits": 0, "minus_log10_error": None}
    print_partial_sums([value])
    assert capsys.readouterr().out.endswith("\n1\t0\t\tno real number\n")


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        (0.0663, "0.86"), (7.12, "7.6e-8"), (14182.93, "1.2e-14183"), (-1.5, "32"),
        (-400.0, "1.0e+400"), (-400.48, "3.0e+400"), (-399.999, "1.0e+400"), (399.999, "1.0e-400"),
    ],
)  # fmt: skip
def test_errors_of_any_size_are_shown(digits, shown, capsys):
    """Those that no float holds, too: a file may describe a series whose first terms are as far from π as it likes."""
    print_partial_sums([PartialValue(1, "4.0", 0, digits)])
    assert capsys.readouterr().out.splitlines()[-1].split("\t")[2] == shown


def test_known_values():
    assert [x.text for x in partial_values(get("leibniz"), 4)] == [
        "4.0000000000", "2.6666666666", "3.4666666666", "2.8952380952"
    ]  # fmt: skip
    (ramanujan,) = partial_values(get("ramanujan"), 1)
    assert ramanujan.text.startswith("3.14159273") and ramanujan.digits_agreeing == 6
    assert partial_values(get("gosper"), 1)[0].text == "−6.0000000000"
    assert partial_values(get("leibniz"), 1000)[-1].text.startswith("3.14059265")


def test_the_table(capsys):
    assert run(["series", "show", "ramanujan", "--terms", "2"]) == 0
    first, second = table_of(capsys.readouterr().out)
    assert re.split(r"\s+", first.strip()) == ["1", "6", "7.6e-8", "3.141592|73001"]
    assert re.split(r"\s+", second.strip())[:3] == ["2", "15", "6.4e-16"]


@pytest.mark.parametrize(("name", "terms"), [("leibniz", 1000), ("chudnovsky", 300), ("gosper", 20), ("hwang", 60)])
def test_the_table_fits_80_columns(capsys, name, terms):
    assert run(["series", "show", name, "--terms", str(terms)]) == 0
    lines = table_of(capsys.readouterr().out)
    assert len(lines) == terms and max(map(len, lines)) <= 80
    for line, value in zip(lines, partial_values(get(name), terms), strict=True):
        right, _, rest = line.split()[-1].partition("|")
        head, _, tail = right.partition("…")
        assert value.text.startswith(head) and value.text[: value.agreeing].endswith(tail or right)
        assert value.text[value.agreeing :].startswith(rest) and rest


def test_json(capsys):
    assert run(["series", "show", "leibniz", "--terms", "3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["name"] == "leibniz" and answer["cost"] is None
    assert answer["partial_sums"] == [
        {"terms": 1, "value": "4.0000000000", "digits": 0, "minus_log10_error": 0.0663},
        {"terms": 2, "value": "2.6666666666", "digits": 0, "minus_log10_error": 0.3234},
        {"terms": 3, "value": "3.4666666666", "digits": 0, "minus_log10_error": 0.488},
    ]
    assert run(["series", "show", "leibniz", "--json"]) == 0
    assert "partial_sums" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("terms", ["0", "1001", "-3", "many"])
def test_terms_that_are_refused(capsys, terms):
    assert run(["series", "show", "leibniz", "--terms", terms]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def on_a_terminal(**environment):
    code, shown, _ = pi_on_terminal("series", "show", "leibniz", "--terms", "3", environment=environment)
    assert code == 0
    return shown


def test_colour_on_a_terminal_only():
    coloured = on_a_terminal(TERM="xterm")
    assert re.search("\x1b\\[[0-9;]*m3\\.\x1b\\[0m\\|4666", coloured.replace("\x1b[1m", ""))
    assert max(map(len, coloured.splitlines())) < 100  # wrapped, but for the colours
    for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = on_a_terminal(**environment)
        assert "\x1b" not in plain and "3.|4666" in plain
