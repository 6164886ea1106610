"""Faults in the memory of running computations lead to no wrong digits; and the tool that plants them sees those that do."""

import json
import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from gmpy2 import mpz

from tests.conftest import MULTIPLIER

M61 = 2**61 - 1
LEADING = "from scripts.faults.runner import *; from scripts.faults.workloads import *; import json, os, signal, time\n"


@pytest.fixture
def faults(checkout):
    """The modules of the tool."""
    from scripts.faults import kinds, memory, patches, runner, tracing, workloads

    return {
        module.__name__.rpartition(".")[2]: module for module in (kinds, memory, patches, runner, tracing, workloads)
    }


def python(checkout, *arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=checkout)


@pytest.mark.slow
def test_no_fault_leads_to_wrong_digits(checkout, faults, rng, tmp_path):
    """For more of them: `python scripts/inject_faults.py --faults 20000 --processes 2`."""
    count, log = int(80 * MULTIPLIER), tmp_path / "faults.txt"
    options = ["--faults", str(count), "--computations", "6", "--log", str(log), "--seed", str(rng.getrandbits(32))]
    answer = python(checkout, "scripts/inject_faults.py", *options)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    rows = [line.split("\t") for line in log.read_text(encoding="utf-8").splitlines()]
    outcomes = Counter(row[0] for row in rows)
    assert outcomes.total() == count
    assert outcomes["wrong"] == outcomes["hung"] == 0, answer.stdout
    seen = outcomes["caught"] + outcomes["repaired"]
    assert seen > 0.4 * count, answer.stdout  # 413 of 700 were: others hit what nobody reads any more
    assert outcomes["repaired"] > 0.75 * seen, answer.stdout
    assert {row[1].split(":")[-2] for row in rows} == set(faults["kinds"].KINDS)


def test_without_checks_faults_do_lead_to_wrong_digits_and_are_planted_again_by_name(checkout, faults, rng):
    code = (
        f"{LEADING}import dataclasses, sys\n"
        "plain = dataclasses.replace(PLAIN[0], check='none')\n"
        "work = {plain.name: plain}\n"
        "drawn = draws({plain.name: record(plain)}, list(KINDS), int(sys.argv[1]))\n"
        "first = list(inject_all(drawn, work, 30, processes=2, seconds=60))\n"
        "names = iter([Fault.named(str(result.fault)) for result in first])\n"
        "again = list(inject_all(names, work, 30, processes=1, seconds=60))\n"
        "key = lambda result: str(result.fault)\n"
        "print(json.dumps([[list(map(str, r)) for r in sorted(results, key=key)] for results in (first, again)]))"
    )
    answer = python(checkout, "-c", code, str(rng.getrandbits(32)))
    first, again = json.loads(answer.stdout)
    assert first == again
    assert {"wrong", "harmless"} <= {outcome for _, outcome, _ in first}


def test_runs_that_hang_crash_or_fail_are_counted_apart(checkout, faults):
    code = (
        f"{LEADING}"
        "class Work:\n"
        "    def __init__(self, run): self.run = run\n"
        "def raises(): raise ZeroDivisionError('of a fault')\n"
        "work = {'hung': Work(lambda: time.sleep(60)), 'crashed': Work(lambda: os.kill(os.getpid(), signal.SIGSEGV)),\n"
        "        'error': Work(raises)}\n"
        "faults = [Fault.named(f'{name}:engine.compute+1:digits:1:flip:1') for name in work]\n"
        "for result in inject_all(iter(faults), work, 3, processes=3, seconds=1): print(result.fault.workload, result.outcome)"
    )
    answer = python(checkout, "-c", code)
    assert Counter(answer.stdout.split()) == {"hung": 2, "crashed": 2, "error": 2}, answer.stderr


def number(faults, value):
    return faults["memory"].number_in(value)


def values(rng, count):
    yield "mpz", mpz(rng.getrandbits(64 * count) | 1 << (64 * count - 1))
    yield "limbs", np.frombuffer(bytearray(rng.randbytes(8 * count - 8) + b"\xff" * 8), np.uint64)
    yield "words", np.array([rng.randrange(10**19) for _ in range(count)], np.uint64)
    yield "digits", "3." + "".join(rng.choices("0123456789", k=count))
    yield "hexadecimal", "3." + "".join(rng.choices("0123456789ABCDEF", k=count)) + "F"
    yield "bytes", bytes(range(256)) * 2


@pytest.mark.parametrize("kind", [
    "flip", "carry", "zeroed", "stale", "random", "moved", "exchanged", "exchanged-61j", "multiple", "replaced",
])  # fmt: skip
def test_every_kind_changes_every_form_of_number_in_place(faults, rng, kind):
    for form, value in values(rng, 300):
        found = number(faults, value)
        assert found.form == form
        before = found.cells.copy()
        other = before[::-1].copy()
        assert faults["kinds"].plant(kind, found, [other], rng)
        assert found.content()[0] != before.tobytes() or (kind, form) == ("replaced", "mpz")
        if form == "mpz":
            assert abs(value) % 2**64 == int(found.cells[0])


def test_some_faults_are_none_modulo_the_mersenne_prime(faults, rng):
    for kind in ("exchanged-61j", "multiple"):
        for _ in range(20):
            value = mpz(rng.getrandbits(20_000) | 1 << 19_999)
            before = mpz(value + 0)
            while value.bit_length() < 20_000 or (value - before) % M61 or value == before:
                value = mpz(rng.getrandbits(20_000) | 1 << 19_999)
                before = value + 0
                assert faults["kinds"].plant(kind, number(faults, value), [], rng)
            assert value != before and (value - before) % M61 == 0


def test_numbers_are_found_where_variables_lead_to(faults):
    memory = faults["memory"]
    large, small = mpz(3) ** 2000, mpz(3)
    variable = {"a": [small, (large, np.zeros(100, np.uint64))], "b": "prose " * 100, "c": np.zeros(100, np.int64)}
    found = {memory.written(path): path for path, _ in memory.numbers_from("x", variable)}
    assert list(found) == ["x{0}[1][0]", "x{0}[1][1]"]
    for text, path in found.items():
        assert memory.path_of(text) == path
        assert memory.follow(path, variable).cell_count in {50, 100}
    assert memory.follow(found["x{0}[1][0]"], {}) is None
    with pytest.raises(ValueError, match="no variable"):
        memory.path_of("x{one}")


def test_a_constant_that_has_gone_is_named(faults):
    for place in ("engine.planning.plan.NONE", "bigint.square_root.root(none)"):
        name = f"pi_engine.{place}"
        with pytest.raises(LookupError, match=re.escape(name.partition("(")[0])), faults["patches"].patched({name: 1}):
            pass
