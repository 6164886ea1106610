"""How this program starts itself again: with its own package, whatever folder the user is in."""

from __future__ import annotations

import sys
from pathlib import Path

_CODE = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"


def command_of(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package in a new process.

    `python -m` would look for the package in the current folder first, which may be another user's. Here that folder is not
    looked at (-P), and the place of this package is the last that is: it must not hide Python's own modules.
    """
    place = str(Path(__file__).resolve().parent.parent.parent)
    return [sys.executable, "-P", "-c", _CODE, place, module, *arguments]
