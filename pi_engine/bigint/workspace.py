"""Aligned memory, pooled: what one product used the next one finds, without page faults."""

import contextlib
import mmap
import threading

import numpy as np

_HUGE_PAGE = 2 << 20
# Blocks beyond this many bytes in the pool are given back to the system.
POOL_LIMIT = 8 << 30


def _pages(size: int) -> mmap.mmap:
    """Anonymous memory in huge pages where the system has them: strided passes touch a page a row."""
    size = (size + 2 * _HUGE_PAGE - 1) // _HUGE_PAGE * _HUGE_PAGE
    if not hasattr(mmap, "MAP_PRIVATE"):
        return mmap.mmap(-1, size)
    # Private, because shared memory, mmap's default, gets no huge pages.
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        # A kernel built without huge pages refuses; small ones serve.
        with contextlib.suppress(OSError):
            pages.madvise(mmap.MADV_HUGEPAGE)
    return pages


class Block:
    """`size` bytes at `address`, a multiple of 64; keep the block as long as the address is used."""

    def __init__(self, size: int) -> None:
        self.size = size
        if size < _HUGE_PAGE:
            self._memory = np.empty(size + 64, np.uint8)
            self.address = (self._memory.ctypes.data + 63) & -64
        else:
            self._memory = np.frombuffer(_pages(size), np.uint8)
            self.address = (self._memory.ctypes.data + _HUGE_PAGE - 1) & -_HUGE_PAGE


class Pool:
    """Free blocks by size class; sizes are rounded up to an eighth of their power of two."""

    def __init__(self, limit: int = POOL_LIMIT) -> None:
        self.limit = limit
        self._free: dict[int, list[Block]] = {}
        self._held = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> Block:
        """A block of at least `size` bytes, contents undefined."""
        step = 1 << max(12, size.bit_length() - 5)
        size = (size + step - 1) // step * step
        with self._lock:
            blocks = self._free.get(size)
            if blocks:
                self._held -= size
                return blocks.pop()
        return Block(size)

    def give(self, block: Block) -> None:
        """Return a block; the caller must not use it again."""
        with self._lock:
            if self._held + block.size <= self.limit:
                self._held += block.size
                self._free.setdefault(block.size, []).append(block)

    def held(self) -> int:
        """Bytes that wait in the pool to be used again."""
        with self._lock:
            return self._held

    def release(self) -> None:
        """Give all free blocks back to the system."""
        with self._lock:
            self._free.clear()
            self._held = 0


pool = Pool()
