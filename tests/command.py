"""The command as a process of its own."""

import subprocess
import sys

COMMAND = [sys.executable, "-m", "pi_engine"]


def pi(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, **options)
