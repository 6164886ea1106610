"""What an interactive session shows: one line an object, a table in a notebook, a screen of help; and results as sequences."""

import dataclasses
import operator
import pydoc
import re

import pytest

import pi_engine
from pi_engine import identities, series
from pi_engine.convergence.measure import measure_convergence
from pi_engine.engine.estimate import estimate
from pi_engine.engine.result import Check
from pi_engine.proof.j_invariant.near_integer import near_integer
from pi_engine.series import ClosedForm, HypergeometricSeries, IntegerPolynomial
from tests.command import run_code


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("digits", [0, 1, 5, 20, 21, 1000, 30_000])
def test_a_result_on_one_line(digits, base):
    result = pi_engine.compute(digits, base=base)
    plural = "digit" if digits == 1 else "digits"
    text = result.text()
    shown = text if digits <= 20 else f"{text[:10]}…{text[-8:]}"
    pattern = rf"ComputeResult\({re.escape(shown)}, {digits:_} {plural}, base {base}, chudnovsky, [0-9.e-]+ s\)"
    assert re.fullmatch(pattern, repr(result))
    assert len(repr(result)) <= 100
    assert str(result) == text


def test_a_result_with_extremes_is_still_a_line():
    result = pi_engine.compute(100)
    odd = dataclasses.replace(result, digits=10**15, series="a\n<b>" * 300, seconds={"total": 1e9})
    assert len(repr(odd)) <= 100
    assert repr(odd).isprintable() and repr(odd).endswith(")")
    assert "<b>" not in odd._repr_html_()
    assert dataclasses.replace(result, seconds={}).__repr__().endswith("0 s)")


def test_a_result_is_a_sequence_of_its_digits():
    result, zero = pi_engine.compute(50), pi_engine.compute(0)
    digits = result.text()[2:]
    assert len(result) == 50 and len(zero) == 0 and result and zero
    for key in [
        0,
        1,
        49,
        -1,
        -50,
        *(slice(a, b, c) for a in (None, 0, 3, -4, 99) for b in (None, 9, -2, -99) for c in (None, 2, -1, -3)),
    ]:
        assert result[key] == digits[key]
    assert zero[:] == zero[::-1] == ""
    assert "".join(result) == digits and list(zero) == []
    assert "26535" in result and "999999" not in result and "." not in result and 5 not in result
    for position in (50, -51):
        with pytest.raises(IndexError, match=f"position {position} is not among 50 digits"):
            result[position]
    with pytest.raises(IndexError, match="0 digits"):
        zero[0]
    for key in ("5", 1.0, None, (1, 2)):
        with pytest.raises(TypeError, match=f"not {type(key).__name__}"):
            result[key]


def test_results_are_equal_by_value():
    result = pi_engine.compute(50)
    again = pi_engine.compute(50, series="ramanujan", threads=1)
    assert result == again and hash(result) == hash(again) and len({result, again}) == 1
    others = (pi_engine.compute(51), pi_engine.compute(49), pi_engine.compute(50, base=16), result.text(), None)
    assert all(result != other for other in others)
    wrong = dataclasses.replace(result, _text=result.text()[:-1] + "1")
    assert result != wrong
    assert pi_engine.compute(0) != pi_engine.compute(0, base=16)


def test_a_result_in_a_notebook():
    table = pi_engine.compute(1000)._repr_html_()
    assert table.startswith("<table>") and table.endswith("</table>")
    assert "1_000 digits" in table and "3.14159265…64201989" in table and "known digits" in table


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / ("a long name, with <b>markup" * 3 + ".txt")
        path.write_text(text)
        return path

    return written


def test_a_verification_on_one_line(file):
    text = pi_engine.compute(1000).text()
    right = pi_engine.verify_file(file(text))
    again = pi_engine.verify_file(file(text))
    assert right and right == again and right.seconds > 0 and hash(right) == hash(again)
    assert repr(right).startswith("Verification(ok, …") and "1_000 digits, base 10, " in repr(right)
    wrong = pi_engine.verify_file(file(text[:500] + str((int(text[500]) + 1) % 10) + text[501:]))
    assert not wrong and wrong != right
    assert repr(wrong).startswith("Verification(wrong: position 499: ")
    corrupt = pi_engine.verify_file(file(text[:500] + "x" + text[501:]))
    assert not corrupt
    assert repr(corrupt).startswith("Verification(corrupt: the first 498 digits are π's; then")
    for found in (right, wrong, corrupt):
        assert len(repr(found)) <= 100 and repr(found).isprintable()
        assert "<b>" not in found._repr_html_() and "&lt;b&gt;" in found._repr_html_()
    assert "499" in wrong._repr_html_() and wrong.expected in wrong._repr_html_()


def public_objects():
    large = IntegerPolynomial(10**6000, ((7, 10**5000),))
    result = pi_engine.compute(200)
    gallery = identities.catalogue()
    yield from result.checks
    yield Check("x" * 500, "passed", "y\n" * 500)
    for row in series.catalogue():
        yield from (row, row.closed_form)
        for part in row.components:
            yield from (part, part.sum, part.sum.p, part.sum.q, part.sum.a)
    yield from (
        large,
        HypergeometricSeries(IntegerPolynomial(1), IntegerPolynomial(10**6001), large),
        ClosedForm(1, 2, 3),
    )
    yield from (series.derive(7, digits=20), series.derive(163, digits=20))
    yield from gallery
    yield identities.evaluate(gallery[0], 30)
    yield estimate(10**6, format="ycd")
    yield near_integer(163, result.value, 200)
    yield near_integer(10**4, pi_engine.compute(500).value, 500)
    yield from measure_convergence(["bbp"], terms=3)


def test_no_public_object_pours():
    for thing in public_objects():
        assert len(repr(thing)) <= 100, repr(thing)[:200]
        assert repr(thing).isprintable()
        assert repr(thing).startswith(type(thing).__name__ + "(")
        if hasattr(thing, "_repr_html_"):
            assert thing._repr_html_().startswith("<table>")
    assert len(repr(series.catalogue())) < 4000


def help_on(name):
    """The help on `name` as a user's terminal shows it, in a process that has loaded nothing."""
    code = f"import pydoc, pi_engine; print(pydoc.plain(pydoc.render_doc({name})))"
    return run_code(code).stdout.splitlines()


def test_help_on_the_package_is_a_screen():
    lines = help_on("pi_engine")
    contents = lines.index("PACKAGE CONTENTS")
    assert contents <= 30, "what there is to call does not fit on a screen"
    assert len(lines) <= 70
    summary = "\n".join(lines[:contents])
    for name in pi_engine._HOME:
        if name not in {"bigint", "radix", "series", "__version__"}:
            assert name in summary, name
    for call in ("bigint.multiply(", "radix.to_text(", "radix.from_text(", "series.get("):
        assert call in summary
    assert max(map(len, summary.splitlines())) <= 110


@pytest.mark.parametrize(
    ("name", "calls", "most"), [("radix", ["to_text(", "from_text("], 100), ("bigint", ["multiply("], 120)]
)
def test_help_on_a_part_opens_with_what_is_called(name, calls, most):
    lines = help_on(f"pi_engine.{name}")
    assert len(lines) <= most
    assert all(call in "\n".join(lines[:16]) for call in calls)


def test_every_public_name_is_listed_and_loads():
    for name in pi_engine._HOME:
        assert name in dir(pi_engine)
        assert getattr(pi_engine, name) is not None
        assert name == "__version__" or pydoc.render_doc(getattr(pi_engine, name))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        operator.attrgetter("nonsense")(pi_engine)
