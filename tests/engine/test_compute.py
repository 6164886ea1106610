import hashlib

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.residues.moduli import residues
from pi_engine.engine import compute, summation
from pi_engine.engine.planning import plan
from pi_engine.radix import scale
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.series import CHUDNOVSKY
from tests.backends import pretend
from tests.conftest import MULTIPLIER

NINES = 762
"""Position of the first of the six nines after the point."""


@pytest.mark.slow
@pytest.mark.parametrize("series", ["chudnovsky", "ramanujan"])
def test_every_number_of_digits_up_to_3000(series, mpfr_digits):
    for digits in range(3001):
        text = pi_engine.compute(digits, series=series).text()
        assert text == ("3." + mpfr_digits[:digits] if digits else "3"), digits


def test_the_nines_are_where_they_should_be(mpfr_digits):
    assert mpfr_digits[NINES - 1 : NINES + 6] == "9999998"


def test_a_million_digits(million):
    """The fixture has compared the SHA-256."""
    assert million.hash == 404089929205932130
    assert million.value % (2**61 - 1) == million.hash
    assert {check.status for check in million.checks} == {"passed"}
    assert million.text()[:52] == "3." + "14159265358979323846264338327950288419716939937510"


@pytest.fixture(params=[False, True], ids=["plain", "compiled"])
def _each_path(request, monkeypatch, _plain_path):
    pretend(monkeypatch, pays=request.param)


@pytest.mark.slow
def test_ten_million_digits(monkeypatch):
    """The plain path makes as many where the multiplier is 2, and a quarter of them otherwise."""
    with monkeypatch.context() as patch:
        pretend(patch, pays=False)
        plain = pi_engine.compute(10**7 if MULTIPLIER >= 2 else 2_500_000).text()
    pretend(monkeypatch, pays=True)
    text = pi_engine.compute(10**7).text()
    assert plain == text[: len(plain)]
    assert hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() == "bc3234ae2e3f6ec7737f037b375eabec"


@pytest.mark.usefixtures("_each_path")
def test_hexadecimal_digits_at_a_million():
    text = pi_engine.compute(10**6 + 14, base=16).text()
    assert text.startswith("3.243F6A8885A308D313198A2E03707344A4093822299F31D008")
    assert text[10**6 + 1 :][:14] == "26C65E52CB4593"


def test_hexadecimal_digits_are_those_of_mpfr():
    expected = gmpy2.const_pi(4 * 600 + 64).digits(16)[0].upper()
    for digits in range(500):
        assert pi_engine.compute(digits, base=16).text().replace(".", "") == expected[: digits + 1]


def test_the_series_agree_at_random_sizes(rng):
    for _ in range(int(10 * MULTIPLIER)):
        digits, base = rng.randrange(3000, 100_000), rng.choice((10, 16))
        results = [
            pi_engine.compute(digits, base=base, series=name, threads=threads)
            for name, threads in (("chudnovsky", 1), ("ramanujan", 3))
        ]
        assert results[0].value == results[1].value, digits


def test_a_prefix_of_a_longer_result_is_the_shorter_one(million, rng):
    for _ in range(int(5 * MULTIPLIER)):
        digits = rng.randrange(100_000)
        assert pi_engine.compute(digits).text() == million.text()[: digits + 2]


@pytest.mark.usefixtures("_each_path")
@pytest.mark.parametrize("guard_bits", [1, 2, 5, 8, 20])
def test_open_digits_are_computed_again(monkeypatch, mpfr_digits, guard_bits):
    """With few guard bits most digits are open at first, and all of them before the six nines."""
    attempts = []
    real = compute._attempt
    monkeypatch.setattr(compute, "GUARD_BITS", guard_bits)
    monkeypatch.setattr(
        compute, "_attempt", lambda plan, *a, **k: attempts.append(plan.guard_bits) or real(plan, *a, **k)
    )
    for digits in range(700, 800):
        attempts.clear()
        assert pi_engine.compute(digits).text() == "3." + mpfr_digits[:digits]
        assert attempts == [guard_bits * 2**i for i in range(len(attempts))]
        if digits == NINES - 1:
            assert len(attempts) > 1  # 10^-6 is less than 2^-19


def test_guard_bits_are_enough_but_for_a_chance_of_two_to_the_minus_sixty():
    assert plan.GUARD_BITS == 64
    for digits in (0, 1, 1000, 10**6, 10**9):
        bits = plan.make_plan(CHUDNOVSKY, digits, 10).fraction_bits
        # 10^9 ≥ 2^(29.89) makes the bound for 10^9 digits one of small numbers
        assert mpz(2) ** bits >= mpz(10) ** digits << 64 if digits < 10**7 else bits > digits * 3.3219280948 + 64


def test_words(million):
    words = million.words
    assert words.dtype == np.uint64
    assert len(words) == -(-(10**6) // 19)
    text = million.text()[2:]
    assert int(words[0]) == int(text[:19]) == 1415926535897932384
    assert int(words[7]) == int(text[7 * 19 : 8 * 19])
    tail = text[len(text) // 19 * 19 :]
    assert int(words[-1]) == int(tail.ljust(19, "0"))


def test_hexadecimal_words(rng):
    for digits in (0, 1, 15, 16, 17, 1000):
        result = pi_engine.compute(digits, base=16)
        text = result.text()[2:]
        expected = [int(text[i : i + 16].ljust(16, "0"), 16) for i in range(0, len(text), 16)]
        assert result.words.tolist() == expected


def test_pieces_join_to_the_text(million):
    assert "".join(million.pieces(777)) == million.text()
    assert max(map(len, million.pieces(777))) == 777
    assert list(pi_engine.compute(0).pieces()) == ["3"]


def test_the_hash_does_not_depend_on_the_cut(million, rng):
    text = "3" + million.text()[2:]
    for _ in range(5):
        whole = DigitHash(10)
        position = 0
        while position < len(text):
            size = rng.choice((1, 19, 1999, 2000, 2001, 123_456))
            whole.update(text[position : position + size])
            position += size
        assert (whole.value, whole.count) == (million.hash, 10**6 + 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"digits": -1}, "negative"),
        ({"digits": 5, "base": 7}, "choose 10 or 16"),
        ({"digits": 5, "threads": 0}, "threads must be 1"),
        ({"digits": 5, "memory": 0}, "memory limit"),
        ({"digits": 5, "check": "most"}, "choose 'none', 'fast' or 'full'"),
        ({"digits": 5, "series": "wallis"}, "unknown series"),
    ],
)
def test_unusable_arguments(arguments, message):
    with pytest.raises(pi_engine.UsageError, match=message):
        pi_engine.compute(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [{"digits": 1.5}, {"digits": 1e5}, {"digits": "5"}, {"digits": 5, "threads": 2.0}, {"digits": 5, "memory": 1e9}],
)
def test_numbers_must_be_integers(arguments, monkeypatch):
    monkeypatch.setattr(summation, "split", None)  # it is found out before any work
    with pytest.raises(TypeError):
        pi_engine.compute(**arguments)


def test_any_integer_will_do():
    assert pi_engine.compute(np.int64(100), base=np.int8(10)).text() == pi_engine.compute(100).text()


def test_writing_from_python(tmp_path, million):
    result = pi_engine.compute(100)
    assert [check.name for check in result.write(tmp_path / "pi.txt")] == ["file"]
    assert (tmp_path / "pi.txt").read_text() == result.text()
    with pytest.raises(pi_engine.UsageError, match="overwrite=True"):
        result.write(tmp_path / "pi.txt")
    result.write(tmp_path / "pi.txt", overwrite=True)
    with pytest.raises(pi_engine.UsageError, match="format"):
        result.write(tmp_path / "pi.out", format="pdf")
    assert result.write("/dev/null") == []


@pytest.mark.parametrize("text", ["1 2", "1_2", "-5", "+5", "5.", "A", "٣", "1\n"])
def test_the_hash_takes_digits_only(text):
    with pytest.raises(ValueError, match="not all"):
        DigitHash(10).update(text)
    DigitHash(16).update("0123456789abcdefABCDEF")


@pytest.mark.slow
def test_scaling_is_certain_exactly_when_it_can_be():
    """All small cases: None if and only if the floor is not constant on the open interval that the fraction allows."""
    for base in (10, 16):
        for digits in (0, 1, 2):
            shift = digits * (1 if base == 10 else 4)
            for bits in range(shift, shift + 6):
                for error in (1, 2, 3, 8):
                    for X in range(4 << bits):
                        low, high = (X - error) * base**digits, (X + error) * base**digits
                        certain = low >> bits == (high - 1) >> bits
                        scaled = scale(BinaryFraction(mpz(X), bits, error), digits, base)
                        assert (scaled is not None) == certain, (base, digits, bits, error, X)
                        if scaled is not None:
                            assert scaled.value == low >> bits
                            assert scaled.residues == residues(scaled.value)


def test_without_checks(million):
    result = pi_engine.compute(1000, check="none")
    assert result.checks == []
    assert result.text() == million.text()[:1002]


def test_phases_are_timed_and_reported():
    seen = []
    result = pi_engine.compute(50_000, progress=lambda *step: seen.append(step))
    assert [step[0] for step in seen if step[2] == 0] == [
        "sum", "check", "root", "division", "conversion", "check"
    ]  # fmt: skip
    assert set(result.seconds) == {"sum", "check", "root", "division", "conversion", "total"}
    phases = sum(seconds for name, seconds in result.seconds.items() if name != "total")
    assert 0 < phases <= result.seconds["total"]
    assert result.peak_memory_bytes > 1 << 20


def test_the_result_has_a_short_repr(million):
    assert len(repr(million)) < 1500
