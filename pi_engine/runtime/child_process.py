"""How this program starts itself again: with its own package, whatever folder the user is in."""

from __future__ import annotations

import sys
from pathlib import Path

_CODE = """
import importlib.machinery, importlib.util, runpy, sys
place, module = sys.argv.pop(1), sys.argv.pop(1)
found = importlib.machinery.PathFinder.find_spec("pi_engine", [place])
sys.modules["pi_engine"] = importlib.util.module_from_spec(found)
found.loader.exec_module(sys.modules["pi_engine"])
sys.path.append(place)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def command_of(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package in a new process.

    `python -m` would look for the package in the current folder first, which may be another user's. Here that folder is not
    looked at (-P). The package is this one, also where another version of it is installed; for other modules, its place is the
    last that is looked at: it must not hide Python's own.
    """
    place = str(Path(__file__).resolve().parent.parent.parent)
    return [sys.executable, "-P", "-c", _CODE, place, module, *arguments]
