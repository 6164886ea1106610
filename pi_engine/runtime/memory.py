"""How much memory this process may use, and how much it has used."""

from __future__ import annotations

import sys
from pathlib import Path

_CGROUP_ROOT = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60
"""cgroup v1 writes its absence of a limit as a number near 2^63."""


def physical_memory() -> int:
    """Bytes of physical memory."""
    import psutil

    return int(psutil.virtual_memory().total)


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


def memory_limit() -> int:
    """Bytes this process may use: the smaller of physical memory and its control group's limit."""
    cgroup = cgroup_memory_limit()
    physical = physical_memory()
    return physical if cgroup is None else min(physical, cgroup)


def peak_memory() -> int:
    """The largest resident size of this process so far, in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
