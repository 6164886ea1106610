"""How much memory this process may use, and how much it has used."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.system import open_flags, process_facts

if TYPE_CHECKING:
    from typing import SupportsIndex

_CGROUP_ROOT = Path("/sys/fs/cgroup")
_MOST_BYTES = 1 << 16
_UNLIMITED = 1 << 60
"""cgroup v1 writes its absence of a limit as a number near 2^63."""

THREAD_BYTES = 3 << 20
"""A thread's stack, its workspace, and what its allocator holds back."""

_STORED_KERNEL_BYTES = 24 << 20
"""numpy, LLVM, stored kernels and their tables: 16 MiB."""

_COMPILING_BYTES = 464 << 20
"""What kernels take that are yet to be compiled, or have been in this process: numpy, LLVM, Numba and its compiler. A process that compiled
them all took 474 MiB; a run of 2·10^7 digits that did took 402 MiB more than one that found them."""


def physical_memory() -> int:
    """Bytes of physical memory."""
    return process_facts.physical_memory()


def cgroup_memory_limit(root: Path = _CGROUP_ROOT, membership: Path = Path("/proc/self/cgroup")) -> int | None:
    """The least memory limit, in bytes, of this process's control group and its ancestors; None without one.

    Version 2 has `memory.max` in each group's folder, version 1 `memory/…/memory.limit_in_bytes`. Within a
    container the path in `membership` may be the host's; then the root of what is mounted applies.
    """
    try:
        found = system_file(os.fspath(membership))
    except OSError:
        return None
    limits = [_read_limit(file) for file in _limit_files(os.fspath(root), found)]
    return min((x for x in limits if x is not None), default=None)


@lru_cache(maxsize=8)
def _limit_files(root: str, membership: bytes) -> tuple[str, ...]:
    """Where the limits of the groups in `membership` and of those above them stand, if they do."""
    files: dict[str, None] = {}
    for line in os.fsdecode(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = Path(root), "memory.max"
        elif "memory" in controllers.split(","):
            base, name = Path(root, "memory"), "memory.limit_in_bytes"
        else:
            continue
        folder = base / path.lstrip("/")
        above = [x for x in (folder, *folder.parents) if x.is_relative_to(base)]
        files.update((os.fspath(x / name), None) for x in (*above, base))
    return tuple(files)


def _read_limit(file: str) -> int | None:
    try:
        text = system_file(file).strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) < _UNLIMITED else None


def system_file(file: str) -> bytes:
    """The content of a small file of the system. A computation reads several, and Python's file objects would take most of that time.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(file, os.O_RDONLY | open_flags.CLOSE_ON_EXEC)
    try:
        return os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)


def process_memory_limit() -> int | None:
    """The least of this process's own limits (`ulimit -v`, `ulimit -d`), in bytes; None without one."""
    limits = [process_facts.soft_limit(name) for name in ("RLIMIT_AS", "RLIMIT_DATA")]
    return min((x for x in limits if x is not None), default=None)


def memory_limit() -> int:
    """Bytes this process may use: the least of physical memory, its control group's limit and its own."""
    limits = (physical_memory(), cgroup_memory_limit(), process_memory_limit())
    return min(x for x in limits if x is not None)


def byte_limit(memory: SupportsIndex | None) -> int | None:
    """A caller's limit, in bytes, or None if there is none.

    Raises:
        TypeError: this is not an integer.
        UsageError: it is less than 1.
    """
    if memory is None:
        return None
    limit = as_int(memory, "memory")
    if limit < 1:
        raise UsageError("the memory limit must be a positive number of bytes")
    return limit


def kernel_bytes(*, stored: bool) -> int:
    """What compiled kernels allocate at most, besides their numbers, by whether they are stored."""
    return _STORED_KERNEL_BYTES if stored and not library_is_imported("numba") else _COMPILING_BYTES


def library_is_imported(name: str) -> bool:
    """Whether a library, such as "numpy", is in this process's memory already, so that using it takes no more of it."""
    return name in sys.modules


def allocated_memory() -> int:
    """Bytes that this process has allocated and touched, and that are in memory now; without the pages of mapped files.

    Where the system does not say, the peak.
    """
    held = _resident()
    return held["RssAnon"] + held["RssShmem"] if held else peak_memory()


def mapped_memory() -> int | None:
    """Bytes of mapped files, above all of libraries, that are in memory now; None where the system does not say.

    How many pages of a library are resident depends on the system's page cache more than on this process, and the
    system takes them back where memory is short.
    """
    return peak_and_mapped_memory()[1]


def peak_memory() -> int:
    """The most that this process has had allocated in memory so far, in bytes.

    Linux keeps the high-water mark of all resident pages only. So the pages of mapped files that are resident now are
    taken off it. Libraries are mapped before a computation's peak and stay, so the result depends neither on the page
    cache nor on the size of the libraries. It is too large by the pages of a file that was mapped at the peak and is
    not any more, and too small by what was mapped only after it, but never below what is allocated now.

    Elsewhere it is the largest resident size, libraries included. (Linux hands that maximum of getrusage down from a
    parent to what it starts, so it would not be the process's own there.)
    """
    return peak_and_mapped_memory()[0]


def peak_and_mapped_memory() -> tuple[int, int | None]:
    """`peak_memory` and `mapped_memory` at one moment: the system takes its time to say."""
    held = _resident()
    if held:
        mapped = held["RssFile"]
        return max(held["VmHWM"] - mapped, held["RssAnon"] + held["RssShmem"]), mapped
    return process_facts.peak_resident_size(), None


_STATUS = Path("/proc/self/status")
_RESIDENT = ("VmHWM", "RssAnon", "RssFile", "RssShmem")
_FIELD = re.compile(rb"^(VmHWM|RssAnon|RssFile|RssShmem):\s*(\d+) kB$", re.MULTILINE)


def _resident() -> dict[str, int]:
    """The fields of `_RESIDENT` in bytes, or nothing where the system does not have all of them."""
    with contextlib.suppress(OSError):
        found = {name.decode(): int(size) * 1024 for name, size in _FIELD.findall(system_file(os.fspath(_STATUS)))}
        if len(found) == len(_RESIDENT):
            return found
    return {}


def format_bytes(count: int) -> str:
    """Like `8.0 GiB`; whole bytes below 1 KiB."""
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024 or unit == "PiB":
            break
        size /= 1024
    return f"{count} byte{'' if count == 1 else 's'}" if unit == "bytes" else f"{size:.1f} {unit}"
