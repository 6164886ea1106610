"""What tests of clusters share: tasks to run on workers, and processes of Dask."""

import os
import subprocess
import sys
import time
from pathlib import Path

from pi_engine.errors import VerificationError
from tests.conftest import ROOT


def double(x):
    return 2 * x


def threads_given(x, threads):
    return x, threads


def process():
    return os.getpid()


def fail(x):
    if x == 3:
        raise VerificationError("task 3 is wrong")
    return x


def once_released(folder, x):
    """Waits until the file `go` is there; says by another file that it has begun."""
    (Path(folder) / f"begun-{x}-{os.getpid()}").touch()
    while not (Path(folder) / "go").exists():
        time.sleep(0.01)
    return x


def dask(*arguments, path=None):
    """`dask scheduler` or `dask worker`, with a folder before all others on Python's path."""
    environment = dict(os.environ)
    places = [str(path)] if path is not None else [str(ROOT)]
    environment["PYTHONPATH"] = os.pathsep.join([*places, environment.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "dask", *arguments],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def wait_for(condition):
    """Until it holds; a test that never sees it hangs, and is shown by pytest's faulthandler."""
    while not (found := condition()):
        time.sleep(0.02)
    return found
