"""What a report finds out of digits before it draws any."""

from types import SimpleNamespace

import pytest

import pi_engine
from pi_engine.errors import VerificationError
from pi_engine.report import gathering
from pi_engine.runtime.progress import silent


class Digits:
    def __init__(self, text):
        self.held = text

    def text(self, start, stop):
        return self.held[start:stop]


def test_digits_of_this_program_that_differ_from_a_checked_computation_are_an_error():
    """Those of a file are not: the report says how many agree."""
    right = pi_engine.compute(1000).fraction_text
    wrong = right[:700] + str(9 - int(right[700])) + right[701:]
    for text, file, agreeing in ((right, None, 1000), (right, "pi.txt", 1000), (wrong, "pi.txt", 700)):
        facts = SimpleNamespace(digits=1000, base=10, name="the digits", file=file)
        assert gathering._checked(Digits(text), facts, 1, silent).agreeing == agreeing
    facts = SimpleNamespace(digits=1000, base=10, name="the store", file=None)
    with pytest.raises(VerificationError, match="position 701: the store has another digit"):
        gathering._checked(Digits(wrong), facts, 1, silent)
