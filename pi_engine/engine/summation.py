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
    from pi_engine.runtime.progress import PhaseClock


_NEWTON_BYTES_PER_BIT = 1.1
"""Workspace of root and division, by bits of the fraction: three transformed operands of its length at most."""


def release_workspace(bits: int) -> None:
    """Give the workspace of the compiled path's trees back to the system, but for what roots and quotients of so many bits take."""
    from pi_engine.bigint.buffers.workspace import LEAST_KEPT, pool

    pool.release(max(math.ceil(_NEWTON_BYTES_PER_BIT * bits), LEAST_KEPT))


def sum_series(plan: Plan, threads: int, clock: PhaseClock, *, check: bool) -> HandOver[Tracked]:
    """Q and T of the plan's series, T/Q its sum but for the errors of `engine.evaluation.pi_fraction`, with residues where checked.

    check: compare each sum with its shadow; `shadow_check` says so of the result.

    Raises:
        VerificationError: a sum differs from its shadow, or a quotient is wrong.
    """
    components = plan.series.components
    combination = Combination(plan.series, plan.fraction_bits, check=check) if plan.combines else None
    for i, (component, terms) in enumerate(zip(components, plan.terms, strict=True)):
        with clock.phase("sum"):
            progress = part_of(clock.progress, i, len(components))
            shadow = begin_shadow(component.sum, terms, threads) if check and plan.compiled else None
            needed = needed_bits(plan.series, plan.fraction_bits, terms, i)
            node = split(
                component.sum,
                terms,
                threads=threads,
                progress=progress,
                compiled=plan.compiled,
                check=check,
                needed=needed,
            )
        require_precision(plan.series, plan.fraction_bits, node.error, i)
        pair = Tracked(node.Q), Tracked(node.T)
        if check:
            with clock.phase("check"):
                pair = check_against_shadow(
                    component.sum, terms, node, compiled=plan.compiled, threads=threads, shadow=shadow
                )
        del node
        if combination is not None:
            if plan.compiled:
                release_workspace(plan.fraction_bits)
            with clock.phase("division"):
                combination.add(component.coefficient, *pair, threads=threads, compiled=plan.compiled)
            del pair
            if plan.compiled:
                trim_heap()
    if combination is not None:
        return HandOver(combination.Q, combination.T)
    return HandOver(*leading_bits(*pair, plan.fraction_bits, threads))


def shadow_check(plan: Plan) -> Check:
    """What `sum_series` has compared."""
    counts = " + ".join(str(terms) for terms in plan.terms)
    detail = f"Q and T of {counts} terms modulo {moduli_text()}, by the recurrence and not by the tree"
    return Check("shadow", "passed", detail)
