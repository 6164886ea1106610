"""The chain of custody: what one phase hands to the next carries its residues, and what changes in between is seen.

The walk looks at every call that a phase of `engine` and `summation` makes in production code, so that a new phase, or a
number that an old one hands over in a new way, is in the test as soon as it is in the program.
"""

import ctypes
import sys

import gmpy2
import numpy as np
import pytest

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limb_address
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.square_root import InverseRoot
from pi_engine.engine import compute, fraction_of_series, fraction_to_text, summation
from pi_engine.radix import words_of_fraction
from pi_engine.splitting.plain.node import Node
from tests.backends import pretend
from tests.conftest import MULTIPLIER, part_of

HANDING_OVER = {module.__file__ for module in (compute, fraction_of_series, summation, fraction_to_text)}
"""The modules whose functions call one phase after the other."""

LARGE_BITS = 2000

RUNS = {
    "plain": (3000, {}),
    "plain, base 16": (3000, {"base": 16}),
    "components": (2000, {"series": "machin"}),
    "power 2": (1000, {"series": "guillera-820"}),
    "compiled": (70_000, {}),
    "compiled, base 16": (70_000, {"base": 16}),
    "compiled components": (70_000, {"series": "machin"}),
}

IN_CUSTODY = (Tracked, BinaryFraction, InverseRoot, fraction_to_text.Converted, Node)


def is_long(value):
    match value:
        case gmpy2.mpz():
            return value.bit_length() > LARGE_BITS
        case np.ndarray():
            return 8 * value.nbytes > LARGE_BITS
        case _:
            return isinstance(value, str) and 4 * len(value) > LARGE_BITS


def large_numbers(value, owner=None):
    """(number, what carries it) of all long numbers and texts that hang on a value; the carrier is None for a bare one."""
    if is_long(value):
        yield value, owner
    elif isinstance(value, Tracked):
        yield from large_numbers(value.value, value)
    elif isinstance(value, HandOver):
        yield from large_numbers(value._numbers)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from large_numbers(part, value if isinstance(value, IN_CUSTODY) else owner)


class Walk:
    """The calls of a run that return long numbers to a module which hands them on; damages what one of them returns."""

    def __init__(self, damaged=None, bit=0):
        self.calls, self.damaged, self.bit = [], damaged, bit

    def __call__(self, frame, event, value):
        if event != "return" or frame.f_back is None or frame.f_back.f_code.co_filename not in HANDING_OVER:
            return
        if frame.f_code.co_name == "repeat":  # passes on what a step has returned
            return
        if frame.f_code.co_filename in HANDING_OVER and frame.f_code.co_name not in (
            "sum_series",
            "fraction_of_series",
            "convert_fraction",
        ):
            return
        for number, owner in large_numbers(value):
            if self.damaged == len(self.calls):
                flip(number, self.bit)
            self.calls.append((f"{frame.f_code.co_name}", owner))


def flip(number, bit):
    if isinstance(number, gmpy2.mpz):
        place, _ = limb_address(number)
        bit %= number.bit_length()
        ctypes.c_uint64.from_address(place + 8 * (bit // 64)).value ^= 1 << (bit % 64)
    elif isinstance(number, str):
        place = id(number) + sys.getsizeof(number) - 1 - len(number) + bit % len(number)
        ctypes.c_uint8.from_address(place).value ^= 1
    else:
        ctypes.c_uint8.from_address(number.ctypes.data + bit % number.nbytes).value ^= 1


def walk(digits, options, damaged=None, bit=0):
    hook = Walk(damaged, bit)
    sys.setprofile(hook)
    try:
        result = pi_engine.compute(digits, threads=1, **options)
    finally:
        sys.setprofile(None)
    return hook, result


@pytest.fixture(params=RUNS, ids=RUNS)
def run(request, monkeypatch, _plain_path):
    """(digits, options) of a run by each path."""
    pretend(monkeypatch, pays=request.param.startswith("compiled"))
    return RUNS[request.param]


def test_every_long_number_that_is_handed_over_is_in_custody(run):
    hook, _ = walk(*run)
    assert {"split", "sum_series", "pi_fraction", "convert_fraction"} <= {name for name, _ in hook.calls}
    for name, owner in hook.calls:
        if name in ("split", "split_compiled"):  # checked next, against the shadow
            assert isinstance(owner, Node)
        elif name in ("digit_text", "scale", "decimal_expansion", "word_text"):
            pass  # steps of the conversion, which ends with its text and residues: "convert_fraction" returns both
        else:
            assert owner is not None and owner.residues is not None, name


def test_what_changes_at_a_hand_over_is_seen_and_made_again(run, rng):
    hook, right = walk(*run)
    repaired, rounds = 0, max(1, round(MULTIPLIER))
    calls = part_of(enumerate(hook.calls), 1 / 4, f"hand-overs {rng.random()}")
    for i, (name, _) in calls:
        for _ in range(rounds):
            bit = rng.randrange(10**7)
            _, found = walk(*run, damaged=i, bit=bit)
            # with no repair the result does not depend on it: low bits of Q and T that are cut off
            assert found.text() == right.text(), (name, i, bit)
            assert len(found.repairs) <= 1, (name, i, bit)
            repaired += len(found.repairs)
    assert repaired > rounds * len(calls) / 4


@pytest.mark.usefixtures("_plain_path")
def test_the_digit_before_the_point_is_in_custody(monkeypatch):
    """The digit before the point is kept apart from the words of the others."""
    pretend(monkeypatch, pays=True)
    real = words_of_fraction.fraction_words

    def damaging(*arguments, **options):
        found = real(*arguments, **options)
        integer = sys._getframe(1).f_locals["integer"]
        flip(getattr(integer, "value", integer), 0)
        return found

    monkeypatch.setattr(words_of_fraction, "fraction_words", damaging)
    with pytest.raises(VerificationError, match="the digits differ from the binary value"):
        pi_engine.compute(70_000, threads=1)
