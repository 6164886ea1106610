"""Worker processes on this machine, for one run: started, and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from multiprocessing import active_children, resource_tracker
from typing import TYPE_CHECKING

from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.scheduler_client import QUIET, dask_is_quiet, quiet_client
from pi_engine.runtime.system.process_facts import can_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psutil
    from distributed import Client, LocalCluster

_PR_SET_PDEATHSIG = 1

START_SECONDS = 120.0
"""How long worker processes may take to start: they import Dask, all at once."""

END_SECONDS = 20.0
"""How long Dask may take to close what has ended."""

_LOOKING_SECONDS = 1.0
"""How long an interrupted start looks for processes that it has made."""

_DASK_NAMES = "Dask Worker process"
"""How Dask names its processes."""

_SETTINGS = {
    "distributed.worker.profile.enabled": False,  # 100 looks a second at what a worker does: nobody asks for them
    "distributed.admin.tick.limit": "1h",  # a loop that waits for GMP is no fault
    # what every process would do many times a second, beside workers that use all processors:
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.work-stealing": False,  # every task has its worker
    "distributed.scheduler.active-memory-manager.start": False,
    # the C library would give the pages of every freed number back to the system, and each number would fault them in again
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
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
        try:
            place = tempfile.mkdtemp(prefix="pi-engine-workers-", dir=folder)
        except OSError as error:
            raise ClusterError(f"workers have no folder for their files: {error.strerror}: {error.filename}") from error
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        stack.enter_context(dask.config.set({**_SETTINGS, "temporary-directory": place}))
        stack.callback(_forget_variables, set(os.environ))
        _start_tracker()
        cluster = _deaf_to_interrupts(
            lambda: LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
                silence_logs=QUIET, memory_limit=0, local_directory=place, preload=[__name__],
            ),
        )  # fmt: skip
        stack.callback(_quietly, cluster.close, timeout=END_SECONDS)
        client = quiet_client(cluster, timeout=START_SECONDS)
        stack.callback(_quietly, client.close, timeout=END_SECONDS)
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        stack.callback(
            _quietly, cluster.sync, _end_workers, cluster, callback_timeout=END_SECONDS
        )  # the first to be called
        yield client


def _forget_variables(before: set[str]) -> None:
    """Take away what Dask has set in this process's environment for its workers: it is its caller's."""
    import dask

    for name in (*dask.config.get("distributed.nanny.pre-spawn-environ"), "PYTHONHASHSEED", "__DASK_PARENT_PID"):
        if name not in before:
            os.environ.pop(name, None)


def _start_tracker() -> None:
    """Start the process by which `multiprocessing` frees semaphores: it shall not complain where a run is interrupted."""
    if not can_fork():  # Windows frees semaphores itself
        return
    sys.warnoptions.append("ignore:resource_tracker:UserWarning")
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.pop()


def _deaf_to_interrupts(start: Callable[[], LocalCluster]) -> LocalCluster:
    """A cluster whose processes, those that replace lost ones too, do not hear Ctrl-C: it is for this process, which ends them.

    Processes inherit what the thread blocks that starts them, and threads what the thread blocks that starts those; this thread goes on
    hearing. Later it would be too late: Python's traceback would come from a worker that is interrupted while it imports Dask.

    Raises:
        ClusterError: it does not start.
    """
    made: queue.SimpleQueue[LocalCluster | BaseException] = queue.SimpleQueue()

    def run() -> None:
        if hasattr(signal, "pthread_sigmask"):  # not on Windows, where Ctrl-C goes to every process of the console
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            made.put(start())
        except BaseException as error:  # noqa: BLE001 (it is handed over)
            made.put(error)

    threading.Thread(target=run, daemon=True, name="pi-engine-cluster").start()
    try:
        cluster = made.get()
    except BaseException:  # an interrupt
        _end_starting()
        raise
    if isinstance(cluster, BaseException):
        raise ClusterError(f"worker processes could not be started here: {cluster}") from cluster
    return cluster


def _end_starting() -> None:
    """End the workers that are being started: they would import Dask first, and end then.

    `multiprocessing` knows a process that Dask's thread has just made a moment later, when that has been told what to do. If this process
    ended in between, the new one would wait in vain, and say so in a traceback. So look until nothing new is found twice in a row.
    """
    import psutil

    ended: set[int] = set()
    quiet, until = 0, time.monotonic() + _LOOKING_SECONDS
    while quiet < 2 and time.monotonic() < until:
        for child in active_children():
            if child.name.startswith(_DASK_NAMES) and child.pid is not None:
                child.kill()
                ended.add(child.pid)
        quiet = (
            0
            if any(_is_worker(child) for child in psutil.Process().children() if child.pid not in ended)
            else quiet + 1
        )
        time.sleep(0.01)


def _is_worker(process: psutil.Process) -> bool:
    """Whether a child is one that `multiprocessing` starts a function in, and has not ended yet."""
    import psutil

    try:
        return any("spawn_main" in word for word in process.cmdline())
    except psutil.Error:
        return False


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
                os.kill(number, getattr(signal, "SIGKILL", signal.SIGTERM))
    await asyncio.gather(*closing, return_exceptions=True)


def dask_setup(_worker: object) -> None:
    """Called by Dask in every worker process that was started here: on Linux it dies with the command, however that ends.

    Dask has a thread in the worker that notices this, too, but that waits while GMP multiplies and holds the interpreter.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
