"""Digits that are printed are those that were checked."""

import ctypes
import dataclasses
import sys

import pytest

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.cli.commands.compute import digit_layout
from pi_engine.cli.main import run
from pi_engine.engine.printed_digits import require_text, watched

LAYOUTS = {
    "one line": {"columns": None, "group": None},
    "lines": {"columns": 50, "group": None},
    "groups": {"columns": 50, "group": 10},
    "groups alone": {"columns": None, "group": 7},
}


@pytest.fixture(params=[(0, 10), (1, 10), (63, 10), (5000, 10), (5000, 16), (70_000, 10)], ids=str, scope="module")
def result(request):
    digits, base = request.param
    if digits > 10_000:
        pi_engine.prepare()
    return pi_engine.compute(digits, base=base)


def damaged(pieces, place):
    """The pieces, with another digit at that place of all that is written."""
    written = 0
    for piece in pieces:
        i = place - written
        written += len(piece)
        if 0 <= i < len(piece) and piece[i] in "0123456789":
            yield piece[:i] + str((int(piece[i]) + 1) % 10) + piece[i + 1 :]
        else:
            yield piece


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_what_is_handed_on_is_compared(result, layout, rng):
    pieces = list(digit_layout.printed(result.text(), everything=True, width=None, **layout))
    assert "".join(watched(pieces, result)) == "".join(pieces)
    whole = "".join(pieces)
    for place in [0, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(10))]:
        if whole[place] in "0123456789":
            with pytest.raises(VerificationError, match="printed may be wrong"):
                list(watched(damaged(pieces, place), result))


def test_a_text_that_is_no_digits_any_more(result):
    with pytest.raises(VerificationError, match="printed may be wrong"):
        list(watched([result.text(), "x"], result))


def test_without_residues_nothing_is_compared():
    result = pi_engine.compute(50, check="none")
    assert list(watched(["x"], result)) == ["x"]
    require_text(result)


def test_a_result_of_another_process(result):
    """Its second modulus is another prime."""
    prime = 2**61 - 31
    there = dataclasses.replace(result, residues={M61: result.hash, prime: int(result.value % prime)})
    require_text(there)
    there.residues[prime] ^= 1
    with pytest.raises(VerificationError, match="printed may be wrong"):
        require_text(there)


@pytest.mark.parametrize("form", ["text", "gz", "xz", "zst", "ycd"])
@pytest.mark.parametrize("wrong", [False, True])
def test_what_goes_to_a_device_is_compared_in_every_format(result, form, wrong):
    if result.digits < (50 if form == "ycd" else wrong):
        pytest.skip("too few digits")
    written = dataclasses.replace(result)
    if not wrong:
        assert written.write("/dev/null", format=form) == []
        return
    for place in (2, len(written.text()) // 2 + 1, len(written.text()) - 1):
        flip(written.text(), place)
        try:
            with pytest.raises(VerificationError, match="printed may be wrong"):
                dataclasses.replace(result).write("/dev/null", format=form)
        finally:
            flip(written.text(), place)  # the text is that of other tests


def flip(text, place):
    ctypes.c_uint8.from_address(id(text) + sys.getsizeof(text) - 1 - len(text) + place).value ^= 1


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--columns", "50"], ["-o", "-"]], ids=str)
def test_the_command_says_so(after_the_run, capfd, arguments):
    """A bit flips after all checks of the computation: nothing is silently wrong."""
    after_the_run(lambda result: flip(result.text(), 700))
    assert run(["compute", "1234", "-q", *arguments]) == 3
    assert "printed may be wrong" in "".join(capfd.readouterr())
