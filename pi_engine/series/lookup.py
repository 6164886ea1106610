"""A series by its name: of the catalogue, of a discriminant, or of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.series.catalogue import catalogue, find, lessons

if TYPE_CHECKING:
    from pi_engine.series.model.pi_series import PiSeries, SingleSeries

DERIVED = "derived:"
"""Before a D, the name of the series that is derived from the discriminant −D."""

_ALIASES = {
    "level1-163": "chudnovsky",
    "level2-232": "ramanujan",
    "gregory": "leibniz",
    "gregory-leibniz": "leibniz",
    "madhava": "leibniz",
    "madhava-leibniz": "leibniz",
}


def _discriminant(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("−")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 1000):
        raise UsageError(f"{DERIVED}{text}: not a discriminant; write {DERIVED}163")
    return int(digits)


def derived(D: int) -> SingleSeries:
    """The series of the discriminant −D, not summed yet.

    Raises:
        UsageError: there is no rational one; the message says why.
    """
    from pi_engine.series.modular_forms.derivation import derived_series

    return derived_series(D, f"{DERIVED}{D}")


def get(name: str) -> PiSeries:
    """The series of that name, one derived from a discriminant as `derived:163`, or that of a file `….toml`.

    It may be one that is too slow to compute with (`lessons`).

    Raises:
        TypeError: the name is not a str.
        UsageError: there is no series of this name, and the message suggests a similar name or says where all
            are listed; or the file is not a series.
    """
    if not isinstance(name, str):
        raise TypeError(f"series.get takes the name of a series as str, not {type(name).__name__}")
    if name.lower().endswith(".toml"):
        from pi_engine.series.user.user_file import load

        return load(name)
    wanted = name.lower().replace("ø", "o")
    if wanted.startswith(DERIVED):
        return derived(_discriminant(wanted.removeprefix(DERIVED)))
    row = find(_ALIASES.get(wanted, wanted))
    if row is None:
        from difflib import get_close_matches

        names = [*(row.name for row in (*catalogue(), *lessons())), *_ALIASES]
        near = [x for x in names if len(wanted) > 2 and x.startswith(wanted)] or get_close_matches(wanted, names, n=1)
        question = f"did you mean {near[0]}? " if near else ""
        if "." in name or "/" in name:
            question = "a file of a series has a name that ends in .toml; "
        raise UsageError(f"unknown series {name[:50]!r}: {question}'pi-engine series list' names all")
    return row
