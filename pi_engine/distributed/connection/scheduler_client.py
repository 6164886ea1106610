"""A client of Dask, connected to a scheduler within a time, and what Dask would say beside what the errors here say."""

from __future__ import annotations

import contextlib
import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pi_engine.distributed.connection.cluster_faults import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client

    from pi_engine.distributed.connection.cluster_address import ClusterAddress

QUIET = logging.CRITICAL + 1
_LOGGERS = ("distributed", "tornado", "asyncio")


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

    class QuietClient(Client):  # type: ignore[misc]
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
        ClusterError: nothing answers there within so many seconds, or something else than a scheduler.
    """
    from distributed import __version__

    with dask_is_quiet():
        try:
            client = quiet_client(address.scheduler, timeout=seconds)
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"the scheduler {address.scheduler} does not answer within {seconds:.0f} s: see whether it runs, and whether it "
                "can be reached from here"
            ) from error
        except (TypeError, RuntimeError) as error:
            if str(address.scheduler).startswith("tls"):
                raise ClusterError(
                    f"the scheduler {address.scheduler} wants TLS, and Dask has no usable certificates here: set "
                    "distributed.comm.tls in its configuration"
                ) from error
            raise _no_scheduler(address, __version__, error) from error
        except Exception as error:
            raise _no_scheduler(address, __version__, error) from error
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):  # it has gone away: whoever uses it has been told
                client.close(timeout=2)


def _no_scheduler(address: ClusterAddress, version: str, error: Exception) -> ClusterError:
    return ClusterError(
        f"what answers at {address.scheduler} is no scheduler that Dask {version} understands ({type(error).__name__}): see to "
        "the address and to Dask's version there"
    )
