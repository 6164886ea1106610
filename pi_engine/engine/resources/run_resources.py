"""What a run takes besides memory: the kernels of its path, a scratch space where memory is short, a cluster where one is named."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from pi_engine.engine.planning.footprint import memory_within
from pi_engine.runtime.limits import memory as machine_memory

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager

    from distributed import Client

    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.distributed.nodes.sum_cluster import SumCluster
    from pi_engine.engine.planning.backend import Backend
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.runtime.progress import PhaseClock

_BESIDE_IN_GROUP = 16 << 20
"""What a control group holds besides this process: the parent of a command."""


def scratch_of_plan(folder: str, limit: int, plan: Plan) -> AbstractContextManager[ScratchSpace]:
    """The scratch space of the run, which takes as much memory as `limit`, its control group and its address space allow."""
    from pi_engine.bigint.scratch.scratch_folder import scratch_of_run

    space = machine_memory.process_memory_limit()
    if space is not None:
        limit = min(limit, memory_within(space, plan.memory_bytes, plan.address_bytes))
    group = machine_memory.cgroup_memory_limit()
    if group is not None:  # it counts the process that waits for this one, libraries and files as well
        limit = min(limit, group * 7 // 8 - _BESIDE_IN_GROUP)
    return scratch_of_run(folder, limit, plan.scratch_bytes)


def load_kernels(plan: Plan, backend: Backend, clock: PhaseClock, memory: int, threads: int) -> None:
    """Load what the compiled path calls; compiling it, in at most `memory` bytes and on `threads` cores, has a phase of its own."""
    if plan.kernels != "to be compiled":
        backend.load()
        return
    with clock.phase("compilation"):
        backend.load(clock.progress, memory, threads)


def cluster_of_run(
    where: str | Client | Cluster | None, threads: int | None, scratch: str | os.PathLike[str] | None
) -> AbstractContextManager[SumCluster | None]:
    """The cluster of the run, whose tasks use a given number of threads."""
    if where is None:
        return nullcontext()
    from pi_engine.distributed.nodes.sum_cluster import open_sum_cluster

    return open_sum_cluster(where, threads, scratch)
