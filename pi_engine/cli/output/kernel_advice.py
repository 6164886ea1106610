"""What a command says on stderr where compiled kernels would have made its computation of π faster."""

from __future__ import annotations

from pi_engine.cli.output.streams import remark, remarks_are_heard

_ADVICE_FROM = 5_000_000
"""Digits that take GMP some seconds, so that the kernels' absence is worth a line."""


def advise_kernels(digits: int, *, finished: bool = False) -> None:
    """Say that compiled kernels would make a long run faster, where it has none; `finished` says it of a run that has been."""
    if digits < _ADVICE_FROM or not remarks_are_heard():
        return
    from pi_engine.engine.planning.backend import BACKEND

    if BACKEND.usable() and not BACKEND.stored() and not BACKEND.pays(digits):
        damage = next((kernel.damage for kernel in BACKEND.kernels() if kernel.damage), "")
        reason = (
            f"a stored kernel is not used ({damage})" if damage else "the kernels for this machine are not compiled"
        )
        verb = "took" if finished else "takes"
        remark(
            f"pi-engine: this run {verb} the plain path, because {reason}: 'pi-engine tune', once "
            "(about a minute), makes runs of this size several times as fast"
        )
