"""Each check of a run sees what it is there for: something is broken on purpose, and no digits come out."""

from dataclasses import replace
from pathlib import Path

import gmpy2
import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine import VerificationError
from pi_engine.cli.main import run
from pi_engine.digits.text import text_file
from pi_engine.engine import arguments, compute, fraction_to_text, summation
from pi_engine.engine.checks import known
from pi_engine.errors import ProgramFaultError
from pi_engine.radix import fraction_text
from pi_engine.series import CHUDNOVSKY
from pi_engine.series.model.polynomial import IntegerPolynomial
from pi_engine.splitting.plain import node, plain_tree
from tests.conftest import part_of


def wrong_sign(monkeypatch):
    series = replace(CHUDNOVSKY, p=IntegerPolynomial(1, CHUDNOVSKY.p.factors))
    monkeypatch.setattr(arguments.series_room, "get", lambda name: series)


def too_few_terms(monkeypatch):
    """Too few terms: the last known position is wrong; one term less is for the bound's own test."""
    real = compute.make_plan_within
    monkeypatch.setattr(
        compute,
        "make_plan_within",
        lambda *a, **k: (p := real(*a, **k))._replace(terms=(p.terms[0] * 2 // 3,)),
    )


def swapped_merge(monkeypatch):
    def merge(left, right):
        T = right.T * left.Q + (right.P or mpz(1)) * left.T
        return node.Node(None if right.P is None else left.P * right.P, left.Q * right.Q, T)

    monkeypatch.setattr(plain_tree, "merge", merge)


def flipped_bit_in_the_sum(monkeypatch):
    real = summation.split

    def split(*a, **k):
        root = real(*a, **k)
        return root._replace(T=root.T + (mpz(1) << root.T.bit_length() // 2))

    monkeypatch.setattr(summation, "split", split)


def wrong_root(monkeypatch):
    real = gmpy2.isqrt_rem
    monkeypatch.setattr(gmpy2, "isqrt_rem", lambda n: (real(n)[0] + 4, real(n)[1]))


def wrong_quotient(monkeypatch):
    real = gmpy2.f_divmod
    monkeypatch.setattr(gmpy2, "f_divmod", lambda n, d: (real(n, d)[0] ^ (mpz(1) << 1000), real(n, d)[1]))


def wrong_scaling(monkeypatch):
    real = fraction_text.scale

    def scale(*a):
        scaled = real(*a)
        return scaled._replace(value=scaled.value + 10**500)

    monkeypatch.setattr(fraction_to_text, "scale", scale)


def wrong_text(monkeypatch):
    real = fraction_to_text.digit_text

    def digit_text(*a):
        text = real(*a)
        return text[:700] + chr(ord(text[700]) ^ 1) + text[701:]

    monkeypatch.setattr(fraction_to_text, "digit_text", digit_text)


def wrong_constant(monkeypatch):
    """A series that converges to something else: the arithmetic is right, the digits are not."""
    series = replace(CHUDNOVSKY, a=IntegerPolynomial(1, ((13591409, 545140135),)))
    monkeypatch.setattr(arguments.series_room, "get", lambda name: series)


def wrong_hash(monkeypatch):
    monkeypatch.setattr(fraction_to_text, "known_hash", lambda digits, base: 12345)


OF_THE_SUM = [wrong_sign, too_few_terms, swapped_merge, flipped_bit_in_the_sum, wrong_constant]
SABOTAGE = [*OF_THE_SUM, wrong_root, wrong_quotient, wrong_scaling, wrong_text, wrong_hash]
OF_A_STEP = {swapped_merge, flipped_bit_in_the_sum, wrong_root, wrong_quotient, wrong_scaling, wrong_text}
"""A step fails its check, and again in the same way when it is repeated: an error of the program, which is written down."""


@pytest.mark.parametrize("sabotage", part_of(SABOTAGE, 1 / 3, "sabotage"), ids=lambda f: f.__name__)
def test_it_is_seen_and_no_file_appears(monkeypatch, tmp_path, capsys, sabotage):
    target = tmp_path / "pi.txt"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    sabotage(monkeypatch)
    with pytest.raises(ProgramFaultError if sabotage in OF_A_STEP else VerificationError):
        pi_engine.compute(12_345)
    assert list(Path().iterdir()) == []
    assert run(["compute", "12345", "-o", str(target)]) == 3
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("pi-engine: error: ")
    assert run(["compute", "12345"]) == 3
    assert capsys.readouterr().out == ""
    for folder, others in ((tmp_path, ["here"]), (Path(), [])):
        names = [path.name for path in folder.iterdir() if path.name not in others]
        assert len(names) == (sabotage in OF_A_STEP)
        assert all(name.startswith("pi-engine-error-") for name in names)


@pytest.mark.parametrize(
    ("position", "content"),
    [(0, b"4"), (0, b"."), (1, b"3"), (1, b","), *((5000, stray) for stray in (b"x", b"-", b"\xff", b".", b" "))],
)
def test_a_disk_that_changes_a_byte_is_seen(monkeypatch, tmp_path, capsys, position, content):
    damage(monkeypatch, lambda stream: (stream.seek(position), stream.write(content)))
    assert run(["compute", "12345", "-o", str(tmp_path / "pi.txt")]) == 3
    assert "read back" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 2, 12346])
def test_a_disk_that_loses_the_end_is_seen(monkeypatch, tmp_path, size):
    damage(monkeypatch, lambda stream: stream.truncate(size))
    assert run(["compute", "12345", "-o", str(tmp_path / "pi.txt")]) == 3
    assert list(tmp_path.iterdir()) == []


def test_zeros_before_the_digits_are_seen(monkeypatch, tmp_path):
    """Such zeros would not change the hash."""
    text = pi_engine.compute(12345).text().encode()
    damage(monkeypatch, lambda stream: (stream.seek(0), stream.write(b"000." + text)))
    assert run(["compute", "12345", "-o", str(tmp_path / "pi.txt")]) == 3


def damage(monkeypatch, how):
    real = text_file._reads_back

    def reads_back(stream, *a):
        how(stream)
        return real(stream, *a)

    monkeypatch.setattr(text_file, "_reads_back", reads_back)


def test_zeros_after_the_point_are_seen(monkeypatch):
    """Such zeros change the text's length, and nothing that is computed from its digits."""
    monkeypatch.setattr(fraction_to_text, "compare_with_known", lambda *a: known.KnownResult(0, 0, None, ""))
    real = compute.convert_fraction

    def convert_fraction(*a, **k):
        found = real(*a, **k)
        return found._replace(text=found.text.replace(".", ".00"))

    monkeypatch.setattr(compute, "convert_fraction", convert_fraction)
    with pytest.raises(VerificationError, match="differ from the binary value"):
        pi_engine.compute(100)


def test_zeros_before_the_converted_digits_are_seen(monkeypatch):
    real = fraction_to_text.digit_text
    monkeypatch.setattr(fraction_to_text, "digit_text", lambda *a: "0" + real(*a))
    for digits in (0, 30):  # without digits after the point, the length alone tells
        with pytest.raises(VerificationError):
            pi_engine.compute(digits)


def test_a_check_that_is_not_made_is_not_claimed(monkeypatch):
    names = [check.name for check in pi_engine.compute(100).checks]
    assert names == ["shadow", "root", "division", "conversion", "known digits"]
    assert pi_engine.compute(0).checks[-1].status == "skipped"


def test_known_positions_name_the_place():
    digits = pi_engine.compute(200).text()[2:]
    assert known.compare_with_known(digits, 10)[:3] == (3, 100, None)
    wrong = digits[:95] + "0" + digits[96:]
    result = known.compare_with_known(wrong, 10)
    assert (result.differs.start, result.differs.digits, result.found) == (91, "3421170679", "3421100679")


def test_every_known_position_up_to_a_million(million):
    assert known.compare_with_known(million.fraction_text, 10)[:3] == (14, 10**6, None)
    assert known.compare_with_known("3" + million.fraction_text, 10, 1)[:3] == (14, 10**6, None)
    assert known.known_hash(10**6, 10) == million.hash
    assert known.known_hash(10**6, 16) is None
    assert known.known_hash(999, 10) is None


def test_the_table_has_the_published_number_of_rows():
    assert len(known.known_digits(10)) == 97
    assert len(known.known_digits(16)) == 7
    assert all(len(entry.digits) == 10 for entry in known.known_digits(10)[1:])
