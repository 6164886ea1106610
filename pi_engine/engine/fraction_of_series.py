"""Sum, root and division: π as a binary fraction, by a series."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.moduli import moduli_text, residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.engine.result import Check
from pi_engine.engine.summation import release_workspace, shadow_check, sum_series
from pi_engine.errors import MiscalculationError

if TYPE_CHECKING:
    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.bigint.buffers.hand_over import HandOver
    from pi_engine.bigint.square_root import InverseRoot
    from pi_engine.distributed.nodes.sum_cluster import SumCluster
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.runtime.progress import PhaseClock
    from pi_engine.runtime.repairs import Repair, Repairs


def fraction_of_series(
    plan: Plan,
    threads: int,
    clock: PhaseClock,
    *,
    check: bool,
    repairs: Repairs,
    kept: RunCheckpoint | None = None,
    cluster: SumCluster | None = None,
) -> BinaryFraction:
    """π to the plan's bits, from its series, or as an earlier run has kept it.

    cluster: whose workers make the nodes of long sums.

    Raises:
        VerificationError: a check failed.
    """
    if plan.compiled and not plan.scratch:
        _keep_freed_blocks()
    fraction = None if kept is None else kept.fraction(plan.fraction_bits, threads)
    if fraction is None:
        fraction = _Evaluation(
            plan, threads, clock, check=check, kept=kept, repairs=repairs, cluster=cluster
        ).fraction()
        if kept is not None:
            with clock.phase("checkpoint"):
                kept.keep_fraction(fraction)
    return fraction


class _Evaluation:
    """Sum, root and division of one run. Each may have to be done again.

    The division uses Q and T up. Where it fails, they come from the checkpoint again, or from another sum.
    """

    def __init__(
        self,
        plan: Plan,
        threads: int,
        clock: PhaseClock,
        *,
        check: bool,
        kept: RunCheckpoint | None,
        repairs: Repairs,
        cluster: SumCluster | None,
    ) -> None:
        self.plan, self.threads, self.clock, self.check = plan, threads, clock, check
        self.kept, self.repairs, self.cluster = kept, repairs, cluster
        self._radical: tuple[Tracked | InverseRoot | None] | None = None

    def fraction(self) -> BinaryFraction:
        """π to the plan's bits."""
        return self.repairs.repeat("the division", self._divided, before=self._again)

    def _divided(self) -> BinaryFraction:
        plan, threads = self.plan, self.threads
        sums = sum_series(
            plan, threads, self.clock, check=self.check, kept=self.kept, repairs=self.repairs, cluster=self.cluster
        )
        if plan.scratch:
            sums = _waiting(sums)
        if plan.compiled:
            release_workspace(plan.fraction_bits)
        try:
            radical = self._root()
        except BaseException:
            if self.kept is not None and not plan.combines:
                self.kept.leave_sum(0, *sums.held())
            raise
        if plan.compiled:
            release_workspace(plan.fraction_bits)
        try:
            with self.clock.phase("division"):
                return pi_fraction(
                    plan.series.closed_form, sums, radical, plan.fraction_bits,
                    check=self.check, threads=threads, compiled=plan.compiled,
                )  # fmt: skip
        except MiscalculationError as error:
            if radical is not None:
                error.operands["the root"] = {"sound": _is_sound(radical, threads)}
            raise

    def _again(self, failure: Repair) -> None:
        """Have a root that has changed in memory made again."""
        if failure.changed:
            self._radical = None

    def _root(self) -> Tracked | InverseRoot | None:
        """The root of the radicand, or what the division needs instead; made once."""
        if self._radical is None:
            self._radical = (self._kept_root(),)
        return self._radical[0]

    def _kept_root(self) -> Tracked | InverseRoot | None:
        """The same as an earlier run has kept it, or computed and kept."""
        plan, kept, threads = self.plan, self.kept, self.threads
        form = plan.series.closed_form
        radical = None if kept is None or form.radicand == 1 else kept.root(form.radicand, threads)
        if radical is None:
            with self.clock.phase("root"):
                radical = self.repairs.repeat("the square root", partial(
                    root_of_radicand, form, plan.fraction_bits, check=self.check, threads=threads, compiled=plan.compiled
                ))  # fmt: skip
            if kept is not None and radical is not None:
                with self.clock.phase("checkpoint"):
                    kept.keep_root(radical)
        return radical.parked() if plan.scratch and isinstance(radical, tuple) else radical


def _waiting(sums: HandOver[Tracked]) -> HandOver[Tracked]:
    """Q and T on disk until the division needs them."""
    from pi_engine.bigint.residues.waiting_numbers import WaitingNumbers

    return WaitingNumbers(sums)


def _is_sound(root: Tracked | InverseRoot, threads: int) -> bool | None:
    """Whether a root is still what it was when it was made; None where nothing is checked."""
    if root.residues is None:
        return None
    from pi_engine.bigint.scratch.parked_numbers import integer_of

    if isinstance(root, Tracked):
        return residues(root.value, threads) == root.residues
    return (residues(integer_of(root.X), threads), residues(integer_of(root.E), threads)) == root.residues


def checks_of_fraction(plan: Plan) -> list[Check]:
    """What has been checked where sum, root and division have given a fraction."""
    remainder = f"remainder modulo {moduli_text()}, and the remainder's size"
    root = [Check("root", "passed", f"the square and its {remainder}")] if plan.series.closed_form.has_root else []
    return [shadow_check(plan), *root, Check("division", "passed", f"quotient, divisor and {remainder}")]


def _keep_freed_blocks() -> None:
    """Have the memory of one step's numbers used again by the next."""
    from pi_engine.bigint.buffers.workspace import keep_freed_blocks

    keep_freed_blocks()
