"""The sum of a series to so many terms, checked: one tree, or a tree for each component and their combination."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import moduli_text
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.evaluation.combination import Combination
from pi_engine.engine.evaluation.pi_fraction import leading_bits
from pi_engine.engine.result import Check
from pi_engine.runtime.limits.address_space import trim_heap
from pi_engine.runtime.progress import part_of
from pi_engine.series.model.truncation import needed_bits, require_precision
from pi_engine.splitting.shadow.shadow import begin_shadow, check_against_shadow
from pi_engine.splitting.split import split

if TYPE_CHECKING:
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.runtime.progress import PhaseClock


_NEWTON_BYTES_PER_BIT = 1.1
"""Workspace of root and division, by bits of the fraction: three transformed operands of its length at most."""


def release_workspace(bits: int) -> None:
    """Give the workspace of the compiled path's trees back to the system, but for what roots and quotients of so many bits take."""
    from pi_engine.bigint.buffers.workspace import LEAST_KEPT, pool

    pool.release(max(math.ceil(_NEWTON_BYTES_PER_BIT * bits), LEAST_KEPT))


def sum_series(
    plan: Plan, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None = None
) -> HandOver[Tracked]:
    """Q and T of the plan's series, T/Q its sum but for the errors of `engine.evaluation.pi_fraction`, with residues where checked.

    check: compare each sum with its shadow; `shadow_check` says so of the result.
    kept: gives back what an earlier run has finished, and keeps what is finished here.

    Raises:
        VerificationError: a sum differs from its shadow, or a quotient is wrong.
    """
    if not plan.combines:
        return HandOver(*_kept_sum(plan, 0, threads, clock, check=check, kept=kept))
    combination = Combination(plan.series, plan.fraction_bits, check=check)
    for i, component in enumerate(plan.series.components):
        pair = _kept_sum(plan, i, threads, clock, check=check, kept=kept)
        if plan.compiled:
            release_workspace(plan.fraction_bits)
        with clock.phase("division"):
            combination.add(component.coefficient, *pair, threads=threads, compiled=plan.compiled)
        del pair
        if plan.compiled:
            trim_heap()
    return HandOver(combination.Q, combination.T)


def _kept_sum(
    plan: Plan, i: int, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None
) -> tuple[Tracked, Tracked]:
    """Q and T of one component as an earlier run has kept them, or computed and kept."""
    pair = None if kept is None else kept.sum_of(i, threads)
    if pair is not None:
        return pair
    pair = _sum(plan, i, threads, clock, check=check, kept=kept)
    if not plan.combines:
        pair = leading_bits(*pair, plan.fraction_bits, threads)
    if kept is not None:
        with clock.phase("checkpoint"):
            kept.keep_sum(i, *pair, always=plan.combines)
    return pair


def _sum(
    plan: Plan, i: int, threads: int, clock: PhaseClock, *, check: bool, kept: RunCheckpoint | None
) -> tuple[Tracked, Tracked]:
    """Q and T of one component, compared with their shadow if `check`."""
    component, terms = plan.series.components[i], plan.terms[i]
    with clock.phase("sum"):
        shadow = begin_shadow(component.sum, terms, threads) if check and plan.compiled else None
        node = split(
            component.sum,
            terms,
            threads=threads,
            progress=part_of(clock.progress, i, len(plan.terms)),
            compiled=plan.compiled,
            check=check,
            needed=needed_bits(plan.series, plan.fraction_bits, terms, i),
            keeper=None if kept is None or not plan.compiled else kept.nodes(i),
        )
    require_precision(plan.series, plan.fraction_bits, node.error, i)
    if not check:
        return Tracked(node.Q), Tracked(node.T)
    with clock.phase("check"):
        return check_against_shadow(component.sum, terms, node, compiled=plan.compiled, threads=threads, shadow=shadow)


def shadow_check(plan: Plan) -> Check:
    """What `sum_series` has compared."""
    counts = " + ".join(str(terms) for terms in plan.terms)
    detail = f"Q and T of {counts} terms modulo {moduli_text()}, by the recurrence and not by the tree"
    return Check("shadow", "passed", detail)
