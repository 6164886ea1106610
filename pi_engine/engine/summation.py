"""The sum of a series to this many terms, checked: one tree, or a tree for each component and their combination."""

from __future__ import annotations

import math
from contextlib import ExitStack
from functools import cache, partial
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import moduli_text
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.evaluation.combination import Combination
from pi_engine.engine.evaluation.pi_fraction import leading_bits
from pi_engine.engine.repair.renewal import forget_tables
from pi_engine.engine.result import Check
from pi_engine.errors import MiscalculationError
from pi_engine.runtime.limits.address_space import trim_heap
from pi_engine.runtime.progress import part_of
from pi_engine.runtime.repairs import Repair, Repairs
from pi_engine.series.model.truncation import needed_bits, require_precision
from pi_engine.splitting.shadow.shadow import AGAINST_SHADOW, begin_shadow, check_against_shadow, shadow_residues
from pi_engine.splitting.split import split

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.distributed.nodes.sum_cluster import SumCluster
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.engine.resumption.kept_nodes import KeptNodes
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.runtime.progress import PhaseClock
    from pi_engine.series.model.hypergeometric import HypergeometricSeries


_NEWTON_BYTES_PER_BIT = 0.8
"""Workspace of root and division, by bits of the fraction: at 10^8 digits what they hold of it at once was 0.8."""

_LONG_BITS = 5 * 10**7
"""Bits of a fraction from which tables and freed numbers are given back between the steps too: those of 1.5·10^7 digits, whose Q has
`level_runs.LONG_BITS`."""


def release_workspace(bits: int) -> None:
    """Give the workspace of the step before on the compiled path back to the system, except for that of roots and quotients."""
    from pi_engine.bigint.buffers.workspace import LEAST_KEPT, pool

    if bits >= _LONG_BITS:
        forget_tables()
        trim_heap()
    pool.release(max(math.ceil(_NEWTON_BYTES_PER_BIT * bits), LEAST_KEPT))


def sum_series(
    plan: Plan,
    threads: int,
    clock: PhaseClock,
    *,
    check: bool,
    kept: RunCheckpoint | None = None,
    repairs: Repairs | None = None,
    cluster: SumCluster | None = None,
) -> HandOver[Tracked]:
    """Q and T of the plan's series, T/Q its sum except for the errors of `engine.evaluation.pi_fraction`, with residues where checked.

    check: compare each sum with its shadow; `shadow_check` says so of the result.
    kept: gives back what an earlier run has finished, and keeps what is finished here.
    repairs: has sums made again that fail a check; by default those of this call alone.
    cluster: whose workers make the nodes of long sums.

    Raises:
        VerificationError: a sum differs from its shadow, or a quotient is wrong.
    """
    repairs = Repairs() if repairs is None else repairs
    if cluster is not None and not plan.compiled:
        cluster.note(
            "the workers had nothing to do: this run took the plain path, because it is short, or 'pi-engine tune' has not compiled the "
            "kernels; only runs with compiled kernels are divided"
        )
        cluster = None
    sum_of = partial(
        _kept_sum, plan, threads=threads, clock=clock, check=check, kept=kept, repairs=repairs, cluster=cluster
    )
    if not plan.combines:
        return HandOver(*sum_of(0))
    combination = Combination(plan.series, plan.fraction_bits, check=check)
    for i, component in enumerate(plan.series.components):
        pair = sum_of(i)
        if plan.compiled:
            release_workspace(plan.fraction_bits)
        with clock.phase("division"):
            combination.add(component.coefficient, *pair, threads=threads, compiled=plan.compiled)
        del pair
        if plan.compiled:
            trim_heap()
    return HandOver(combination.Q, combination.T)


def _kept_sum(
    plan: Plan,
    i: int,
    *,
    threads: int,
    clock: PhaseClock,
    check: bool,
    kept: RunCheckpoint | None,
    repairs: Repairs,
    cluster: SumCluster | None,
) -> tuple[Tracked, Tracked]:
    """Q and T of one component as an earlier run has kept them, or computed and kept."""
    pair = None if kept is None else kept.sum_of(i, threads)
    if pair is not None:
        return pair
    keeper = None if kept is None or not plan.compiled else kept.nodes(i)

    def work() -> tuple[Tracked, Tracked]:
        return _sum(plan, i, threads, clock, check=check, keeper=keeper, repairs=repairs, cluster=cluster)

    def before(failure: Repair) -> None:
        # Where the sum differs from its shadow, no node tells which of them is wrong.
        if keeper is not None and AGAINST_SHADOW in failure.reason:
            keeper.drop(plan.guard_bits)

    pair = repairs.repeat("the sum", work, terms=(0, plan.terms[i]), before=before)
    if not plan.combines:
        pair = leading_bits(*pair, plan.fraction_bits, threads)
    if kept is not None:
        with clock.phase("checkpoint"):
            kept.keep_sum(i, *pair, always=plan.combines)
    return pair


def _sum(
    plan: Plan,
    i: int,
    threads: int,
    clock: PhaseClock,
    *,
    check: bool,
    keeper: KeptNodes | None,
    repairs: Repairs,
    cluster: SumCluster | None,
) -> tuple[Tracked, Tracked]:
    """Q and T of one component, compared with their shadow if `check`."""
    component, terms = plan.series.components[i], plan.terms[i]
    with clock.phase("sum"):
        begin = begin_shadow if plan.compiled else _later_shadow
        shadow = cache(begin(component.sum, terms, threads)) if check else None
        progress = part_of(clock.progress, i, len(plan.terms))
        with ExitStack() as stack:
            nodes = None if cluster is None else stack.enter_context(cluster.nodes(
                plan.series, i, terms, plan.fraction_bits, check=check, custody=keeper, repairs=repairs, progress=progress
            ))  # fmt: skip
            node = split(
                component.sum,
                terms,
                threads=threads,
                progress=progress if nodes is None else nodes.report,
                compiled=plan.compiled,
                check=check,
                needed=needed_bits(plan.series, plan.fraction_bits, terms, i),
                keeper=keeper if nodes is None else nodes,
                repairs=repairs,
            )
    require_precision(plan.series, plan.fraction_bits, node.error, i)
    if shadow is None:
        return Tracked(node.Q), Tracked(node.T)
    with clock.phase("check"):
        try:
            return check_against_shadow(component.sum, terms, node, threads=threads, shadow=shadow)
        except MiscalculationError as error:
            # The shadow takes a small part of the time, so it is made again first; where it was right, the sum is wrong.
            again = shadow_residues(component.sum, terms, compiled=plan.compiled, threads=threads)
            if again == shadow():
                raise
            failure = Repair.of(error, "the shadow of the sum", (0, terms))
        repairs.note(failure)
        return check_against_shadow(component.sum, terms, node, threads=threads, shadow=lambda: again)


def _later_shadow(series: HypergeometricSeries, terms: int, threads: int) -> Callable[[], tuple[Residues, Residues]]:
    """The shadow of the plain path: it begins when it is asked for."""
    return partial(shadow_residues, series, terms, threads=threads)


def shadow_check(plan: Plan) -> Check:
    """What `sum_series` has compared."""
    counts = " + ".join(str(terms) for terms in plan.terms)
    detail = f"Q and T of {counts} terms modulo {moduli_text()}, by the recurrence and not by the tree"
    return Check("shadow", "passed", detail)
