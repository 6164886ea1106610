"""A short run of scripts/kill_writers.py: commands that write files are killed at random moments, and nothing is lost."""

import os
import re
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_nothing_is_lost_when_writers_are_killed(checkout, rng):
    """Six kills by each signal."""
    script = [sys.executable, str(checkout / "scripts" / "kill_writers.py"), "18", "--seed", str(rng.randrange(2**32))]
    answer = subprocess.run(
        script, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"^seed \d+$", answer.stdout, re.MULTILINE)
    assert answer.stdout.endswith("18 kills, 0 lost\n")
    assert {"SIGKILL", "SIGINT", "SIGTERM"} <= set(answer.stdout.split())
