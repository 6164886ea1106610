"""What two runs must have in common for one to go on with what the other has kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.runtime.versions import arithmetic_versions

if TYPE_CHECKING:
    from pi_engine.series.model.pi_series import PiSeries


def run_parameters(digits: int, base: int, series: PiSeries, *, check: bool) -> dict[str, object]:
    """The parameters of a run, by the names that people are told."""
    return {
        "digits": digits,
        "base": base,
        "series": series.name,
        "definition": _definition(series),
        "checked": check,
        "version": arithmetic_versions()["pi_engine"],
    }


def _definition(series: PiSeries) -> str:
    """A hash of all that a series is made of: one of a user may have changed under its name."""
    from hashlib import sha256

    form = series.closed_form
    parts = [repr(form), *(f"{x.coefficient} {x.sum.p} {x.sum.q} {x.sum.a}" for x in series.components)]
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
