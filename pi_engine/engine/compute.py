"""Compute N digits of π: plan → sum → root → division → conversion → checks."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import mpz

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import moduli
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch.space_of_run import scratch_path, scratch_space
from pi_engine.engine.arguments import CheckLevel, chosen_series, require_usable
from pi_engine.engine.fraction_of_series import checks_of_fraction, fraction_of_series
from pi_engine.engine.fraction_to_text import check_digits, convert_fraction
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.fitting import make_plan_within, usable_memory
from pi_engine.engine.planning.plan import GUARD_BITS, Plan, make_plan
from pi_engine.engine.repair.renewal import renew
from pi_engine.engine.repair.reproducer import origin_of, reported
from pi_engine.engine.resources.run_resources import cluster_of_run, load_kernels, scratch_of_plan
from pi_engine.engine.result import Check, ComputeResult, ScratchUse
from pi_engine.engine.resumption.lost_records import lost_records
from pi_engine.errors import ProgramFaultError, UsageError, VerificationError
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.limits import memory as machine_memory
from pi_engine.runtime.limits.address_space import share_heap, trim_heap
from pi_engine.runtime.progress import PhaseClock, announce, silent, within
from pi_engine.runtime.repairs import Repairs
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import SupportsIndex

    from distributed import Client

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.distributed.nodes.sum_cluster import SumCluster
    from pi_engine.engine.checks.known import Characters
    from pi_engine.engine.fraction_to_text import Converted
    from pi_engine.engine.planning.backend import Backend
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.proof.bbp.last_hex_digits import Tail
    from pi_engine.runtime.progress import Progress, Step
    from pi_engine.series.model.pi_series import PiSeries

_KEPT_BYTES = 256 << 20
"""Workspace that a computation leaves for the next one in the process."""


def compute(
    digits: SupportsIndex,
    *,
    base: SupportsIndex = 10,
    series: str | PiSeries = "chudnovsky",
    threads: SupportsIndex | None = None,
    memory: SupportsIndex | None = None,
    check: CheckLevel = "fast",
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | RunCheckpoint | None = None,
    resume: bool = False,
    scratch: str | os.PathLike[str] | None = None,
    error_folder: str | os.PathLike[str] | None = None,
    cluster: str | Client | Cluster | None = None,
) -> ComputeResult:
    """Compute ⌊π·base^digits⌋.

    Args:
        digits: N ≥ 0, the digits after the point; int, mpz or a numpy integer, like all numbers here.
        base: 10 or 16.
        series: a name of the catalogue, `derived:D`, a file `….toml`, or a series.
        threads: how many to use; all by default.
        memory: bytes to stay within, besides what the machine, the control group and `ulimit` allow.
        check: "fast" compares the sum with its shadow, checks root, quotient and conversion by residues, and compares
            digits at known positions. Digits of a series from outside the catalogue are all compared: with an
            iteration, and beyond 10 000 with a run of Chudnovsky's series. "none" skips all that.
        progress: called as (phase, done, total); total is 0 if a phase cannot be divided.
        checkpoint: a folder that keeps what is finished until the digits are returned. The prime of the residues in it becomes
            that of this process. See docs/checkpoints.md.
        resume: whether to go on with what the checkpoint holds.
        scratch: a folder for what does not fit in memory; it is made if it is missing. By default the one that contains the
            checkpoint. Nothing is left in it. See docs/memory.md.
        error_folder: folder for the file that describes an error of this program, if a check finds one (docs/repair.md). By
            default it is beside the checkpoint; without a checkpoint no file is written.
        cluster: a Dask cluster whose workers make the sum: "tcp://HOST:PORT", a scheduler's JSON file, "local:N", or a
            `distributed.Client`. Then `threads` is the number of threads of a worker's task, and this process uses all. See
            docs/cluster.md.

    Raises:
        TypeError: an argument is of another type.
        CorruptFileError, OutputError: the checkpoint cannot be read, or written.
        UsageError: an argument is not usable.
        CapacityError: it would not fit in memory.
        VerificationError: a check failed.
    """
    digits, base = as_int(digits, "digits"), as_int(base, "base")
    of_task, memory = None if threads is None else thread_count(threads), machine_memory.byte_limit(memory)
    threads = thread_count(None if cluster is not None else threads)
    if not (progress is None or callable(progress)):
        raise TypeError(f"progress takes a callable, not {type(progress).__name__}")
    chosen = chosen_series(series)
    require_usable(digits, base, check)
    clock = PhaseClock(silent if progress is None else progress)
    share_heap()
    if scratch is not None:
        scratch_path(scratch)
    elif isinstance(checkpoint, (str, os.PathLike)):
        scratch = Path(checkpoint).absolute().parent
    choose = partial(make_plan_within, chosen, digits, base, limit=memory, scratch=scratch is not None)
    repairs = Repairs(renew, partial(origin_of, digits, base, chosen.name, threads, check))
    run = partial(_compute, choose, threads, clock, check, BACKEND, repairs=repairs, limit=memory, scratch=scratch)
    try:
        with cluster_of_run(cluster, of_task, scratch) as sums:
            run = partial(run, cluster=sums)
            if checkpoint is None or not isinstance(checkpoint, (str, os.PathLike)):
                if resume:
                    raise UsageError("resume=True needs the folder of a checkpoint: give checkpoint=")
                return run(kept=checkpoint)
            from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint

            choose(threads=threads, check=check, backend=BACKEND)  # what does not fit leaves no folder behind
            with RunCheckpoint.open(checkpoint, digits, base, chosen, check=check != "none", resume=resume) as kept:
                result = run(kept=kept)
                kept.clean()
                return result
    except ProgramFaultError as error:
        raise reported(error, error_folder, checkpoint) from None


class _Attempt(NamedTuple):
    """The digits by one plan, what has been checked on the way to them, and what BBP gave for that."""

    converted: Converted
    checks: list[Check]
    tail: Tail | None


def _compute(
    choose: Callable[..., Plan],
    threads: int,
    clock: PhaseClock,
    check: CheckLevel,
    backend: Backend,
    *,
    kept: RunCheckpoint | None = None,
    repairs: Repairs,
    limit: int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    cluster: SumCluster | None = None,
) -> ComputeResult:
    """What `compute` returns, by the plans that are chosen for its `guard_bits`; `backend` says on which path."""
    with ExitStack() as stack:
        guard_bits = GUARD_BITS if kept is None else kept.guard_bits(GUARD_BITS)
        space = scratch_space()  # of the run that this one confirms
        while True:
            plan = choose(guard_bits=guard_bits, threads=threads, check=check, backend=backend)
            if kept is not None:
                kept.begin_attempt(plan, GUARD_BITS)
            announce(clock.progress, partial(_forecast, plan, threads, check))
            if plan.compiled:
                load_kernels(plan, backend, clock, usable_memory(limit), threads)
                stack.callback(_release_workspace, keep=_KEPT_BYTES)
            if plan.scratch and space is None:
                space = stack.enter_context(scratch_of_plan(str(scratch), usable_memory(limit), plan))
            attempt = _attempt(plan, threads, clock, check, kept=kept, repairs=repairs, cluster=cluster)
            if attempt is not None:
                break
            guard_bits *= 2  # a run of zeros or nines as long as the guard digits: look further
        converted, checks, tail = attempt
        if check == "full" or (check != "none" and plan.confirmation is not None):
            with clock.phase("confirmation"):
                again = partial(_confirm, repairs=repairs, limit=limit, cluster=cluster)
                checks.append(again(plan, converted, clock.progress, threads, backend))
        peak, mapped = machine_memory.peak_and_mapped_memory()
        return ComputeResult(
            digits=plan.digits,
            base=plan.base,
            series=plan.series.name,
            threads=threads,
            hash=converted.hash,
            residues=None
            if converted.residues is None
            else dict(zip(moduli(), converted.residues.values, strict=True)),
            seconds={**clock.seconds, "total": clock.total()},
            checks=checks,
            path=plan.path,
            kernels=plan.kernels,
            processor_seconds=clock.processor_seconds(),
            peak_memory_bytes=peak,
            mapped_memory_bytes=mapped,
            tail=tail,
            scratch=None if space is None else ScratchUse.of(space),
            repairs=[*repairs.made, *lost_records(kept)],
            cluster=None if cluster is None else cluster.cluster.use,
            _text=converted.text,
        )


def _forecast(plan: Plan, threads: int, check: CheckLevel) -> list[Step]:
    """What will come; the model is imported for whoever wants to know."""
    from pi_engine.engine.planning.forecast import forecast

    return forecast(plan, threads, check)


def _release_workspace(*, keep: int) -> None:
    """Give the compiled path's workspace back to the system, except for a given number of bytes, or what is always kept."""
    from pi_engine.bigint.buffers.workspace import LEAST_KEPT, pool

    pool.release(max(keep, LEAST_KEPT))


def _attempt(
    plan: Plan,
    threads: int,
    clock: PhaseClock,
    level: CheckLevel,
    *,
    kept: RunCheckpoint | None,
    repairs: Repairs,
    cluster: SumCluster | None,
) -> _Attempt | None:
    """The digits of ⌊π·base^digits⌋ by this plan, or None where its guard bits leave the last one open.

    The conversion uses the fraction up: where it fails, the fraction comes from the checkpoint again, or from another evaluation.
    """
    check = level != "none"

    def work() -> _Attempt | None:
        fraction = fraction_of_series(plan, threads, clock, check=check, kept=kept, repairs=repairs, cluster=cluster)
        if fraction.mantissa >> fraction.bits != mpz(3):
            Tracked(fraction.mantissa, fraction.residues).require(
                "the binary fraction", threads
            )  # else memory is to blame
            raise VerificationError(f"series {plan.series.name}: the value that follows from its sum is not π")
        checks, tail = checks_of_fraction(plan) if check else [], None
        if level == "full":
            from pi_engine.engine.full_check import check_tail

            with clock.phase("BBP"):
                bbp, tail = check_tail(fraction, threads, clock.progress)
            checks.append(bbp)
        handed = HandOver(fraction)
        del fraction
        with clock.phase("conversion"):
            converted = convert_fraction(handed, plan, threads, check=check)
        if converted is None:
            return None
        attempt = _Attempt(converted, checks, tail)
        if check:
            with clock.phase("check"):
                checks += check_digits(plan, converted, threads)  # last, so that no step comes after it
        return attempt

    return repairs.repeat("the conversion to digits", work)


def _confirm(
    plan: Plan,
    converted: Converted,
    progress: Progress,
    threads: int,
    backend: Backend,
    *,
    repairs: Repairs,
    limit: int | None,
    cluster: SumCluster | None,
) -> Check:
    """Confirm all digits by another computation.

    Raises:
        VerificationError: the other computation has other digits.
    """
    from pi_engine.engine.full_check import check_by_another_way

    def run_again(second: Plan) -> Characters:
        clock = PhaseClock(within(progress, "confirmation"))
        again = partial(
            make_plan, second.series, second.digits, second.base, compiled=second.compiled, scratch=second.scratch
        )
        run = partial(_compute, again, threads, clock, "fast", backend, repairs=repairs, limit=limit, cluster=cluster)
        return run().characters

    trim_heap()
    return check_by_another_way(plan, converted.text, threads, run_again)
