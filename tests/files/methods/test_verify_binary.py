"""Methods for digits of base 2 and 8: which are taken, which are refused, and what the command says."""

import gzip
import json

import pytest

from pi_engine import verify_file
from pi_engine.cli.main import run
from pi_engine.errors import CapacityError, UsageError
from pi_engine.files.methods import proof_by_residues, selection
from pi_engine.runtime.progress import Step
from tests.command import pi
from tests.digits.digit_files import BINARY
from tests.files.verified_files import broken_at

N = 30_000


@pytest.mark.parametrize("base", BINARY)
def test_the_method_bbp_is_refused(place, some, base):
    with pytest.raises(
        UsageError, match=f"bbp is for decimal digits, and these are of base {base}: use --method recompute"
    ):
        verify_file(place(some(base, 1000)), "bbp")


@pytest.mark.parametrize("base", BINARY)
def test_where_nothing_fits(place, some, base, monkeypatch, rng):
    path = place(some(base, N))
    with pytest.raises(CapacityError):
        verify_file(path, "recompute", memory=10_000)
    found = verify_file(path, memory=10_000)
    assert (found.status, found.method, found.exit_code) == ("unproved", "known", 6)
    monkeypatch.setattr(selection, "_recompute_fits", lambda case: False)
    found = verify_file(place(broken_at(rng, some(base, N), 29_000, base)), "residues")
    assert (found.status, found.kind, found.first_wrong) == ("wrong", "residues", None)


@pytest.mark.parametrize("base", BINARY)
def test_automatic_choice_takes_residues_where_they_are_faster(place, some, base, monkeypatch, rng):
    monkeypatch.setattr(proof_by_residues, "AUTOMATIC_FROM", 1000)
    row = selection.METHODS["recompute"]
    monkeypatch.setitem(selection.METHODS, "recompute", row._replace(steps=lambda case, digits: [Step("", 1e9)]))
    found = verify_file(place(some(base, N)))
    assert (found.status, found.method, found.digits_compared) == ("ok", "residues", N)
    found = verify_file(place(broken_at(rng, some(base, N), 29_000, base)))
    assert (found.status, found.first_wrong, found.method) == ("wrong", 29_000, "recompute")


@pytest.mark.parametrize("base", BINARY)
def test_progress_is_announced(place, some, base):
    said = []
    verify_file(place(some(base, N)), progress=lambda phase, done, total: said.append(phase))
    assert said[0] == "read" and "comparison" in said


def test_bases_that_are_not_read():
    with pytest.raises(UsageError, match="base 12 is not supported: choose 2, 8, 10 or 16"):
        verify_file("-", base=12)


@pytest.mark.parametrize("base", BINARY)
def test_the_command(place, some, capsys, base):
    path = str(place(some(base, 1000)))
    for given in ([], ["--base", str(base)]):
        assert run(["verify", path, "--json", *given]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["base"], found["digits"], found["status"]) == (base, 1000, "ok")
    assert run(["verify", path]) == 0
    assert f"ok: 1_000 digits of base {base} (text)" in capsys.readouterr().out
    assert run(["verify", path, "--base", "10"]) == 2
    assert f"holds the digits of π in base {base}, not 10: leave out --base" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("base", BINARY)
def test_pipes(some, base):
    for content in (some(base, N).encode(), gzip.compress(some(base, N).encode())):
        done = pi("verify", "-", "--json", input=content, text=False)
        assert (done.returncode, json.loads(done.stdout)["base"]) == (0, base)
        plain = pi("convert", "-", "-", "-q", input=content, text=False)
        assert (plain.returncode, plain.stdout.decode()) == (0, some(base, N))
