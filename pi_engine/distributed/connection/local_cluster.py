"""Worker processes on this machine, for one run: started, and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.scheduler_client import QUIET, dask_is_quiet, quiet_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, LocalCluster

_PR_SET_PDEATHSIG = 1

START_SECONDS = 120.0
"""How long worker processes may take to start: they import Dask, all at once."""

END_SECONDS = 20.0
"""How long Dask may take to close what has ended."""

_SETTINGS = {
    "distributed.worker.profile.enabled": False,  # 100 looks a second at what a worker does: nobody asks for them
    "distributed.admin.tick.limit": "1h",  # a loop that waits for GMP is no fault
}


@contextmanager
def started(count: int, folder: str | os.PathLike[str] | None) -> Iterator[Client]:
    """Worker processes on this machine, which listen on its loopback only, and end with this one.

    Args:
        count: how many.
        folder: where their files go; by default where the system has its temporary ones.

    Raises:
        ClusterError: they do not start.
    """
    import dask
    from distributed import LocalCluster

    with ExitStack() as stack:
        stack.enter_context(dask_is_quiet())
        stack.enter_context(dask.config.set(_SETTINGS))
        try:
            place = tempfile.mkdtemp(prefix="pi-engine-workers-", dir=folder)
        except OSError as error:
            raise ClusterError(f"workers have no folder for their files: {error.strerror}: {error.filename}") from error
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        try:
            cluster = LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
                silence_logs=QUIET, memory_limit=0, local_directory=place, preload=[__name__],
            )  # fmt: skip
        except Exception as error:
            raise ClusterError(f"{count} worker processes could not be started here: {error}") from error
        stack.callback(_quietly, cluster.close, timeout=END_SECONDS)
        client = quiet_client(cluster, timeout=START_SECONDS)
        stack.callback(_quietly, client.close, timeout=END_SECONDS)
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        stack.callback(
            _quietly, cluster.sync, _end_workers, cluster, callback_timeout=END_SECONDS
        )  # the first to be called
        yield client


def _quietly(function: Callable[..., object], *arguments: object, **options: object) -> None:
    """Close something of Dask; that it cannot be closed helps nobody."""
    with contextlib.suppress(Exception):
        function(*arguments, **options)


async def _end_workers(cluster: LocalCluster) -> None:
    """Dask would ask each worker to end, which takes a second or more; what they have found is here, so they are killed.

    A nanny that is closing starts no other worker in the place of a lost one.
    """
    nannies = list(cluster.workers.values())
    numbers = [nanny.pid for nanny in nannies]
    closing = [asyncio.ensure_future(nanny.close()) for nanny in nannies]
    await asyncio.sleep(0)
    for number in numbers:
        if number is not None:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
    await asyncio.gather(*closing, return_exceptions=True)


def dask_setup(_worker: object) -> None:
    """Called by Dask in every worker process that was started here: it ends with the command, and at no other sign.

    Ctrl-C is left to the command, which ends its workers. On Linux they die with it, however it ends: Dask has a thread in the worker
    that notices this, too, but that waits while GMP multiplies and holds the interpreter.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
