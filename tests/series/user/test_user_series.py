"""Series from files: what is read, what is refused and where, and that a series for something else is noticed."""

import json
import re
from fractions import Fraction

import pytest

import pi_engine
from pi_engine import UsageError, VerificationError
from pi_engine.cli.main import run
from pi_engine.engine.checks.reference import REFERENCE_DIGITS, is_run_again
from pi_engine.engine.planning import plan
from pi_engine.engine.planning.forecast import forecast
from pi_engine.series import get, load
from tests.backends import pretend

EXAMPLES = ["machin", "ramanujan"]

RAMANUJAN = """
p = "(4k-3)(2k-1)(4k-1)"
q = "396^4/8 k^3"
a = "26390k + 1103"
pi = "9801 sqrt(2) / (4 S)"
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.fixture(scope="module")
def examples(checkout):
    """The files of the documentation, by name."""
    return {path.stem: path for path in checkout.glob("docs/examples/*.toml")}


def test_every_example_is_tested(examples):
    assert sorted(examples) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_documentation(examples, name, million, capsys):
    path = examples[name]
    series = load(path)
    assert series.family == "user"
    result = pi_engine.compute(10_000, series=series)
    assert result.text() == million.text()[:10_002]
    assert "reference" in [check.name for check in result.checks]
    assert run(["compute", "20", "--series", str(path), "-q"]) == 0
    assert run(["series", "show", str(path)]) == 0
    assert run(["series", "list", "--file", str(path), "--json"]) == 0
    lines = capsys.readouterr().out
    assert lines.startswith("3.14159265358979323846\n" + series.name)
    assert f'"name": "{series.name}"' in lines


def test_the_examples_on_the_compiled_path(examples, million, monkeypatch):
    pretend(monkeypatch, pays=True)
    for path in examples.values():
        assert pi_engine.compute(10_000, series=str(path)).text() == million.text()[:10_002]


def test_numbers_of_thousands_of_digits(write, million, monkeypatch):
    """A series that is Ramanujan's with p and q times a large number, on both paths."""
    big = "7^1000"
    path = write(RAMANUJAN.replace('p = "', f'p = "{big} ').replace('q = "', f'q = "{big} '))
    for compiled in (False, True):
        pretend(monkeypatch, pays=compiled)
        assert pi_engine.compute(3000, series=path).text() == million.text()[:3002]


def test_a_file_s_name_is_the_series_name(write):
    assert load(write(RAMANUJAN)).name == "mine"
    assert get(write(RAMANUJAN + 'name = "other"')).name == "other"


def sums(**changes):
    part = {"p": '"-(2k-1)"', "q": '"25(2k+1)"', "a": "1", "coefficient": '"16/5"', **changes}
    body = "\n".join(f"{key} = {value}" for key, value in part.items() if value)
    return f'pi = "S"\n[[sum]]\n{body}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p = 1\nq = k", "not TOML: .*line 2"),
        (b"\xff\xfe", "not TOML: byte 1 is not UTF-8"),
        ("p = " + "9" * 5000, "not TOML that can be read"),
        ("p = " + "[" * 5000, "nested more than"),
        ("", "the key 'pi' is missing"),
        (RAMANUJAN.replace('a = "26390k + 1103"', ""), "the key 'a' is missing"),
        (RAMANUJAN + "radicand = 2", "unknown key 'radicand'"),
        (RAMANUJAN.replace("26390k", "26390x"), "a: column 6: unknown name 'x'"),
        (RAMANUJAN.replace('"26390k + 1103"', "1.5"), "a: not a polynomial"),
        (RAMANUJAN.replace('"26390k + 1103"', "true"), "a: not a polynomial"),
        (RAMANUJAN.replace('"26390k + 1103"', '[1, "2"]'), "a: not a polynomial"),
        (RAMANUJAN.replace('"26390k + 1103"', "[]"), "a must not be zero"),
        (RAMANUJAN.replace("sqrt(2)", "sqrt(k)"), "pi: column .*unknown name 'k'"),
        (RAMANUJAN.replace('"9801 sqrt(2) / (4 S)"', "3"), "pi: must be text"),
        (RAMANUJAN.replace("396^4/8 k^3", "256 k^3 / 8"), "diverges: .* tends to ±1"),
        (RAMANUJAN.replace("396^4/8 k^3", "k^3"), "diverges: .* tends to ±32"),
        (RAMANUJAN.replace("396^4/8 k^3", "k^2"), "same degree"),
        (RAMANUJAN.replace("396^4/8 k^3", "10^9 k^2 (k - 2)"), r"q\(k\) must not vanish"),
        (RAMANUJAN.replace("(4k-3)", "(4k+300)"), "too slowly to bound"),
        (RAMANUJAN + "title = 5", "title: must be one line of text"),
        (RAMANUJAN + 'title = "a\\u001b[2J"', "title: must be one line of text"),
        (RAMANUJAN + "[[sum]]", "unknown key 'p'"),
        ('pi = "S"\nsum = 3', r"sum: must be tables"),
        ('pi = "S"\nsum = []', r"sum: must be tables"),
        (sums(p=""), "sum 1: the key 'p' is missing"),
        (sums(coefficient='"0"'), "sum 1: coefficient: must be a fraction"),
        (sums(coefficient='"sqrt(2)"'), "sum 1: coefficient: must be a fraction"),
        (sums(coefficient="1.5"), "sum 1: coefficient: must be an integer or a fraction"),
        (sums(p='"(2k-1)"', q='"(2k+1)"'), r"sum 1: the series diverges: .* term k is like k\^\(-1\)"),
        (sums(p='"2k+1"', q='"2k-1"'), "sum 1: the series diverges"),
        (sums(x="1"), "sum 1: unknown key 'x'"),
        ('pi = "S"\n' + "[[sum]]\np=1\nq=2\na=1\n" * 101, "more than 100"),
        ("#" * (1 << 20) + RAMANUJAN, "larger than a MiB"),
        (RAMANUJAN.replace('"(4k-3)(2k-1)(4k-1)"', '"1999999"').replace("396^4/8 k^3", "2000000"), "too slowly"),
    ],
)
def test_bad_files_are_one_line_that_names_the_place(write, capsys, text, message):
    path = write(text)
    for command in (["compute", "100", "--series", path], ["series", "show", path], ["series", "list", "--file", path]):
        assert run(command) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert captured.err.startswith(f"pi-engine: error: {path}: ")
        assert re.search(message, captured.err)


@pytest.mark.parametrize(
    "text",
    [
        'p = "-(2k-1)"\nq = "2k+1"\na = "1"\npi = "4 S"\n',  # Leibniz
        sums(p='"-(2k-1)"', q='"(2k+1)"'),
        RAMANUJAN.replace("396^4/8 k^3", "32 k^3 + 1000 k^2"),
    ],
)
def test_a_series_that_converges_too_slowly_is_shown_and_not_computed(write, capsys, text):
    path = write(text)
    assert run(["compute", "100", "--series", path]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "mine converges too slowly" in said.err and "diverge" not in said.err
    assert run(["series", "show", path, "--terms", "2"]) == 0
    assert run(["convergence", "--series", path, "--terms", "2", "-q"]) == 0
    assert run(["series", "list", "--file", path]) == 0


def test_files_that_are_not_there(capsys, tmp_path):
    for name in ("missing.toml", "folder.toml", "missing/x.toml", "a\u0000.toml"):
        (tmp_path / "folder.toml").mkdir(exist_ok=True)
        assert run(["compute", "5", "--series", str(tmp_path / name)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("digits", [1, 10, 300, 20_000])
@pytest.mark.parametrize(
    "change",
    [
        ("26390k + 1103", "26390k + 1104"),
        ("9801", "9802"),
        ("(4 S)", "(40 S)"),
        ("(4 S)", "(S/10)"),
        ("sqrt(2)", "sqrt(3)"),
        ("(2k-1)", "(2k+1)"),
        ("(4k-3)", "-(4k-3)"),
    ],
)
def test_a_series_for_something_else_is_noticed(write, capsys, change, digits):
    path = write(RAMANUJAN.replace(*change))
    code = run(["compute", str(digits), "--series", path, "-q"])
    captured = capsys.readouterr()
    if code == 0:  # right as far as it goes
        assert digits == 1 and captured.out == "3.1\n"
    else:
        assert (code, captured.out, captured.err.count("\n")) == (3, "", 1)
        assert "mine" in captured.err


@pytest.mark.parametrize("place", [20, 60, 150, 700, 5000, 9990, 12_000, 20_500])
def test_a_series_that_is_nearly_pi_is_noticed(place, million):
    """Where no published position is near: wrong from some digit on."""
    machin = get("machin")
    first = machin.components[0]
    near = first._replace(coefficient=first.coefficient * (1 + Fraction(1, 10**place)))
    series = machin.__class__(**{**vars(machin), "parts": (near, machin.components[1])})
    assert pi_engine.compute(place - 5, series=series).text() == million.text()[: place - 3]
    for base in (10, 16):
        with pytest.raises(VerificationError, match=r"does not sum to π: at position \d+ it gives"):
            pi_engine.compute(place + 5, series=series, base=base)


@pytest.mark.parametrize("check", ["fast", "full"])
@pytest.mark.parametrize("base", ["10", "16"])
def test_every_digit_of_a_file_s_series_is_compared(write, capsys, examples, base, check):
    """An error behind what the iteration gives, and where no published digit is near."""
    text = examples["machin"].read_text(encoding="utf-8")
    path = write(text + '[[sum]]\ncoefficient = "1/10^3125"\np = 1\nq = "10^3125"\na = "k(k-1)(k-2)"\n')
    right, wrong = ("12400", "12600") if base == "10" else ("10300", "10450")
    assert run(["compute", right, "--series", path, "-q", "--base", base]) == 0
    capsys.readouterr()
    assert run(["compute", wrong, "--series", path, "-q", "--base", base, "--check", check]) == 3
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    if check == "fast":  # a full check finds it by BBP, in the hexadecimal digits
        position = int(re.search(r"at position (\d+)", said.err)[1])
        assert int(right) < position < int(wrong)


def test_what_the_comparison_takes_is_planned(examples):
    series = load(examples["ramanujan"])
    plain = plan.make_plan(get("chudnovsky"), 10**6, 10)
    for check, compares in (("none", False), ("fast", True)):
        made = plan.make_plan(series, 10**6, 10, check=check)
        phases = [step.phase for step in forecast(made, 1, check)]
        assert ("confirmation" in phases) == is_run_again(series, 10**6, check) == compares
        assert not compares or made.memory_bytes >= plain.memory_bytes + 10**6
    assert not is_run_again(get("ramanujan"), 10**6, "fast")
    assert not is_run_again(series, REFERENCE_DIGITS, "fast")
    names = {check.name: check.detail for check in pi_engine.compute(20_000, series=series).checks}
    assert names["other series"] == "20_000 digits compared with those of a run with the series chudnovsky"


def test_a_negative_sum_is_no_series(write, capsys):
    assert run(["compute", "5", "--series", write(RAMANUJAN.replace("26390k + 1103", "-26390k - 1103")), "-q"]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_without_checks_a_line_says_that_nothing_compares_the_digits(write, capsys):
    wrong = write(RAMANUJAN.replace("26390k", "26391k"))
    assert run(["compute", "20", "--series", wrong]) == 3
    capsys.readouterr()
    line = (
        "pi-engine: nothing checks whether the series mine sums to π: leave out '--check none' to have its digits "
        "compared with those of π\n"
    )
    assert run(["compute", "20", "--series", wrong, "--check", "none"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("3.14159") and "3.14159265358979323846" not in captured.out
    assert captured.err.startswith(line)
    assert run(["compute", "20", "--check", "none", "--series", "derived:163"]) == 0
    assert "nothing checks whether the series derived:163 sums to π" in capsys.readouterr().err
    for arguments in (["--series", wrong, "-q"], ["--series", "machin"], []):
        assert run(["compute", "20", "--check", "none", *arguments]) == 0
        assert "nothing checks" not in capsys.readouterr().err


def test_without_checks_what_is_not_near_three_is_still_refused(write):
    assert run(["compute", "5", "--check", "none", "--series", write(RAMANUJAN.replace("9801", "98010")), "-q"]) == 3


def test_what_would_not_fit_is_refused(write, capsys):
    slow = 'p = "1998k"\nq = "1000(2k+1)"\na = "1"\npi = "S"\n'
    assert run(["compute", "1e9", "--memory", "8GB", "--series", write(slow)]) == 4
    assert "would fit" in capsys.readouterr().err


def test_nothing_is_executed(write, tmp_path):
    target = tmp_path / "made"
    for text in (f"open({str(target)!r}, 'w')", "__import__('os').system('touch made')", "{k}", "$(touch made)"):
        for key in ("a", "pi"):
            bad = re.sub(f"(?m)^{key} = .*$", lambda _, key=key, text=text: f"{key} = {json.dumps(text)}", RAMANUJAN)
            with pytest.raises(UsageError):
                load(write(bad))
    assert not target.exists()
