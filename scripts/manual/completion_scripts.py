"""share/: the scripts that `pi-engine completion` prints, where bash, zsh and fish look for those of installed programs."""

from __future__ import annotations

from pathlib import Path

from click.shell_completion import get_completion_class

import pi_engine.cli.parameters.shells  # noqa: F401 (its scripts replace click's)
from pi_engine.cli.main import cli
from pi_engine.cli.parameters.lazy_group import COMPLETION

_SHARE = Path(__file__).resolve().parent.parent.parent / "share"

PLACES = {
    "bash": _SHARE / "bash-completion" / "completions" / "pi-engine",
    "zsh": _SHARE / "zsh" / "site-functions" / "_pi-engine",
    "fish": _SHARE / "fish" / "vendor_completions.d" / "pi-engine.fish",
}
"""Shell → its script."""


def completion_scripts() -> dict[Path, str]:
    """Place → the script that belongs there."""
    return {place: _script(shell) for shell, place in PLACES.items()}


def _script(shell: str) -> str:
    completion = get_completion_class(shell)
    assert completion is not None
    return completion(cli, {}, "pi-engine", COMPLETION).source()
