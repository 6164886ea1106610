"""verify: the command, its JSON, and the Python function."""

import gzip
import hashlib
import json
import os
import threading
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.cli.main import run
from pi_engine.engine.checks.known import known_digests
from pi_engine.errors import UsageError
from pi_engine.files import verify
from pi_engine.files.methods import selection
from pi_engine.runtime.progress import Step
from tests.command import pi
from tests.files.verified_files import COUNT


def test_the_command(place, texts, capsys):
    path = place(texts[10])
    assert run(["verify", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert f"{path}: ok: 21_000 digits of base 10 (text) in" in out
    assert run(["verify", str(path), "-q"]) == 0
    quiet = capsys.readouterr()
    assert quiet.out.startswith(f"{path}: ok: ") and quiet.err == ""
    broken = place(texts[10][:1000] + "x" + texts[10][1001:])
    assert run(["verify", str(broken)]) == 5
    assert capsys.readouterr().out == (
        f"{path}: corrupt: the first 998 digits are π's; then, at line 1, column 1_001 (byte 1_000), comes 'x', "
        "which is not a digit of base 10: remove it if the digits go on behind it, or all from there on if they have ended\n"
    )
    place(texts[10][:1000] + texts[10][1001:])
    assert run(["verify", str(path)]) == 3
    assert ": wrong: position 999: " in capsys.readouterr().out
    place(b"")
    assert run(["verify", str(path)]) == 5
    assert capsys.readouterr().out == f"{path}: corrupt: the file is empty\n"
    place(texts[10])
    assert run(["verify", str(path), "--digits", "1e5"]) == 5
    assert capsys.readouterr().out == (
        f"{path}: truncated: it holds 21_000 of 100_000 digits; all were compared with those of π and are right\n"
    )
    assert run(["verify", str(path) + "x"]) == 2
    assert "No such file" in capsys.readouterr().err


def test_json(place, texts, capsys):
    path = place(texts[16][:500] + "0" * 20 + texts[16][520:])
    assert run(["verify", str(path), "--json"]) == 3
    result = json.loads(capsys.readouterr().out)
    assert list(result)[:13] == [
        "schema", "file", "format", "base", "digits", "digits_compared", "status", "first_wrong", "expected", "found", "method", "proved",
        "seconds",
    ]  # fmt: skip
    assert result["schema"] == 1
    assert list(result["seconds"]) == ["total"]
    assert (result["status"], result["base"], result["digits"], result["method"]) == ("wrong", 16, COUNT, "recompute")
    assert result["first_wrong"] == 499
    assert (len(result["expected"]), result["found"]) == (10, "0" * 10)
    found = verify_file(path)
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(found).items()}
    assert {**fields, "schema": 1, "seconds": 0} == {**result, "seconds": 0}
    assert (result["wrong_positions"], result["notes"]) == (list(range(499, 509)), [])


@pytest.mark.parametrize("method", ["auto", "known", "recompute"])
def test_standard_input(texts, method):
    for content, code in (
        (texts[10], 0 if method != "known" else 6),
        (texts[10][:9000] + "00" + texts[10][9002:], 3 if method != "known" else 6),
        ("x", 5),
    ):
        answer = pi("verify", "-", "--method", method, "--json", input=gzip.compress(content.encode()), text=False)
        assert answer.returncode == code
        assert json.loads(answer.stdout)["file"] == "-"


def test_usage(place):
    with pytest.raises(UsageError, match="'guess' is not known: choose one of auto, known, recompute"):
        verify_file(place("3.14"), "guess")


def test_auto_takes_the_cheapest_that_fits(place, texts, monkeypatch):
    """A new method is a row of METHODS."""
    path = place(texts[10])
    asked = []

    def row(name, fits, seconds):
        def answer(case):
            asked.append(name)
            return selection.recompute(case)

        return selection.Method(lambda case: fits, lambda case, digits: [Step("compute", seconds)], answer)

    rows = {"slow": row("slow", True, 2.0), "fast": row("fast", True, 1.0), "large": row("large", False, 0.5)}
    monkeypatch.setattr(verify, "METHODS", rows)
    assert verify_file(path).status == "ok"
    assert verify_file(path, "slow").status == "ok"
    assert asked == ["fast", "slow"]


def test_known_needs_little_memory(place):
    digits = np.random.default_rng(1).integers(48, 58, 30_000_000, dtype=np.uint8).tobytes()
    path = place(b"3.14159265358979323846264338327950288419716939937510" + digits)
    del digits
    tracemalloc.start()
    assert verify_file(path, "known").status == "wrong"
    assert tracemalloc.get_traced_memory()[1] < 60 << 20
    tracemalloc.stop()


def test_sha256_is_what_it_says(million):
    published = {entry.algorithm: entry.value for entry in known_digests(10) if entry.digits == 10**6}
    for name, value in published.items():
        assert hashlib.new(name, million.text().encode(), usedforsecurity=False).hexdigest() == value


@pytest.mark.parametrize("method", ["auto", "recompute", "residues"])
@pytest.mark.parametrize("wrong", [False, True])
def test_a_named_pipe_is_read_once(tmp_path, method, wrong):
    """This is how `verify <(gunzip …)` and `verify /dev/stdin` read: what is read twice is put aside."""
    text = pi_engine.compute(20_000).text()
    if wrong:
        text = f"{text[:15_000]}{(int(text[15_000]) + 1) % 10}{text[15_001:]}"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    found = pi_engine.verify_file(pipe, method=method)
    writer.join()
    assert (found.status, found.first_wrong) == (("wrong", 14_999) if wrong else ("ok", None))
