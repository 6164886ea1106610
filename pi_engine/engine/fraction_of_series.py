"""Sum, root and division: π as a binary fraction, by a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.residues.moduli import moduli_text
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.engine.result import Check
from pi_engine.engine.summation import release_workspace, shadow_check, sum_series

if TYPE_CHECKING:
    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.bigint.buffers.hand_over import HandOver
    from pi_engine.bigint.residues.tracked import Tracked
    from pi_engine.bigint.square_root import InverseRoot
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.runtime.progress import PhaseClock


def fraction_of_series(
    plan: Plan, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None = None
) -> BinaryFraction:
    """π to the plan's bits, from its series, or as an earlier run has kept it.

    Raises:
        VerificationError: a check failed.
    """
    if plan.compiled and not plan.scratch:
        _keep_freed_blocks()
    fraction = None if kept is None else kept.fraction(plan.fraction_bits, threads)
    if fraction is None:
        fraction = _computed(plan, threads, clock, check=check, kept=kept)
        if kept is not None:
            with clock.phase("checkpoint"):
                kept.keep_fraction(fraction)
    return fraction


def _computed(
    plan: Plan, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None
) -> BinaryFraction:
    form = plan.series.closed_form
    sums = sum_series(plan, threads, clock, check=check, kept=kept)
    if plan.scratch:
        sums = _waiting(sums)
    if plan.compiled:
        release_workspace(plan.fraction_bits)
    try:
        radical = _root(plan, threads, clock, check=check, kept=kept)
    except BaseException:
        if kept is not None and not plan.combines:
            kept.leave_sum(0, *sums.held())
        raise
    with clock.phase("division"):
        return pi_fraction(
            form, sums, radical, plan.fraction_bits, check=check, threads=threads, compiled=plan.compiled
        )


def _root(
    plan: Plan, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None
) -> Tracked | InverseRoot | None:
    """The root of the radicand, or what the division needs instead, as an earlier run has kept it, or computed and kept."""
    form = plan.series.closed_form
    radical = None if kept is None or form.radicand == 1 else kept.root(form.radicand, threads)
    if radical is None:
        with clock.phase("root"):
            radical = root_of_radicand(form, plan.fraction_bits, check=check, threads=threads, compiled=plan.compiled)
        if kept is not None and radical is not None:
            with clock.phase("checkpoint"):
                kept.keep_root(radical)
    return radical.parked() if plan.scratch and isinstance(radical, tuple) else radical


def _waiting(sums: HandOver[Tracked]) -> HandOver[Tracked]:
    """Q and T on disk until the division needs them."""
    from pi_engine.bigint.residues.waiting_numbers import WaitingNumbers

    return WaitingNumbers(sums)


def checks_of_fraction(plan: Plan) -> list[Check]:
    """What has been checked where sum, root and division have given a fraction."""
    remainder = f"remainder modulo {moduli_text()}, and the remainder's size"
    root = [Check("root", "passed", f"the square and its {remainder}")] if plan.series.closed_form.has_root else []
    return [shadow_check(plan), *root, Check("division", "passed", f"quotient, divisor and {remainder}")]


def _keep_freed_blocks() -> None:
    """Have the memory of one step's numbers used again by the next."""
    from pi_engine.bigint.buffers.workspace import keep_freed_blocks

    keep_freed_blocks()
