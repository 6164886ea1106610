"""Loaded by every worker process of `local:N` at its start: it ends with the command, and at no other sign."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C to the command, which ends its workers; on Linux die with it, however it ends.

    Dask has a thread in the worker that notices this, too, but that waits while GMP multiplies and holds the interpreter.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
