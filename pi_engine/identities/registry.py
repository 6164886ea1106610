"""All identities, in the order of the gallery."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.identities.identity import Identity

_MODULES = (
    "continued_fraction",
    "ramanujan_series",
    "heegner",
    "log_trigonometric",
    "euler",
    "stirling",
    "quartic",
    "n_ball",
    "gelu",
    "entropy",
)
"""Each has its part of the gallery under the name IDENTITIES."""


@cache
def catalogue() -> tuple[Identity, ...]:
    """Every identity of the gallery."""
    return tuple(
        identity for module in _MODULES for identity in import_module(f"pi_engine.identities.{module}").IDENTITIES
    )


def get(names: Sequence[str]) -> tuple[Identity, ...]:
    """The identities of these names, or of the groups of these numbers, without doubles; all for no name.

    Raises:
        UsageError: there is none of that name; the message names the one that is near, and says where all are listed.
    """
    if not names:
        return catalogue()
    found: dict[str, Identity] = {}
    for name in names:
        matching = [row for row in catalogue() if name.casefold() in (row.name, str(row.group))]
        if not matching:
            near = get_close_matches(name.casefold(), [row.name for row in catalogue()], n=1)
            question = f"did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"there is no identity {name[:50]!r}: {question}'pi-engine identities' without a name shows all; a number "
                "from 1 to 10 is a part of the gallery"
            )
        found |= {row.name: row for row in matching}
    return tuple(found.values())
