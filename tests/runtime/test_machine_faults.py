"""Wrong bits in the tables of kernels: every run ends, none is ended by a signal, and none gives wrong digits."""

import json
import subprocess
import sys

import pytest

from tests.conftest import MULTIPLIER
from tests.homes import ROOT
from tests.runtime.machine_faults import KERNELS, PLANS, REFUSED, RIGHT


@pytest.mark.slow
@pytest.mark.parametrize("name", [*KERNELS, *PLANS])
def test_a_wrong_bit_in_a_table_ends_in_an_error(rng, name):
    """In a process of its own, which forks one for each bit."""
    survey = [sys.executable, "-m", "tests.runtime.machine_faults", name]
    command = [*survey, str(rng.randrange(2**32)), str(int(8 * MULTIPLIER))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert len(found) >= 3 and any(REFUSED in ends for ends in found.values()), found
    for array, ends in found.items():
        assert set(ends) <= {RIGHT, REFUSED}, (array, ends)
