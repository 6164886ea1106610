"""What `compute` says on stderr before it starts: what the user may want to do otherwise."""

from __future__ import annotations

from pi_engine.cli.output.streams import remark, remarks_are_heard

_ADVICE_FROM = 5_000_000
"""Digits that take GMP some seconds, so that the kernels' absence is worth a line."""


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


def advise_kernels(digits: int) -> None:
    """Say that compiled kernels would make a long run faster, where it has none."""
    if digits < _ADVICE_FROM or not remarks_are_heard():
        return
    from pi_engine.engine.planning.backend import BACKEND

    if BACKEND.usable() and not BACKEND.stored() and not BACKEND.pays(digits):
        damage = next((kernel.damage for kernel in BACKEND.kernels() if kernel.damage), "")
        reason = (
            f"a stored kernel is not used ({damage})" if damage else "the kernels for this machine are not compiled"
        )
        remark(
            f"pi-engine: this run takes the plain path, because {reason}: 'pi-engine tune', once "
            "(about a minute), makes runs of this size about ten times as fast"
        )
