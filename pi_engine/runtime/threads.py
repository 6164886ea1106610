"""Threads for GMP: how many there are, and how gmpy2 lets them run at the same time."""

from __future__ import annotations

import os

import gmpy2


def available_threads() -> int:
    """Processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def release_gil(release: bool, /) -> None:  # noqa: FBT001 (a switch is what this is)
    """Let gmpy2 release the interpreter's lock in this thread's products and quotients, or not.

    A new thread starts without it. Releasing costs about as much as a small product, and a thread that wants
    the lock back waits up to a switch interval for one that runs Python code: for large operands only.
    """
    gmpy2.get_context().allow_release_gil = release
