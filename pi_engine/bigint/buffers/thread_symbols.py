"""How a kernel lets other threads have its processor, and how it naps: the system's functions, as symbols of machine code.

As with GMP's functions (`mpn.gmp_symbols`), their addresses differ in every process, so stored machine code refers to names of ours. Where
the system has no such function a thread goes on at once.
"""

from __future__ import annotations

import ctypes
import functools
import sys

import llvmlite.binding

PREFIX = "pi_engine_thread_"
YIELD, NAP = PREFIX + "yield", PREFIX + "nap"
"""int32 yield(), and int32 nap(int32), which takes microseconds."""

_NOBODY = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int32)(lambda _microseconds: 0)
"""Takes the GIL, which a kernel does not hold, and gives it back: slow, and right."""


@functools.cache
def register() -> dict[str, str]:
    """Put a function under each name, once in a process; returns which ones they are."""
    found = {YIELD: _function("sched_yield", "SwitchToThread"), NAP: _function("usleep", "Sleep")}
    for symbol, (_, address) in found.items():
        llvmlite.binding.add_symbol(symbol, address)
    return {symbol: name for symbol, (name, _) in found.items()}


def _function(name: str, name_on_windows: str) -> tuple[str, int]:
    """POSIX's, or that of Windows, whose Sleep takes milliseconds."""
    windows = sys.platform == "win32"
    name = name_on_windows if windows else name
    try:
        function = getattr(ctypes.CDLL("kernel32" if windows else None), name)
    except (OSError, AttributeError):
        name, function = "none", _NOBODY
    return name, ctypes.cast(function, ctypes.c_void_p).value or 0
