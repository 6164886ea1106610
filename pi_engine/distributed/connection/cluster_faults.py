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


@contextmanager
def talking_to(scheduler: str) -> Iterator[None]:
    """Within, a scheduler that does not answer is a `ClusterError`.

    Raises:
        ClusterError: it has gone away.
    """
    try:
        yield
    except (OSError, TimeoutError, asyncio.CancelledError, concurrent.futures.CancelledError) as error:
        raise ClusterError(
            f"the scheduler {scheduler} does not answer any more: see to the cluster, and run again"
        ) from error
    except RuntimeError as error:  # the client has noticed first, and has closed itself
        if "closed" not in str(error).lower() and "not running" not in str(error).lower():
            raise
        raise ClusterError(
            f"the scheduler {scheduler} does not answer any more: see to the cluster, and run again"
        ) from error
