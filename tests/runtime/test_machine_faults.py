"""Wrong bits in the tables of kernels: every run ends, none is ended by a signal, and none gives wrong digits."""

import json
import re
import subprocess
import sys

import pytest

from pi_engine.bigint.vectors.lane_widths import has_lanes
from pi_engine.cli.main import COMMANDS
from pi_engine.runtime.machine_faults import TEST, machine_fault
from tests.command import commands
from tests.conftest import MULTIPLIER, part_of
from tests.homes import ROOT
from tests.runtime.machine_faults import KERNELS, PLANS, REFUSED, RIGHT


@pytest.mark.slow
@pytest.mark.parametrize("name", part_of([*KERNELS, *PLANS], 1 / 3, "tables"))
def test_a_wrong_bit_in_a_table_ends_in_an_error(rng, name):
    """In a process of its own, which forks one for each bit."""
    if name == "leaves in lanes" and not has_lanes():
        pytest.skip("this processor has no instructions for lanes")
    survey = [sys.executable, "-m", "tests.runtime.machine_faults", name]
    command = [*survey, str(rng.randrange(2**32)), str(int(5 * MULTIPLIER))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert len(found) >= 3 and any(REFUSED in ends for ends in found.values()), found
    for array, ends in found.items():
        assert set(ends) <= {RIGHT, REFUSED}, (array, ends)


def test_a_message_that_advises_to_test_the_machine_names_the_command(checkout):
    assert str(machine_fault("x")).endswith(f"test this machine with '{TEST}'")
    advice = re.compile(r"\btest (?:the memory|(?:the|this) machine)\b([^\n]*)")
    found = [
        (path.name, rest)
        for path in sorted((checkout / "pi_engine").rglob("*.py"))
        for rest in advice.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(found) >= 5 and [(name, rest) for name, rest in found if "{TEST}" not in rest] == []


def test_the_command_that_tests_a_machine_is_one():
    _, name, option, _ = TEST.split()
    assert name in COMMANDS
    assert option in {option for parameter in dict(commands())[name].params for option in parameter.opts}
