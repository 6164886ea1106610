"""The series this program knows, each a row of data. A family is imported when one of its series is asked for, or all of them are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pi_engine.series.families import ramanujan_sato
from pi_engine.series.families.ramanujan_sato import CHUDNOVSKY, RAMANUJAN_1914

if TYPE_CHECKING:
    from pi_engine.series.model.pi_series import PiSeries

__all__ = ["CHUDNOVSKY", "RAMANUJAN_1914", "catalogue"]

_FIRST: dict[str, PiSeries] = {row.name: row for row in ramanujan_sato.ROWS}
"""The family of the series that is nearly always asked for."""


@cache
def _rows() -> dict[str, PiSeries]:
    from pi_engine.series.families import arctangents, classical, digit_extraction, guillera

    others = {row.name: row for family in (guillera, arctangents, digit_extraction, classical) for row in family.ROWS}
    return {**_FIRST, **others}


@cache
def _sublinear() -> dict[str, PiSeries]:
    from pi_engine.series.families import sublinear

    return {row.name: row for row in sublinear.ROWS}


def catalogue() -> tuple[PiSeries, ...]:
    """All series that π can be computed with, in the order in which they are listed."""
    return tuple(_rows().values())


def lessons() -> tuple[PiSeries, ...]:
    """The series that converge too slowly to compute with. Their first terms can be looked at."""
    return tuple(_sublinear().values())


def find(name: str) -> PiSeries | None:
    """The series of this name, one of the catalogue or a lesson; None if there is none."""
    return _FIRST.get(name) or _rows().get(name) or _sublinear().get(name)


def is_catalogued(series: PiSeries) -> bool:
    """Whether it is a row of the catalogue, and so proved in the literature."""
    return any(row is series for row in _FIRST.values()) or any(row is series for row in _rows().values())
