"""How much memory this process may use, and how much it has used."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.integers import as_int

if TYPE_CHECKING:
    from typing import SupportsIndex

_CGROUP_ROOT = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60
"""cgroup v1 writes its absence of a limit as a number near 2^63."""


def physical_memory() -> int:
    """Bytes of physical memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def cgroup_memory_limit(root: Path = _CGROUP_ROOT, membership: Path = Path("/proc/self/cgroup")) -> int | None:
    """The least memory limit, in bytes, of this process's control group and its ancestors; None without one.

    Version 2 has `memory.max` in each group's folder, version 1 `memory/…/memory.limit_in_bytes`. Within a
    container the path in `membership` may be the host's; then the root of what is mounted applies.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return None
    limits = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = root, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = root / "memory", "memory.limit_in_bytes"
        else:
            continue
        folder = base / path.lstrip("/")
        for candidate in [folder, *folder.parents]:
            limits.append(_read_limit(candidate / name))
            if candidate == base:
                break
        limits.append(_read_limit(base / name))
    return min((x for x in limits if x is not None), default=None)


def _read_limit(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) < _UNLIMITED else None


def process_memory_limit() -> int | None:
    """The least of this process's own limits (`ulimit -v`, `ulimit -d`), in bytes; None without one."""
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min((x for x in limits if x != resource.RLIM_INFINITY), default=None)


def memory_limit() -> int:
    """Bytes this process may use: the least of physical memory, its control group's limit and its own."""
    limits = (physical_memory(), cgroup_memory_limit(), process_memory_limit())
    return min(x for x in limits if x is not None)


def byte_limit(memory: SupportsIndex | None) -> int | None:
    """A caller's limit, in bytes, or None where there is none.

    Raises:
        TypeError: this is no integer.
        UsageError: it is less than 1.
    """
    if memory is None:
        return None
    limit = as_int(memory, "memory")
    if limit < 1:
        raise UsageError("the memory limit must be a positive number of bytes")
    return limit


def resident_memory() -> int:
    """Bytes of this process that are in memory now; where the system does not say, the largest it has had."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return peak_memory()


def peak_memory() -> int:
    """The largest resident size of this process so far, in bytes.

    Linux hands the maximum of getrusage down from the parent to what it starts, so there the process's own high-water
    mark is read.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
