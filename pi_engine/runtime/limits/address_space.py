"""Address space, which `ulimit -v` limits: what is mapped now, and what libraries and threads will map.

It is not memory. A library maps its whole file, a thread its whole stack, and only the pages that are touched are memory.
So a limit of address space is used up much sooner than one of memory of the same size.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError
from pi_engine.runtime.limits.memory import format_bytes, library_is_imported, process_memory_limit, system_file
from pi_engine.runtime.system.process_facts import page_size, soft_limit

if TYPE_CHECKING:
    from ctypes import CDLL

_UNKNOWN_SIZE = 320 << 20
"""What this process is taken to have mapped where the system does not say: the interpreter, GMP, LLVM and numpy."""

_NUMPY = 84 << 20
_BLAS_THREAD = 32 << 20
"""numpy with one thread of OpenBLAS, and the buffer that OpenBLAS maps for each further one, besides its stack."""

_LLVM = 164 << 20
_KERNELS = 16 << 20
"""llvmlite, and the stored kernels with LLVM's tables for them."""

COMPILER = 640 << 20
"""Numba and what compiling all kernels takes. """

_LEAST = 32 << 20
"""What any command maps besides: modules of Python, and small numbers."""

_DEFAULT_STACK = 8 << 20
_HEAP = 8 << 20
"""Of a thread: its stack where `ulimit -s` does not say, and what it adds to the heap that all threads share."""

_OWN_HEAP = 128 << 20
"""What glibc maps for the heap of a thread (it returns half of it at once), where the threads do not share one."""

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3


def mapped_size() -> int:
    """Bytes of address space that this process takes now."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(system_file("/proc/self/statm").split()[0])
        return pages * page_size()
    return _UNKNOWN_SIZE


def libraries_size(*, kernels: bool, compiler: bool) -> int:
    """Bytes that are yet to be mapped of the libraries that kernels need, and of those that compile them."""
    size = 0
    if kernels or compiler:
        size += _KERNELS + (0 if library_is_imported("llvmlite.binding") else _LLVM)
        if not library_is_imported("numpy"):
            size += _NUMPY + (_blas_threads() - 1) * (_BLAS_THREAD + _stack_size())
    return size + (COMPILER if compiler else 0)


def threads_size(threads: int) -> int:
    """Bytes that a given number of further threads map."""
    return threads * (_stack_size() + (_HEAP if _shares_heap() else _OWN_HEAP))


def _stack_size() -> int:
    return soft_limit("RLIMIT_STACK") or _DEFAULT_STACK


def _blas_threads() -> int:
    """How many threads OpenBLAS starts when numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        with suppress(ValueError):
            return max(1, min(int(os.environ.get(name, "")), os.cpu_count() or 1))
    return os.cpu_count() or 1


def _shares_heap() -> bool:
    """Whether the C library is glibc, whose heap takes the orders of this module."""
    with suppress(AttributeError, ValueError, OSError):
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    return False


def share_heap() -> None:
    """Where address space is limited, let all threads that begin from here on use one heap.

    glibc maps 128 MB for the heap of a thread and returns half of it.
    """
    if process_memory_limit() is not None and _shares_heap():
        _c_library().mallopt(_M_ARENA_MAX, 1)


def return_large_blocks() -> None:
    """Have the C library give every freed block of a megabyte or more back to the system at once, from here on."""
    if _shares_heap():
        _c_library().mallopt(_M_MMAP_THRESHOLD, 1 << 20)


def trim_heap() -> None:
    """Give what the C library's heap holds back of freed memory to the system."""
    if _shares_heap():
        _c_library().malloc_trim(0)


def _c_library() -> CDLL:
    from ctypes import CDLL  # not where nothing is limited: it takes some milliseconds

    return CDLL(None)


class ImportGuard:
    """Refuses to import a library for which there is not enough address space.

    OpenBLAS ends the process, or interrupts it, where it finds none, and LLVM aborts.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        """Leave the finding to others.

        Raises:
            CapacityError: there is not enough address space for this library.
        """
        if fullname in ("numpy", "numba", "llvmlite"):
            require_address_space(libraries_size(kernels=True, compiler=fullname == "numba"))


def guard_address_space() -> None:
    """Where address space is limited, have `ImportGuard` watch over imports.

    Raises:
        CapacityError: there is too little even for small numbers.
    """
    if process_memory_limit() is not None:
        require_address_space(_LEAST)
        if not any(isinstance(x, ImportGuard) for x in sys.meta_path):
            sys.meta_path.insert(0, ImportGuard())


def require_address_space(size: int) -> None:
    """Refuse what would map a given number of bytes more than is allowed.

    Raises:
        CapacityError: the message says how much address space it takes.
    """
    limit, need = process_memory_limit(), mapped_size() + size
    if limit is not None and need > limit:
        raise CapacityError(
            f"not enough memory: this needs about {format_bytes(need)} of address space (ulimit), and "
            f"{format_bytes(limit)} may be used; raise the limit with ulimit -v"
        )
