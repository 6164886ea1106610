"""The series this program knows, each a row of data, and how they are found by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.series import arctangents, classical, digit_extraction, guillera, ramanujan_sato, sublinear
from pi_engine.series.ramanujan_sato import CHUDNOVSKY, RAMANUJAN_1914

if TYPE_CHECKING:
    from pi_engine.series.rows import PiSeries

__all__ = ["CHUDNOVSKY", "RAMANUJAN_1914", "catalogue", "get"]

_ROWS: dict[str, PiSeries] = {
    row.name: row
    for family in (ramanujan_sato, guillera, arctangents, digit_extraction, classical)
    for row in family.ROWS
}
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
_SUBLINEAR: dict[str, PiSeries] = {row.name: row for row in sublinear.ROWS}


def catalogue() -> tuple[PiSeries, ...]:
    """All series that π can be computed with, in the order in which they are listed."""
    return tuple(_ROWS.values())


def lessons() -> tuple[PiSeries, ...]:
    """The series that converge too slowly to compute with, of which the first terms can be looked at."""
    return tuple(_SUBLINEAR.values())


def _discriminant(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("−")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 1000):
        raise UsageError(f"{DERIVED}{text}: not a discriminant; write {DERIVED}163")
    return int(digits)


def is_catalogued(series: PiSeries) -> bool:
    """Whether it is a row of the catalogue, and so proved in the literature."""
    return any(row is series for row in _ROWS.values())


def get(name: str) -> PiSeries:
    """The series of that name, one derived from a discriminant as `derived:163`, or that of a file `….toml`.

    It may be one that is too slow to compute with (`lessons`).

    Raises:
        TypeError: the name is no str.
        UsageError: there is none; the message names the one that is near, or says where all are listed. The file
            is not a series.
    """
    if not isinstance(name, str):
        raise TypeError(f"series.get takes the name of a series as str, not {type(name).__name__}")
    if name.lower().endswith(".toml"):
        from pi_engine.series.user_file import load

        return load(name)
    wanted = name.lower().replace("ø", "o")
    if wanted.startswith(DERIVED):
        from pi_engine.series.derivation import derived_series

        return derived_series(_discriminant(wanted.removeprefix(DERIVED)))
    rows = {**_ROWS, **_SUBLINEAR}
    row = rows.get(_ALIASES.get(wanted, wanted))
    if row is None:
        names = [*rows, *_ALIASES]
        near = [x for x in names if len(wanted) > 2 and x.startswith(wanted)] or get_close_matches(wanted, names, n=1)
        question = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"unknown series {name[:50]!r}: {question}'pi-engine series list' names all")
    return row
