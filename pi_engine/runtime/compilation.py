"""Everything that is decided about compiling Numba kernels, in one place.

Two decorators: `kernel` for functions called from Python, `routine` for functions called only from kernels; and `warm`, which compiles
ahead of need. Where compiled kernels are kept, and what makes them stale, is decided in `kernel_folder`.

Importing this module imports Numba; only kernel modules, and those who warm them, do so.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import numba
from numba.core.compiler_lock import global_compiler_lock

from pi_engine.runtime.kernel_folder import LOCK, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": False, "boundscheck": False, "error_model": "numpy"}


def kernel(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile `function` on its first call, without the GIL, and keep the machine code between processes.

    Usable as `@kernel` and as `@kernel(inline="always")`; options are those of `numba.njit` and override `OPTIONS`.
    """
    if function is None:
        return functools.partial(kernel, **options)
    folder = cache_folder()
    if folder is None:
        return numba.njit(**{**OPTIONS, **options})(function)
    # Numba reads its global CACHE_DIR once, while decorating: it is set for that moment only, so that other users of Numba in
    # this process keep their own.
    with LOCK:
        previous = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            return _forgiving(numba.njit(**{**OPTIONS, "cache": True, **options})(function))
        finally:
            numba.config.CACHE_DIR = previous


def _forgiving(dispatcher: Any) -> Any:
    """Let a cache that fails cost time, not the computation: a full disk, a folder taken away, a file cut short by a crash."""
    cache = getattr(dispatcher, "_cache", None)
    if cache is None or not (hasattr(cache, "load_overload") and hasattr(cache, "save_overload")):
        return dispatcher
    load, save = cache.load_overload, cache.save_overload

    def load_or_compile(signature: Any, context: Any) -> Any:
        try:
            return load(signature, context)
        except Exception:  # whatever unpickling a damaged file may raise; None makes Numba compile
            return None

    def save_or_do_without(signature: Any, data: Any) -> None:
        try:
            save(signature, data)
        except OSError:
            return
        except Exception:  # a damaged index cannot be extended: begin a new one
            with contextlib.suppress(Exception):
                cache.flush()
                save(signature, data)

    cache.load_overload, cache.save_overload = load_or_compile, save_or_do_without
    return dispatcher


def routine(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile `function` into the kernels that call it; it has no cache file of its own, and needs none.

    It makes no array and counts no references, unless `_nrt=True` says so: otherwise the first caller's choice would be every caller's,
    and a kernel without Numba's runtime (`object_code`) could not be stored after one with it.
    """
    if function is None:
        return functools.partial(routine, **options)
    return numba.njit(**{**OPTIONS, "_nrt": False, **options})(function)


@contextlib.contextmanager
def _between_processes(path: Path | None) -> Iterator[None]:
    """Hold an exclusive lock on the file `path`, as far as its file system can; the system drops it when a process dies."""
    if path is None:
        yield
        return
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            file = held.enter_context(path.open("a+b"))
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LKLOCK, 1)
                held.callback(msvcrt.locking, file.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def warm(functions: Sequence[tuple[Any, Any]], notice: Callable[[str], object] | None = None) -> float:
    """Compile, or load from the cache, every `(kernel, signature)` of `functions`; returns the seconds it took.

    `notice` is called with one line of text before a compilation that will take seconds, and not when the cache is warm. One
    thread of one process compiles at a time; the others wait, then load what it has stored. Safe to call again.
    """
    start = time.perf_counter()
    with LOCK:
        pending = [(function, signature) for function, signature in functions if not _is_compiled(function, signature)]
        if not pending:
            return time.perf_counter() - start
        folder = cache_folder()
        names = sorted(f"{f.py_func.__module__}.{f.py_func.__qualname__}{s}" for f, s in pending)
        mark = folder / f"warm-{hashlib.sha256(repr(names).encode()).hexdigest()[:16]}" if folder else None
        if notice is not None and (mark is None or not mark.exists()):
            kept = "kept for the next time" if folder else "not kept: the cache folder cannot be written"
            notice(f"compiling {len(pending)} kernels for this machine, some seconds ({kept})")
        with _between_processes(folder / "lock" if folder else None):
            for function, signature in pending:
                function.compile(tuple(signature))
        if mark is not None:
            with contextlib.suppress(OSError):
                mark.touch()
    return time.perf_counter() - start


def _is_compiled(function: Any, signature: Any) -> bool:
    """Whether nothing is left to do; true too where NUMBA_DISABLE_JIT has left a plain Python function."""
    return not hasattr(function, "signatures") or tuple(signature) in function.signatures


def _hold_compiler() -> None:
    LOCK.acquire()
    global_compiler_lock.acquire()


def _let_compiler_go() -> None:
    global_compiler_lock.release()
    LOCK.release()


# A child forked while another thread compiles would inherit Numba's lock, which nobody there would release, and LLVM half-way
# through its work. So a fork waits until the compilation is done. The locks are taken in the order in which compiling takes them.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold_compiler, after_in_parent=_let_compiler_go, after_in_child=_let_compiler_go)
