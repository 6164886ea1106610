"""A client of Dask, connected to a scheduler within a time, and what Dask would say beside what the errors here say."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster_faults import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client

    from pi_engine.distributed.connection.cluster_address import ClusterAddress

QUIET = logging.CRITICAL + 1
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
"""Dask gives each of these but the last a level and a handler of its own."""


@contextmanager
def dask_is_quiet() -> Iterator[None]:
    """Within, nothing of Dask's log comes to stderr: what goes wrong is said by errors."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(QUIET)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def quiet_client(address: Any, *, timeout: float) -> Client:  # noqa: ANN401 (a string, or a cluster of Dask's)
    """A client that does not become Dask's default, and says nothing when it is collected."""
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    class QuietClient(Client):
        def __del__(self) -> None:
            with contextlib.suppress(Exception):  # half made, or its loop has ended: nobody is left to be told
                super().__del__()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionMismatchWarning)  # `worker_facts` looks at what matters
        return QuietClient(address, timeout=timeout, set_as_default=False, name="pi-engine")


@contextmanager
def connected(address: ClusterAddress, seconds: float) -> Iterator[Client]:
    """A client of the scheduler at that address, which stays as it is.

    Raises:
        ClusterError: nothing answers there within a given number of seconds, or something else than a scheduler.
    """
    import distributed  # noqa: F401 (it takes a while: before the clock starts)

    with dask_is_quiet():
        begin = time.monotonic()
        error = _greeting(str(address.scheduler), seconds)
        client = None
        if error is None:
            try:
                client = quiet_client(address.scheduler, timeout=max(1.0, begin + seconds - time.monotonic()))
            except Exception as raised:  # noqa: BLE001 (whatever it is, it is said below)
                error = raised
        if client is None:
            raise _unusable(str(address.scheduler), seconds, error) from error
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):  # it has gone away: whoever uses it has been told
                client.close(timeout=2)


def _greeting(scheduler: str, seconds: float) -> BaseException | None:
    """What goes wrong where a connection is made and both sides say what they are; None if nothing does.

    In a loop of its own: a client waits without end for what accepts a connection and says nothing, and one that fails is left half made.
    A plain connection comes first: Dask tries again until the time is over, even where nothing listens or the host is not known.
    """
    import asyncio
    import socket
    from urllib.parse import urlsplit

    from distributed.comm.core import connect
    from distributed.security import Security

    async def greet() -> None:
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(scheduler, timeout=seconds, **options), seconds)
        comm.abort()

    found: list[BaseException | None] = []

    def run() -> None:
        try:
            place = urlsplit(scheduler)
            socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=seconds).close()
            asyncio.run(greet())
            found.append(None)
        except BaseException as error:  # noqa: BLE001 (it is handed over)
            found.append(error)

    thread = threading.Thread(target=run, daemon=True, name="pi-engine-greeting")
    thread.start()
    thread.join(seconds + 1)
    return found[0] if found else TimeoutError()


def _unusable(scheduler: str, seconds: float, error: BaseException | None) -> ClusterError:
    """What is said of it."""
    import socket
    from importlib.metadata import version

    if isinstance(error, ConnectionRefusedError):
        return ClusterError(
            f"no scheduler listens at {scheduler}: start one there with 'dask scheduler', or correct the address"
        )
    if isinstance(error, socket.gaierror):
        return ClusterError(f"the host of {scheduler} is not known here ({error.strerror}): correct the address")
    if isinstance(error, OSError):  # TimeoutError is one
        return ClusterError(
            f"the scheduler {scheduler} does not answer within {seconds:.0f} s: see whether it runs, and whether it can be reached "
            "from here"
        )
    if isinstance(error, TypeError | RuntimeError) and scheduler.startswith("tls:"):
        return ClusterError(
            f"the scheduler {scheduler} wants TLS, and Dask has no certificates for it here: name them in its configuration, under "
            "distributed.comm.tls"
        )
    return ClusterError(
        f"the program at {scheduler} is not a scheduler that Dask {version('distributed')} understands ({type(error).__name__}): check the "
        "address, and Dask's version there"
    )
