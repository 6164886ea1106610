"""What must be equal for a run to go on with what another one has kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pi_engine.checkpoint.untrusted_json import JSON


def require_same(kept: Mapping[str, JSON], given: Mapping[str, JSON], folder: Path) -> None:
    """See that a run may go on with the checkpoint in a folder.

    Raises:
        UsageError: a parameter differs; the message names the first that does.
    """
    missing = object()
    for name in [*given, *kept]:
        old, new = kept.get(name, missing), given.get(name, missing)
        if old != new or type(old) is not type(new):
            raise UsageError(
                f"the checkpoint in {folder} is of a run with {name} {_shown(old, missing)}, and this one has "
                f"{_shown(new, missing)}: give the same, or use another folder"
            )


def _shown(value: object, missing: object) -> str:
    text = "none" if value is missing else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
