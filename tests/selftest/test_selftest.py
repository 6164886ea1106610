"""The self-test finds what is broken, names the part, and says how to repeat it."""

import json
import os

import pytest

from pi_engine.bigint import division, limb_products, product
from pi_engine.cli.main import run
from pi_engine.engine import compute as computation
from pi_engine.errors import CapacityError, VerificationError
from pi_engine.proof.bbp import hex_digits as bbp
from pi_engine.radix import integer_text
from pi_engine.selftest import short_run as short
from pi_engine.selftest import stress as stressing
from pi_engine.selftest.parts import PARTS
from pi_engine.selftest.trial import Case
from pi_engine.selftest.trial import run as run_case
from pi_engine.splitting import split as splitting
from tests.command import pi

BROKEN = [
    ("products", 500, product, "multiply", lambda x: x + 1),
    ("squares", 500, product, "multiply", lambda x: x ^ 4),
    ("division", 500, division, "divide", lambda x: x - 1),
    ("roots", 500, division, "isqrt", lambda x: x + 1),
    ("to-digits", 500, integer_text, "to_text", lambda x: x[:-1] + "x"),
    ("from-digits", 500, integer_text, "from_text", lambda x: x + 2),
    ("sums", 20, splitting, "split", lambda x: x._replace(T=x.T + 1)),
    ("bbp", 1, bbp, "hex_digits", lambda x: x[::-1]),
]


@pytest.fixture(autouse=True)
def _without_kernels(monkeypatch):
    """Small cases need none, and no test waits for a compiler."""
    monkeypatch.setattr(short, "prepare", lambda *_: None)
    monkeypatch.setattr(stressing, "prepare", lambda *_: None)


def broken(monkeypatch, module, name, damage, times=10**9):
    right, left = getattr(module, name), [times]

    def wrong(*arguments, **options):
        left[0] -= 1
        found = right(*arguments, **options)
        return damage(found) if left[0] >= 0 else found

    monkeypatch.setattr(module, name, wrong)


@pytest.mark.parametrize("part", [part for part in PARTS if part.name != "pi"], ids=lambda part: part.name)
def test_what_is_right_agrees(part):
    size = {"bbp": 1, "sums": 20}.get(part.name, 500)
    assert [run_case(Case(part, size, seed), 1) for seed in range(8)] == [None] * 8


@pytest.mark.parametrize(("name", "size", "module", "function", "damage"), BROKEN, ids=[row[0] for row in BROKEN])
def test_what_is_broken_is_named(monkeypatch, capsys, name, size, module, function, damage):
    broken(monkeypatch, module, function, damage)
    assert run(["selftest", "--case", f"{name}:{size}:7"]) == 3
    said = capsys.readouterr()
    assert f"again when repeated): pi-engine selftest --case {name}:{size}:7\n" in said.out
    assert said.err.count("\n") == 1 and f"faults in {name}:" in said.err


def test_digits_of_pi_that_are_wrong(monkeypatch):
    part = next(part for part in PARTS if part.name == "pi")
    assert run_case(Case(part, 300, 1), 1) is None
    right = computation.compute
    monkeypatch.setattr(computation, "compute", lambda digits, **x: right(digits + (x.get("series") is None), **x))
    assert run_case(Case(part, 300, 1), 1).kind == "wrong"


def test_the_transform_alone(monkeypatch):
    part = next(part for part in PARTS if part.name == "transforms")
    if not product.TRANSFORM.stored():
        pytest.skip("the kernels are not compiled")
    product.TRANSFORM.load()
    assert run_case(Case(part, 9000, 1), 1) is None
    broken(monkeypatch, limb_products, "multiply_limbs", lambda x: x + 1)
    assert run_case(Case(part, 9000, 1), 1).kind == "wrong"


def test_a_fault_that_does_not_come_again_is_counted_as_repaired(monkeypatch, capsys):
    broken(monkeypatch, product, "multiply", lambda x: x + 1, times=1)
    assert run(["selftest", "--case", "products:500:7", "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["errors_repaired"] == 1 and not answer["failures"][0]["repeatable"]


def test_a_check_of_the_program_that_refuses_is_a_fault(monkeypatch):
    def refuse(*_, **__):
        raise VerificationError("no")

    monkeypatch.setattr(division, "divide", refuse)
    part = next(part for part in PARTS if part.name == "division")
    assert run_case(Case(part, 500, 1), 1).kind == "check"


def small_parts(monkeypatch):
    small = [part._replace(sizes=lambda: [300]) for part in PARTS if part.name in ("products", "division")]
    monkeypatch.setattr(stressing, "usable_parts", lambda: small)


def test_a_stress_test_counts_by_kind_and_thread_and_writes_its_log(monkeypatch, capsys, tmp_path):
    small_parts(monkeypatch)
    broken(monkeypatch, division, "divide", lambda x: x + 1)
    log = tmp_path / "log.txt"
    arguments = ["--minutes", "0.002", "--memory", "1MiB", "--threads", "2", "--log", str(log), "--json"]
    assert run(["selftest", *arguments]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert {failure["kind"] for failure in answer["failures"]} == {"wrong"} and answer["log"] == str(log)
    lines = log.read_text().splitlines()
    assert "begins" in lines[0] and "ends" in lines[-1] and "wrong in thread" in lines[-1]


def test_patterns_leave_room_for_the_cases(monkeypatch):
    monkeypatch.setattr(stressing, "memory_limit", lambda: 5 << 30)
    monkeypatch.setattr(stressing, "allocated_memory", lambda: 1 << 30)
    stressing.require_memory(3 << 30)
    with pytest.raises(CapacityError, match=r"where at most 3\.0 GiB may be filled"):
        stressing.require_memory((3 << 30) + 1)
    monkeypatch.setattr(stressing, "allocated_memory", lambda: 6 << 30)
    with pytest.raises(CapacityError, match="where at most 0 bytes may be filled"):
        stressing.require_memory(1)


def test_memory_that_changes_is_found(monkeypatch):
    import numpy as np

    small_parts(monkeypatch)
    found = stressing.Stress()
    monkeypatch.setattr(np, "count_nonzero", lambda wrong: wrong.sum() + 1)
    stressing.stress(0.05, 1, 1, 1 << 16, log=None, found=found)
    assert found.errors["memory", 0] > 0 and "memory in thread 0" in found.summary()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--minutes", "0"], 2, "more than 0"),
        (["--minutes", "nan"], 2, "more than 0"),
        (["--minutes", "1", "--memory", "900TiB"], 4, "not enough memory"),
        (["--minutes", "1", "--log", "/dev/null/x"], 1, "cannot be written"),
        (["--memory", "1GiB"], 2, "--minutes too"),
        (["--case", "products"], 2, "is not a case"),
        (["--case", "bbp:7:1"], 2, "position 7"),
        (["--minutes", "1", "--case", "products:5:5"], 2, "choose one"),
        (["--minutes", "1", "--variants"], 2, "choose one"),
        (["--variants", "--log", "x"], 2, "--minutes too"),
        (["--variants", "--case", "products"], 2, "is not a case"),
    ],
)
def test_bad_input_gets_one_line(capsys, arguments, code, said):
    assert run(["selftest", *arguments]) == code
    answer = capsys.readouterr()
    assert answer.out == "" and answer.err.count("\n") == 1 and said in answer.err


def test_an_interrupt_says_how_far_it_came(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(short, "run", interrupted)
    assert run(["selftest", "--case", "products:500:7"]) == 130
    assert capsys.readouterr().err == "pi-engine: interrupted: 0 cases, 0 failed\n"


def test_what_cannot_be_compared_without_kernels_is_said():
    environment = {**os.environ, "PI_ENGINE_TRANSFORM": "0"}
    answer = pi("selftest", env=environment)
    assert answer.returncode == 0
    assert "not compared, because no kernels are used here: transforms, sums\n" in answer.stdout
    assert "sums of series" not in answer.stdout
    refused = pi("selftest", "--case", "transforms:9000:1", env=environment)
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
