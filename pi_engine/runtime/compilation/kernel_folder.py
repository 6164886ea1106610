"""The folder of compiled kernels: where it lies, and what its name depends on. Imports no Numba, so that looking is cheap.

Compiled kernels are kept in the user's cache, so that a second process starts in a fraction of a second. The folder's name holds
whatever machine code depends on: versions, CPU, and a digest of the sources, because Numba's own cache looks at one source
file only and serves stale code when a constant or a routine imported from another module has changed. Numba's own cache is not
used at all: its files are pickles, which run what they hold.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import llvmlite.binding
import platformdirs

from pi_engine.runtime.compilation.provenance import kernel_sources
from pi_engine.runtime.compilation.provenance.shipped_code import known_source_digest, shipped
from pi_engine.runtime.storage.trusted_files import UntrustedError, make_trusted, require_trusted
from pi_engine.runtime.versions import installed_version

# Kept whatever their age; a folder in use by another environment of the same user must not be taken away under it.
KEPT_FOLDERS = 8
STALE_SECONDS = 30 * 86400.0
RECENT_SECONDS = 86400.0
_STAMP = "pi-engine-kernels"
# Held by whoever compiles or loads a kernel. A fork waits for it: a child must not inherit a lock whose holder it has not got.
LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release)


@functools.cache
def cpu() -> tuple[str, str]:
    """Name and features of the CPU that kernels are compiled for, as LLVM writes them; NUMBA_CPU_NAME and _FEATURES override.

    Where this process uses machine code that its installation brings along, they are those of its level.
    """
    if (level := shipped().level) is not None:
        return level.processor, level.features
    name = os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name()
    features = os.environ.get("NUMBA_CPU_FEATURES")
    if features is not None:
        return name, features
    if name.lower() == "generic":  # Numba's own rule, as is the next: a generic CPU has no features
        return name, ""
    found = llvmlite.binding.get_host_cpu_features()
    if os.environ.get("NUMBA_ENABLE_AVX") == "0":
        # Kernels that ask for an instruction that is switched off end the process.
        found.update(dict.fromkeys([feature for feature in found if feature.startswith("avx")], False))
    return name, found.flatten()


def has_fma() -> bool:
    """Whether fused multiply-add is one instruction here. Without it `llvm.fma` is exact, but a slow library call."""
    features = cpu()[1].split(",")
    if llvmlite.binding.get_default_triple().startswith(("aarch64", "arm64")):
        return "-neon" not in features
    return "+fma" in features


def has_avx2() -> bool:
    """Whether bytes are shuffled in registers of 32 bytes, each half by itself, in one instruction."""
    return "+avx2" in cpu()[1].split(",")


def has_avx512() -> bool:
    """Whether eight doubles are one register here."""
    return "+avx512f" in cpu()[1].split(",")


def has_ifma() -> bool:
    """Whether eight 52 × 52 bit products are one instruction here."""
    return "+avx512ifma" in cpu()[1].split(",")


def source_digest() -> str:
    """The digest of the sources that machine code is made from, in hexadecimal digits."""
    return known_source_digest() or kernel_sources.source_digest(cache_root())


@functools.cache
def machine_code_key() -> str:
    """All that machine code depends on, in one line: versions, processor, and the digest of the sources."""
    versions = [f"{name} {installed_version(name)}" for name in ("numba", "llvmlite", "numpy")]
    avx = os.environ.get("NUMBA_ENABLE_AVX", "")
    parts = (_python(), *versions, *cpu(), f"AVX {avx!a}", f"sources {source_digest()}")
    return "; ".join(part.encode("unicode_escape").decode() for part in parts)


def _python() -> str:
    return f"{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}"


def cache_key() -> str:
    """The folder's name: versions in clear, and a digest of all that machine code depends on."""
    digest = hashlib.sha256(machine_code_key().encode()).hexdigest()
    return f"{_python()}-numba{installed_version('numba')}-{digest[:16]}"


def cache_root() -> Path:
    """Where the folders of all keys lie: under NUMBA_CACHE_DIR if the user has set it, else in the user's cache."""
    chosen = os.environ.get("NUMBA_CACHE_DIR", "")
    place = Path(chosen) / "pi-engine" if chosen else _usual_root()
    return place.absolute()


def _usual_root() -> Path:
    return Path(platformdirs.user_cache_dir("pi-engine", appauthor=False)) / "numba"


def cache_folder() -> Path | None:
    """The folder of this process's kernels, made if need be; None if there is none, and then nothing is stored or loaded.

    Decided once in a process. A folder that others could write to is not used, and that is said, in a log record.
    """
    return _decided()[0]


def why_no_folder() -> str:
    """What is wrong with the folder, and what to do; empty where nothing is."""
    return _decided()[1]


@functools.cache
def _decided() -> tuple[Path | None, str]:
    root = cache_root()
    folder = root / cache_key()
    try:
        make_trusted(folder)
        tempfile.TemporaryFile(dir=folder).close()  # a mode bit says less than an attempt: read-only mounts, quotas
        (folder / _STAMP).touch(mode=0o600)
    except UntrustedError as error:
        reason = f"{error}, which NUMBA_CACHE_DIR can name"
        logging.getLogger("pi_engine").warning("pi-engine: stored kernels are not used: %s", reason)
        return None, reason
    except OSError:
        return None, (
            f"the folder {root} cannot be written; "
            "make it writable, or set NUMBA_CACHE_DIR to a folder that is, then run 'pi-engine tune'"
        )
    _remove_stale(root, folder)
    return folder, ""


def remove_kernels() -> tuple[Path | None, list[int]]:
    """Remove the folder of this process's kernels, which it must not use any more.

    Returns the folder, None if there is none, and the bytes of each file that was in it. Raises OSError where that is refused,
    and UntrustedError where others can write to the folder, who might have it lead elsewhere.
    """
    folder = cache_root() / cache_key()
    require_trusted(folder)
    if not (folder / _STAMP).exists():
        return None, []
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != _STAMP]
    shutil.rmtree(folder)
    with contextlib.suppress(OSError):
        (folder.parent / kernel_sources.MEMORY).unlink()
    with contextlib.suppress(OSError):  # other installations have theirs beside it
        folder.parent.rmdir()
        folder.parent.parent.rmdir()
    return folder, sizes


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
