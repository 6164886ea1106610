"""Aligned memory, pooled: what one step used the next one finds, without page faults.

Small blocks wait in lists by size. Large ones are cut from an `Arena`, where all phases of a computation, whatever the
sizes of their blocks, use the same pages.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.arena import PAGE, Arena
from pi_engine.bigint.buffers.shown_memory import LINE, ShownMemory

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs

LARGE = 1 << 20
"""Bytes from which a block is cut from the arena."""

POOL_LIMIT = 8 << 30
"""Free bytes beyond this are given back to the system."""

LEAST_KEPT = 64 << 20
"""Free bytes that a step leaves the next one in any case: a page that has been given back is expensive to have again, on a
virtual machine whose host takes free memory away up to 2 ms a megabyte."""

HEAP_BLOCK = (32 << 20) - (64 << 10)
"""Bytes of the largest block, nearly, that glibc can be got to cut from its heap (DEFAULT_MMAP_THRESHOLD_MAX)."""


@functools.cache
def keep_freed_blocks() -> None:
    """Let the C library hand freed blocks of less than 32 MB out again, where it would return them to the system.

    glibc takes the size of the largest block freed so far, up to 32 MB, for that from which blocks have pages of their
    own, and keeps twice as much free memory. So it is shown such a block, and nothing in it is touched; other libraries
    take no notice. GMP's numbers of megabytes are then made without page faults.
    """
    np.empty(HEAP_BLOCK, np.uint8)


class MemoryBlock:
    """`size` bytes at `address`, the beginning of a cache line; keep the block as long as the address is used.

    One that is dropped, and not given back, returns to its pool too.
    """

    __slots__ = ("_memory", "_returned", "address", "size")

    def __init__(self, size: int, address: int = 0, returned: deque[tuple[int, int]] | None = None) -> None:
        self.size, self.address, self._returned = size, address, returned
        if returned is None:
            self._memory = np.empty(size + LINE, np.uint8)
            self.address = -(-self._memory.ctypes.data // LINE) * LINE

    def __del__(self) -> None:
        if self._returned is not None:
            self._returned.append((self.address, self.size))

    def surrender(self) -> bool:
        """Whether it is part of an arena, which has its memory back from here on."""
        large = self._returned is not None
        self._returned = None
        return large


class Pool:
    """Free blocks; the sizes of small ones are rounded up to a sixteenth of the power of two below them, or to 4 KiB, others to a page."""

    def __init__(self, limit: int = POOL_LIMIT) -> None:
        self.limit = limit
        self._free: dict[int, list[MemoryBlock]] = {}
        self._held = 0
        self._arena = Arena()
        # A block may be dropped at any moment, also while the lock is held.
        self._dropped: deque[tuple[int, int]] = deque()
        self._lock = threading.Lock()

    def take(self, size: int) -> MemoryBlock:
        """A block of at least `size` bytes, contents undefined."""
        if size >= LARGE:
            size = -(-size // PAGE) * PAGE
            with self._lock:
                self._collect()
                return MemoryBlock(size, self._arena.take(size), self._dropped)
        step = 1 << max(12, size.bit_length() - 5)
        size = (size + step - 1) // step * step
        with self._lock:
            blocks = self._free.get(size)
            if blocks:
                self._held -= size
                return blocks.pop()
        return MemoryBlock(size)

    def give(self, block: MemoryBlock) -> None:
        """Return a block; the caller must not use it again."""
        with self._lock:
            if not block.surrender():
                if self._held + block.size <= self.limit:
                    self._held += block.size
                    self._free.setdefault(block.size, []).append(block)
                return
            self._arena.give(block.address, block.size)
            if self._arena.held() > self.limit:
                self._arena.trim(self.limit)

    def held(self) -> int:
        """Bytes that wait in the pool to be used again."""
        with self._lock:
            self._collect()
            return self._held + self._arena.held()

    def release(self, keep: int = 0) -> None:
        """Give free blocks back to the system, except for `keep` bytes of large ones."""
        with self._lock:
            self._collect()
            self._free.clear()
            self._held = 0
            self._arena.trim(keep)

    def return_to_system(self, size: int) -> None:
        """Give `size` bytes of large blocks back to the system, so that others can have them; `LEAST_KEPT` stay."""
        with self._lock:
            self._collect()
            self._arena.trim(max(LEAST_KEPT, self._arena.held() - size))

    def _collect(self) -> None:
        while self._dropped:
            self._arena.give(*self._dropped.popleft())


pool = Pool()


class PooledLimbs:
    """`length` limbs from the pool, contents undefined; `release` gives them back."""

    def __init__(self, length: int) -> None:
        """Take them."""
        self._block: MemoryBlock | None = pool.take(8 * length)
        self.address = self._block.address
        self.limbs: Limbs = np.asarray(ShownMemory(self.address, length, self._block))

    @property
    def is_there(self) -> bool:
        """Whether they have not been given back."""
        return self._block is not None

    def release(self) -> None:
        """The limbs must not be used any more."""
        if self._block is not None:
            pool.give(self._block)
            self._block = None


class Workspace:
    """One block from the pool, as large as the largest request so far; `release` gives it back."""

    def __init__(self) -> None:
        """Nothing is taken yet."""
        self._block: MemoryBlock | None = None

    def address(self, size: int) -> int:
        """Where `size` bytes of workspace are; what was in them is lost."""
        if self._block is None or self._block.size < size:
            self.release()
            self._block = pool.take(size)
        return self._block.address

    def release(self) -> None:
        """The workspace must not be used any more."""
        if self._block is not None:
            pool.give(self._block)
            self._block = None
