"""What the public functions take and give: every kind of integer, nothing that only looks like one, and the annotated types."""

import inspect
from decimal import Decimal
from fractions import Fraction

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpq, mpz, xmpz

import pi_engine
from pi_engine import PiEngineError, UsageError, identities, radix, series
from pi_engine.bigint import division, multiply, product
from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.engine.estimate import estimate
from pi_engine.proof.j_invariant.near_integer import confirm, near_integer
from pi_engine.radix import integer_text
from pi_engine.runtime.tuning import Thresholds
from pi_engine.series import ClosedForm, HypergeometricSeries, IntegerPolynomial

NO_INTEGERS = [
    3.0,
    "3",
    b"3",
    None,
    Fraction(3),
    Decimal(3),
    mpq(3),
    gmpy2.mpfr(3),
    np.float64(3),
    np.array([3]),
    [3],
    3j,
]

TAKERS = {
    "multiply, left": lambda x: multiply(x, 5),
    "multiply, right": lambda x: multiply(5, x),
    "to_text": radix.to_text,
    "digit_text": lambda x: radix.digit_text(x, 10),
    "isqrt": division.isqrt,
    "divide": lambda x: division.divide(100, x),
    "compute": pi_engine.compute,
    "compute, base": lambda x: pi_engine.compute(5, base=x),
    "estimate": estimate,
    "hex_digits": pi_engine.hex_digits,
    "hex_digits, count": lambda x: pi_engine.hex_digits(5, count=x),
    "derive": series.derive,
    "derive, digits": lambda x: series.derive(163, digits=x),
    "polynomial": IntegerPolynomial,
    "closed form": lambda x: ClosedForm(4, x, 1),
    "near_integer": lambda x: near_integer(163, 3, x),
    "confirm": lambda x: confirm(163, x, 100),
}


def integers(value):
    return [value, mpz(value), xmpz(value), *(kind(value) for kind in (np.int64, np.uint8, np.int32)), np.array(value)]


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("value", NO_INTEGERS, ids=lambda value: type(value).__name__)
def test_what_is_no_integer_is_a_type_error_that_names_what_is_taken(taker, value):
    with pytest.raises(TypeError, match=rf"takes int, mpz or numpy integers, not {type(value).__name__}$"):
        TAKERS[taker](value)


def test_every_kind_of_integer_gives_the_same():
    for a in integers(100):
        assert multiply(a, 7) == multiply(7, a) == 700
        assert type(multiply(a, a)) is type(multiply(a, 7)) is mpz
        assert radix.to_text(a) == radix.digit_text(a, 10) == "100"
        assert division.isqrt(a) == 10
        assert division.divide(a, 7) == 14
        assert pi_engine.compute(a) == pi_engine.compute(100)
        assert pi_engine.hex_digits(a, count=8) == pi_engine.hex_digits(100, count=8)
        assert IntegerPolynomial(a, ((a, 1),)) == IntegerPolynomial(100, ((100, 1),))
    for a in integers(16):
        assert pi_engine.compute(20, base=a).text() == "3.243F6A8885A308D313198"[:22]
    for a in integers(163):
        assert series.derive(a, digits=np.int64(50)).j == -(640320**3)


def test_truth_values_are_integers_as_everywhere_in_python():
    assert multiply(True, 5) == 5
    with pytest.raises(TypeError, match="not bool"):
        multiply(np.True_, 5)


def test_large_integers_of_python(rng):
    """Beyond the 4300 digits at which Python's own conversion gives up."""
    x = rng.getrandbits(170_000) | 1
    assert radix.to_text(10**50_000) == "1" + "0" * 50_000
    assert radix.to_text(-x) == "-" + mpz(x).digits()
    assert multiply(x, -x) == -(mpz(x) ** 2)
    assert type(radix.from_text(radix.to_text(x))) is mpz


def test_an_int_that_is_given_twice_is_squared(monkeypatch):
    """One conversion, one object: what the transform squares at two thirds of the cost."""
    seen = []
    monkeypatch.setattr(product, "transform_pays", lambda seconds: True)
    monkeypatch.setattr(product, "thresholds", lambda: Thresholds(multiply=2000, square=3000))
    monkeypatch.setattr(product, "_multiply_by_transform", lambda a, b, threads, *, check: seen.append(a is b) or a * b)
    x, y = ((1 << 30_000) - 1 for _ in range(2))
    assert multiply(x, x) == (mpz(1) << 60_000) - (mpz(1) << 30_001) + 1
    multiply(x, y)
    assert seen == [True, False]


@pytest.mark.parametrize("threads", [0, -1, np.int64(0), mpz(-3)])
@pytest.mark.parametrize(
    "call",
    [
        lambda threads: multiply(2, 3, threads=threads),
        lambda threads: multiply(mpz(3) ** 20_000, 3, threads=threads),
        lambda threads: radix.to_text(5, threads=threads),
        lambda threads: radix.from_text("5", threads=threads),
        lambda threads: pi_engine.compute(5, threads=threads),
        lambda threads: pi_engine.hex_digits(5, threads=threads),
        lambda threads: pi_engine.verify_file("nothing.txt", threads=threads),
        lambda threads: division.isqrt(5, threads=threads),
        lambda threads: division.divide(5, 2, threads=threads),
        lambda threads: confirm(163, 3, 100, threads=threads),
        lambda threads: near_integer(163, pi_engine.compute(200).value, 200, threads=threads),
    ],
)
def test_threads_are_looked_at_before_anything_else(call, threads):
    with pytest.raises(UsageError, match="threads must be 1 or more"):
        call(threads)
    for many in (1025, 10**6, 10**30):  # the workspace of so many would be told as one of too many digits
        with pytest.raises(UsageError, match="threads must be at most 1024"):
            call(many)
    for other in ("2", 2.0, [1]):
        with pytest.raises(TypeError, match="threads takes int, mpz or numpy integers"):
            call(other)


def test_memory_and_lengths():
    for call in (pi_engine.compute, lambda _digits, **options: pi_engine.verify_file("nothing.txt", **options)):
        with pytest.raises(UsageError, match="memory limit must be"):
            call(5, memory=0)
        with pytest.raises(TypeError, match="memory takes int, mpz or numpy integers, not str"):
            call(5, memory="1G")
    with pytest.raises(UsageError, match="negative"):
        pi_engine.verify_file("nothing.txt", digits=-1)
    with pytest.raises(TypeError, match="digits takes"):
        pi_engine.verify_file("nothing.txt", digits="5")
    with pytest.raises(UsageError, match="choose 2, 8, 10 or 16"):
        pi_engine.verify_file("nothing.txt", base=7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pi_engine.compute(5, series=7), "series takes"),
        (lambda: pi_engine.compute(5, series=None), "series takes"),
        (lambda: estimate(5, series=7), "series takes"),
        (lambda: pi_engine.compute(5, progress=7), "progress takes a callable"),
        (lambda: pi_engine.verify_file(b"pi.txt"), "not bytes"),
        (lambda: pi_engine.verify_file(5), "not int"),
        (lambda: series.get(163), "str, not int"),
        (lambda: HypergeometricSeries(IntegerPolynomial(1), IntegerPolynomial(2), 3), "p, q and a, not int"),
        (lambda: IntegerPolynomial(1, ((1, 2.0),)), "coefficient of a polynomial takes"),
        (lambda: IntegerPolynomial(1)(0.5), "a polynomial takes"),
        (lambda: pi_engine.compute(5).write(5), "not int"),
        (lambda: pi_engine.compute(5).write(b"pi.txt"), "write takes the path as str or Path, not bytes"),
        (lambda: pi_engine.compute(5).write("x.ycd", block_size="5"), "block_size takes"),
        (lambda: identities.evaluate(identities.get(["1"])[0], 30.0), "digits takes"),
    ],
)
def test_other_arguments_of_a_wrong_type(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.fixture(params=["by GMP", "by kernels"])
def _both_ways(request, monkeypatch):
    if request.param == "by kernels":
        monkeypatch.setattr(integer_text, "SHORT_BITS", 0)
        monkeypatch.setattr(integer_text, "FROM_TEXT_FROM_DIGITS", 0)


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1" * 10**5 + "x", "position 100001 is 'x'"),
        ("-" + "1" * 10**5 + "-", "position 100002 is '-'"),
        ("1" * 50_000 + "٣" + "1" * 50_000, "position 50001 is '٣'"),
        ("12 34\n5x6", "position 8 is 'x'"),
        ("--1", "position 2 is '-'"),
        ("+-1", "position 2 is '-'"),
        ("1" + "\0" * 3, r"position 2 is '\\x00'"),
        ("1.5", "position 2 is '.'"),
        ("0x10", "position 2 is 'x'"),
        ("3e5", "position 2 is 'e'"),
        ("", "empty"),
        ("-", "no digit"),
        (" _\n", "no digit"),
        ("\ud800", "position 1"),
    ],
)
def test_text_that_is_no_integer_says_where(text, message):
    with pytest.raises(ValueError, match=message):
        radix.from_text(text)


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(("text", "value"), [("007", 7), ("-0", 0), (" +5 ", 5), ("- 1_000\n000\t", -1_000_000)])
def test_blanks_and_underscores_are_passed_over(text, value):
    assert radix.from_text(text) == value
    assert type(radix.from_text(text)) is mpz


@pytest.mark.usefixtures("_both_ways")
def test_a_text_of_many_lines():
    text = "12\r\n" * 30_000
    assert radix.from_text(text) == mpz("12" * 30_000)


@pytest.mark.parametrize("text", [12, b"12", None, ["1"], mpz(1)])
def test_only_str_is_text(text):
    with pytest.raises(TypeError, match=f"from_text takes str, not {type(text).__name__}"):
        radix.from_text(text)


def test_usage_errors_are_both_kinds():
    assert issubclass(UsageError, PiEngineError) and issubclass(UsageError, ValueError)


def test_numbers_of_a_near_integer_are_of_the_annotated_types():
    found = near_integer(163, int(pi_engine.compute(200).value), np.int64(200))
    assert type(found.nines) is type(found.digits) is type(found.d) is int
    assert type(found.nearest_integer) is mpz
    assert found.confirmation.confirmed == 200
    assert "d = 163" in repr(found)


def test_polynomials_do_not_overflow():
    cube = IntegerPolynomial(np.int64(1), ((np.int64(0), np.int64(1)),) * 3)
    assert cube(np.int64(10**10)) == 10**30 and type(cube(mpz(10))) is int


def test_scale_gives_mpz():
    fraction = BinaryFraction(int(gmpy2.floor(gmpy2.const_pi(200) * 2**150)), 150, 8)
    for base, text in ((10, "3141592653"), (16, "3243F6A888")):
        scaled = radix.scale(fraction, 9, base)
        assert type(scaled.value) is mpz and radix.digit_text(int(scaled.value), base) == text


def test_results_are_of_the_annotated_types():
    result = pi_engine.compute(mpz(50), threads=np.int32(1))
    assert type(result.digits) is type(result.threads) is type(result.hash) is type(result.base) is int
    assert type(result.value) is mpz and type(result.text()) is str
    for name, kind in inspect.get_annotations(type(result), eval_str=False).items():
        if kind in {"int", "str"}:
            assert type(getattr(result, name)).__name__ == kind, name
