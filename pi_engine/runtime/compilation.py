"""Everything that is decided about compiling Numba kernels, in one place.

Two decorators: `kernel` for functions called from Python, `routine` for functions called only from kernels. Compiled
kernels are kept in a folder of the user's cache, so that a second process starts in a fraction of a second. The
folder's name holds whatever machine code depends on: versions, CPU, and a digest of the sources, because Numba's own
cache looks at one source file only and serves stale code when a constant or a routine imported from another module has
changed.

Importing this module imports Numba; only kernel modules, and those who warm them, do so.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite
import llvmlite.binding
import numba
import numba.core.codegen
import numpy as np
import platformdirs
from numba.core.compiler_lock import global_compiler_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PACKAGE = Path(__file__).resolve().parent.parent
OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": False, "boundscheck": False, "error_model": "numpy"}
# Kept whatever their age; a folder in use by another environment of the same user must not be taken away under it.
KEPT_FOLDERS = 8
STALE_SECONDS = 30 * 86400.0
RECENT_SECONDS = 86400.0
_STAMP = "pi-engine-kernels"
_LOCK = threading.RLock()
_USER_CHOICE = str(numba.config.CACHE_DIR or "")


def kernel(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile `function` on its first call, without the GIL, and keep the machine code between processes.

    Usable as `@kernel` and as `@kernel(inline="always")`; options are those of `numba.njit` and override `OPTIONS`.
    """
    if function is None:
        return functools.partial(kernel, **options)
    folder = cache_folder()
    if folder is None:
        return numba.njit(**{**OPTIONS, **options})(function)
    # Numba reads its global CACHE_DIR once, while decorating: it is set for that moment only, so that other users of
    # Numba in this process keep their own.
    with _LOCK:
        previous = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            return _forgiving(numba.njit(**{**OPTIONS, "cache": True, **options})(function))
        finally:
            numba.config.CACHE_DIR = previous


def _forgiving(dispatcher: Any) -> Any:
    """Let a cache that fails cost time only: a full disk, a folder taken away, a file cut short by a crash."""
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
    """Compile `function` into the kernels that call it; it has no cache file of its own, and needs none."""
    if function is None:
        return functools.partial(routine, **options)
    return numba.njit(**{**OPTIONS, **options})(function)


@functools.cache
def cpu() -> tuple[str, str]:
    """Name and features of the CPU that is compiled for, as LLVM writes them; NUMBA_CPU_NAME and _FEATURES override."""
    name = numba.config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = numba.config.CPU_FEATURES
    return str(name), str(numba.core.codegen.get_host_cpu_features() if features is None else features)


def has_fma() -> bool:
    """Whether fused multiply-add is one instruction here. Without it `llvm.fma` is exact, but a slow library call."""
    features = cpu()[1].split(",")
    if llvmlite.binding.get_default_triple().startswith(("aarch64", "arm64")):
        return "-neon" not in features
    return "+fma" in features


def kernel_sources(root: Path = PACKAGE) -> list[Path]:
    """The package's files that can change machine code: those that speak of Numba or of this module, and their imports.

    Imports are followed by bare name: a file counts when its stem stands in an import statement of a file that counts.
    This takes in a few too many and never too few.
    """
    texts = {path: path.read_bytes() for path in sorted(root.rglob("*.py"))}
    chosen = {path for path, text in texts.items() if b"numba" in text or b"runtime.compilation" in text}
    pending = list(chosen)
    while pending:
        statements = re.findall(rb"^[ \t]*(?:from|import)\s[^\n(]*(?:\([^)]*\))?", texts[pending.pop()], re.MULTILINE)
        words = {word.decode() for statement in statements for word in re.findall(rb"\w+", statement)}
        found = {path for path in texts if path.stem in words} - chosen
        chosen |= found
        pending += found
    return sorted(chosen)


def source_digest(root: Path = PACKAGE) -> str:
    """Sixteen hexadecimal digits that change with any byte of `kernel_sources`."""
    digest = hashlib.sha256()
    for path in kernel_sources(root):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}:{len(text)}:".encode() + text)
    return digest.hexdigest()[:16]


def cache_key() -> str:
    """The folder's name: versions in clear, and a digest of all that machine code depends on."""
    python = f"{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}"
    parts = (python, numba.__version__, llvmlite.__version__, np.__version__, *cpu(), source_digest())
    return f"{python}-numba{numba.__version__}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"


def cache_root() -> Path:
    """Where the folders of all keys lie: under NUMBA_CACHE_DIR if the user has set it, else in the user's cache."""
    return (
        Path(_USER_CHOICE) / "pi-engine"
        if _USER_CHOICE
        else Path(platformdirs.user_cache_dir("pi-engine", appauthor=False)) / "numba"
    )


@functools.cache
def cache_folder() -> Path | None:
    """The folder of this process's kernels, made if need be; None where it cannot be written: nothing is cached then.

    Decided once in a process, before the first kernel is decorated.
    """
    root = cache_root()
    folder = root / cache_key()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # a mode bit says less than an attempt: read-only mounts, quotas
        (folder / _STAMP).touch()
    except OSError:
        return None
    _remove_stale(root, folder)
    return folder


def _remove_stale(root: Path, current: Path) -> None:
    """Remove folders of other keys: unused for a month, or beyond the newest few and unused for a day.

    Only folders that carry our stamp are touched; where a removal fails, nothing is said and nothing is lost.
    """
    stamps: list[tuple[float, Path]] = []
    with contextlib.suppress(OSError):
        for folder in root.iterdir():
            with contextlib.suppress(OSError):
                stamps.append(((folder / _STAMP).stat().st_mtime, folder))
    for rank, (used, folder) in enumerate(sorted(stamps, reverse=True)):
        age = time.time() - used
        if folder != current and (age > STALE_SECONDS or (rank >= KEPT_FOLDERS and age > RECENT_SECONDS)):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _between_processes(path: Path | None) -> Iterator[None]:
    """Hold an exclusive lock on the file `path`, if its file system can; the system drops it when a process dies."""
    if path is None:
        yield
        return
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            file = held.enter_context(path.open("a+b"))
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                held.callback(msvcrt.locking, file.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def warm(functions: Sequence[tuple[Any, Any]], notice: Callable[[str], object] | None = None) -> float:
    """Compile, or load from the cache, every `(kernel, signature)` of `functions`; returns the seconds it took.

    `notice` is called with one line of text before a compilation that will take seconds, and not when the cache is
    warm. One thread of one process compiles at a time; the others wait, then load what it has stored. Safe to call
    again.
    """
    start = time.perf_counter()
    with _LOCK:
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
    _LOCK.acquire()
    global_compiler_lock.acquire()


def _let_compiler_go() -> None:
    global_compiler_lock.release()
    _LOCK.release()


# A child forked while another thread compiles would inherit a lock that nobody ever releases, and LLVM half-way through
# its work. So a fork waits until the compilation is done.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold_compiler, after_in_parent=_let_compiler_go, after_in_child=_let_compiler_go)
