"""What the machine has, and what this process may use of it and has used, as far as the system says.

Python has no calls for these on Windows, so they are asked from its own libraries there.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import CDLL

_ASSUMED_MEMORY = 4 << 30
"""Bytes of memory where the system does not say: too little makes a run use the disk, too much ends it."""


def usable_processors() -> int:
    """Processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def physical_memory() -> int:
    """Bytes of physical memory."""
    with contextlib.suppress(
        AttributeError, OSError, ValueError
    ):  # Windows has no such call, others may not know the names
        pages = os.sysconf("SC_PHYS_PAGES")
        if pages > 0:
            return pages * os.sysconf("SC_PAGE_SIZE")
    return _asked_of_windows(_memory_status, _ASSUMED_MEMORY)


def soft_limit(name: str) -> int | None:
    """A limit that the system sets for this process, such as "RLIMIT_AS" in bytes; None if the system has no limit of that kind."""
    try:
        import resource
    except ImportError:
        return None
    kind = getattr(resource, name, None)
    if kind is None:
        return None
    found: int = resource.getrlimit(kind)[0]
    return None if found == resource.RLIM_INFINITY else found


def peak_resident_size() -> int:
    """The most memory that this process has had at any time, in bytes, libraries included; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return _asked_of_windows(_peak_working_set, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def page_size() -> int:
    """Bytes of a page of memory."""
    import mmap

    return mmap.PAGESIZE


def user_number() -> int | None:
    """The user's number, by which files say whose they are; None on Windows, whose files have no such owners."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def can_fork() -> bool:
    """Whether a process can make a copy of itself that goes on from the same line."""
    return hasattr(os, "fork") and sys.platform != "win32"


def _asked_of_windows(ask: Callable[[CDLL], int], otherwise: int) -> int:
    try:
        from ctypes import windll  # type: ignore[attr-defined]  # mypy reads this for Linux
    except ImportError:
        return otherwise
    with contextlib.suppress(AttributeError, OSError):
        return ask(windll.kernel32) or otherwise
    return otherwise


def _memory_status(kernel32: CDLL) -> int:
    """GlobalMemoryStatusEx: ullTotalPhys."""
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("physical", ctypes.c_uint64),
            ("others", ctypes.c_uint64 * 6),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    return int(status.physical) if kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else 0


def _peak_working_set(kernel32: CDLL) -> int:
    """GetProcessMemoryInfo: PeakWorkingSetSize."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("faults", ctypes.c_uint32),
            ("peak", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 7),
        )

    counters = Counters(length=ctypes.sizeof(Counters))
    current = kernel32.GetCurrentProcess
    current.restype = ctypes.c_void_p
    asked = kernel32.K32GetProcessMemoryInfo
    asked.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    return int(counters.peak) if asked(current(), ctypes.byref(counters), counters.length) else 0
