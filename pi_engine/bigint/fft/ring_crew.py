"""Threads that help with products modulo 2^n + 1.

They wait for the next product inside a kernel: to wake a thread that sleeps takes about as long as a product.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.workspace import MemoryBlock
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.fourier_kernels import help_in_rings

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def _helpers(count: int) -> ThreadPoolExecutor:
    """Not the pool of `workers`, whose threads other steps want meanwhile."""
    return ThreadPoolExecutor(count, thread_name_prefix="pi-engine-ring")


def _shared_block() -> MemoryBlock:
    block = MemoryBlock(at.SHARED_BYTES + at.PIECES * at.SCRATCH_BYTES)
    ctypes.memset(block.address, 0, at.SHARED_BYTES)
    return block


class _Memory(threading.local):
    """Of each thread: what it shares with its helpers, while it has some, and memory for products that it makes alone."""

    def __init__(self) -> None:
        self.shared: MemoryBlock | None = None
        self.own = _shared_block()


_memory = _Memory()


def _forget_helpers() -> None:
    _helpers.cache_clear()
    _memory.shared = None


# A forked child has none of its parent's threads, and would wait for them for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)


def shared_memory(*, helped: bool) -> int:
    """Where the memory for a product is: SHARED_BYTES, and scratches. If it is `helped`, this thread's helpers look there."""
    return (_memory.shared if helped and _memory.shared is not None else _memory.own).address


@contextlib.contextmanager
def crew(threads: int) -> Iterator[None]:
    """Within it this thread's products have the help of threads − 1 others, PIECES − 1 at most.

    A helper keeps its processor busy, unless another thread wants it; but after some milliseconds without a product it naps.
    """
    helpers = min(threads, at.PIECES) - 1
    if helpers < 1 or _memory.shared is not None:
        yield
        return
    block = _shared_block()
    begun = [_helpers(helpers).submit(help_in_rings, thread, block.address) for thread in range(1, helpers + 1)]
    _memory.shared = block
    try:
        yield
    finally:
        _memory.shared = None
        ctypes.c_int64.from_address(block.address + at.CLOSED).value = 1
        for helper in begun:
            if not helper.cancel():
                helper.result()
