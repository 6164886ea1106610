"""The series this program knows, each a row of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.series.families import arctangents, classical, digit_extraction, guillera, ramanujan_sato, sublinear
from pi_engine.series.families.ramanujan_sato import CHUDNOVSKY, RAMANUJAN_1914

if TYPE_CHECKING:
    from pi_engine.series.model.pi_series import PiSeries

__all__ = ["CHUDNOVSKY", "RAMANUJAN_1914", "catalogue"]

_ROWS: dict[str, PiSeries] = {
    row.name: row
    for family in (ramanujan_sato, guillera, arctangents, digit_extraction, classical)
    for row in family.ROWS
}
_SUBLINEAR: dict[str, PiSeries] = {row.name: row for row in sublinear.ROWS}


def catalogue() -> tuple[PiSeries, ...]:
    """All series that π can be computed with, in the order in which they are listed."""
    return tuple(_ROWS.values())


def lessons() -> tuple[PiSeries, ...]:
    """The series that converge too slowly to compute with, of which the first terms can be looked at."""
    return tuple(_SUBLINEAR.values())


def is_catalogued(series: PiSeries) -> bool:
    """Whether it is a row of the catalogue, and so proved in the literature."""
    return any(row is series for row in _ROWS.values())
