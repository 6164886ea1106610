"""Threads for GMP: how many there are, and how gmpy2 lets them run at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gmpy2

from pi_engine.errors import UsageError
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.system.process_facts import usable_processors

if TYPE_CHECKING:
    from typing import SupportsIndex

MOST_THREADS = 1024
"""More would take their workspace, some megabytes each, from the numbers."""


def available_threads() -> int:
    """Processors this process may run on, at most `MOST_THREADS`."""
    return min(usable_processors(), MOST_THREADS)


def thread_count(threads: SupportsIndex | None) -> int:
    """How many threads to use: the given number, or, for None, all that this process may use.

    Raises:
        TypeError: this is not an integer.
        UsageError: it is less than 1, or more than `MOST_THREADS`.
    """
    if threads is None:
        return available_threads()
    count = as_int(threads, "threads")
    if count < 1:
        raise UsageError("the number of threads must be 1 or more")
    if count > MOST_THREADS:
        raise UsageError(f"the number of threads must be at most {MOST_THREADS}")
    return count


def release_gil(release: bool, /) -> None:  # noqa: FBT001 (a switch is what this is)
    """Let gmpy2 release the interpreter's lock in this thread's products and quotients, or not.

    A new thread starts without it. Releasing costs about as much as a small product, and a thread that wants
    the lock back waits up to a switch interval for one that runs Python code: for large operands only.
    """
    gmpy2.get_context().allow_release_gil = release
