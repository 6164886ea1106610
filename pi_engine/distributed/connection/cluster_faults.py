"""What Dask raises where a cluster fails, as errors of this package: one line each."""

from __future__ import annotations

import asyncio
import concurrent.futures
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Iterator


class ClusterError(PiEngineError):
    """A cluster cannot be used, or has gone away."""


def scheduler_gone(scheduler: str) -> ClusterError:
    """What is said where it does not answer any more."""
    return ClusterError(f"the scheduler {scheduler} does not answer any more: check the cluster, and run again")


@contextmanager
def talking_to(scheduler: str) -> Iterator[None]:
    """Within, a scheduler that does not answer is a `ClusterError`.

    Raises:
        ClusterError: it has gone away.
    """
    try:
        yield
    except (Exception, asyncio.CancelledError) as error:
        if not _is_of_a_lost_scheduler(error):
            raise
        raise scheduler_gone(scheduler) from error


def _is_of_a_lost_scheduler(error: BaseException) -> bool:
    """Whether Dask raises this where a connection has gone, or where it has noticed and has closed the client."""
    if isinstance(
        error, OSError | asyncio.CancelledError | concurrent.futures.CancelledError
    ):  # TimeoutError is an OSError
        return True
    said = str(error).lower()
    if isinstance(error, AttributeError):
        return "nonetype" in said
    return type(error).__name__ == "ClosedClientError" or (
        isinstance(error, RuntimeError) and ("closed" in said or "not running" in said)
    )
