"""Homes of users who have compiled nothing yet, for subprocesses: no test may depend on what the developer's holds."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment_of(home):
    """The environment of a process whose caches and configuration lie in the folder `home`."""
    places = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "NUMBA_CACHE_DIR": home / "numba",
    }
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment.pop("PI_ENGINE_TRANSFORM", None)
    return environment


def python(code, environment):
    """What a new process prints that runs `code`."""
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def command(environment, *arguments):
    """A `pi-engine` command as a process that has ended."""
    return subprocess.run(
        [sys.executable, "-m", "pi_engine", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
