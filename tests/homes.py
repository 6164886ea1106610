"""Homes of users who have compiled nothing yet, for subprocesses: no test may depend on what the developer's holds."""

import os
from pathlib import Path

import llvmlite.binding

from pi_engine.runtime.compilation.provenance.shipped_code import shipped
from tests.command import pi, run_code

ROOT = Path(__file__).resolve().parent.parent


def environment_of(home):
    """The environment of a process whose caches and configuration lie in the folder `home`, and whose kernels come from there."""
    places = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "NUMBA_CACHE_DIR": home / "numba",
    }
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment.pop("PI_ENGINE_TRANSFORM", None)
    if shipped().level is not None:  # no level has this name, so that machine code of the installation is not used
        environment["NUMBA_CPU_NAME"] = llvmlite.binding.get_host_cpu_name()
    return environment


def python(code, environment):
    """What a new process prints that runs `code`."""
    done = run_code(code, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def command(environment, *arguments):
    """A `pi-engine` command as a process that has ended."""
    return pi(*arguments, env=environment)
