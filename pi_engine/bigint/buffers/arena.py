"""Address space from which blocks of any size are cut, and to which they return.

A block is cut from the free range of lowest address that is large enough, and joins its free neighbours when it
returns: so blocks of changing sizes use the same pages again and again, and a page that has been touched costs no fault
a second time. One mapping as large as the machine's memory is reserved where the system lets it; only what is touched
of it is memory. Where it does not, mappings are added as they are needed.
"""

from __future__ import annotations

import bisect
import contextlib
import ctypes
import mmap
from pathlib import Path

from pi_engine.runtime.limits.memory import physical_memory, process_memory_limit

HUGE_PAGE = 2 << 20
PAGE = mmap.PAGESIZE
LEAST_MAPPING = 64 << 20
"""Bytes of a mapping that is added."""


class FreeRanges:
    """The free parts of `size` bytes, as sorted ranges that do not touch each other."""

    def __init__(self, size: int) -> None:
        self.starts, self.ends = [0], [size]

    def take(self, size: int) -> int | None:
        """Where the first free range of `size` bytes starts, which is then taken; None if there is none."""
        for i, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            if end - start > size:
                self.starts[i] = start + size
                return start
            if end - start == size:
                del self.starts[i], self.ends[i]
                return start
        return None

    def give(self, start: int, size: int) -> None:
        """Make a range free again that has been taken."""
        end = start + size
        i = bisect.bisect_left(self.starts, start)
        after = i < len(self.starts) and self.starts[i] == end
        if i and self.ends[i - 1] == start:
            self.ends[i - 1] = self.ends[i] if after else end
            if after:
                del self.starts[i], self.ends[i]
        elif after:
            self.starts[i] = start
        else:
            self.starts.insert(i, start)
            self.ends.insert(i, end)


class Mapping:
    """Anonymous memory of `size` bytes, a multiple of a huge page, in huge pages where the system has them.

    Attributes:
        address: where it starts, a multiple of a huge page.
        free: its free ranges.
        used: bytes that are not free.
        top: bytes from the start that may have been touched.
    """

    def __init__(self, size: int) -> None:
        """Raises OSError where the system refuses."""
        self.size = size
        flags = {}
        if hasattr(mmap, "MAP_PRIVATE"):  # shared memory, mmap's default, gets no huge pages
            flags["flags"] = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self._pages = mmap.mmap(-1, size + HUGE_PAGE, **flags)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._pages))
        self.address = -(-start // HUGE_PAGE) * HUGE_PAGE
        self._skipped = self.address - start
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with contextlib.suppress(OSError):  # a kernel built without huge pages refuses; small ones serve
                self._pages.madvise(mmap.MADV_HUGEPAGE)
        self.free = FreeRanges(size)
        self.used = self.top = 0
        self._clean: list[tuple[int, int]] = []  # free, and given back to the system

    def take(self, size: int) -> int | None:
        """The address of `size` bytes, a multiple of a page, or None where no free range is large enough."""
        start = self.free.take(size)
        if start is None:
            return None
        self.used += size
        self._clean = _without(self._clean, start, start + size)
        self.top = max(self.top, start + size)
        return self.address + start

    def give(self, address: int, size: int) -> None:
        """Return what was taken."""
        self.free.give(address - self.address, size)
        self.used -= size

    def held(self) -> int:
        """Bytes that are free and that have not been given back to the system: at most this many are memory."""
        return self.top - self.used - sum(end - start for start, end in self._clean)

    def trim(self, keep: int) -> int:
        """Give free memory back to the system except for the first `keep` bytes of it; returns how much was kept."""
        kept, top = 0, self.top
        for start, end in zip(self.free.starts, self.free.ends, strict=True):
            if start >= self.top:
                break
            last = end >= self.top
            touched = min(end, self.top)
            stay = min(touched - start, keep - kept)
            kept += stay
            first = -(-(start + stay) // HUGE_PAGE) * HUGE_PAGE
            # Behind the last range nothing has been touched.
            stop = (-(-touched // HUGE_PAGE) if last else touched // HUGE_PAGE) * HUGE_PAGE
            if first < stop and hasattr(mmap, "MADV_DONTNEED"):
                self._pages.madvise(mmap.MADV_DONTNEED, self._skipped + first, stop - first)
                self._clean = [*_without(self._clean, first, stop), (first, stop)]
            if last:
                top = start + stay
        self.top = top
        self._clean = _without(self._clean, top, self.size)
        return kept

    def close(self) -> None:
        """Unmap it; nothing of it may be used any more."""
        self._pages.close()


def _without(ranges: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of ranges outside of start … end."""
    pieces = [piece for a, b in ranges for piece in ((a, min(b, start)), (max(a, end), b))]
    return [(a, b) for a, b in pieces if a < b]


class Arena:
    """Blocks from as many mappings as it takes; for one thread at a time."""

    def __init__(self) -> None:
        self._mappings: list[Mapping] = []

    def take(self, size: int) -> int:
        """The address of `size` bytes, a multiple of a page; their content is undefined.

        Raises:
            MemoryError: the system has no more.
        """
        for mapping in self._mappings:
            address = mapping.take(size)
            if address is not None:
                return address
        self._unmap_free()  # each of them is too small
        mapping = self._map(size)
        self._mappings.append(mapping)
        address = mapping.take(size)
        assert address is not None
        return address

    def give(self, address: int, size: int) -> None:
        """Return a block."""
        for mapping in self._mappings:
            if 0 <= address - mapping.address < mapping.size:
                mapping.give(address, size)
                return
        raise ValueError("memory returned to a pool that it was not taken from")

    def held(self) -> int:
        """Bytes of memory that are free."""
        return sum(mapping.held() for mapping in self._mappings)

    def trim(self, keep: int) -> None:
        """Give free memory back to the system, except for `keep` bytes; under a limit, address space that nothing uses as well."""
        if process_memory_limit() is not None:  # numbers outside of the arena need it
            self._unmap_free()
        kept = 0
        for mapping in self._mappings:
            kept += mapping.trim(keep - kept)

    def _unmap_free(self) -> None:
        """Give the address space of mappings back in which nothing is used."""
        for mapping in [x for x in self._mappings if not x.used]:
            self._mappings.remove(mapping)
            mapping.close()

    def _map(self, size: int) -> Mapping:
        if not self._mappings and _address_space_is_free():
            with contextlib.suppress(OSError):
                return Mapping(max(physical_memory() * 7 // 8, size) // HUGE_PAGE * HUGE_PAGE + HUGE_PAGE)
        try:
            return Mapping(-(-max(size, LEAST_MAPPING) // HUGE_PAGE) * HUGE_PAGE)
        except OSError as error:
            raise MemoryError(f"{size:_} bytes of workspace are not available") from error


def _address_space_is_free() -> bool:
    """Whether a mapping costs nothing until it is touched: not under `ulimit -v`, nor where the system counts promises."""
    try:
        strict = Path("/proc/sys/vm/overcommit_memory").read_text(encoding="ascii").strip() == "2"
    except OSError:  # not Linux
        return False
    return not strict and process_memory_limit() is None
