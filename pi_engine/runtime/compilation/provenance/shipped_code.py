"""Machine code that an installation brings along: which levels of instructions there are, and which one this processor runs.

A wheel for a platform holds a folder `machine_code`, with a file for each level and `manifest.json`. The manifest names the sources that
the kernels were made from, by the digest of `kernel_sources`, and each file by the SHA-256 of its first line. That line names the
kernels of the level, each by the SHA-256 of its object code, which follows. So all of it is checked by what the manifest says, and the
manifest by the sources that are installed beside it.

A process takes all kernels of one level, or none: the newest level whose instructions this processor has, all of them. It takes none
where the sources differ, where a byte is damaged, where the processor lacks instructions, or where the user has chosen another
processor. Then kernels are compiled as in an installation that brings none, and `Shipped.reason` says why.

The object code refers to GMP's functions by names of this project, and to nothing of Python, Numba or numpy: one wheel is
for all versions of these. Imports no Numba.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import llvmlite.binding

from pi_engine.runtime.compilation.provenance import kernel_sources
from pi_engine.runtime.compilation.provenance.feature_levels import LEVELS, Level, host_features

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER = kernel_sources.PACKAGE / "machine_code"
MANIFEST = "manifest.json"
FORM = "pi-engine machine code, form 1"


class Shipped(NamedTuple):
    """What an installation brings along for this process.

    Attributes:
        level: the level whose kernels are used; None if no kernels are.
        reason: why no kernels are used, and what to do; "" if some are, and if the installation brings no machine code.
        built: versions of what the machine code was made with.
        kernels: symbol, type and object code of each kernel, by its name with its module.
    """

    level: Level | None = None
    reason: str = ""
    built: Mapping[str, str] = {}
    kernels: Mapping[str, tuple[str, str, bytes]] = {}


class _NotUsedError(Exception):
    """Why the machine code is not used, and what to do."""


def platform_name() -> str:
    """System and architecture that object code is made for, such as "linux-x86_64"."""
    return f"{sys.platform}-{llvmlite.binding.get_process_triple().partition('-')[0]}"


@functools.cache
def shipped() -> Shipped:
    """What this process uses of what its installation brings along; decided once, and all of it checked then."""
    try:
        manifest = _manifest()
        if manifest is None:
            return Shipped()
        level = _level(manifest["levels"])
        _require_sources(manifest)
        return Shipped(level, "", manifest["built"], _kernels(manifest["levels"][level.name]))
    except _NotUsedError as reason:
        return Shipped(reason=str(reason))


def _require_sources(manifest: dict[str, Any]) -> None:
    if known_source_digest() is None and manifest["sources"] != _source_digest():
        raise _NotUsedError(
            "the sources of its kernels have been changed since it was made: reinstall pi-engine to have both alike"
        )


def known_source_digest() -> str | None:
    """The digest of the kernels' sources as the manifest has it, if all modules of the package are those it was made beside."""
    try:
        manifest = _manifest()
    except _NotUsedError:
        return None
    if manifest is None or manifest["package"] != kernel_sources.package_digest():
        return None
    return str(manifest["sources"])


def _source_digest() -> str:
    return kernel_sources.digest_of(kernel_sources.kernel_sources(kernel_sources.package_files()))


@functools.cache
def _manifest() -> dict[str, Any] | None:
    """What the manifest says, None without a manifest; raises _NotUsedError if it is of no use."""
    try:
        found = json.loads((FOLDER / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _NotUsedError(_damaged(MANIFEST)) from error
    fields: dict[str, type] = {
        "form": str,
        "platform": str,
        "package": str,
        "sources": str,
        "built": dict,
        "levels": dict,
    }
    if not isinstance(found, dict) or any(not isinstance(found.get(name), kind) for name, kind in fields.items()):
        raise _NotUsedError(_damaged(MANIFEST))
    if found["form"] != FORM or found["platform"] != platform_name():
        raise _NotUsedError(
            f"it is for {found['platform']}, in the form {found['form']!r}: install the wheel of this platform"
        )
    return found


def _damaged(name: str) -> str:
    return f"{FOLDER / name} is damaged or missing: reinstall pi-engine"


def _level(names: Iterable[str]) -> Level:
    """The newest level of these that this processor runs, and that the user's variables leave."""
    if os.environ.get("NUMBA_ENABLE_AVX") == "0":
        raise _NotUsedError("NUMBA_ENABLE_AVX=0 is set")
    there = [level for level in LEVELS.get(platform_name(), ()) if level.name in names]
    left = [level for level in there if _is_chosen(level)]
    if not left:
        raise _NotUsedError("NUMBA_CPU_NAME or NUMBA_CPU_FEATURES names another processor")
    here = host_features()
    for level in left:
        if level.needs <= here:
            return level
    lacking = ", ".join(sorted(left[-1].needs - here))
    raise _NotUsedError(f"this processor lacks instructions that it needs: {lacking}")


def _is_chosen(level: Level) -> bool:
    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if name and name != level.processor:
        return False
    return features is None or set(features.split(",")) == set(level.features.split(","))


def _kernels(described: Any) -> dict[str, tuple[str, str, bytes]]:
    """All kernels of a level, each of them checked."""
    try:
        name, digest = os.path.basename(described["file"]), described["sha256"]  # noqa: PTH119 (a file of this folder, whatever it says)
    except (KeyError, TypeError) as error:
        raise _NotUsedError(_damaged(MANIFEST)) from error
    try:
        first, _, code = (FOLDER / name).read_bytes().partition(b"\n")
    except OSError as error:
        raise _NotUsedError(_damaged(name)) from error
    if hashlib.sha256(first).hexdigest() != digest:
        raise _NotUsedError(_damaged(name))
    found, at = {}, 0
    for kernel, symbol, signature, size, kernel_digest in json.loads(first):
        piece = code[at : at + size]
        if hashlib.sha256(piece).hexdigest() != kernel_digest:
            raise _NotUsedError(_damaged(name))
        found[kernel] = (symbol, signature, piece)
        at += size
    if at != len(code):
        raise _NotUsedError(_damaged(name))
    return found


def write_level(folder: Path, level: Level, kernels: Mapping[str, tuple[str, str, bytes]]) -> dict[str, str]:
    """Write the file of a level, for a wheel; returns what the manifest says of it."""
    name = f"{level.name}.kernels"
    rows = [
        (kernel, symbol, signature, len(code), hashlib.sha256(code).hexdigest())
        for kernel, (symbol, signature, code) in kernels.items()
    ]
    first = json.dumps(rows).encode()
    (folder / name).write_bytes(b"\n".join((first, b"".join(code for _, _, code in kernels.values()))))
    return {"file": name, "sha256": hashlib.sha256(first).hexdigest()}


def write_manifest(folder: Path, levels: Mapping[str, Mapping[str, str]], built: Mapping[str, str]) -> None:
    """Write the manifest of levels that `write_level` has described, made from the sources of this very package."""
    manifest = {
        "form": FORM,
        "platform": platform_name(),
        "package": kernel_sources.package_digest(),
        "sources": _source_digest(),
        "built": built,
        "levels": levels,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
