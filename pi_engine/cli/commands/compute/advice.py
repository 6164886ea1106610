"""What `compute` says on stderr before it starts: what the user may want to do otherwise."""

from __future__ import annotations

from pi_engine.cli.output.streams import remark


def warn_of_unchecked_series(name: str) -> None:
    """Say that nobody has shown what a series sums to, where nothing compares its digits with those of π either."""
    from pi_engine.series.catalogue import is_catalogued
    from pi_engine.series.lookup import get

    series = get(name)
    if not is_catalogued(series):
        remark(
            f"pi-engine: nothing checks whether the series {series.name} sums to π: leave out '--check none' to have its "
            "digits compared with those of π"
        )
