"""The command near-integer."""

import json
import re

import pytest

from pi_engine.cli.main import run
from pi_engine.errors import CapacityError
from pi_engine.proof.j_invariant import near_integer as near
from pi_engine.proof.j_invariant.near_integer import Confirmation


def test_the_command(capsys):
    assert run(["near-integer", "--digits", "300"]) == 0
    output = capsys.readouterr().out
    assert "262537412640768744 = 640320³ + 744" in output
    assert "12 times 9" in output
    assert "300 of 300 confirmed" in output
    for d, words in (
        ("58", "not an integer: its degree is the class number of −232, 2"),
        ("1", "stationary"),
        ("28", "255³"),
    ):
        assert run(["near-integer", d]) == 0
        assert words in capsys.readouterr().out
    assert run(["near-integer", "1e8", "--digits", "10"]) == 0
    assert "of −100000000, more than 1, as for all beyond 163" in capsys.readouterr().out
    assert run(["near-integer", "1e6", "-q"]) == 0
    assert "(1365 digits)" in capsys.readouterr().out


def test_its_json(capsys):
    assert run(["near-integer", "67", "--digits", "7", "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    first = ["schema", "d", "digits", "value_start", "nearest_integer", "distance", "j", "digits_confirmed"]
    assert list(fields)[:8] == first
    assert (fields["d"], fields["j"], fields["digits_confirmed"]) == (67, "-147197952000", 7)
    assert run(["near-integer", "5", "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert (fields["j"], fields["digits_confirmed"], fields["class_number"]) == (None, None, 2)


@pytest.mark.parametrize("arguments", [["0"], ["x"], ["1.5"], ["1e9"], ["-3"], ["163", "--digits", "0"]])
def test_bad_input_is_one_line(arguments, capsys):
    assert run(["near-integer", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_too_many_digits_are_refused(monkeypatch):
    monkeypatch.setattr(near, "memory_limit", lambda: 10**9)
    with pytest.raises(CapacityError, match="not enough memory: 30_000_000 digits need about") as refusal:
        near.require_memory(163, 3 * 10**7)
    largest = int(re.search(r"at most ([\d_]+) digits would fit", str(refusal.value))[1])
    assert 10**7 < largest < 3 * 10**7
    near.require_memory(163, largest)
    with pytest.raises(CapacityError):
        near.require_memory(163, largest + 10**6)


def test_a_wrong_digit_ends_with_code_3(monkeypatch, capsys):
    monkeypatch.setattr(near, "confirm", lambda d, pi, digits, threads: Confirmation(digits, 17, 18))
    assert run(["near-integer", "--digits", "100"]) == 3
    assert "confirms only 17 of 100 digits" in capsys.readouterr().err
