"""Many kernels are made ready at once: those that are stored are loaded, and the others compiled by several processes."""

from __future__ import annotations

import importlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

from pi_engine.runtime.compilation import announcements, compiler_pool
from pi_engine.runtime.compilation.kernel_folder import LOCK
from pi_engine.runtime.limits.memory import library_is_imported, process_memory_limit
from pi_engine.runtime.progress import silent
from pi_engine.runtime.thread_count import available_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.compilation.object_code import StoredKernel
    from pi_engine.runtime.progress import Progress

PHASE = "compilation"
"""The phase that `make_ready` reports."""


def make_ready(
    kernels: Sequence[StoredKernel],
    progress: Progress = silent,
    memory: int | None = None,
    threads: int | None = None,
) -> int:
    """Load or compile all of these now, in at most `memory` bytes and on `threads` cores if given; returns how many were compiled.

    Before a compilation one log record says how many there are and about how long it takes, and others name those whose files
    are damaged; after it another names those that could not be stored. `progress` reports how many are compiled, of how many.
    """
    with LOCK:
        missing = [kernel for kernel in kernels if not kernel.fetch()]
        announcements.warn_of_damage([kernel for kernel in missing if kernel.damage])
        if missing:
            processes = compiler_pool.process_count(missing, memory, threads)
            announcements.announce(missing, compiler_pool.compiling_seconds(missing, processes))
            _compile(missing, processes, progress)
    _load(kernels)
    return len(missing)


def _load(kernels: Sequence[StoredKernel]) -> None:
    """Load machine code that has been read: in a second thread while this one imports numpy, which whoever calls a kernel needs.

    LLVM works without the interpreter's lock, so that of the 10 ms that the kernels of a computation take next to nothing is waited for.
    Where address space is limited this thread does both: glibc maps 128 MB for the heap of another.
    """
    if library_is_imported("numpy") or available_threads() == 1 or process_memory_limit() is not None:
        for kernel in kernels:
            kernel.ready()
        return
    with ThreadPoolExecutor(1, "pi-engine loading") as beside:
        loading = beside.submit(lambda: [kernel.ready() for kernel in kernels])
        importlib.import_module("numpy")
        loading.result()


def _compile(missing: Sequence[StoredKernel], processes: int, progress: Progress) -> None:
    left = dict.fromkeys(missing)
    progress(PHASE, 0, len(missing))
    with closing(compiler_pool.compile_elsewhere(missing, processes)) as compiled:
        for kernel, code in compiled:
            kernel.take(code)
            del left[kernel]
            progress(PHASE, len(missing) - len(left), len(missing))
    for i, kernel in enumerate(left, len(missing) - len(left) + 1):
        kernel.ready(announced=True)
        progress(PHASE, i, len(missing))
    announcements.warn_of_not_stored([kernel for kernel in missing if kernel.not_stored])
